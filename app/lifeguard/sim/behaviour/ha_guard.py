"""What HA forbids because fewer host failures could be survived afterwards."""

from __future__ import annotations

from lifeguard.sim.behaviour import lookup, memory
from lifeguard.sim.behaviour.ha_planner import load, plan_exists, protected_vms
from lifeguard.sim.behaviour.packing import Load, survives
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError


def assert_start_keeps_plan(db: Database, vm_ref: str, host_ref: str) -> None:
    """Starting the VM there. Raises ApiError HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN."""
    _assert_keeps_plan(db, vm_ref, host_ref)


def assert_move_keeps_plan(db: Database, vm_ref: str, host_ref: str) -> None:
    """Moving the VM there. Raises ApiError HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN."""
    _assert_keeps_plan(db, vm_ref, host_ref)


def _assert_keeps_plan(db: Database, vm_ref: str, host_ref: str) -> None:
    pool = lookup.pool(db)
    if not pool["ha_enabled"] or pool["ha_allow_overcommit"]:
        return
    tolerated = pool["ha_plan_exists_for"]
    if tolerated <= 0 or not plan_exists(db, tolerated):
        return
    if not survives(_load_with(db, vm_ref, host_ref), tolerated):
        raise ApiError("HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN")


def _load_with(db: Database, vm_ref: str, host_ref: str) -> Load:
    """The load as if the VM lived on the host, which takes memory there and, until it has moved, where it was. One that
    becomes protected by being started may be put anywhere."""
    protected = protected_vms(db)
    vm, before = db.row("VM", vm_ref), load(db, protected)
    size = memory.planned_bytes(vm)
    if vm["ha_restart_priority"] == "restart" and vm_ref not in protected:
        return Load(before.room_bytes, {**before.size_bytes, vm_ref: size}, before.place, before.hosts_in_pool)
    room = {ref: free - size if ref == host_ref else free for ref, free in before.room_bytes.items()}
    place = {**before.place, vm_ref: host_ref} if vm_ref in protected else before.place
    return Load(room, before.size_bytes, place, before.hosts_in_pool)
