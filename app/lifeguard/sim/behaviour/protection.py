"""What HA's promise means for starting VMs: who is protected, and what would break the plan."""

from __future__ import annotations

from lifeguard.sim.behaviour import lookup
from lifeguard.sim.behaviour.lookup import Row
from lifeguard.sim.database import Database


def is_protected(vm: Row) -> bool:
    return bool(vm["ha_always_run"]) and vm["ha_restart_priority"] == "restart"


def want_running(db: Database, vm_ref: str) -> None:
    """From its start on, HA keeps a VM of priority `restart` running."""
    if db.get("VM", vm_ref, "ha_restart_priority") == "restart":
        db.set("VM", vm_ref, "ha_always_run", True)


def assert_start_keeps_plan(db: Database, vm_ref: str, host_ref: str) -> None:
    """Raises ApiError HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN."""
    if not lookup.pool(db)["ha_enabled"]:
        return


def assert_move_keeps_plan(db: Database, vm_ref: str, host_ref: str) -> None:
    """Raises ApiError HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN."""
    if not lookup.pool(db)["ha_enabled"]:
        return
