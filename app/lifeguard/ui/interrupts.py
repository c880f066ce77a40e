"""Ctrl+C and a polite kill reach a program that waits inside Qt: the signal wakes the loop, the loop tells us."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from types import FrameType

from PySide6.QtCore import QSocketNotifier

_NUMBERS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """`stop` is called at the first signal. `close` puts everything back."""

    def __init__(self, stop: Callable[[], object]) -> None:
        self._stop = stop
        self._ours, self._theirs = socket.socketpair()
        for end in (self._ours, self._theirs):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._ours.fileno(), QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._drain)
        self._before = {number: signal.signal(number, self._note) for number in _NUMBERS}
        self._woke = signal.set_wakeup_fd(self._theirs.fileno(), warn_on_full_buffer=False)

    def close(self) -> None:
        signal.set_wakeup_fd(self._woke)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._notifier.setEnabled(False)
        self._ours.close()
        self._theirs.close()

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._stop()

    def _drain(self) -> None:
        """Reading is all there is to do: having woken, the interpreter runs the handler."""
        self._ours.recv(64)
