"""Long work of the window done in pieces between two frames, so that nothing on the screen ever waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Final

from PySide6.QtCore import QObject, QTimer

BUDGET_S: Final = 0.004
_TURNS: Final = 3  # of the loop: views lay out in one, paint in the next, and then it is time for more


class Rest:
    """Lets the window show what has changed, and then calls `go_on`."""

    def __init__(self, go_on: Callable[[], None], parent: QObject | None = None) -> None:
        self._go_on = go_on
        self._turns_left = 0
        self._turn = QTimer(parent)
        self._turn.timeout.connect(self._count)

    @property
    def is_on(self) -> bool:
        return self._turn.isActive()

    def begin(self) -> None:
        self._turns_left = _TURNS
        self._turn.start()

    def stop(self) -> None:
        self._turn.stop()

    def _count(self) -> None:
        self._turns_left -= 1
        if self._turns_left == 0:
            self._turn.stop()
            self._go_on()


class Slices:
    """Runs one work at a time: a generator that yields where it may be interrupted."""

    def __init__(self, parent: QObject) -> None:
        self._rest = Rest(self._go_on, parent)
        self._work: Iterator[object] = iter(())

    @property
    def is_busy(self) -> bool:
        return self._rest.is_on

    def run(self, work: Iterator[object]) -> None:
        """Begin this work in place of what was under way."""
        self._work = work
        self._rest.begin()

    def stop(self) -> None:
        self._rest.stop()
        self._work = iter(())

    def finish(self) -> None:
        """Do what is left now."""
        for _ in self._work:
            pass
        self.stop()

    def _go_on(self) -> None:
        """Before the piece, not after it, is said that there is more: what it does may ask, or begin other work."""
        self._rest.begin()
        end_s = perf_counter() + BUDGET_S
        while perf_counter() < end_s:
            try:
                next(self._work)
            except StopIteration:
                self.stop()
                return
