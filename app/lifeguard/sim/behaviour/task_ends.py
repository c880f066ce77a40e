"""Tasks that nobody carries out any more."""

from __future__ import annotations

from lifeguard.clock import Clock
from lifeguard.sim import dates
from lifeguard.sim.database import Database

_REASON = ("INTERNAL_ERROR", "The toolstack was restarted while this was going on")


def fail_tasks(db: Database, clock: Clock, host_ref: str, but: str | None = None) -> None:
    """The host that had them has restarted or is gone: those still pending have failed."""
    for ref, task in list(db.rows("task").items()):
        if task["status"] != "pending" or task["resident_on"] != host_ref or ref == but:
            continue
        db.set("task", ref, "progress", 1.0)
        db.set("task", ref, "error_info", _REASON)
        db.set("task", ref, "finished", dates.stamp(clock.time_s()))
        db.set("task", ref, "allowed_operations", ())
        db.set("task", ref, "status", "failure")
