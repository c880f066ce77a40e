"""Everything on record of one storage repository: how big it is and how full it was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lifeguard.sim.metrics.ledger import Ledger
from lifeguard.sim.metrics.recorded import AVERAGES, STEP_S, Archive, Floats, Kind, Source

_GROWTH_PER_DAY = 0.0012


@dataclass
class SrRecord:
    """A repository that grew slowly to what is on it now."""

    ledger: Ledger
    ref: str
    last_updated_s: int

    kind: Kind = "sr"
    archives = AVERAGES
    sources = (Source("physical_utilisation"), Source("size"))

    @property
    def uuid(self) -> str:
        return str(self.ledger.db.get("SR", self.ref, "uuid"))

    def newest(self, archive: Archive, count: int) -> Floats:
        sr = self.ledger.db.row("SR", self.ref)
        step_s = archive.pdps * STEP_S
        age_s = self.last_updated_s - archive.last_row_s(self.last_updated_s) + np.arange(count) * step_s
        used = sr["physical_utilisation"] * (1.0 - _GROWTH_PER_DAY * age_s / 86_400.0)
        return np.round(np.column_stack((np.maximum(0.0, used), np.full(count, float(sr["physical_size"])))))
