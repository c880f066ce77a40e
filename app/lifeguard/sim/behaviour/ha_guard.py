"""What HA forbids because fewer host failures could be survived afterwards."""

from __future__ import annotations

from lifeguard.sim.behaviour import lookup, memory
from lifeguard.sim.behaviour.ha_planner import load, plan_exists, protected_vms
from lifeguard.sim.behaviour.packing import Load, survives
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError


def assert_start_keeps_plan(db: Database, vm_ref: str, host_ref: str) -> None:
    """Starting the VM there. Raises ApiError HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN."""
    _assert_keeps_plan(db, vm_ref, host_ref, is_protected=db.get("VM", vm_ref, "ha_restart_priority") == "restart")


def assert_move_keeps_plan(db: Database, vm_ref: str, host_ref: str) -> None:
    """Moving the VM there. Raises ApiError HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN."""
    _assert_keeps_plan(db, vm_ref, host_ref, is_protected=vm_ref in protected_vms(db))


def _assert_keeps_plan(db: Database, vm_ref: str, host_ref: str, *, is_protected: bool) -> None:
    pool = lookup.pool(db)
    if not pool["ha_enabled"] or pool["ha_allow_overcommit"]:
        return
    tolerated = pool["ha_plan_exists_for"]
    if tolerated <= 0 or not plan_exists(db, tolerated):
        return
    if not survives(_load_with(db, vm_ref, host_ref, is_protected), tolerated):
        raise ApiError("HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN")


def _load_with(db: Database, vm_ref: str, host_ref: str, is_protected: bool) -> Load:
    """The load as if the VM lived on the host."""
    others = [ref for ref in protected_vms(db) if ref != vm_ref]
    vm, before = db.row("VM", vm_ref), load(db, others)
    room, size = dict(before.room_bytes), memory.planned_bytes(vm)
    for place in {vm["resident_on"], vm["scheduled_to_be_resident_on"]} & room.keys():
        room[place] += size
    if host_ref in room:
        room[host_ref] -= size
    if not is_protected:
        return Load(room, before.size_bytes, before.place, before.hosts_in_pool)
    return Load(room, {**before.size_bytes, vm_ref: size}, {**before.place, vm_ref: host_ref}, before.hosts_in_pool)
