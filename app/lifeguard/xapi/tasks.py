"""Work the server does in the background: start it, follow it, take its result, cancel it, clean up after it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Protocol

from lifeguard.clock import Clock, SystemClock
from lifeguard.datamodel.records import Task
from lifeguard.datamodel.schema import Type
from lifeguard.scope import finished
from lifeguard.xapi.codec import described
from lifeguard.xapi.failures import ApiFailure, Failure, MalformedAnswer, Retryable, TaskCancelled, api_failure
from lifeguard.xapi.values import typed
from lifeguard.xapi.xml_answer import loads

LET_GO = "let go"
"""Cancelling a coroutine with this message leaves the server's task running: nobody waits for it any more."""

_POLL_S = 0.9
_CANCEL_PATIENCE_S = 60.0
_RETRIES = 40


class Caller(Protocol):
    """Who can make a call: a session, or a link that always has the current one."""

    async def call(self, method: str, *args: Any) -> Any: ...


Progress = Callable[[float], object]
Watch = Callable[[str], AsyncIterator[Task | None]]
"""Follow a task by ref: its record whenever it may have changed, None when it may be gone."""


async def run_task(
    caller: Caller,
    method: str,
    *args: Any,
    progress: Progress | None = None,
    labels: Mapping[str, str] | None = None,
    watch: Watch | None = None,
    clock: Clock | None = None,
) -> Any:
    """Run `Async.method` to its end and return its typed result. `progress` gets fractions from 0 to 1; `labels` go
    into the task's other_config, where other consoles look for a title and for what it applies to.

    Cancelling this coroutine cancels the server's task and waits, a bounded while, for its end, unless the message
    is LET_GO. Raises what the task
    failed with as the failure a plain call would have raised, TaskCancelled when somebody cancelled it.
    """
    clock = clock or SystemClock()
    ref, cancelled = await finished(caller.call(f"Async.{method}", *args))
    try:
        if cancelled:
            raise asyncio.CancelledError
        await _label(caller, ref, labels or {})
        record = await _until_ended(caller, ref, progress, watch, clock)
    except asyncio.CancelledError as end:
        if end.args != (LET_GO,):
            await _cancel(caller, ref, clock)
        raise
    await _destroy(caller, ref)
    return outcome(method, record)


def outcome(method: str, record: Task) -> Any:
    """The typed result of an ended task, or the failure it ended with. Raises ApiFailure, MalformedAnswer."""
    if record.status == "success":
        call = described(method)
        return task_result(record.result, call.result if call is not None else None)
    info = tuple(record.error_info)
    if record.status == "cancelled":
        raise TaskCancelled("TASK_CANCELLED", info[1:] or (record.ref,))
    raise api_failure(info[0], info[1:]) if info else ApiFailure("INTERNAL_ERROR", (f"{method} failed without a word",))


def task_result(text: str, kind: Type | None) -> Any:
    """Decode a task's result, which is XML-RPC text in sessions of every protocol; old servers leave scalars bare."""
    if kind is not None and kind.kind == "void":
        return None
    text = text.strip()
    if not text.startswith("<value"):
        return typed(kind, text)
    wire = loads(f"<methodResponse><params><param>{text}</param></params></methodResponse>".encode())
    return typed(kind, wire)


async def _label(caller: Caller, ref: str, labels: Mapping[str, str]) -> None:
    for key, value in labels.items():
        try:
            await caller.call("task.add_to_other_config", ref, key, value)
        except ApiFailure:
            return  # the task has ended and gone already, or the role may not: labels are a courtesy


async def _until_ended(caller: Caller, ref: str, progress: Progress | None, watch: Watch | None, clock: Clock) -> Task:
    told = -1.0
    async for record in (watch or _polling(clock))(ref):
        known = record if record is not None else await _record(caller, ref, clock)
        if progress is not None and known.progress > told:
            told = known.progress
            progress(min(1.0, max(0.0, told)))
        if _has_ended(known):
            return known
    raise MalformedAnswer(f"nobody follows task {ref} any more")


def _has_ended(record: Task) -> bool:
    """Only the status says so: progress and the other fields are written before it."""
    return record.status not in ("pending", "cancelling", "")


def _polling(clock: Clock) -> Watch:
    async def poll(ref: str) -> AsyncIterator[Task | None]:
        while True:
            yield None
            await clock.sleep(_POLL_S)

    return poll


async def _record(caller: Caller, ref: str, clock: Clock) -> Task:
    """The task as it is now, through connections that come and go."""
    for attempt in range(_RETRIES):
        try:
            record = await caller.call("task.get_record", ref)
            if isinstance(record, Task):
                return record
            raise MalformedAnswer("task.get_record answered with no task")
        except Retryable:
            if attempt == _RETRIES - 1:
                raise
            await clock.sleep(_POLL_S * (1 + attempt))
    raise AssertionError("unreachable")


async def _cancel(caller: Caller, ref: str, clock: Clock) -> None:
    """Ask for the end and wait for it; being cancelled once more ends the waiting."""
    deadline_s = clock.monotonic_s() + _CANCEL_PATIENCE_S
    try:
        await caller.call("task.cancel", ref)
        while not _has_ended(await _record(caller, ref, clock)) and clock.monotonic_s() < deadline_s:
            await clock.sleep(_POLL_S / 3)
    except Failure:
        return  # out of reach, or gone: nothing is left to wait for
    finally:
        await _destroy(caller, ref)


async def _destroy(caller: Caller, ref: str) -> None:
    try:
        await finished(caller.call("task.destroy", ref))
    except Failure:
        pass  # it is garbage then, and the server collects it
