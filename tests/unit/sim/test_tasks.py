"""Asynchronous calls: their task from pending to its end, and what cancels and removes it."""

from __future__ import annotations

import pytest

from lifeguard.sim.context import Context
from lifeguard.sim.database import Write
from lifeguard.sim.failure import ApiError
from tests.unit.sim.asking import Asked, Refused


async def _slow(context: Context, ref: str) -> None:
    for step in range(10):
        await context.clock.sleep(1.0)
        await context.progress((step + 1) / 10)


async def _failing(context: Context, ref: str) -> None:
    raise ApiError("VM_BAD_POWER_STATE", ref, "running", "halted")


def _asked() -> Asked:
    return Asked(behaviours={"VM.pause": _slow, "VM.unpause": _failing})


async def test_a_task_rises_and_then_succeeds_writing_its_status_last() -> None:
    asked = _asked()
    await asked.login()
    written: list[str] = []
    status: list[str] = []

    def note(write: Write) -> None:
        if write.table == "task":
            status.append(write.values["status"])
            written.append(f"{write.values['progress']:.1f} {write.values['result']}")

    asked.db.written.connect(note)
    task = await asked.call("Async.VM.pause", "vm")
    await asked.clock.advance(5)
    assert (await asked.call("task.get_record", task))["progress"] == pytest.approx(0.5)
    await asked.clock.advance(6)
    record = await asked.call("task.get_record", task)
    assert (record["status"], record["progress"], record["result"]) == ("success", 1.0, "<value></value>")
    assert record["allowed_operations"] == []
    assert status[-2:] == ["pending", "success"]
    assert written[-2] == "1.0 <value></value>"


async def test_a_failed_task_keeps_the_error() -> None:
    asked = _asked()
    await asked.login()
    task = await asked.call("Async.VM.unpause", "vm")
    await asked.clock.advance(1)
    record = await asked.call("task.get_record", task)
    assert record["status"] == "failure"
    assert record["error_info"] == ["VM_BAD_POWER_STATE", "vm", "running", "halted"]


async def test_a_cancelled_task_ends_as_cancelled_at_its_next_step() -> None:
    asked = _asked()
    await asked.login()
    task = await asked.call("Async.VM.pause", "vm")
    await asked.clock.advance(2)
    await asked.call("task.cancel", task)
    assert await asked.call("task.get_status", task) == "pending"
    await asked.clock.advance(2)
    record = await asked.call("task.get_record", task)
    assert record["status"] == "cancelled"
    assert record["error_info"] == ["TASK_CANCELLED", task]


async def test_destroying_a_pending_task_waits_for_its_end() -> None:
    asked = _asked()
    await asked.login()
    task = await asked.call("Async.VM.pause", "vm")
    await asked.call("task.destroy", task)
    assert (await asked.call("task.get_record", task))["current_operations"] == {"task": "destroy"}
    await asked.clock.advance(20)
    with pytest.raises(Refused):
        await asked.call("task.get_record", task)


async def test_a_synchronous_call_leaves_no_task() -> None:
    asked = _asked()
    await asked.login()
    with pytest.raises(Refused):
        await asked.call("VM.unpause", "vm")
    assert await asked.call("task.get_all") == []


async def test_the_task_of_another_needs_a_strong_role() -> None:
    asked = _asked()
    await asked.login()
    task = await asked.call("Async.VM.pause", "vm")
    await asked.login("vm-operator")
    with pytest.raises(Refused) as refused:
        await asked.call("task.cancel", task)
    assert refused.value.error[:2] == ["RBAC_PERMISSION_DENIED", "task.destroy/any"]
    await asked.pool.close()


async def test_old_finished_tasks_are_collected() -> None:
    asked = _asked()
    await asked.login()
    task = await asked.call("Async.VM.unpause", "vm")
    await asked.clock.advance(66 * 60)
    asked.pool.tasks.sweep()
    assert not asked.db.has("task", task)
