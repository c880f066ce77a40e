"""Following a task: only its status ends it, its result is XML whatever the session speaks, and it is cleaned up."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from lifeguard.clock import VirtualClock
from lifeguard.datamodel.records import Task, TaskRef
from lifeguard.datamodel.schema import parse_type
from lifeguard.xapi.failures import ApiFailure, LostConnection, MalformedAnswer, TaskCancelled
from lifeguard.xapi.tasks import run_task, task_result

_MEMBER = "<member><name>k</name><value>1</value></member>"


@dataclass(slots=True)
class ScriptedServer:
    """Answers task.get_record with one step of the script after another, the last one for ever."""

    script: list[Task | Exception]
    calls: list[tuple[Any, ...]] = field(default_factory=list)

    async def call(self, method: str, *args: Any) -> Any:
        self.calls.append((method, *args))
        if method.startswith("Async."):
            return "OpaqueRef:task"
        if method != "task.get_record":
            return None
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, Exception):
            raise step
        return step

    def asked(self, method: str) -> int:
        return sum(call[0] == method for call in self.calls)


def _task(status: str, progress: float = 0.0, **more: Any) -> Task:
    return Task(ref=TaskRef("OpaqueRef:task"), status=status, progress=progress, **more)


async def _run(server: ScriptedServer, method: str = "VM.clone", **more: Any) -> Any:
    clock = VirtualClock()
    job = asyncio.create_task(run_task(server, method, "r", "n", clock=clock, **more))
    while not job.done():
        await clock.advance(1)
    return await job


async def test_progress_of_one_is_not_the_end_only_the_status_is() -> None:
    told: list[float] = []
    result = "<value>OpaqueRef:new</value>"
    server = ScriptedServer([_task("pending", 0.5), _task("pending", 1.0), _task("success", 1.0, result=result)])
    assert await _run(server, progress=told.append) == "OpaqueRef:new"
    assert told == [0.5, 1.0]
    assert server.asked("task.destroy") == 1


async def test_a_failed_task_raises_its_error_and_is_destroyed() -> None:
    server = ScriptedServer([_task("failure", error_info=("VM_BAD_POWER_STATE", "r", "halted", "running"))])
    with pytest.raises(ApiFailure) as failed:
        await _run(server)
    assert (failed.value.code, failed.value.params) == ("VM_BAD_POWER_STATE", ("r", "halted", "running"))
    assert server.asked("task.destroy") == 1


async def test_a_task_that_somebody_cancelled_is_told_apart() -> None:
    with pytest.raises(TaskCancelled):
        await _run(ScriptedServer([_task("cancelled", error_info=("TASK_CANCELLED", "OpaqueRef:task"))]))


async def test_a_task_outlives_a_lost_connection() -> None:
    lost = LostConnection("h", "reset")
    server = ScriptedServer([_task("pending"), lost, lost, lost, _task("success", result="<value></value>")])
    assert await _run(server, "VM.start") is None


async def test_labels_are_written_and_their_refusal_does_not_matter() -> None:
    server = ScriptedServer([_task("success", result="<value>x</value>")])
    await _run(server, labels={"applies_to": "r", "XenCenterMeddlingActionTitle": "Cloning"})
    assert ("task.add_to_other_config", "OpaqueRef:task", "applies_to", "r") in server.calls


async def test_cancelling_waits_until_the_server_has_ended_it() -> None:
    server, clock = ScriptedServer([_task("pending")]), VirtualClock()
    job = asyncio.create_task(run_task(server, "VM.clone", "r", "n", clock=clock))
    await clock.advance(2)
    job.cancel()
    await clock.advance(2)
    assert not job.done()
    assert server.asked("task.cancel") == 1
    server.script = [_task("cancelled")]
    await clock.advance(2)
    with pytest.raises(asyncio.CancelledError):
        await job
    assert server.asked("task.destroy") == 1


async def test_a_task_that_will_not_be_cancelled_is_not_waited_for_for_ever() -> None:
    server, clock = ScriptedServer([_task("pending")]), VirtualClock()
    job = asyncio.create_task(run_task(server, "VM.clone", "r", "n", clock=clock))
    await clock.advance(1)
    job.cancel()
    await clock.advance(90)
    assert job.cancelled()


async def test_cancelling_before_the_task_is_known_cancels_it_once_it_is() -> None:
    server = ScriptedServer([_task("cancelled")])
    job = asyncio.create_task(run_task(server, "VM.clone", "r", "n", clock=VirtualClock()))
    await asyncio.sleep(0)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert server.asked("task.cancel") == 1


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("<value>OpaqueRef:1c</value>", "VM ref", "OpaqueRef:1c"),
        ("OpaqueRef:1c", "VM ref", "OpaqueRef:1c"),
        ("<value><array><data><value>a</value><value>b</value></data></array></value>", "VM ref set", ("a", "b")),
        ("<value>17</value>", "int", 17),
        (f"<value><struct>{_MEMBER}</struct></value>", "(string -> int) map", {"k": 1}),
        ("", "void", None),
        ("<value></value>", "void", None),
        ("<value>a &amp; b</value>", "string", "a & b"),
    ],
)  # fmt: skip
def test_results_are_decoded_from_xml_by_the_calls_type(text: str, kind: str, value: Any) -> None:
    assert task_result(text, parse_type(kind)) == value


@pytest.mark.parametrize("text", ["<value>", "<value><array></value>", "<value>x</value><value>y</value>"])
def test_a_broken_result_is_malformed(text: str) -> None:
    with pytest.raises(MalformedAnswer):
        task_result(text, parse_type("VM ref set"))
