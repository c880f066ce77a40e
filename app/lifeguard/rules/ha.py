"""What high availability could bring back: where protected VMs would restart after hosts have failed."""

from __future__ import annotations

from collections.abc import Collection

from lifeguard.datamodel.records import Host, Vm
from lifeguard.rules.domain import is_live
from lifeguard.rules.memory import overhead_bytes, total_bytes
from lifeguard.rules.pool_rules import PoolRules
from lifeguard.rules.reach import host_is_live


def is_protected(vm: Vm) -> bool:
    """Whether high availability has to keep this VM running."""
    return vm.ha_always_run and vm.ha_restart_priority == "restart"


def planned_bytes(rules: PoolRules, vm: Vm) -> int:
    """What planning reserves for a VM: all the memory it may ever have."""
    return vm.memory_static_max + overhead_bytes(rules.inventory, vm)


def failover_plan(rules: PoolRules, failed: Collection[str]) -> dict[str, str | None]:
    """Each protected VM of the failed hosts with the host that would restart it, None where there is no room.

    The largest goes first, to the host with most room left; disabled hosts count, as they do for the server.
    """
    inventory = rules.inventory
    room = _room(rules, failed)
    homeless = [vm for vm in inventory.all(Vm) if is_protected(vm) and is_live(vm) and vm.resident_on in failed]
    plan: dict[str, str | None] = {}
    for vm in sorted(homeless, key=lambda vm: -planned_bytes(rules, vm)):
        needed = planned_bytes(rules, vm)
        fit = [ref for ref in rules.placement.restart_hosts(vm) if room.get(ref, -1) >= needed]
        best = max(fit, key=room.__getitem__, default=None)
        plan[vm.ref] = best
        if best is not None:
            room[best] -= needed
    return plan


def _room(rules: PoolRules, failed: Collection[str]) -> dict[str, int]:
    """The planner's idea of free memory on each host that is left."""
    inventory = rules.inventory
    room: dict[str, int] = {}
    for host in inventory.all(Host):
        if host.ref in failed or not host_is_live(inventory, host):
            continue
        residents = inventory.pointing_to(Vm, "resident_on", host.ref)
        used = sum(vm.memory_static_max + vm.memory_overhead for vm in residents)
        room[host.ref] = total_bytes(inventory, host) - host.memory_overhead - used
    return room
