"""Rows of drives: each comes and goes with a row of metrics, though nothing in that means anything any more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.database import Database


def add_drive(db: Database, values: Mapping[str, Any]) -> str:
    """A VBD and its metrics."""
    ref = db.insert("VBD", {**values, "metrics": NULL_REF})
    db.set("VBD", ref, "metrics", db.insert("VBD_metrics", {}))
    return ref


def remove_drive(db: Database, vbd_ref: str) -> None:
    """Raises ApiError HANDLE_INVALID."""
    metrics = db.get("VBD", vbd_ref, "metrics")
    db.destroy("VBD", vbd_ref)
    if db.has("VBD_metrics", metrics):
        db.destroy("VBD_metrics", metrics)
