"""How a VM boots: firmware, order, kernel, and what makes it this very machine to its guest."""

from __future__ import annotations

from lifeguard.datamodel.records import Vm, Vtpm
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.relations import related
from lifeguard.quantities import format_count
from lifeguard.ui.properties.group import Group, Row, known, row

_DEVICES = {"c": "Hard disk", "d": "DVD drive", "n": "Network"}
_DOMAINS = {"hvm": "HVM", "pv": "PV", "pv_in_pvh": "PV inside PVH", "pvh": "PVH"}


def boot_group(inventory: Inventory, vm: Vm) -> Group:
    vtpms = related(inventory, Vtpm, vm.VTPMs, "VM", vm.ref)
    rows: list[Row] = []
    if vm.HVM_boot_policy:
        devices = [_DEVICES.get(letter, letter) for letter in vm.HVM_boot_params.get("order", "").lower()]
        rows += [
            row("Boot mode", _mode(vm)),
            row("Boot order", ", ".join(devices), "The server's default"),
            row("vTPM", format_count(len(vtpms), "vTPM") if vtpms else "", "It has none"),
        ]
    else:
        rows += [
            row("Boot loader", vm.PV_bootloader or vm.PV_kernel, "None is set"),
            row("Kernel arguments", vm.PV_args, "None"),
        ]
    rows += [
        *known(row("Virtualisation", _DOMAINS.get(vm.domain_type, ""))),
        row("BIOS strings", _bios_strings(vm), "They are set when it first starts"),
    ]
    return Group("Boot", tuple(rows))


def _mode(vm: Vm) -> str:
    if vm.HVM_boot_params.get("firmware", "bios").lower() != "uefi":
        return "BIOS"
    return "UEFI, secure boot" if vm.platform.get("secureboot", "").lower() in ("true", "auto") else "UEFI"


def _bios_strings(vm: Vm) -> str:
    if not vm.bios_strings:
        return ""
    vendor, maker = vm.bios_strings.get("bios-vendor", ""), vm.bios_strings.get("system-manufacturer", "")
    return "Generic" if vendor == maker == "Xen" else f"Copied from a server ({maker or vendor})"
