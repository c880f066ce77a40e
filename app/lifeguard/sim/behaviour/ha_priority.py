"""Who HA protects: priorities, and what follows when one changes."""

from __future__ import annotations

from lifeguard.sim.behaviour import lookup
from lifeguard.sim.behaviour.ha_planner import assert_priority, plan_exists, protected_vms
from lifeguard.sim.behaviour.ha_watch import refresh_plan
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError


def change_priority(db: Database, vm_ref: str, priority: str) -> None:
    """Write the priority; a running VM whose priority changed is wanted running, or no longer."""
    vm = db.row("VM", vm_ref)
    if vm["ha_restart_priority"] != priority and vm["power_state"] == "Running":
        db.set("VM", vm_ref, "ha_always_run", priority == "restart")
    db.set("VM", vm_ref, "ha_restart_priority", priority)


async def set_ha_restart_priority(context: Context, vm_ref: str, priority: str) -> None:
    db = context.db
    assert_priority(priority)
    db.row("VM", vm_ref)
    pool = lookup.pool(db)
    would_protect = priority == "restart" and vm_ref not in protected_vms(db)
    if pool["ha_enabled"] and would_protect and not pool["ha_allow_overcommit"]:
        tolerated = pool["ha_host_failures_to_tolerate"]
        if plan_exists(db, tolerated) and not plan_exists(db, tolerated, [*protected_vms(db), vm_ref]):
            raise ApiError("HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN")
    change_priority(db, vm_ref, priority)
    refresh_plan(context.db, context.clock)


async def set_ha_always_run(context: Context, vm_ref: str, value: bool) -> None:
    context.db.set("VM", vm_ref, "ha_always_run", value)
    refresh_plan(context.db, context.clock)


async def set_failures_to_tolerate(context: Context, pool_ref: str, value: int) -> None:
    db = context.db
    pool = db.row("pool", pool_ref)
    if value < 0:
        raise ApiError("INVALID_VALUE", "ha_host_failures_to_tolerate", str(value))
    if pool["ha_enabled"] and pool["ha_plan_exists_for"] > 0 and not plan_exists(db, value):
        raise ApiError("HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN")
    db.set("pool", pool_ref, "ha_host_failures_to_tolerate", value)
    refresh_plan(db, context.clock)


HANDLERS: dict[str, Handler] = {
    "VM.set_ha_restart_priority": set_ha_restart_priority,
    "VM.set_ha_always_run": set_ha_always_run,
    "pool.set_ha_host_failures_to_tolerate": set_failures_to_tolerate,
}
