"""One series as it is drawn: its points, its fixed colour, and what the legend says of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QPainterPath

from lifeguard.metrics.document import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """times_s: int64[k] UTC ascending; values: float64[k] in `unit`, NaN = gap. `colour` is the series' own number."""

    name: str
    title: str
    unit: str
    colour: int
    times_s: IntArray
    values: FloatArray

    @property
    def now(self) -> float | None:
        """The newest value, unless the series has stopped."""
        return _known(self.values[-3:][np.isfinite(self.values[-3:])][-1:])

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
        return _known(self.values[place : place + 1]) if abs(self.times_s[place] - instant_s) <= step_s else None

    def path(self, base_s: float) -> QPainterPath:
        """The line in (seconds since `base_s`, value); it is broken wherever a value is missing."""
        path = QPainterPath()
        pen_is_down = False
        for x, y in zip((self.times_s - base_s).tolist(), self.values.tolist(), strict=True):
            if y != y:
                pen_is_down = False
            elif pen_is_down:
                path.lineTo(x, y)
            else:
                path.moveTo(x, y)
                pen_is_down = True
        return path


def _known(values: FloatArray) -> float | None:
    return float(values[0]) if len(values) and np.isfinite(values[0]) else None
