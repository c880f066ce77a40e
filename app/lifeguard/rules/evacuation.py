"""Emptying a host: which VM goes where, which one cannot leave and why."""

from __future__ import annotations

from dataclasses import dataclass, field

from lifeguard.datamodel.records import Host, Pool, Vm
from lifeguard.inventory.inventory import Inventory
from lifeguard.rules.domain import is_live
from lifeguard.rules.ha import is_protected
from lifeguard.rules.pool_rules import PoolRules
from lifeguard.rules.reach import host_is_live
from lifeguard.rules.verdict import Verdict

_TELLING = ("VM_REQUIRES_SR", "VM_REQUIRES_NETWORK", "HOST_NOT_ENOUGH_FREE_MEMORY", "VM_INCOMPATIBLE_WITH_THIS_HOST")


@dataclass(frozen=True, slots=True)
class Plan:
    """`moves`: VM to host; `blockers`: VM to what keeps it there. `new_masters`: who could take over, best first."""

    host: str
    moves: dict[str, str] = field(default_factory=dict)
    blockers: dict[str, Verdict] = field(default_factory=dict)
    is_master: bool = False
    new_masters: tuple[str, ...] = ()


def plan_evacuation(rules: PoolRules, host_ref: str) -> Plan:
    """Where every VM of a host would go: the largest first, each to the host with most memory left that takes it. With
    high availability the server moves only the VMs that it protects."""
    inventory, placement = rules.inventory, rules.placement
    resident = inventory.pointing_to(Vm, "resident_on", host_ref)
    leaving = [vm for vm in resident if is_live(vm) and not vm.is_control_domain]
    others = [host for host in inventory.all(Host) if host.ref != host_ref]
    free: dict[str, int] = {host.ref: placement.free_bytes(host.ref) for host in others}
    moves: dict[str, str] = {}
    blockers: dict[str, Verdict] = {}
    guards = any(pool.ha_enabled for pool in inventory.all(Pool))
    for vm in sorted(leaving, key=lambda vm: -placement.needed_bytes(vm)):
        if guards and not is_protected(vm):
            blockers[vm.ref] = Verdict("HOST_EVACUATE_VM_NOT_HA_PROTECTED", (vm.ref,), rules.words, vm.ref)
            continue
        verdicts = {ref: placement.judge_migrate(vm, ref) for ref in free}
        needed = placement.needed_bytes(vm)
        roomy = [ref for ref, verdict in verdicts.items() if verdict.allowed and free[ref] >= needed]
        if roomy:
            best = max(roomy, key=free.__getitem__)
            moves[vm.ref] = best
            free[best] -= needed
        else:
            blockers[vm.ref] = _what_blocks(rules, vm, verdicts, needed, free)
    is_master = any(pool.master == host_ref for pool in inventory.all(Pool))
    return Plan(host_ref, moves, blockers, is_master, new_masters(inventory, host_ref) if is_master else ())


def _what_blocks(
    rules: PoolRules, vm: Vm, verdicts: dict[str, Verdict], needed: int, free: dict[str, int]
) -> Verdict:
    """The VM's own obstacle, else the one that a person can best do something about."""
    own = rules.lifecycle.judge(vm, "pool_migrate")
    if not own.allowed or not verdicts:
        return own if not own.allowed else Verdict("NO_HOSTS_AVAILABLE", (), rules.words, vm.ref)
    for key in _TELLING:
        for verdict in verdicts.values():
            if verdict.key == key:
                return verdict
    crowded = next((ref for ref, verdict in verdicts.items() if verdict.allowed), None)
    if crowded is not None:
        params = str(needed), str(max(0, free[crowded]))
        return Verdict("HOST_NOT_ENOUGH_FREE_MEMORY", params, rules.words, vm.ref, crowded)
    return Verdict("NO_HOSTS_AVAILABLE", (), rules.words, vm.ref)


def new_masters(inventory: Inventory, host_ref: str) -> tuple[str, ...]:
    """The hosts that could become the pool's master in place of this one, by name."""
    fit = [
        host
        for host in inventory.all(Host)
        if host.ref != host_ref and host.enabled and host_is_live(inventory, host)
    ]
    return tuple(host.ref for host in sorted(fit, key=lambda host: host.name_label.casefold()))
