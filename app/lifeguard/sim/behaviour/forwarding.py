"""Passing a call on to the host that must do it: it has to be there."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from lifeguard.sim.behaviour import lookup
from lifeguard.sim.behaviour.operations.refresh import db_key
from lifeguard.sim.context import Context
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_HOP_S = 0.02
_POLL_S = 0.1
_LONGEST_WAIT_S = 60.0


def assert_online(db: Database, host_ref: str) -> None:
    """Raises ApiError HOST_OFFLINE when the call could not be passed on."""
    if not lookup.is_null(host_ref) and not lookup.is_live(db, host_ref):
        raise ApiError("HOST_OFFLINE", host_ref)


async def forward(context: Context, host_ref: str) -> None:
    """What follows happens on that host. Raises ApiError HOST_OFFLINE when it is down."""
    assert_online(context.db, host_ref)
    await context.clock.sleep(_HOP_S)


async def forward_home(context: Context, vm_ref: str) -> str:
    """Go on where the VM lives and return that host. Raises ApiError HOST_OFFLINE when it is down."""
    host_ref = str(context.db.get("VM", vm_ref, "resident_on"))
    await forward(context, host_ref)
    return host_ref


async def cancel_others(context: Context, vm_ref: str, operations: Collection[str]) -> None:
    """Cancel what else the VM is doing, of these operations, and wait until it has stopped."""
    db, waited_s = context.db, 0.0
    others = [
        task
        for task, operation in db.get("VM", vm_ref, "current_operations").items()
        if operation in operations and task != context.task_ref and db.has("task", task)
    ]
    for task in others:
        db.put("task", task, "current_operations", db_key(context), "cancel")
    while waited_s < _LONGEST_WAIT_S and any(task in db.get("VM", vm_ref, "current_operations") for task in others):
        await asyncio.sleep(0)
        await context.clock.sleep(_POLL_S)
        waited_s += _POLL_S
