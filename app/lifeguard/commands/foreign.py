"""What others are doing to the pool: tasks that the server shows and that are not ours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from lifeguard.clock import Clock, SystemClock
from lifeguard.commands.command import OURS
from lifeguard.commands.jobs import ASKED, JobBoard
from lifeguard.commands.source import Source
from lifeguard.commands.work import Report, Work
from lifeguard.datamodel.records import Task
from lifeguard.inventory.change import Change
from lifeguard.observe import Signal
from lifeguard.rules.words import Words
from lifeguard.scope import Scope
from lifeguard.xapi.failures import ApiFailure, TaskCancelled

SETTLED_S = 1.5
"""A task of our own gets its label a moment after it begins; what is over by then is not worth a row."""
_RUNNING = frozenset({"pending", "cancelling"})
_PREFIXES = ("Async.VM.", "Async.host.", "Async.SR.", "Async.VDI.", "Async.pool.", "SR.", "VM.", "Export", "Import")
_TITLES = {
    "VM.start": "Start",
    "VM.start_on": "Start",
    "VM.resume": "Resume",
    "VM.resume_on": "Resume",
    "VM.clean_shutdown": "Shut down",
    "VM.hard_shutdown": "Force shut down",
    "VM.clean_reboot": "Reboot",
    "VM.hard_reboot": "Force reboot",
    "VM.suspend": "Suspend",
    "VM.pool_migrate": "Migrate",
    "VM.migrate_send": "Migrate with storage",
    "VM.snapshot": "Take snapshot",
    "VM.checkpoint": "Take snapshot with memory",
    "VM.revert": "Revert to snapshot",
    "VM.clone": "Clone",
    "VM.copy": "Copy",
    "VM.destroy": "Delete",
    "host.evacuate": "Empty host",
    "host.reboot": "Reboot",
    "host.shutdown": "Shut down",
    "SR.scan": "Rescan",
    "VDI.copy": "Copy disk",
    "VDI.pool_migrate": "Move disk",
}


@dataclass(frozen=True, slots=True)
class ForeignTask:
    """A row for somebody else's task. `error` is a sentence, once it has failed."""

    source: Source
    ref: str
    title: str
    status: str
    progress_fraction: float
    can_cancel: bool
    subjects: tuple[str, ...] = ()
    error: str = ""


def foreign_tasks(source: Source) -> tuple[ForeignTask, ...]:
    """Other people's tasks that a person would recognise, oldest first; parts of larger tasks are left out."""
    inventory, words = source.inventory, Words(source.inventory)
    tasks = [task for task in inventory.all(Task) if is_foreign(source, task)]
    return tuple(_row(source, words, task) for task in sorted(tasks, key=lambda task: task.created))


def is_foreign(source: Source, task: Task) -> bool:
    if OURS in task.other_config or source.inventory.get(Task, task.subtask_of) is not None:
        return False
    return task.name_label.startswith(_PREFIXES) or "XenCenterMeddlingActionTitle" in task.other_config


async def cancel_foreign(row: ForeignTask) -> None:
    """Ask the server to cancel it; the role decides whether it will. Raises any Failure."""
    await row.source.call("task.cancel", row.ref)


def _row(source: Source, words: Words, task: Task) -> ForeignTask:
    subjects = tuple(
        ref for ref in task.other_config.get("applies_to", "").split(",") if source.inventory.class_of(ref) is not None
    )
    method = task.name_label.removeprefix("Async.")
    title = task.other_config.get("XenCenterMeddlingActionTitle") or _TITLES.get(method, task.name_label)
    if subjects and "XenCenterMeddlingActionTitle" not in task.other_config:
        title = f"{title} {', '.join(map(words.name, subjects))}"
    return ForeignTask(
        source=source,
        ref=task.ref,
        title=words.readable(title),
        status=task.status,
        progress_fraction=task.progress,
        can_cancel="cancel" in task.allowed_operations,
        subjects=subjects,
        error=words.sentence(task.error_info[0], task.error_info[1:]) if task.error_info else "",
    )


class Onlooker:
    """Puts what others do to a pool on the board, for as long as it runs. `close` leaves them to it."""

    def __init__(self, source: Source, changed: Signal[Change], board: JobBoard, clock: Clock | None = None) -> None:
        self._source = source
        self._board = board
        self._clock = clock or SystemClock()
        self._scope = Scope(f"what others do to {source.title}")
        self._known: dict[str, asyncio.Event] = {}
        self._leave: Callable[[], None] = changed.connect(self._follow)
        for task in source.inventory.all(Task):
            self._notice(task.ref)

    async def close(self) -> None:
        self._leave()
        await self._scope.close()

    def _follow(self, change: Change) -> None:
        for ref in (*change.added, *change.updated, *change.removed):
            if ref in self._known:
                self._known[ref].set()
            elif self._source.inventory.class_of(ref) == "task":
                self._notice(ref)

    def _notice(self, ref: str) -> None:
        task = self._source.inventory.get(Task, ref)
        if task is not None and task.status in _RUNNING and is_foreign(self._source, task):
            self._known[ref] = asyncio.Event()
            self._scope.start(self._show(ref), "show a task")

    async def _show(self, ref: str) -> None:
        await self._clock.sleep(SETTLED_S)
        task = self._source.inventory.get(Task, ref)
        if task is None or task.status not in _RUNNING or not is_foreign(self._source, task):
            del self._known[ref]
            return
        row = _row(self._source, Words(self._source.inventory), task)

        async def run(report: Report) -> None:
            try:
                await self._watch(ref, report)
            except asyncio.CancelledError as end:
                if end.args == (ASKED,):
                    await cancel_foreign(row)
                raise
            finally:
                self._known.pop(ref, None)

        title = f"{row.title} (another console)"
        words = Words(self._source.inventory)
        self._board.start(Work(title, run, words, subjects=row.subjects, is_repeatable=False, is_own=False))

    async def _watch(self, ref: str, report: Report) -> None:
        """Until it has ended, or is gone. Raises what it failed with."""
        news = self._known[ref]
        while True:
            news.clear()
            task = self._source.inventory.get(Task, ref)
            if task is None or task.status == "success":
                return
            if task.status == "cancelled":
                raise TaskCancelled("TASK_CANCELLED", (ref,))
            if task.status not in _RUNNING:
                raise ApiFailure(task.error_info[0] if task.error_info else "INTERNAL_ERROR", task.error_info[1:])
            report.advance(task.progress)
            await news.wait()
