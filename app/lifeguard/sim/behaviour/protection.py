"""Whom HA protects."""

from __future__ import annotations

from lifeguard.sim.behaviour.lookup import Row
from lifeguard.sim.database import Database


def is_protected(vm: Row) -> bool:
    return bool(vm["ha_always_run"]) and vm["ha_restart_priority"] == "restart"


def want_running(db: Database, vm_ref: str) -> None:
    """From its start on, HA keeps a VM of priority `restart` running."""
    if db.get("VM", vm_ref, "ha_restart_priority") == "restart":
        db.set("VM", vm_ref, "ha_always_run", True)
