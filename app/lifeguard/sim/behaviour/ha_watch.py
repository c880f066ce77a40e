"""Whether HA's promise still holds: recomputed after every change that may touch it, and told when it got worse."""

from __future__ import annotations

from lifeguard.clock import Clock
from lifeguard.sim.behaviour import alerts, lookup
from lifeguard.sim.behaviour.ha_planner import tolerance
from lifeguard.sim.database import Database


def refresh_plan(db: Database, clock: Clock) -> None:
    """Write how many failures can be survived now, and leave messages when that is less than before or than wished."""
    pool_ref = lookup.pool_ref(db)
    pool = db.row("pool", pool_ref)
    if not pool["ha_enabled"]:
        return
    before, was_overcommitted = pool["ha_plan_exists_for"], pool["ha_overcommitted"]
    now, wished = tolerance(db), pool["ha_host_failures_to_tolerate"]
    db.update("pool", pool_ref, ha_plan_exists_for=min(now, wished), ha_overcommitted=now < wished)
    exists_for = min(now, wished)
    if exists_for < before:
        alerts.post(db, clock, "HA_POOL_DROP_IN_PLAN_EXISTS_FOR", "pool", pool_ref, str(exists_for))
    if now < wished and not was_overcommitted:
        alerts.post(db, clock, "HA_POOL_OVERCOMMITTED", "pool", pool_ref, str(exists_for))
