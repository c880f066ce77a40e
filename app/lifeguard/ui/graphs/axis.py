"""The two axes of a graph: where the lines of the grid stand and what is written beside them."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyqtgraph
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QFontMetricsF

from lifeguard.quantities import format_value
from lifeguard.ui.theme import Theme

_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_BINARY_STEPS: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0)
_DAY_S: Final = 86_400
_HOUR_S: Final = 3_600
_TIME_STEPS_S: Final = (
    *(10, 30, 60, 120, 300, 600, 1800),
    *(hours * _HOUR_S for hours in (1, 2, 6, 12)),
    *(days * _DAY_S for days in (1, 2, 7, 14, 30, 60)),
)
_SMALLEST_TOP: Final = {"B/s": 10_000.0, "B": 1024.0 * 1024.0, "s": 0.001, "fraction": 1.0}
_WIDEST_VALUE: Final = "999.9 MiB"
_WIDEST_TIME: Final = "00:00:00"
_OPAQUE: Final = 255
_HARDLY: Final = 0.01


@dataclass(frozen=True, slots=True)
class Scale:
    """`top` is the value of the upper edge; `lines` are the values of the grid, 0 and the top among them."""

    top: float
    lines: tuple[float, ...]


def scale_for(largest: float, unit: str, ceiling: float | None = None, lines: int = 4) -> Scale:
    """From 0 to a round number not below `largest`, or to `ceiling` where the series cannot exceed it."""
    if unit == "fraction" and largest <= 1.0:
        return _even(1.0, lines)
    if ceiling is not None and math.isfinite(ceiling) and ceiling >= largest > 0:
        return _even(ceiling, lines)
    wanted = max(largest if math.isfinite(largest) else 0.0, _SMALLEST_TOP.get(unit, 1.0))
    step = _round_up(wanted / lines, unit)
    count = max(1, math.ceil(wanted / step - 1e-9))
    return Scale(step * count, tuple(step * i for i in range(count + 1)))


def _even(top: float, lines: int) -> Scale:
    return Scale(top, tuple(top * i / lines for i in range(lines + 1)))


def _round_up(step: float, unit: str) -> float:
    if unit == "B":
        scale = 1024.0 ** math.floor(math.log(step, 1024.0))
        return next(scale * nice for nice in _BINARY_STEPS if scale * nice >= step - 1e-9)
    scale = 10.0 ** math.floor(math.log10(step))
    return next(scale * nice for nice in _STEPS if scale * nice >= step * (1 - 1e-9))


def time_step_s(span_s: float, at_most: int) -> int:
    """The round distance of no more than about so many lines; of two at least, or some stretches would show none."""
    most = max(at_most, 2) + _HARDLY
    return next((step for step in _TIME_STEPS_S if span_s / step <= most), _TIME_STEPS_S[-1])


def time_lines(start_s: float, end_s: float, step_s: int) -> list[float]:
    """The instants (UTC epoch seconds) within start..end that are multiples of the step in local time."""
    offset_s = time.localtime(start_s).tm_gmtoff
    first = math.ceil((start_s + offset_s) / step_s) * step_s - offset_s
    return [float(instant) for instant in range(int(first), int(end_s) + 1, step_s)]


class _QuietAxis(pyqtgraph.AxisItem):
    """Hairlines and quiet words. Its size follows from the font alone: numbers that change move nothing."""

    def __init__(self, orientation: str) -> None:
        self._over_x = self._over_y = 0.0
        super().__init__(orientation, maxTickLength=0)
        self.setStyle(tickAlpha=_OPAQUE, autoExpandTextSpace=False, autoReduceTextSpace=False)
        self.setGrid(_OPAQUE)

    def use_theme(self, theme: Theme, font: QFont) -> None:
        self.setPen(None)
        self.setTickPen(theme.colour("line"))
        self.setTextPen(theme.colour("text-quiet"))
        self.setTickFont(font)
        self._fit(QFontMetricsF(font))

    def boundingRect(self) -> QRectF:
        """The words of the first and the last line reach over the ends."""
        return super().boundingRect().adjusted(-self._over_x, -self._over_y, self._over_x, self._over_y)

    def _fit(self, metrics: QFontMetricsF) -> None:
        raise NotImplementedError


class ValueAxis(_QuietAxis):
    def __init__(self) -> None:
        super().__init__("left")

    def show_scale(self, scale: Scale, unit: str) -> None:
        self.setTicks([[(value, format_value(value, unit)) for value in scale.lines]])

    def _fit(self, metrics: QFontMetricsF) -> None:
        self._over_y = metrics.height()
        self.setStyle(tickTextOffset=round(metrics.height() / 3))
        self.setWidth(metrics.horizontalAdvance(_WIDEST_VALUE) + metrics.height() / 2)


class TimeAxis(_QuietAxis):
    """Local time; the further apart the lines, the less is said of each."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self._room = 1.0

    def half_label(self, font: QFont) -> float:
        """How far the words of the last line may reach beyond the end."""
        return QFontMetricsF(font).horizontalAdvance(_WIDEST_TIME) / 2

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:
        step_s = time_step_s(maxVal - minVal, int(size // self._room))
        return [(float(step_s), time_lines(minVal, maxVal, step_s))]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        shape = "%H:%M:%S" if spacing < 60 else "%H:%M" if spacing < _DAY_S else "%d %b"
        return [time.strftime(shape, time.localtime(value)) for value in values]

    def _fit(self, metrics: QFontMetricsF) -> None:
        self._room = metrics.horizontalAdvance(_WIDEST_TIME) * 1.6
        self._over_x = metrics.horizontalAdvance(_WIDEST_TIME)
        self.setStyle(tickTextOffset=round(metrics.height() / 4))
        self.setHeight(metrics.height() * 1.5)
