"""Telling the desktop that a long job has ended while the person was looking at something else."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from lifeguard.commands.jobs import Job, JobBoard

LONG_S = 15.0
"""Who started something shorter is still there when it ends."""
_SHOWN_MS = 10_000
_ENDS = {"done": "is done", "failed": "failed"}

Tell = Callable[[str, str], object]


def is_away() -> bool:
    """Whether the person looks at none of our windows; a dialog is one of them."""
    return QApplication.activeWindow() is None


class Herald:
    """`is_away()`: nobody looks at the window. `tell(title, text)` puts a notice on the desktop."""

    def __init__(self, board: JobBoard, is_away: Callable[[], bool], tell: Tell) -> None:
        self._is_away = is_away
        self._tell = tell
        self._told: set[int] = set()
        self._leave = board.changed.connect(self._follow)

    def close(self) -> None:
        self._leave()

    def _follow(self, job: Job) -> None:
        is_news = job.work.is_own and job.status in _ENDS and job.id not in self._told
        if not is_news or job.ended_s - job.started_s < LONG_S:
            return
        self._told.add(job.id)
        if self._is_away():
            text = job.error.sentence if job.error is not None else ""
            self._tell(f"{job.title} {_ENDS[job.status]}", text)


class DesktopNotices:
    """Notices by the desktop's tray where there is one; elsewhere the window asks for attention in the task bar."""

    def __init__(self, window: QWidget, icon: QIcon) -> None:
        self._window = window
        self._tray: QSystemTrayIcon | None = None
        if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
            self._tray = QSystemTrayIcon(icon, window)
            self._tray.messageClicked.connect(self._come_forward)

    def tell(self, title: str, text: str) -> None:
        if self._tray is None:
            QApplication.alert(self._window)
            return
        self._tray.show()
        self._tray.showMessage(title, text or " ", QSystemTrayIcon.MessageIcon.Information, _SHOWN_MS)

    def close(self) -> None:
        if self._tray is not None:
            self._tray.hide()

    def _come_forward(self) -> None:
        self._window.raise_()
        self._window.activateWindow()
