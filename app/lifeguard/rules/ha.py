"""What high availability could bring back: where protected VMs would restart after hosts have failed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import combinations
from math import comb
from typing import Protocol

from lifeguard.datamodel.records import Host, Pbd, Pif, Pool, Sr, Vif, Vm
from lifeguard.inventory.inventory import Inventory
from lifeguard.rules.domain import is_live, loaded_vbds
from lifeguard.rules.memory import overhead_bytes, total_bytes
from lifeguard.rules.placement import Placement
from lifeguard.rules.reach import host_is_live
from lifeguard.rules.verdict import ALLOWED, Verdict, Wording

_MOST_COMBINATIONS = 400
_NOBODY: Mapping[str, str] = {}
_BROKEN = "HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN"


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
    return vm.ha_always_run and vm.ha_restart_priority == "restart"


def planned_bytes(rules: Rules, vm: Vm) -> int:
    """What planning reserves for a VM: all the memory it may ever have."""
    return vm.memory_static_max + overhead_bytes(rules.inventory, vm)


def failover_plan(
    rules: Rules,
    failed: Collection[str],
    *,
    protected: Iterable[Vm] | None = None,
    arriving: Mapping[str, str] = _NOBODY,
    closed: Collection[str] = (),
) -> dict[str, str | None]:
    """Each protected VM of the failed hosts with the host that would restart it, None where there is no room.

    The largest goes first, to the host with most room left; disabled hosts count, as they do for the server.
    `protected` replaces those that are; of these the ones that do not run need a place too. `arriving` are VMs that
    would run on other hosts than they do, `closed` hosts that would take nobody.
    """
    return _planned(rules, failed, protected, arriving, closed)[0]


def _planned(
    rules: Rules,
    failed: Collection[str],
    protected: Iterable[Vm] | None,
    arriving: Mapping[str, str],
    closed: Collection[str],
) -> tuple[dict[str, str | None], dict[str, int]]:
    """The plan, and the room that it leaves on each host."""
    room = _room(rules, failed, arriving)
    homeless = _homeless(rules, failed, protected, arriving)
    plan: dict[str, str | None] = {}
    for vm in sorted(homeless, key=lambda vm: -planned_bytes(rules, vm)):
        needed = planned_bytes(rules, vm)
        hosts = [ref for ref in rules.placement.restart_hosts(vm) if ref not in closed]
        fit = [ref for ref in hosts if room.get(ref, -1) >= needed]
        best = max(fit, key=room.__getitem__, default=None)
        plan[vm.ref] = best
        if best is not None:
            room[best] -= needed
    return plan, room


def plan_exists(
    rules: Rules,
    failures: int,
    *,
    protected: Collection[Vm] | None = None,
    arriving: Mapping[str, str] = _NOBODY,
    closed: Collection[str] = (),
) -> bool:
    """Whether every protected VM would find a place whichever hosts fail, so many at once.

    Where there are too many ways to fail, the fullest hosts stand for all: their VMs are the hardest to place.
    """
    return not any(
        None in failover_plan(rules, failed, protected=protected, arriving=arriving, closed=closed).values()
        for failed in _ways_to_fail(rules, failures, arriving)
    )


def most_failures(rules: Rules, protected: Collection[Vm] | None = None) -> int:
    """How many hosts may fail at once: `pool.ha_compute_max_host_failures_to_tolerate`. All of them where nothing is
    protected; none where something protected is tied to some hosts."""
    guarded = [vm for vm in rules.inventory.all(Vm) if is_protected(vm)] if protected is None else protected
    if not all(is_agile(rules.inventory, vm) for vm in guarded):
        return 0
    closed = _closed(rules)
    tolerated, hosts = 0, len(_live_hosts(rules)) - len(closed)
    while tolerated < hosts and plan_exists(rules, tolerated + 1, protected=protected, closed=closed):
        tolerated += 1
    return tolerated


def _closed(rules: Rules) -> frozenset[str]:
    """Live hosts that take no VMs for now."""
    inventory = rules.inventory
    return frozenset(host.ref for host in inventory.all(Host) if not host.enabled and host_is_live(inventory, host))


def is_agile(inventory: Inventory, vm: Vm) -> bool:
    """`VM.assert_agile`: every host could run it, as all its disks and networks are connected to each."""
    hosts = {host.ref for host in inventory.all(Host)}
    if vm.VGPUs or vm.VUSBs:
        return False
    for _, vdi in loaded_vbds(inventory, vm):
        sr = inventory.get(Sr, vdi.SR)
        pbds = inventory.pointing_to(Pbd, "SR", vdi.SR)
        if sr is None or not sr.shared or not hosts <= {pbd.host for pbd in pbds if pbd.currently_attached}:
            return False
    networks = (vif.network for ref in vm.VIFs if (vif := inventory.get(Vif, ref)) is not None)
    return all(hosts <= {pif.host for pif in inventory.pointing_to(Pif, "network", network)} for network in networks)


class Failover:
    """Judges changes against the plan that a pool with high availability has now; without one nothing can be broken.

    Most changes fit beside the plan as it is: only those that do not are planned anew.
    """

    def __init__(self, rules: Rules) -> None:
        pool = next(iter(rules.inventory.all(Pool)), None)
        is_on = pool is not None and pool.ha_enabled and not pool.ha_allow_overcommit
        self._failures = max(0, pool.ha_plan_exists_for) if is_on and pool is not None else 0
        self._rules = rules

    @property
    def is_kept(self) -> bool:
        """Whether there is a plan at all that a change could break."""
        return self._failures > 0

    def judge_arrival(self, vm: Vm, host_ref: str) -> Verdict:
        """Of a VM that would run on a host from now on."""
        if not self._failures or vm.resident_on == host_ref or self._fits_beside(vm, host_ref):
            return ALLOWED
        return self._judge(vm.ref, host_ref, arriving={vm.ref: host_ref})

    def judge_closing(self, host_ref: str) -> Verdict:
        """Of a host that would take no VMs any more: `host.disable`."""
        return self._judge(host_ref, "", closed=(host_ref,)) if self._failures else ALLOWED

    def _judge(
        self, subject: str, target: str, *, arriving: Mapping[str, str] = _NOBODY, closed: Collection[str] = ()
    ) -> Verdict:
        if not self._stands or plan_exists(self._rules, self._failures, arriving=arriving, closed=closed):
            return ALLOWED
        return Verdict(_BROKEN, (), self._rules.words, subject, target)

    @cached_property
    def _stands(self) -> bool:
        return plan_exists(self._rules, self._failures)

    @cached_property
    def _slack(self) -> dict[str, int]:
        """What the plan leaves on each host at least, whatever fails."""
        slack: dict[str, int] = {}
        for failed in _ways_to_fail(self._rules, self._failures, _NOBODY):
            for host, left in _planned(self._rules, failed, None, _NOBODY, ())[1].items():
                slack[host] = min(left, slack.get(host, left))
        return slack

    def _fits_beside(self, vm: Vm, host_ref: str) -> bool:
        needed = planned_bytes(self._rules, vm)
        if self._slack.get(host_ref, -1) < needed:
            return False
        if vm.ha_restart_priority != "restart":
            return True
        others = [ref for ref in self._rules.placement.restart_hosts(vm) if ref != host_ref]
        return sum(self._slack.get(ref, -1) >= needed for ref in others) >= self._failures


def _homeless(
    rules: Rules, failed: Collection[str], protected: Iterable[Vm] | None, arriving: Mapping[str, str]
) -> Iterator[Vm]:
    if protected is not None:
        yield from (vm for vm in protected if not is_live(vm) or vm.resident_on in failed)
        return
    for vm in rules.inventory.all(Vm):
        home = arriving.get(vm.ref) or (vm.resident_on if is_live(vm) else "")
        will_be = is_protected(vm) or (vm.ref in arriving and vm.ha_restart_priority == "restart")
        if will_be and home in failed:
            yield vm


def _live_hosts(rules: Rules) -> list[str]:
    inventory = rules.inventory
    return [host.ref for host in inventory.all(Host) if host_is_live(inventory, host)]


def _ways_to_fail(rules: Rules, failures: int, arriving: Mapping[str, str]) -> Iterable[tuple[str, ...]]:
    hosts = _live_hosts(rules)
    if comb(len(hosts), failures) <= _MOST_COMBINATIONS:
        return combinations(hosts, failures)
    room = _room(rules, (), arriving)
    fullest = sorted(hosts, key=lambda ref: room.get(ref, 0))
    roomiest = sorted(hosts, key=lambda ref: -room.get(ref, 0))
    return tuple(fullest[:failures]), tuple(roomiest[:failures])


def _room(rules: Rules, failed: Collection[str], arriving: Mapping[str, str]) -> dict[str, int]:
    """The planner's idea of free memory on each host that is left."""
    inventory = rules.inventory
    room: dict[str, int] = {}
    for host in inventory.all(Host):
        if host.ref in failed or not host_is_live(inventory, host):
            continue
        residents = inventory.pointing_to(Vm, "resident_on", host.ref)
        used = sum(vm.memory_static_max + vm.memory_overhead for vm in residents if vm.ref not in arriving)
        room[host.ref] = total_bytes(inventory, host) - host.memory_overhead - used
    for vm_ref, host_ref in arriving.items():
        vm = rules.vm(vm_ref)
        if vm is not None and host_ref in room:
            room[host_ref] -= planned_bytes(rules, vm)
    return room
