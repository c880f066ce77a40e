"""Write `allowed_operations` anew wherever something they depend on has changed, and mark operations under way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from lifeguard.sim.behaviour import lookup
from lifeguard.sim.behaviour.operations.device import allowed_vbd_operations, allowed_vif_operations
from lifeguard.sim.behaviour.operations.sr import allowed_sr_operations
from lifeguard.sim.behaviour.operations.vdi import allowed_vdi_operations
from lifeguard.sim.behaviour.operations.vm import allowed_vm_operations
from lifeguard.sim.behaviour.operations.whole import (
    allowed_appliance_operations,
    allowed_host_operations,
    allowed_pool_operations,
)
from lifeguard.sim.context import Context
from lifeguard.sim.database import Database

_RULES: dict[str, Callable[[Database, str], tuple[str, ...]]] = {
    "VM": allowed_vm_operations,
    "SR": allowed_sr_operations,
    "VDI": allowed_vdi_operations,
    "VBD": allowed_vbd_operations,
    "VIF": allowed_vif_operations,
    "host": allowed_host_operations,
    "pool": lambda db, _: allowed_pool_operations(db),
    "VM_appliance": allowed_appliance_operations,
}


def allowed_operations(db: Database, table: str, ref: str) -> tuple[str, ...]:
    return _RULES[table](db, ref)


def refresh(db: Database, table: str, ref: str) -> None:
    """Recompute one object's list; of an object that is gone by now, nothing."""
    if db.has(table, ref):
        db.set(table, ref, "allowed_operations", _RULES[table](db, ref))


def refresh_vm(db: Database, vm_ref: str) -> None:
    """Recompute the lists of a VM, its appliance, its devices and their disks."""
    refresh(db, "VM", vm_ref)
    vm = lookup.find(db, "VM", vm_ref)
    if vm is None:
        return
    refresh(db, "VM_appliance", vm["appliance"])
    for vbd_ref, vbd in list(lookup.devices(db, vm, "VBD")):
        refresh(db, "VBD", vbd_ref)
        refresh(db, "VDI", vbd["VDI"])
    for vif_ref, _ in list(lookup.devices(db, vm, "VIF")):
        refresh(db, "VIF", vif_ref)


def refresh_all(db: Database) -> None:
    """Recompute every list, as a server does when it starts: nothing is under way then."""
    for table in _RULES:
        for ref in list(db.rows(table)):
            if db.get(table, ref, "current_operations"):
                db.set(table, ref, "current_operations", {})
    for table in _RULES:
        for ref in list(db.rows(table)):
            refresh(db, table, ref)


def refresh_new(db: Database, rows: Iterable[tuple[str, str]]) -> None:
    """Compute the lists of rows that have just been written, by table and ref."""
    for table, ref in rows:
        if table in _RULES:
            refresh(db, table, ref)


@contextmanager
def marked(context: Context, table: str, ref: str, operation: str) -> Iterator[None]:
    """Show `operation` among the object's current ones while the block runs, whatever its end."""
    db, key = context.db, context.task_ref or db_key(context)
    db.put(table, ref, "current_operations", key, operation)
    _refresh_wide(db, table, ref)
    try:
        yield
    finally:
        if db.has(table, ref):
            db.drop(table, ref, "current_operations", key)
            _refresh_wide(db, table, ref)


def db_key(context: Context) -> str:
    """A key in `current_operations` for a call that has no task of its own."""
    return f"DummyRef:|{context.db.new_uuid()}|{context.method}"


def _refresh_wide(db: Database, table: str, ref: str) -> None:
    if table == "VM":
        refresh_vm(db, ref)
        return
    refresh(db, table, ref)
    if table == "VBD":
        refresh(db, "VDI", db.get("VBD", ref, "VDI"))
