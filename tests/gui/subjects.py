"""What the pictures are of: of each sort the object with most to show, and some whose names are too long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from lifeguard.datamodel.records import Host, Network, Pool, Record, Sr, Vdi, Vm, VmAppliance
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.relations import is_live, is_real_vm, master_ref, vms_on
from tests.support.simulated import Simulated

R = TypeVar("R", bound=Record)

_LONG = "The one that must never be switched off because nobody remembers what depends on it, not even Ana"
_LINES = "Runs the accounts of three companies.\nAsk Ana before anything is changed:\n\n+33 1 99 00 12 34, at night too"


def subjects(inventory: Inventory) -> Iterator[tuple[str, Record]]:
    """Name of the picture, and whom it shows; sorts that the pool has none of are left out."""
    vms = [vm for vm in inventory.all(Vm) if is_real_vm(vm)]
    templates = [vm for vm in inventory.all(Vm) if vm.is_a_template and not vm.is_a_snapshot]
    found: list[tuple[str, Record | None]] = [
        ("pool", next(inventory.all(Pool), None)),
        ("host", inventory.get(Host, master_ref(inventory) or "")),
        ("vm", _running_on_master(inventory, vms)),
        ("vm-kept", max(vms, key=lambda vm: len(vm.snapshots), default=None)),
        ("vm-halted", next((vm for vm in vms if vm.power_state == "Halted"), None)),
        ("sr", max(inventory.all(Sr), key=lambda sr: sr.physical_size, default=None)),
        ("sr-broken", next((sr for sr in inventory.all(Sr) if "archive" in sr.name_label), None)),
        ("template", next((vm for vm in templates if vm.is_default_template), None)),
        ("template-custom", next((vm for vm in templates if not vm.is_default_template), None)),
        ("snapshot", next((vm for vm in inventory.all(Vm) if vm.is_a_snapshot), None)),
        ("network", max(inventory.all(Network), key=lambda network: len(network.VIFs), default=None)),
        ("vdi", max(inventory.all(Vdi), key=lambda vdi: len(vdi.VBDs), default=None)),
        ("vapp", next(inventory.all(VmAppliance), None)),
    ]
    yield from ((name, record) for name, record in found if record is not None)


def _running_on_master(inventory: Inventory, vms: list[Vm]) -> Vm | None:
    master = master_ref(inventory)
    running = [vm for vm in vms if vm.power_state == "Running"]
    return min(running, key=lambda vm: (vm.resident_on != master, -len(vm.VBDs), -len(vm.VIFs)), default=None)


def give_long_names(simulated: Simulated, inventory: Inventory) -> list[tuple[str, Record]]:
    """Rename a pool and what is in it on the server; returns whom to look at."""
    vm = next(vm for vm in inventory.all(Vm) if is_real_vm(vm) and vm.snapshots)
    host = next(host for host in inventory.all(Host) if host.ref != master_ref(inventory))
    sr = next(sr for sr in inventory.all(Sr) if sr.shared and sr.VDIs)
    network, pool = next(inventory.all(Network)), next(inventory.all(Pool))
    changed = [("VM", vm), ("host", host), ("SR", sr), ("network", network), ("pool", pool)]
    for class_name, record in changed:
        simulated.db.update(class_name, record.ref, name_label=_LONG, name_description=_LINES)
        simulated.db.set(class_name, record.ref, "tags", [f"{_LONG[:30]} {number}" for number in range(9)])
    for snapshot in vm.snapshots:
        simulated.db.set("VM", snapshot, "name_label", f"before {_LONG}")
    return [(f"long-{class_name.lower()}", record) for class_name, record in changed]


def turn_on_ha(simulated: Simulated, inventory: Inventory) -> Pool:
    """High availability is on, one server sees less than the others, and not every VM could be restarted."""
    pool, hosts = next(inventory.all(Pool)), tuple(inventory.all(Host))
    sr = next(sr for sr in inventory.all(Sr) if sr.shared and sr.VDIs)
    on = {"ha_enabled": True, "ha_statefiles": [sr.VDIs[0]], "ha_overcommitted": True, "ha_cluster_stack": "xhad"}
    simulated.db.update("pool", pool.ref, **on, ha_host_failures_to_tolerate=2, ha_plan_exists_for=1)
    peers = [host.uuid for host in hosts]
    for place, host in enumerate(hosts):
        seen = {
            "ha_statefiles": [sr.VDIs[0]] if place != 1 else [],
            "ha_network_peers": peers[: -1 if place == 1 else None],
        }
        simulated.db.update("host", host.ref, **seen)
    return pool


def let_memory_move(simulated: Simulated, inventory: Inventory) -> Host:
    """The VMs of the master may be given more or less memory."""
    host = inventory.get(Host, master_ref(inventory) or "")
    assert host is not None
    for place, vm in enumerate(vms_on(inventory, host.ref)):
        low = vm.memory_dynamic_max // (2 + place % 3)
        simulated.db.update("VM", vm.ref, memory_dynamic_min=low)
        actual = (low + vm.memory_dynamic_max) // 2
        simulated.db.set("VM_metrics", vm.metrics, "memory_actual", actual)
    return host


def unreachable_host(simulated: Simulated, inventory: Inventory) -> Host:
    """A host with VMs stops answering, as the server tells it."""
    hosts = [host for host in inventory.all(Host) if host.ref != master_ref(inventory) and is_live(inventory, host.ref)]
    host = max(hosts, key=lambda host: len(vms_on(inventory, host.ref)))
    simulated.db.set("host_metrics", host.metrics, "live", value=False)
    return host
