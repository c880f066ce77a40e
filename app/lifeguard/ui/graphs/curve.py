"""One series as it is drawn: its points, its fixed colour, and what the legend says of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lifeguard.metrics.document import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """times_s: int64[k] UTC ascending; values: float64[k] in `unit`, NaN = gap. `colour` is the series' own number;
    `now` is its newest value, None once it has stopped."""

    name: str
    title: str
    unit: str
    colour: int
    times_s: IntArray
    values: FloatArray
    now: float | None = None

    @property
    def average(self) -> float | None:
        known = self.values[np.isfinite(self.values)]
        return float(known.mean()) if len(known) else None

    @property
    def largest(self) -> float | None:
        known = self.values[np.isfinite(self.values)]
        return float(known.max()) if len(known) else None

    def at(self, instant_s: float) -> float | None:
        """The value drawn at that instant: the nearest sample, unless that is further than a step away."""
        if not len(self.times_s):
            return None
        place = int(np.abs(self.times_s - instant_s).argmin())
        step_s = float(np.diff(self.times_s[:2])[0]) if len(self.times_s) > 1 else 5.0
        is_near = abs(self.times_s[place] - instant_s) <= step_s
        return last_known(self.values[place : place + 1]) if is_near else None


def last_known(values: FloatArray) -> float | None:
    """The last value that is not missing."""
    known = values[np.isfinite(values)]
    return float(known[-1]) if len(known) else None


def as_table(curves: Sequence[Curve]) -> str:
    """The curves as rows of a spreadsheet: local time, then a column each, in base units; a gap is an empty cell."""
    times = sorted({int(instant) for curve in curves for instant in curve.times_s})
    columns = [dict(zip(curve.times_s.tolist(), curve.values.tolist(), strict=True)) for curve in curves]
    heads = [f"{curve.title} [{curve.unit}]" if curve.unit else curve.title for curve in curves]
    rows = [["Time", *heads]]
    rows += [[_local(instant), *(_cell(column.get(instant)) for column in columns)] for instant in times]
    return "\n".join("\t".join(row) for row in rows)


def _local(instant_s: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(instant_s))


def _cell(value: float | None) -> str:
    return "" if value is None or not np.isfinite(value) else f"{value:.6g}"
