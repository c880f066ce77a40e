"""The jobs since the program began as lines: what was begun, how it goes, what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lifeguard.commands.jobs import Job, JobBoard
from lifeguard.observe import Signal
from lifeguard.quantities import UNKNOWN, format_duration, format_percent
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.pools import Pools
from lifeguard.ui.table.flat import FlatLines
from lifeguard.ui.table.line import Cell, Column, Line, text
from lifeguard.ui.table.live import Step

COLUMNS = (
    Column("State", 16),
    Column("What", 60, gives_way=True),
    Column("Server or pool", 26, gives_way=True),
    Column("Started", 16),
    Column("Took", 12),
    Column("Result", 80, gives_way=True),
)
FILTERS: Final = ("All", "Under way", "Failed", "Done")
_GLYPHS: Final = {
    "waiting": Glyph("waiting", "text-quiet"),
    "running": Glyph("vm-busy", "busy"),
    "cancelling": Glyph("vm-busy", "off"),
    "done": Glyph("done", "ok"),
    "failed": Glyph("failed", "bad"),
    "cancelled": Glyph("cancelled", "off"),
}
_WORDS: Final = {
    "waiting": "Waiting", "running": "Running", "cancelling": "Cancelling", "done": "Done", "failed": "Failed",
    "cancelled": "Cancelled",
}  # fmt: skip


class EventBook:
    """`changed` tells what became of the listed lines; `counted` how many jobs have failed."""

    def __init__(self, board: JobBoard, pools: Pools) -> None:
        self.changed: Signal[tuple[Step, ...]] = Signal()
        self.counted: Signal[int] = Signal()
        self._board = board
        self._pools = pools
        self._where: dict[str, str] = {}
        self._jobs: dict[str, Job] = {str(job.id): job for job in board.jobs}
        self._filter = FILTERS[0]
        self.lines = FlatLines(self._line)
        self.use_filter(self._filter)
        self._leave: Callable[[], None] = board.changed.connect(self._follow)

    def close(self) -> None:
        self._leave()

    @property
    def failed(self) -> int:
        return sum(job.status == "failed" for job in self._jobs.values())

    def get(self, key: str) -> Job | None:
        return self._jobs.get(key)

    def use_filter(self, chosen: str) -> FlatLines:
        """List others: one of `FILTERS`. The lines are new ones, to be shown from the beginning."""
        self._filter = chosen
        self.lines = FlatLines(self._line)
        for key, job in self._jobs.items():
            if self._admits(job):
                self.lines.put(key)
        return self.lines

    def dismiss(self, keys: tuple[str, ...]) -> None:
        """Take finished jobs off the board."""
        for key in keys:
            job = self._jobs.get(key)
            if job is not None and job.is_over:
                self._board.dismiss(job)

    def _follow(self, job: Job) -> None:
        key = str(job.id)
        if job not in self._board:
            self._jobs.pop(key, None)
            self._tell(self.lines.drop(key))
        else:
            self._jobs[key] = job
            self._tell(self.lines.put(key) if self._admits(job) else self.lines.drop(key))
        self.counted.emit(self.failed)

    def _tell(self, steps: tuple[Step, ...]) -> None:
        if steps:
            self.changed.emit(steps)

    def _admits(self, job: Job) -> bool:
        match self._filter:
            case "Under way":
                return not job.is_over
            case "Failed":
                return job.status in ("failed", "cancelled")
            case "Done":
                return job.status == "done"
            case _:
                return True

    def _line(self, key: str) -> Line:
        job = self._jobs[key]
        took_s = job.ended_s - job.started_s if job.is_over and job.started_s else None
        cells = (
            Cell(_WORDS[job.status], job.status, glyph=_GLYPHS[job.status]),
            text(job.title),
            text(self._place(key, job), "The pool is not open any more"),
            Cell(UNKNOWN, job.started_s or None, instant_s=job.started_s or None),
            Cell(format_duration(took_s), took_s, "" if took_s is not None else "It is not over"),
            text(_result(job), "It did what was asked" if job.status == "done" else "It is not over"),
        )
        return Line(cells, order=(-job.id, key))

    def _place(self, key: str, job: Job) -> str:
        """The pool that a job is about, also when what it was about has gone."""
        if key not in self._where:
            for pool in self._pools:
                if job.work.concerns(pool.source.inventory):
                    self._where[key] = pool.source.title
                    break
        return self._where.get(key, "")


def _result(job: Job) -> str:
    """What there is to say beside the state."""
    if job.error is not None:
        return job.error.sentence
    if job.status == "running" and job.progress_fraction is not None:
        return format_percent(job.progress_fraction)
    return job.note or ("Called off" if job.status == "cancelled" else "")
