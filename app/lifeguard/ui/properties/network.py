"""Properties of a network and of a vApp."""

from __future__ import annotations

from lifeguard.datamodel.records import Host, Network, Pif, Vm, VmAppliance
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.naming import short_name
from lifeguard.inventory.natural import natural_key
from lifeguard.inventory.relations import master_ref, related
from lifeguard.quantities import format_count, format_duration
from lifeguard.ui.contents.networking import link_status, nic_of
from lifeguard.ui.properties.group import Group, Row, known, row, yes
from lifeguard.ui.properties.identity import identity

_INTERNAL = "It joins VMs of one server only"
_LOCKING = {"unlocked": "Off", "disabled": "All traffic is blocked unless an interface allows it"}


def network_groups(inventory: Inventory, network: Network, now_s: float) -> tuple[Group, ...]:
    pifs = related(inventory, Pif, network.PIFs, "network", network.ref)
    tags = sorted({pif.VLAN for pif in pifs if pif.VLAN >= 0})
    general = (
        *identity(network),
        row("Reaches", "Other machines by a NIC" if pifs else "VMs of one server"),
        row("VLAN", ", ".join(map(str, tags)), "It is untagged" if pifs else _INTERNAL),
        row("MTU", str(network.MTU) if network.MTU > 0 else "", "It is the usual one"),
        row("Bridge", network.bridge, "There is none yet", is_code=True),
        row("New VMs get it", yes(network.other_config.get("automatic", "false").lower() == "true")),
        row("Address locking", _LOCKING.get(network.default_locking_mode, network.default_locking_mode)),
        Row("Used by", format_count(len(network.VIFs), "virtual interface"), "With those of templates and snapshots"),
        *known(row("Purpose", ", ".join(purpose.upper() for purpose in network.purpose))),
        row("UUID", network.uuid, is_code=True),
    )
    return Group("General", general), Group("Servers", tuple(_on_servers(inventory, pifs)))


def _on_servers(inventory: Inventory, pifs: list[Pif]) -> list[Row]:
    placed = [(host, pif) for pif in pifs if (host := inventory.get(Host, pif.host)) is not None]
    placed.sort(key=lambda pair: (pair[0].ref != master_ref(inventory), natural_key(pair[0].name_label)))
    rows = [row(host.name_label, f"{nic_of(inventory, pif)}, {_link(inventory, pif)}") for host, pif in placed]
    return rows or [row("Servers", "", _INTERNAL)]


def _link(inventory: Inventory, pif: Pif) -> str:
    return link_status(inventory, pif).lower()


def appliance_groups(inventory: Inventory, appliance: VmAppliance, now_s: float) -> tuple[Group, ...]:
    vms = related(inventory, Vm, appliance.VMs, "appliance", appliance.ref)
    running = sum(vm.power_state == "Running" for vm in vms)
    general = (
        *identity(appliance),
        row("Virtual machines", f"{format_count(len(vms), 'VM')}, {running} running"),
        row("UUID", appliance.uuid, is_code=True),
    )
    ordered = sorted(vms, key=lambda vm: (vm.order, natural_key(vm.name_label)))
    steps = [row(short_name(inventory, vm), _step(vm)) for vm in ordered]
    return Group("General", general), Group("Start order", tuple(steps or [row("VMs", "", "There is none in it")]))


def _step(vm: Vm) -> str:
    wait = f", then waits {format_duration(vm.start_delay)}" if vm.start_delay > 0 else ""
    return f"{vm.order}{wait} ({vm.power_state.lower()})"
