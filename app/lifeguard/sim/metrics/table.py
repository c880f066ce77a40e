"""Columns being gathered: named series with what a whole document says about each."""

from __future__ import annotations

import numpy as np

from lifeguard.sim.metrics.recorded import Floats, Source


class Columns:
    """Series in the order they are added, rounded to what a sensor would tell."""

    def __init__(self) -> None:
        self.sources: list[Source] = []
        self._values: list[Floats] = []
        self._digits: list[int] = []

    def add(self, name: str, values: Floats, digits: int = 2, *, kind: str = "GAUGE", most: float = np.inf) -> None:
        self.sources.append(Source(name, kind, most))
        self._values.append(values)
        self._digits.append(digits)

    def matrix(self) -> Floats:
        """float64[rows, series]"""
        scale = 10.0 ** np.array(self._digits)
        return np.asarray(np.rint(np.stack(self._values, axis=1) * scale) / scale)
