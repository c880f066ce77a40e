"""Long work of the window done in pieces between two frames, so that nothing on the screen ever waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import Final

from PySide6.QtCore import QObject, QTimer

BUDGET_S: Final = 0.004


class Slices:
    """Runs one work at a time: a generator that yields where it may be interrupted."""

    def __init__(self, parent: QObject) -> None:
        self._timer = QTimer(parent)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._go_on)
        self._work: Iterator[object] = iter(())

    @property
    def is_busy(self) -> bool:
        return self._timer.isActive()

    def run(self, work: Iterator[object]) -> None:
        """Begin this work in place of what was under way."""
        self._work = work
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()
        self._work = iter(())

    def finish(self) -> None:
        """Do what is left now."""
        for _ in self._work:
            pass
        self.stop()

    def _go_on(self) -> None:
        end_s = perf_counter() + BUDGET_S
        while perf_counter() < end_s:
            try:
                next(self._work)
            except StopIteration:
                self.stop()
                return
