"""Appliances: VMs that start and stop together, in their order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.behaviour import vm_start, vm_stop
from lifeguard.sim.behaviour.operations.refresh import marked
from lifeguard.sim.behaviour.operations.whole import check_appliance
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.failure import ApiError

_Act = Callable[[Context, str], Awaitable[None]]


async def start(context: Context, appliance_ref: str, paused: bool) -> None:
    async def act(inner: Context, vm_ref: str) -> None:
        await vm_start.start(inner, vm_ref, paused, False)

    await _go_through(context, appliance_ref, "start", act, ("Halted",), is_backwards=False)


async def clean_shutdown(context: Context, appliance_ref: str) -> None:
    await _go_through(context, appliance_ref, "clean_shutdown", vm_stop.clean_shutdown, ("Running",), is_backwards=True)


async def hard_shutdown(context: Context, appliance_ref: str) -> None:
    states = ("Running", "Paused", "Suspended")
    await _go_through(context, appliance_ref, "hard_shutdown", vm_stop.hard_shutdown, states, is_backwards=True)


async def shutdown(context: Context, appliance_ref: str) -> None:
    states = ("Running", "Paused", "Suspended")
    await _go_through(context, appliance_ref, "shutdown", vm_stop.shutdown, states, is_backwards=True)


async def _go_through(
    context: Context, appliance_ref: str, operation: str, act: _Act, states: tuple[str, ...], *, is_backwards: bool
) -> None:
    """Group by group of `order`, backwards when stopping; each group's longest delay passes before the next one."""
    db = context.db
    error = check_appliance(db, appliance_ref, operation)
    if error is not None:
        raise error
    delay_field = "shutdown_delay" if is_backwards else "start_delay"
    vms = [ref for ref in db.get("VM_appliance", appliance_ref, "VMs") if db.get("VM", ref, "power_state") in states]
    numbers = {db.get("VM", ref, "order") for ref in vms}
    orders = sorted(numbers, key=lambda order: (order < 0, order), reverse=is_backwards)
    failed: list[str] = []
    with marked(context, "VM_appliance", appliance_ref, operation):
        for done, order in enumerate(orders, 1):
            group = [ref for ref in vms if db.get("VM", ref, "order") == order]
            async with asyncio.TaskGroup() as tasks:
                ends = {ref: tasks.create_task(_one(context, ref, act)) for ref in group}
            failed += [ref for ref, end in ends.items() if not end.result()]
            await context.progress(done / len(orders))
            if order != orders[-1]:
                await context.clock.sleep(max(float(db.get("VM", ref, delay_field)) for ref in group))
    if failed:
        raise ApiError("OPERATION_PARTIALLY_FAILED", operation, *failed)


async def _one(context: Context, vm_ref: str, act: _Act) -> bool:
    """Whether it worked, under a task of its own."""
    db = context.db
    task = db.insert("task", {"name_label": "VM in appliance", "status": "pending", "resident_on": context.host_ref,
                              "subtask_of": context.task_ref or NULL_REF})  # fmt: skip
    try:
        await act(replace(context, task_ref=task), vm_ref)
    except ApiError:
        return False
    finally:
        if db.has("task", task):
            db.destroy("task", task)
    return True


HANDLERS: dict[str, Handler] = {
    "VM_appliance.start": start,
    "VM_appliance.clean_shutdown": clean_shutdown,
    "VM_appliance.hard_shutdown": hard_shutdown,
    "VM_appliance.shutdown": shutdown,
}
