"""What a test may not leave behind: log records nobody expected, tasks, threads, widgets, running timers.

Un-awaited coroutines and unclosed sessions and sockets warn when they are collected; every warning is an error, so it
is enough to collect before the test is over.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import re
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from traceback import format_exception
from types import ModuleType, TracebackType

_THREAD_GRACE_S = 2.0
_TASK_GRACE_ROUNDS = 10


@dataclass(slots=True)
class _Expectation:
    pattern: re.Pattern[str]
    seen: int = 0


class LogWatch(logging.Handler):
    """Collects records from WARNING up. `expect` allows those whose message the pattern is found in."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._records: list[logging.LogRecord] = []
        self._expected: list[_Expectation] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)

    def expect(self, pattern: str) -> None:
        self._expected.append(_Expectation(re.compile(pattern)))

    def complaints(self) -> list[str]:
        """What was logged unexpectedly, and what was expected but never logged."""
        unexpected = [record for record in self._records if not self._is_expected(record)]
        missing = [expectation for expectation in self._expected if not expectation.seen]
        return [
            *(_described(record) for record in unexpected),
            *(f"no log record matched {expectation.pattern.pattern!r}" for expectation in missing),
        ]

    def _is_expected(self, record: logging.LogRecord) -> bool:
        matching = [expected for expected in self._expected if expected.pattern.search(record.getMessage())]
        for expectation in matching:
            expectation.seen += 1
        return bool(matching)


def _described(record: logging.LogRecord) -> str:
    text = f"unexpected log: {record.levelname} {record.name}: {record.getMessage()}"
    if record.exc_info:
        text += "\n" + logging.Formatter().formatException(record.exc_info)
    return text


class ExceptionWatch:
    """Exceptions that reach nobody: a slot that Qt calls raises into the void, and the test would pass."""

    def __init__(self) -> None:
        self._complaints: list[str] = []

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self._complaints.append("raised where nobody catches:\n" + "".join(format_exception(kind, error, trace)))

    def complaints(self) -> list[str]:
        return self._complaints


async def tasks_left() -> list[str]:
    """Tasks of the running loop that are still there after everything had a few turns to end."""
    left: set[asyncio.Task[object]] = set()
    for _ in range(_TASK_GRACE_ROUNDS):
        left = asyncio.all_tasks() - {asyncio.current_task()}
        if not left:
            break
        await asyncio.sleep(0)
    return [f"task left running: {task!r}" for task in left]


def threads_left(before: set[threading.Thread]) -> list[str]:
    """Threads that were started since and do not end by themselves. The loop joins its own workers when it closes."""
    started = [t for t in threading.enumerate() if t not in before and not t.name.startswith("asyncio_")]
    for thread in started:
        if not isinstance(thread, threading._DummyThread):
            thread.join(_THREAD_GRACE_S)
    return [f"thread left running: {thread.name}" for thread in started if thread.is_alive()]


@dataclass(slots=True)
class QtWatch:
    """Top-level widgets and running timers that were not there before. Does nothing until a test imports Qt widgets."""

    _known: set[int] = field(default_factory=set)

    def begin(self) -> None:
        self._known = {id(thing) for thing in self._things()}

    def complaints(self) -> list[str]:
        self._settle()
        return [f"left behind: {thing!r}" for thing in self._things() if id(thing) not in self._known]

    def _things(self) -> list[object]:
        widgets = _widgets_module()
        if widgets is None or widgets.QApplication.instance() is None:
            return []
        timer_type = sys.modules["PySide6.QtCore"].QTimer
        is_alive = sys.modules["shiboken6"].isValid
        timers = [thing for thing in gc.get_objects() if isinstance(thing, timer_type) and is_alive(thing)]
        return [*widgets.QApplication.topLevelWidgets(), *(timer for timer in timers if timer.isActive())]

    def _settle(self) -> None:
        widgets = _widgets_module()
        if widgets is not None and widgets.QApplication.instance() is not None:
            core = sys.modules["PySide6.QtCore"]
            widgets.QApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete)
            gc.collect()


def _widgets_module() -> ModuleType | None:
    return sys.modules.get("PySide6.QtWidgets")


ExpectedLog = Callable[[str], None]
