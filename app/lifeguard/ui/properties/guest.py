"""What a VM's guest says of itself: system, addresses, tools, and what its disks are cached with."""

from __future__ import annotations

from lifeguard.datamodel.records import Host, Network, Vdi, Vm, VmGuestMetrics
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.naming import network_name
from lifeguard.inventory.relations import vbds_of, vifs_of
from lifeguard.ui.contents.networking import addresses_of_vif
from lifeguard.ui.properties.group import Group, Row, known, row

_CACHED = "read-caching-enabled-on-"
_REASON = "read-caching-reason-"
_REASONS = {
    "LICENSE_RESTRICTION": "The licence does not include it",
    "SR_NOT_SUPPORTED": "Its storage cannot",
    "NO_RO_IMAGE": "No disk has a part that is only read",
    "SR_OVERRIDE": "It is switched off for its storage",
}


def guest_group(inventory: Inventory, vm: Vm, guest: VmGuestMetrics | None) -> Group:
    why = "No guest tools report it" if vm.power_state == "Running" else f"It is {vm.power_state.lower()}"
    other = guest.other if guest is not None else {}
    rows = (
        row("Operating system", system_name(guest), why),
        *known(row("Kernel", guest.os_version.get("uname", "") if guest is not None else "")),
        *(_addresses(inventory, vm, guest) or (row("Address", "", why),)),
        row("Guest tools", _tools(guest, vm), why),
        row("I/O drivers", _drivers(guest, vm), why),
        *known(row("Host name", (guest.netbios_name.get("host_name", "") if guest is not None else ""))),
        *known(row("Remote desktop", "Offered" if other.get("data-ts") == "1" else "")),
        _read_caching(inventory, vm),
    )
    return Group("Guest", rows)


def system_name(guest: VmGuestMetrics | None) -> str:
    """The system's name as people say it; the agent of Windows tells where it is installed as well."""
    if guest is None:
        return ""
    return guest.os_version.get("name", "").partition("|")[0].removeprefix("Microsoft").removeprefix("®").strip()


def _addresses(inventory: Inventory, vm: Vm, guest: VmGuestMetrics | None) -> tuple[Row, ...]:
    """A row for each interface that has some."""
    found = [(vif, addresses_of_vif(inventory, vm, vif.device)) for vif in vifs_of(inventory, vm)]
    told = [(vif, ", ".join(addresses)) for vif, addresses in found if addresses]
    if not told and guest is not None:
        everything = dict.fromkeys(value for key, value in sorted(guest.networks.items()) if "/ip" in key and value)
        return (row("Address", ", ".join(everything), is_code=True),) if everything else ()
    rows = []
    for place, (vif, addresses) in enumerate(told):
        network = inventory.get(Network, vif.network)
        where = network_name(inventory, network) if network is not None else f"interface {vif.device}"
        rows.append(row("Address" if not place else f"Address on {where}", addresses, is_code=True))
    return tuple(rows)


def _tools(guest: VmGuestMetrics | None, vm: Vm) -> str:
    if guest is None or not guest.PV_drivers_version:
        return "Not installed" if vm.power_state == "Running" else ""
    parts = [guest.PV_drivers_version.get(name, "") for name in ("major", "minor", "micro")]
    version = ".".join(part for part in parts if part)
    return f"Version {version}" if version else "Installed"


def _drivers(guest: VmGuestMetrics | None, vm: Vm) -> str:
    if vm.power_state != "Running":
        return ""
    is_optimised = guest is not None and (guest.PV_drivers_detected or bool(guest.PV_drivers_version))
    return "Optimised" if is_optimised else "Not optimised"


def _read_caching(inventory: Inventory, vm: Vm) -> Row:
    """Whether any of its disks is cached where it runs, and if not, why not."""
    host = inventory.get(Host, vm.resident_on) if vm.power_state == "Running" else None
    if host is None:
        return row("Read caching", "", f"It is {vm.power_state.lower()}")
    disks = [inventory.get(Vdi, vbd.VDI) for vbd in vbds_of(inventory, vm) if vbd.type != "CD"]
    configs = [disk.sm_config for disk in disks if disk is not None]
    if any(config.get(_CACHED + host.uuid) == "true" for config in configs):
        return row("Read caching", "On")
    codes = dict.fromkeys(code for config in configs if (code := config.get(_REASON + host.uuid)))
    reasons = ", ".join(_REASONS.get(code, code) for code in codes)
    return Row("Read caching", "Off", reasons)
