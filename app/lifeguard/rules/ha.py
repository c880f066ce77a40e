"""What high availability could bring back: where protected VMs would restart after hosts have failed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Protocol

from lifeguard.datamodel.records import Bond, Host, Pbd, Pif, Pool, Sr, Vif, Vm
from lifeguard.inventory.inventory import Inventory
from lifeguard.rules.domain import is_live, loaded_vbds
from lifeguard.rules.memory import overhead_bytes, total_bytes
from lifeguard.rules.packing import Load, most_survived, survives
from lifeguard.rules.placement import Placement
from lifeguard.rules.reach import host_is_live
from lifeguard.rules.verdict import ALLOWED, Verdict, Wording

_RESTART = "restart"
_BROKEN = "HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN"

HostsOf = Callable[[Inventory, str], set[str]]


class Rules(Protocol):
    """What planning asks of the other judges; `PoolRules` has it."""

    inventory: Inventory

    @property
    def words(self) -> Wording: ...
    @property
    def placement(self) -> Placement: ...
    def vm(self, ref: str) -> Vm | None: ...


def is_protected(vm: Vm) -> bool:
    """Whether high availability has to keep this VM running."""
    return vm.ha_always_run and vm.ha_restart_priority == _RESTART


def planned_bytes(rules: Rules, vm: Vm) -> int:
    """What planning reserves for a VM: all the memory it may ever have."""
    return vm.memory_static_max + overhead_bytes(rules.inventory, vm)


def failover_plan(rules: Rules, failed: Collection[str]) -> dict[str, str | None]:
    """Each protected VM of the failed hosts with the host that would restart it, None where there is no room.

    The largest goes first, to the host with most room left; disabled hosts count, as they do for the server.
    """
    inventory = rules.inventory
    live = [host for host in inventory.all(Host) if host.ref not in failed and host_is_live(inventory, host)]
    room: dict[str, int] = {host.ref: _room_bytes(rules, host) for host in live}
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


def most_failures(rules: Rules, protected: Collection[Vm] | None = None) -> int:
    """How many hosts may fail at once: `pool.ha_compute_max_host_failures_to_tolerate`. All of them where nothing is
    protected; none where something protected is tied to some hosts."""
    guarded = _protected(rules) if protected is None else protected
    return most_survived(_load(rules, guarded)) if _are_agile(rules, guarded) else 0


def _protected(rules: Rules) -> list[Vm]:
    return [vm for vm in rules.inventory.all(Vm) if is_protected(vm)]


def _are_agile(rules: Rules, vms: Collection[Vm]) -> bool:
    reaches_all: dict[str, bool] = {}
    return all(_is_agile(rules.inventory, vm, reaches_all) for vm in vms)


def is_agile(inventory: Inventory, vm: Vm) -> bool:
    """`VM.assert_agile`: every host that is not in maintenance could run it, as all its disks and networks reach it."""
    return _is_agile(inventory, vm, {})


def _is_agile(inventory: Inventory, vm: Vm, reaches_all: dict[str, bool]) -> bool:
    """`reaches_all` remembers which storages and networks every open host has."""
    needed: list[tuple[str, HostsOf]] = [(vdi.SR, _hosts_at) for _, vdi in loaded_vbds(inventory, vm)]
    vifs = (inventory.get(Vif, ref) for ref in vm.VIFs)
    needed += [(vif.network, _hosts_on) for vif in vifs if vif is not None]
    for ref, hosts_of in needed:
        if ref not in reaches_all:
            reaches_all[ref] = {host.ref for host in inventory.all(Host) if host.enabled} <= hosts_of(inventory, ref)
    return not (vm.VGPUs or vm.VUSBs) and all(reaches_all[ref] for ref, _ in needed)


def _hosts_at(inventory: Inventory, sr_ref: str) -> set[str]:
    """The hosts that are connected to a storage, none where it is not meant for several."""
    sr = inventory.get(Sr, sr_ref)
    pbds = inventory.pointing_to(Pbd, "SR", sr_ref) if sr is not None and sr.shared else ()
    return {pbd.host for pbd in pbds if pbd.currently_attached}


def _hosts_on(inventory: Inventory, network_ref: str) -> set[str]:
    """The hosts with a NIC on a network that no bond has taken."""
    pifs = inventory.pointing_to(Pif, "network", network_ref)
    return {pif.host for pif in pifs if inventory.get(Bond, pif.bond_slave_of) is None}


class Failover:
    """Judges changes against the plan that a pool with high availability has now; without one nothing can be broken."""

    def __init__(self, rules: Rules) -> None:
        pool = next(iter(rules.inventory.all(Pool)), None)
        is_on = pool is not None and pool.ha_enabled and not pool.ha_allow_overcommit
        self._failures = max(0, pool.ha_plan_exists_for) if is_on and pool is not None else 0
        self._rules = rules
        self._answers: dict[tuple[str, int, str], bool] = {}

    @property
    def is_kept(self) -> bool:
        """Whether there is a plan at all that a change could break."""
        return self._failures > 0 and self._now is not None

    def judge_arrival(self, vm: Vm, host_ref: str) -> Verdict:
        """Of a VM that would run on a host from now on. The memory that it has elsewhere stays taken meanwhile."""
        if not self.is_kept or self._now is None:
            return ALLOWED
        guarded = vm.ref if is_protected(vm) or vm.ha_restart_priority == _RESTART else ""
        question = "" if _restarts_anywhere(vm) else host_ref, planned_bytes(self._rules, vm), guarded
        if question not in self._answers:
            self._answers[question] = survives(self._with(vm, host_ref), self._failures)
        return ALLOWED if self._answers[question] else self._broken(vm.ref, host_ref)

    def judge_closing(self, host_ref: str) -> Verdict:
        """Of a host that would take no VMs any more: `host.disable`."""
        if not self.is_kept:
            return ALLOWED
        without = _load(self._rules, _protected(self._rules), closed=host_ref)
        return ALLOWED if survives(without, self._failures) else self._broken(host_ref, "")

    def _broken(self, subject: str, target: str) -> Verdict:
        return Verdict(_BROKEN, (), self._rules.words, subject, target)

    @cached_property
    def _now(self) -> Load | None:
        """How the pool stands; None when it has no plan that a change could break."""
        guarded = _protected(self._rules)
        load = _load(self._rules, guarded)
        return load if _are_agile(self._rules, guarded) and survives(load, self._failures) else None

    def _with(self, vm: Vm, host_ref: str) -> Load:
        """A VM that becomes protected only by starting may restart anywhere; any other takes room where it goes."""
        now, size = self._now or _load(self._rules, ()), planned_bytes(self._rules, vm)
        if _restarts_anywhere(vm):
            return Load(now.room, {**now.sizes, vm.ref: size}, now.places, now.host_count)
        room = {ref: free - size if ref == host_ref else free for ref, free in now.room.items()}
        places = {**now.places, vm.ref: host_ref} if vm.ref in now.sizes and host_ref in room else now.places
        return Load(room, now.sizes, places, now.host_count)


def _restarts_anywhere(vm: Vm) -> bool:
    """Whether it becomes protected only by starting: to the plan it does not matter then where."""
    return vm.ha_restart_priority == _RESTART and not vm.ha_always_run


def _load(rules: Rules, guarded: Collection[Vm], *, closed: str = "") -> Load:
    """What must run where: on the hosts that are live and take VMs, but for the one that is `closed`."""
    inventory = rules.inventory
    hosts = [host for host in inventory.all(Host) if host.enabled and host.ref != closed]
    room: dict[str, int] = {host.ref: _room_bytes(rules, host) for host in hosts if host_is_live(inventory, host)}
    sizes: dict[str, int] = {vm.ref: planned_bytes(rules, vm) for vm in guarded}
    places: dict[str, str] = {vm.ref: place for vm in guarded if (place := _place(vm, room))}
    return Load(room, sizes, places, inventory.count("host"))


def _place(vm: Vm, room: Mapping[str, int]) -> str:
    return next((ref for ref in (vm.resident_on, vm.scheduled_to_be_resident_on) if ref in room), "")


def _room_bytes(rules: Rules, host: Host) -> int:
    """The planner's idea of a host's free memory: whoever is there, or on the way there, takes all it may ever have."""
    inventory = rules.inventory
    there = {vm.ref: vm for vm in inventory.pointing_to(Vm, "resident_on", host.ref)}
    there.update((vm.ref, vm) for vm in inventory.pointing_to(Vm, "scheduled_to_be_resident_on", host.ref))
    used = sum(vm.memory_static_max + vm.memory_overhead for vm in there.values())
    return total_bytes(inventory, host) - host.memory_overhead - used
