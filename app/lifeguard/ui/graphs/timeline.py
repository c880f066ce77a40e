"""The stretch of time that all graphs of a tab show, and the instant under the pointer."""

from __future__ import annotations

from typing import Final

from lifeguard.clock import Clock
from lifeguard.metrics.ranges import SPANS
from lifeguard.observe import Signal

SHORTEST_S: Final = 30.0
LONGEST_S: Final = float(SPANS[-1].length_s)
DEFAULT_SPAN_S: Final = float(SPANS[0].length_s)
_PRESENT: Final = 0.002


class Timeline:
    """Follows the present until somebody pans or zooms away from it; `follow` returns to the present."""

    def __init__(self, clock: Clock, span_s: float = DEFAULT_SPAN_S) -> None:
        self.changed: Signal[None] = Signal()
        self.pointed: Signal[float | None] = Signal()
        self._clock = clock
        self._chosen_s = self._span_s = span_s
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

    @property
    def reach_s(self) -> float:
        """How far back from the present what is shown begins."""
        return self._span_s if self._end_s is None else self.now_s - self.start_s

    def use_server_offset(self, offset_s: float) -> None:
        self._offset_s = offset_s

    def choose(self, span_s: float) -> None:
        """Follow the present with so much of the past beside it."""
        self._chosen_s = span_s
        self.follow()

    def follow(self) -> None:
        """Return to the present, and to the span that was last chosen."""
        self._span_s, self._end_s = self._chosen_s, None
        self.changed.emit(None)

    def tick(self) -> None:
        """Time has gone on."""
        if self.is_live:
            self.changed.emit(None)

    def show(self, start_s: float, end_s: float) -> None:
        """Show just this. An end at or after the present means following it."""
        self._span_s = min(max(end_s - start_s, SHORTEST_S), LONGEST_S)
        self._end_s = None if end_s >= self.now_s - self._span_s * _PRESENT else end_s
        self.changed.emit(None)

    def pan(self, share: float) -> None:
        """Move by this share of what is shown; below 0 into the past."""
        self.show(self.start_s + share * self._span_s, self.end_s + share * self._span_s)

    def zoom(self, factor: float) -> None:
        """Make what is shown `factor` times as long, its middle in place."""
        grown_s = (factor - 1) * self._span_s / 2
        self.show(self.start_s - grown_s, self.end_s + grown_s)

    def point_at(self, instant_s: float | None) -> None:
        self.cursor_s = instant_s
        self.pointed.emit(instant_s)
