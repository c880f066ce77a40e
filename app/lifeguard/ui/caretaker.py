"""Keeps Python's full garbage collections, which stop everything for up to a second, out of the way of the user."""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

_YOUNG: Final = (5_000, 5, 1_000_000)
_LOOK_MS: Final = 20_000
_DUE: Final = 40
_LATE: Final = 20_000


class Caretaker:
    """Young objects are collected as ever, a few milliseconds at a time. All others wait until the user is at another
    window; what is large takes care to leave no cycles behind, so that little waits."""

    def __init__(self, parent: QObject) -> None:
        self._before = gc.get_threshold()
        gc.set_threshold(*_YOUNG)
        self._timer = QTimer(parent)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def close(self) -> None:
        self._timer.stop()
        gc.set_threshold(*self._before)

    def look(self) -> None:
        """Collect if it is due and nobody would notice, or if it is long overdue."""
        is_away = QGuiApplication.applicationState() != Qt.ApplicationState.ApplicationActive
        waiting = gc.get_count()[2]
        if waiting > _LATE or (is_away and waiting > _DUE):
            gc.collect()
