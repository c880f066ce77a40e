"""Where the lines of a graph's grid stand and what is written beside them."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Final

from lifeguard.quantities import format_value

_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_BINARY_STEPS: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0)
_TIME_STEPS_S: Final = (10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400, 7 * 86_400, 30 * 86_400)
_SMALLEST_TOP: Final = {"B/s": 10_000.0, "B": 1024.0 * 1024.0, "s": 0.001, "fraction": 1.0}
_DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True, slots=True)
class ValueAxis:
    """`top` is the value of the upper edge; ticks include 0 and the top."""

    top: float
    ticks: tuple[Tick, ...]


def value_axis(largest: float, unit: str, ceiling: float | None = None, lines: int = 4) -> ValueAxis:
    """An axis from 0 to a round number not below `largest`, or to `ceiling` where the series cannot exceed it."""
    if unit == "fraction" and largest <= 1.0:
        return _even(1.0, lines, unit)
    if ceiling is not None and math.isfinite(ceiling) and ceiling >= largest > 0:
        return _even(ceiling, lines, unit)
    wanted = max(largest if math.isfinite(largest) else 0.0, _SMALLEST_TOP.get(unit, 1.0))
    step = _round_up(wanted / lines, unit)
    count = max(1, math.ceil(wanted / step - 1e-9))
    return ValueAxis(step * count, tuple(Tick(step * i, format_value(step * i, unit)) for i in range(count + 1)))


def _even(top: float, lines: int, unit: str) -> ValueAxis:
    return ValueAxis(top, tuple(Tick(top * i / lines, format_value(top * i / lines, unit)) for i in range(lines + 1)))


def _round_up(step: float, unit: str) -> float:
    if unit == "B":
        scale = 1024.0 ** math.floor(math.log(step, 1024.0))
        return next(scale * nice for nice in _BINARY_STEPS if scale * nice >= step - 1e-9)
    scale = 10.0 ** math.floor(math.log10(step))
    return next(scale * nice for nice in _STEPS if scale * nice >= step * (1 - 1e-9))


def time_ticks(start_s: float, end_s: float, at_most: int) -> tuple[Tick, ...]:
    """Round local times within start..end (UTC epoch seconds), no more than `at_most` of them."""
    span_s = max(end_s - start_s, 1.0)
    step_s = next((step for step in _TIME_STEPS_S if span_s / step <= max(at_most, 1)), _TIME_STEPS_S[-1])
    offset_s = time.localtime(start_s).tm_gmtoff
    first = math.ceil((start_s + offset_s) / step_s) * step_s - offset_s
    instants = range(int(first), int(end_s) + 1, step_s)
    return tuple(Tick(float(instant), _instant(instant, step_s)) for instant in instants)


def _instant(instant_s: int, step_s: int) -> str:
    shape = "%H:%M:%S" if step_s < 60 else "%H:%M" if step_s < _DAY_S else "%d %b"
    return time.strftime(shape, time.localtime(instant_s))
