"""Work the user sees: one job per thing that was asked for, with progress, cancel, retry, and what went wrong."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count
from typing import Any, Literal

from lifeguard.clock import Clock, SystemClock
from lifeguard.commands.work import JobError, Remedy, Report, Work, error_in_words
from lifeguard.observe import Signal
from lifeguard.rules.verdict import Verdict
from lifeguard.rules.words import Words
from lifeguard.scope import Scope
from lifeguard.xapi.failures import ApiFailure, Failure
from lifeguard.xapi.tasks import LET_GO

ASKED = "asked"
"""The message of a cancellation that a person wants, unlike the end of the sitting."""
Status = Literal["waiting", "running", "cancelling", "done", "failed", "cancelled"]
_OVER: frozenset[str] = frozenset({"done", "failed", "cancelled"})
_TELLING = 0.02
_SETTLED_S = 2.0
_log = logging.getLogger(__name__)


class Job:
    """One piece of work on a board. Read its attributes; `board.changed` says when they differ."""

    def __init__(self, number: int, work: Work, board: JobBoard) -> None:
        self.id = number
        self.work = work
        self.status: Status = "waiting"
        self.progress_fraction: float | None = None
        self.error: JobError | None = None
        self.result: Any = None
        self.started_s = self.ended_s = 0.0
        self.is_in_last_step = False
        self.note = ""
        self.is_taken_back = False
        self._board = board
        self._task: asyncio.Task[None] | None = None

    @property
    def title(self) -> str:
        return self.work.title

    @property
    def is_over(self) -> bool:
        return self.status in _OVER

    @property
    def can_retry(self) -> bool:
        return self.status in ("failed", "cancelled") and self.work.is_repeatable

    @property
    def can_undo(self) -> bool:
        return self.status == "done" and self.work.undo is not None and not self.is_taken_back

    @property
    def remedies(self) -> tuple[Remedy, ...]:
        """What would clear the way for another try."""
        has_means = self.can_retry and self.work.again is None
        return self.work.remedies(self.error) if self.error is not None and has_means else ()

    def left_s(self, now_s: float) -> float | None:
        """How long it will take at the pace it has had; None while nobody can tell."""
        fraction, taken_s = self.progress_fraction or 0.0, now_s - self.started_s
        if self.status != "running" or fraction < _TELLING or taken_s < _SETTLED_S:
            return None
        return taken_s * (1.0 - fraction) / fraction

    def rate_bytes(self, now_s: float) -> float | None:
        """How many bytes a second it carries; None where that says nothing."""
        taken_s = now_s - self.started_s
        if self.left_s(now_s) is None or not self.work.size_bytes:
            return None
        return self.work.size_bytes * (self.progress_fraction or 0.0) / taken_s

    async def wait(self) -> None:
        """Until it is over, however it ends."""
        if self._task is not None and not self._task.done():
            await asyncio.wait((self._task,))

    def advance(self, fraction: float) -> None:
        """Progress never goes back, whatever the server says."""
        fraction = min(1.0, max(0.0, fraction))
        if fraction != self.progress_fraction and fraction >= (self.progress_fraction or 0.0):
            self.progress_fraction = fraction
            self._board.changed.emit(self)

    def cancel(self) -> None:
        """Ask for its end; the server's task is cancelled and its end waited for."""
        if not self.is_over and self._task is not None and self.status != "cancelling":
            self.status = "cancelling"
            self._board.changed.emit(self)
            self._task.cancel(ASKED)

    def retry(self) -> Job | None:
        """The same work once more, as a new job. None where that has to be asked for from the beginning."""
        if self.work.again is not None:
            self.work.again()
            return None
        return self._board.start(self.work)

    def apply(self, remedy: Remedy) -> Job:
        """Clear the way, then the same work once more: one new job."""
        work = self.work

        async def run(job: Report) -> object:
            await remedy.run(job)
            return await work.run(job)

        return self._board.start(replace(work, title=f"{work.title} ({remedy.title})", run=run))

    def undo(self) -> None:
        """Take it back, once, through the command that does so."""
        if self.can_undo and self.work.undo is not None:
            self.is_taken_back = True
            self._board.changed.emit(self)
            self.work.undo()


class JobBoard:
    """All jobs since the start, newest last. Owns their coroutines: `close` ends them and waits for that."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.changed: Signal[Job] = Signal()
        self._clock = clock or SystemClock()
        self._scope = Scope("jobs")
        self._jobs: list[Job] = []
        self._numbers = count(1)
        self._lanes: dict[str, asyncio.Lock] = {}

    @property
    def jobs(self) -> tuple[Job, ...]:
        return tuple(self._jobs)

    def __contains__(self, job: object) -> bool:
        return job in self._jobs

    @property
    def active(self) -> tuple[Job, ...]:
        return tuple(job for job in self._jobs if not job.is_over)

    @property
    def at_stake(self) -> tuple[Job, ...]:
        """What is under way of our own: closing the window concerns it."""
        return tuple(job for job in self.active if job.work.is_own)

    def start(self, work: Work) -> Job:
        """Begin at once, or when the lane is free: lanes serve in the order of asking."""
        job = Job(next(self._numbers), work, self)
        self._jobs.append(job)
        job._task = self._scope.start(self._run(job), work.title)
        self.changed.emit(job)
        return job

    def refuse(
        self,
        title: str,
        verdict: Verdict,
        words: Words,
        again: Callable[[], object] | None = None,
        sentence: str = "",
    ) -> Job:
        """A row for work that may not even begin, so that its reason is not lost: the verdict's own, or `sentence`
        where that speaks for many objects. `again` asks once more."""
        subjects = (verdict.subject,) if verdict.subject and not sentence else ()
        work = Work(title, _nothing, words, subjects=subjects, again=again, is_repeatable=again is not None)
        job = Job(next(self._numbers), work, self)
        job.error = JobError(sentence or verdict.refusal or "", verdict.code, verdict.params)
        job.started_s = self._clock.time_s()
        self._jobs.append(job)
        self._end(job, "failed")
        return job

    def dismiss(self, job: Job) -> None:
        """Take a job that is over off the board."""
        if job.is_over and job in self._jobs:
            self._jobs.remove(job)
            self.changed.emit(job)

    def ahead_of(self, job: Job) -> int:
        """How many jobs of its lane come before a waiting one."""
        lane = job.work.lane
        if not lane or job.status != "waiting":
            return 0
        return sum(other.work.lane == lane and not other.is_over and other.id < job.id for other in self._jobs)

    @property
    def now_s(self) -> float:
        return self._clock.time_s()

    async def close(self) -> None:
        """End everything here. What a server is doing goes on there: nobody has asked for its end."""
        await self.let_go(self.active)
        await self._scope.close()

    async def let_go(self, jobs: Iterable[Job]) -> None:
        """End these jobs here; what a server is doing goes on there."""
        left = [job._task for job in jobs if job._task is not None and not job.is_over]
        for task in left:
            task.cancel(LET_GO)
        if left:
            await asyncio.wait(left)

    async def _run(self, job: Job) -> None:
        try:
            if job.work.lane:
                async with self._lanes.setdefault(job.work.lane, asyncio.Lock()):
                    await self._work(job)
            else:
                await self._work(job)
        except asyncio.CancelledError:
            self._end(job, "cancelled")
            raise
        except Failure as failure:
            self._fail(job, failure)
        except Exception as defect:  # the job runner: whatever a command's coroutine raises ends in its row
            _log.exception("job %r failed", job.title)
            self._fail(job, defect)

    async def _work(self, job: Job) -> None:
        job.status = "running"
        job.started_s = self._clock.time_s()
        self.changed.emit(job)
        job.result = await job.work.run(job)
        job.progress_fraction = 1.0
        self._end(job, "done")

    def _fail(self, job: Job, failure: Exception) -> None:
        job.error = error_in_words(job.work, failure)
        cancelled = isinstance(failure, ApiFailure) and failure.code == "TASK_CANCELLED"
        self._end(job, "cancelled" if cancelled else "failed")

    def _end(self, job: Job, status: Status) -> None:
        job.status = status
        job.ended_s = self._clock.time_s()
        self.changed.emit(job)


async def _nothing(job: Report) -> None:
    """The work of a job that was refused."""
