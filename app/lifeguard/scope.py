"""Who starts work in the background owns it: a scope ends, and waits for, everything that was started in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")

Begin: TypeAlias = Callable[[Coroutine[Any, Any, None], str], "asyncio.Task[None]"]
"""How work and its name are handed to whoever owns it: `Scope.start`, without the rest of the scope."""


class Scope:
    """Owns tasks for as long as its owner lives.

    A task that fails is reported once, to the loop's exception handler or to `report`; one that is cancelled is not.
    After `close` nothing can be started any more.
    """

    def __init__(self, name: str, report: Callable[[BaseException], object] | None = None) -> None:
        self._name = name
        self._report = report
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closed = False

    def start(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """Start `work`. Raises RuntimeError when the scope is closed."""
        if self._closed:
            work.close()
            raise RuntimeError(f"{self._name} is closed; {name} cannot start")
        task = asyncio.get_running_loop().create_task(work, name=f"{self._name}: {name}")
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def close(self) -> None:
        """Cancel everything and wait for its end; called from inside one of its own tasks it leaves that one alone."""
        self._closed = True
        while others := self._tasks - {asyncio.current_task()}:
            for task in others:
                task.cancel()
            await asyncio.wait(others)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        failure = task.exception()
        if failure is None:
            return
        if self._report is not None:
            self._report(failure)
            return
        task.get_loop().call_exception_handler(
            {"message": f"{task.get_name()} failed", "exception": failure, "task": task}
        )


async def finished(work: Coroutine[Any, Any, T]) -> tuple[T, bool]:
    """Run `work` to its end even when the caller is cancelled meanwhile. Returns its result, and whether that happened:
    the caller then cleans up and goes on being cancelled."""
    cancelled = False
    task = asyncio.get_running_loop().create_task(work)
    while not task.done():
        try:
            await asyncio.wait((task,))
        except asyncio.CancelledError:
            cancelled = True
    return task.result(), cancelled
