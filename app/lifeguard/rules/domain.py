"""What kind of domain a VM is, and which of its disks and devices matter to a rule."""

from __future__ import annotations

from collections.abc import Iterator

from lifeguard.datamodel.records import Host, Sr, Vbd, Vdi, Vm, VmMetrics
from lifeguard.inventory.answers import Facts
from lifeguard.inventory.inventory import Inventory

NEEDS_HVM = frozenset({"hvm", "pvh", "pv_in_pvh"})
_LIVE = frozenset({"Running", "Paused"})


def is_live(vm: Vm) -> bool:
    """Whether the VM has a domain on some host."""
    return vm.power_state in _LIVE


def domain_type(facts: Facts, vm: Vm) -> str:
    """`hvm`, `pv`, `pvh` or `pv_in_pvh`: what it runs as while it has memory, else what it would start as."""
    if vm.power_state != "Halted":
        metrics = facts.get(VmMetrics, vm.metrics)
        if metrics and metrics.current_domain_type not in ("", "unspecified"):
            return metrics.current_domain_type
    if vm.domain_type not in ("", "unspecified"):
        return vm.domain_type
    return "hvm" if vm.HVM_boot_policy else "pv"


def has_flag(vm: Vm, key: str) -> bool:
    """Whether a VM's platform settings switch something on."""
    return vm.platform.get(key, "").lower() in ("true", "1")


def is_dom0(inventory: Inventory, vm: Vm) -> bool:
    """Whether this is the domain in which a host's own toolstack lives."""
    if not vm.is_control_domain:
        return False
    return vm.domid == 0 or bool(inventory.pointing_to(Host, "control_domain", vm.ref))


def is_real_vm(vm: Vm) -> bool:
    """Whether a person would call it a VM: no template, no snapshot, no control domain."""
    return not (vm.is_a_template or vm.is_a_snapshot or vm.is_control_domain)


def is_default_template(vm: Vm) -> bool:
    return vm.is_a_template and (vm.is_default_template or vm.other_config.get("default_template") == "true")


def loaded_vbds(inventory: Inventory, vm: Vm) -> Iterator[tuple[Vbd, Vdi]]:
    """Each drive of a VM that has something in it, with what is in it."""
    for ref in vm.VBDs:
        vbd = inventory.get(Vbd, ref)
        if vbd is None or vbd.empty:
            continue
        vdi = inventory.get(Vdi, vbd.VDI)
        if vdi is not None:
            yield vbd, vdi


def disk_srs(inventory: Inventory, vm: Vm) -> tuple[str, ...]:
    """The storage with what is in a VM's drives, each once, in the order of the drives."""
    found = {vdi.SR: None for _, vdi in loaded_vbds(inventory, vm)}
    return tuple(ref for ref in found if inventory.get(Sr, ref) is not None)


def required_srs(inventory: Inventory, vm: Vm) -> tuple[str, ...]:
    """The storage that a host must reach to run this VM: that of its drives, then of its memory while suspended."""
    drives = disk_srs(inventory, vm)
    memory = inventory.get(Vdi, vm.suspend_VDI) if vm.power_state == "Suspended" else None
    if memory is None or memory.SR in drives or inventory.get(Sr, memory.SR) is None:
        return drives
    return *drives, memory.SR
