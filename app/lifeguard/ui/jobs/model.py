"""Jobs as rows for a list, newest first."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from lifeguard.commands.jobs import Job, JobBoard
from lifeguard.quantities import format_duration, format_rate
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
FRACTION_ROLE: Final = Qt.ItemDataRole.UserRole + 1
_GLYPHS: Final = {
    "waiting": Glyph("waiting", "text-quiet"),
    "running": Glyph("vm-busy", "busy"),
    "cancelling": Glyph("vm-busy", "off"),
    "done": Glyph("done", "ok"),
    "failed": Glyph("failed", "bad"),
    "cancelled": Glyph("cancelled", "off"),
}


class JobModel(QAbstractTableModel):
    """Columns: what, how far."""

    def __init__(self, board: JobBoard, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._board = board
        self._theme = theme
        self._jobs: list[Job] = list(reversed(board.jobs))
        self._leave = board.changed.connect(self._follow)

    def close_model(self) -> None:
        self._leave()

    def job(self, index: Index) -> Job | None:
        return self._jobs[index.row()] if index.isValid() else None

    def repaint_icons(self) -> None:
        if self._jobs:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._jobs) - 1, 0))

    def _follow(self, job: Job) -> None:
        place = next((place for place, known in enumerate(self._jobs) if known is job), None)
        if place is not None and job not in self._board:
            self.beginRemoveRows(QModelIndex(), place, place)
            del self._jobs[place]
            self.endRemoveRows()
        elif place is None:
            self.beginInsertRows(QModelIndex(), 0, 0)
            self._jobs.insert(0, job)
            self.endInsertRows()
        else:
            self.dataChanged.emit(self.index(place, 0), self.index(place, 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._jobs)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else 2

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        job = self.job(index)
        if job is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return progress_words(job, self._board) if index.column() else job.title
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            return self._theme.icon(_GLYPHS[job.status])
        if role == Qt.ItemDataRole.ToolTipRole:
            return job.error.sentence if job.error is not None else job.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{job.title}, {progress_words(job, self._board)}"
        if role == FRACTION_ROLE and index.column() == 1:
            return job.progress_fraction if job.status in ("running", "cancelling") else None
        return None


def progress_words(job: Job, board: JobBoard) -> str:
    """How far a job is: `48 %  0:21 left  112 MB/s` once its pace is known; for one that waits, behind how many."""
    if job.status == "running" and job.progress_fraction is not None:
        left_s, rate = job.left_s(board.now_s), job.rate_bytes(board.now_s)
        parts = [f"{job.progress_fraction * 100:.0f} %"]
        parts += [f"{format_duration(left_s)} left"] if left_s is not None else []
        parts += [format_rate(rate)] if rate is not None else []
        return "  ".join(parts)
    ahead = board.ahead_of(job)
    if ahead:
        return f"waiting, {ahead} ahead"
    return {"running": "running", "cancelling": "cancelling…"}.get(job.status, job.status)
