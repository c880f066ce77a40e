"""What a host has on record of one object: named series in archives of fixed steps and lengths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Times: TypeAlias = NDArray[np.int64]
Kind: TypeAlias = Literal["host", "vm", "sr"]

STEP_S = 5
"""One measurement, and the finest archive's step."""


@dataclass(frozen=True, slots=True)
class Archive:
    """`pdps` measurements make one row, `rows` of them are kept. `cf`: AVERAGE, MIN or MAX."""

    cf: str
    rows: int
    pdps: int

    def last_row_s(self, last_updated_s: int) -> int:
        """The time of the newest complete row."""
        return last_updated_s - last_updated_s % (self.pdps * STEP_S)


_SIZES = ((120, 12), (168, 720), (366, 17280))
AVERAGES = (Archive("AVERAGE", 120, 1), *(Archive("AVERAGE", rows, pdps) for rows, pdps in _SIZES))
"""Ten minutes, two hours, a week, a year: what is kept of VMs and storage."""
WITH_EXTREMES = (AVERAGES[0], *(Archive(cf, rows, pdps) for rows, pdps in _SIZES for cf in ("AVERAGE", "MIN", "MAX")))
"""What is kept of hosts."""


@dataclass(frozen=True, slots=True)
class Source:
    """One named series. `type`: GAUGE, DERIVE or ABSOLUTE; `most` its greatest possible value."""

    name: str
    type: str = "GAUGE"
    most: float = float("inf")


class Recorded(Protocol):
    """Everything on record of one object."""

    @property
    def kind(self) -> Kind: ...
    @property
    def uuid(self) -> str: ...
    @property
    def sources(self) -> tuple[Source, ...]: ...
    @property
    def archives(self) -> tuple[Archive, ...]: ...
    @property
    def last_updated_s(self) -> int: ...

    def newest(self, archive: Archive, count: int) -> Floats:
        """The newest `count` rows of an archive, newest first: float64[count, sources], NaN where nothing was seen."""
        ...
