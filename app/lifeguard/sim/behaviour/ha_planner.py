"""HA's plans: how many hosts may fail so that every protected VM still runs, and where each would run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from lifeguard.sim.behaviour import lookup, memory
from lifeguard.sim.behaviour.agility import check_agile
from lifeguard.sim.behaviour.packing import Load, most_failures, pack, survives
from lifeguard.sim.behaviour.protection import is_protected
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

PRIORITIES = ("", "restart", "best-effort")


def protected_vms(db: Database) -> list[str]:
    return [ref for ref, vm in db.rows("VM").items() if is_protected(vm)]


def load(db: Database, protected: Iterable[str], without: Sequence[str] = ()) -> Load:
    """What must run where: live enabled hosts but those in `without`; VMs that nobody protects stay and are lost."""
    wanted = set(protected)
    hosts = [ref for ref in db.rows("host") if lookup.is_available(db, ref) and ref not in without]
    room = {ref: memory.capacity_bytes(db, ref) for ref in hosts}
    place: dict[str, str] = {}
    for vm_ref, vm in db.rows("VM").items():
        for host in {vm["resident_on"], vm["scheduled_to_be_resident_on"]} & room.keys():
            room[host] -= memory.planned_bytes(vm)
            if vm_ref in wanted:
                place[vm_ref] = host
    sizes = {ref: memory.planned_bytes(db.row("VM", ref)) for ref in wanted if db.has("VM", ref)}
    return Load(room, sizes, place, len(db.rows("host")))


def plan_exists(db: Database, failures: int, protected: Sequence[str] | None = None) -> bool:
    """Whether all protected VMs survive that many failures; one that is tied to some hosts never does."""
    vms = protected_vms(db) if protected is None else protected
    return all(check_agile(db, vm) is None for vm in vms) and survives(load(db, vms), failures)


def tolerance(db: Database, protected: Sequence[str] | None = None) -> int:
    """How many host failures can be tolerated."""
    vms = protected_vms(db) if protected is None else protected
    return most_failures(load(db, vms)) if all(check_agile(db, vm) is None for vm in vms) else 0


def failover_plan(db: Database, failed_hosts: Sequence[str], failed_vms: Sequence[str]) -> dict[str, dict[str, str]]:
    """Where each of the failed VMs would start, or why it could not. Disabled hosts count, dead ones do not."""
    hosts = [ref for ref in db.rows("host") if ref not in failed_hosts and lookup.is_live(db, ref)]
    room = {ref: memory.free_bytes(db, ref) for ref in hosts}
    sizes = [(ref, memory.needed_bytes(db.row("VM", ref))) for ref in failed_vms]
    placed = pack(sizes, room)
    plan: dict[str, dict[str, str]] = {}
    for vm_ref in failed_vms:
        if vm_ref in placed:
            plan[vm_ref] = {"host": placed[vm_ref]}
        else:
            tied = check_agile(db, vm_ref)
            plan[vm_ref] = {"error_code": tied.code if tied else "HOST_NOT_ENOUGH_FREE_MEMORY"}
    return plan


def hypothetical_tolerance(db: Database, configuration: Mapping[str, str]) -> int:
    """The same if just the VMs with priority `restart` in `configuration` were protected."""
    for vm_ref, priority in configuration.items():
        db.row("VM", vm_ref)
        assert_priority(priority)
    return tolerance(db, [ref for ref, priority in configuration.items() if priority == "restart"])


async def _max_failures(context: Context) -> int:
    return tolerance(context.db)


async def _hypothetical(context: Context, configuration: Mapping[str, str]) -> int:
    return hypothetical_tolerance(context.db, configuration)


async def _plan_exists(context: Context, failures: int) -> bool:
    return plan_exists(context.db, failures)


async def _failover_plan(
    context: Context, failed_hosts: Sequence[str], failed_vms: Sequence[str]
) -> dict[str, dict[str, str]]:
    return failover_plan(context.db, failed_hosts, failed_vms)


def assert_priority(priority: str) -> None:
    if priority not in PRIORITIES:
        raise ApiError("INVALID_VALUE", "ha_restart_priority", priority)


HANDLERS: dict[str, Handler] = {
    "pool.ha_compute_max_host_failures_to_tolerate": _max_failures,
    "pool.ha_compute_hypothetical_max_host_failures_to_tolerate": _hypothetical,
    "pool.ha_failover_plan_exists": _plan_exists,
    "pool.ha_compute_vm_failover_plan": _failover_plan,
}
