"""The stretch of time that all graphs of a tab show, and the instant under the pointer."""

from __future__ import annotations

from typing import Final

from lifeguard.clock import Clock
from lifeguard.observe import Signal

SHORTEST_S: Final = 30.0
LONGEST_S: Final = 366 * 86_400.0
DEFAULT_SPAN_S: Final = 600.0


class Timeline:
    """Follows the present until somebody pans or zooms away from it; `follow` returns to the present."""

    def __init__(self, clock: Clock, span_s: float = DEFAULT_SPAN_S) -> None:
        self.changed: Signal[None] = Signal()
        self.pointed: Signal[float | None] = Signal()
        self._clock = clock
        self._span_s = span_s
        self._end_s: float | None = None
        self._offset_s = 0.0
        self.cursor_s: float | None = None

    @property
    def is_live(self) -> bool:
        return self._end_s is None

    @property
    def now_s(self) -> float:
        """The server's present, for series carry the server's times."""
        return self._clock.time_s() + self._offset_s

    @property
    def end_s(self) -> float:
        return self.now_s if self._end_s is None else self._end_s

    @property
    def start_s(self) -> float:
        return self.end_s - self._span_s

    @property
    def span_s(self) -> float:
        return self._span_s

    def use_server_offset(self, offset_s: float) -> None:
        self._offset_s = offset_s

    def follow(self) -> None:
        self._end_s = None
        self._span_s = DEFAULT_SPAN_S
        self.changed.emit(None)

    def tick(self) -> None:
        """Time has gone on."""
        if self.is_live:
            self.changed.emit(None)

    def pan(self, delta_s: float) -> None:
        self._end(self.end_s + delta_s)

    def zoom(self, factor: float, anchor_s: float) -> None:
        """Make the span `factor` times as long, leaving `anchor_s` where it is on the screen."""
        share = (self.end_s - anchor_s) / self._span_s
        self._span_s = min(max(self._span_s * factor, SHORTEST_S), LONGEST_S)
        self._end(anchor_s + share * self._span_s)

    def point_at(self, instant_s: float | None) -> None:
        self.cursor_s = instant_s
        self.pointed.emit(instant_s)

    def _end(self, end_s: float) -> None:
        """An end at or after the present means following it."""
        self._end_s = None if end_s >= self.now_s else end_s
        self.changed.emit(None)
