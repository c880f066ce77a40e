"""Emptying a host: where each of its VMs would go, what keeps one from going, and moving them all."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.behaviour import lookup, memory
from lifeguard.sim.behaviour.lookup import Row
from lifeguard.sim.behaviour.migration import pool_migrate
from lifeguard.sim.behaviour.operations.refresh import marked
from lifeguard.sim.behaviour.operations.vm import check_vm
from lifeguard.sim.behaviour.operations.whole import check_host
from lifeguard.sim.behaviour.packing import pack
from lifeguard.sim.behaviour.placement import verdict
from lifeguard.sim.behaviour.protection import is_protected
from lifeguard.sim.behaviour.versions import is_older
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_DEFAULT_BATCH = 10
_POLL_S = 0.25


def residents(db: Database, host_ref: str) -> dict[str, Row]:
    """The VMs that must leave: not control domains."""
    return {
        ref: vm for ref, vm in db.rows("VM").items() if vm["resident_on"] == host_ref and not vm["is_control_domain"]
    }


def plan(db: Database, host_ref: str) -> dict[str, str | ApiError]:
    """VM -> the host it would go to, or why it cannot go."""
    vms = residents(db, host_ref)
    targets = [
        ref
        for ref in db.rows("host")
        if ref != host_ref and db.get("host", ref, "enabled") and not is_older(db, ref, host_ref)
    ]
    if not targets:
        return {ref: ApiError("NO_HOSTS_AVAILABLE", ref) for ref in vms}
    unprotected = [ref for ref, vm in vms.items() if lookup.pool(db)["ha_enabled"] and not is_protected(vm)]
    outcome: dict[str, str | ApiError] = {
        ref: ApiError("HOST_EVACUATE_VM_NOT_HA_PROTECTED", ref) for ref in unprotected
    }
    free = {ref: memory.free_bytes(db, ref) for ref in targets}
    for ref, vm in vms.items():
        error = check_vm(db, ref, "pool_migrate")
        if error is not None and ref not in outcome:
            fits = memory.needed_bytes(vm) <= max(free.values())
            outcome[ref] = error if fits else ApiError("HOST_NOT_ENOUGH_FREE_MEMORY", ref)
    going = [(ref, memory.needed_bytes(vm)) for ref, vm in vms.items() if ref not in outcome]
    placed = pack(going, free)
    return outcome | {ref: _destination(db, ref, placed.get(ref), targets) for ref, _ in going}


def _destination(db: Database, vm_ref: str, placed_on: str | None, targets: list[str]) -> str | ApiError:
    """The planned host if it will do. A VM that fits nowhere may have a worse trouble than memory."""
    if placed_on is not None:
        return verdict(db, vm_ref, placed_on, check_memory=False) or placed_on
    errors = [verdict(db, vm_ref, target, check_memory=False) for target in targets]
    first = errors[0]
    return first if first is not None and None not in errors else ApiError("HOST_NOT_ENOUGH_FREE_MEMORY", vm_ref)


def blockers(db: Database, host_ref: str) -> dict[str, ApiError]:
    return {ref: end for ref, end in plan(db, host_ref).items() if isinstance(end, ApiError)}


async def get_vms_which_prevent_evacuation(context: Context, host_ref: str) -> dict[str, tuple[str, ...]]:
    context.db.row("host", host_ref)
    return {ref: error.description for ref, error in blockers(context.db, host_ref).items()}


async def assert_can_evacuate(context: Context, host_ref: str) -> None:
    context.db.row("host", host_ref)
    errors = blockers(context.db, host_ref)
    if errors:
        raise ApiError("CANNOT_EVACUATE_HOST", "|".join(",".join(error.description) for error in errors.values()))


async def evacuate(context: Context, host_ref: str, network_ref: str = "", batch_size: int = 0) -> None:
    """Move every VM away, some at a time. Nothing moves when one of them cannot."""
    db = context.db
    busy = check_host(db, host_ref, "evacuate")
    if busy is not None:
        raise busy
    with marked(context, "host", host_ref, "evacuate"):
        moves = plan(db, host_ref)
        for end in moves.values():
            if isinstance(end, ApiError):
                raise end
        going = [(vm, str(target)) for vm, target in moves.items()]
        size = batch_size or int(lookup.pool(db)["other_config"].get("evacuation-batch-size", _DEFAULT_BATCH))
        done = 0
        for begin in range(0, len(going), max(1, size)):
            batch = going[begin : begin + max(1, size)]
            await _move_all(context, batch)
            done += len(batch)
            await context.progress(done / len(going))
    left = [ref for ref in residents(db, host_ref) if db.get("VM", ref, "power_state") != "Halted"]
    if left:
        raise ApiError("CANNOT_EVACUATE_HOST", "|".join(f"VM_BAD_POWER_STATE,{ref}" for ref in left))


async def _move_all(context: Context, batch: list[tuple[str, str]]) -> None:
    """Side by side. Raises the first error; cancelling the whole cancels each of them."""
    subtasks = [_subtask(context) for _ in batch]
    async with asyncio.TaskGroup() as group:
        passing_on = group.create_task(_pass_on_cancel(context, subtasks))
        pairs = zip(batch, subtasks, strict=True)
        moving = [group.create_task(_move(context, task, vm_ref, target)) for (vm_ref, target), task in pairs]
        await asyncio.wait(moving)
        passing_on.cancel()
    context.checkpoint()
    for error in (task.result() for task in moving):
        if error is not None:
            raise error


def _subtask(context: Context) -> str:
    return context.db.insert(
        "task",
        {"name_label": "Async.VM.pool_migrate", "status": "pending", "subtask_of": context.task_ref or NULL_REF,
         "resident_on": context.host_ref, "allowed_operations": ("cancel",)},
    )  # fmt: skip


async def _pass_on_cancel(context: Context, subtasks: list[str]) -> None:
    while not context.is_cancelled:
        await context.clock.sleep(_POLL_S)
    for task in subtasks:
        if context.db.has("task", task):
            context.db.put("task", task, "current_operations", "evacuate", "cancel")


async def _move(context: Context, task: str, vm_ref: str, target_ref: str) -> ApiError | None:
    """One VM, under a task of its own so that its progress is not taken for the whole's. Returns why it did not move;
    one that halted meanwhile needs not."""
    db = context.db
    child = replace(context, task_ref=task, method="Async.VM.pool_migrate")
    try:
        await pool_migrate(child, vm_ref, target_ref, {"live": "true"})
        return None
    except ApiError as error:
        return None if error.code == "VM_BAD_POWER_STATE" else error
    finally:
        if db.has("task", task):
            db.destroy("task", task)


async def get_uncooperative_resident_vms(context: Context, host_ref: str) -> tuple[str, ...]:
    context.db.row("host", host_ref)
    return ()


HANDLERS: dict[str, Handler] = {
    "host.evacuate": evacuate,
    "host.assert_can_evacuate": assert_can_evacuate,
    "host.get_vms_which_prevent_evacuation": get_vms_which_prevent_evacuation,
    "host.get_uncooperative_resident_VMs": get_uncooperative_resident_vms,
}
