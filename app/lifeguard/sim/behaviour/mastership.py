"""Who is master: chosen by an administrator, taken in an emergency, or won after the old one failed."""

from __future__ import annotations

from lifeguard.clock import Clock
from lifeguard.sim.behaviour import alerts, lookup, pace
from lifeguard.sim.behaviour.host_life import end_sessions
from lifeguard.sim.behaviour.operations.refresh import marked, refresh
from lifeguard.sim.behaviour.operations.whole import check_pool
from lifeguard.sim.behaviour.task_ends import fail_tasks
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError


def become_master(db: Database, clock: Clock, host_ref: str, but: str | None = None) -> None:
    """The pool has a new master: everybody must log in again, there. What the old one was doing has failed, except
    task `but`."""
    pool_ref = lookup.pool_ref(db)
    fail_tasks(db, clock, db.get("pool", pool_ref, "master"), but)
    db.set("pool", pool_ref, "master", host_ref)
    end_sessions(db)
    alerts.post(db, clock, "POOL_MASTER_TRANSITION", "host", host_ref, "The pool has a new master")
    refresh(db, "pool", pool_ref)


async def designate_new_master(context: Context, host_ref: str) -> None:
    db = context.db
    busy = check_pool(db, "designate_new_master")
    if busy is not None:
        raise busy
    if host_ref == lookup.pool(db)["master"]:
        db.row("host", host_ref)
        return
    if not lookup.is_live(db, host_ref):
        raise ApiError("HOST_OFFLINE", host_ref)
    if not db.get("host", host_ref, "enabled"):
        raise ApiError("HOST_DISABLED", host_ref)
    with marked(context, "pool", lookup.pool_ref(db), "designate_new_master"):
        await pace.take(context, pace.START_S)
    become_master(db, context.clock, host_ref, but=context.task_ref)


async def emergency_transition_to_master(context: Context) -> None:
    """Asked of a member that has lost its master."""
    db, faults = context.db, context.faults.of(context.host_ref)
    if lookup.pool(db)["ha_enabled"]:
        raise ApiError("HA_IS_ENABLED")
    if not faults.emergency:
        raise ApiError("NOT_IN_EMERGENCY_MODE")
    faults.emergency = ()
    become_master(db, context.clock, context.host_ref)


async def emergency_reset_master(context: Context, address: str) -> None:
    """Point a lost member to a master somewhere else in the pool."""
    if lookup.pool(context.db)["ha_enabled"]:
        raise ApiError("HA_IS_ENABLED")
    context.faults.of(context.host_ref).emergency = ()


async def recover_slaves(context: Context) -> tuple[str, ...]:
    """Tell every member that waits for the old master who the new one is; returns those that heard it."""
    heard: list[str] = []
    for host_ref in context.db.rows("host"):
        faults = context.faults.of(host_ref)
        if host_ref != context.host_ref and faults.emergency and not (faults.is_dead or faults.is_cut_off):
            faults.emergency = ()
            heard.append(host_ref)
    return tuple(heard)


async def sync_database(context: Context) -> None:
    await context.clock.sleep(pace.PLUG_S)


HANDLERS: dict[str, Handler] = {
    "pool.designate_new_master": designate_new_master,
    "pool.emergency_transition_to_master": emergency_transition_to_master,
    "pool.emergency_reset_master": emergency_reset_master,
    "pool.recover_slaves": recover_slaves,
    "pool.sync_database": sync_database,
}
