"""One host's figures for one request: what each of its VMs did at every instant, computed together and once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lifeguard.sim.database import Database
from lifeguard.sim.metrics.recorded import STEP_S, Archive, Floats
from lifeguard.sim.metrics.residency import Residency
from lifeguard.sim.metrics.signals import busy, memory_use, traffic

WAYS = ("rx", "tx", "read", "write")
"""The ways data go in and out of a VM: network in and out, disk in and out."""
_SAMPLES = {1: 1, 12: 4, 720: 6, 17280: 12}


@dataclass(frozen=True, slots=True)
class Figures:
    """What some VMs did. Arrays are [rows, VMs]; `busy` and `memory` are fractions, `flow` bytes/s by way, all NaN
    while a VM did not run; `given` is its memory in bytes."""

    busy: Floats
    memory: Floats
    flow: dict[str, Floats]
    given: Floats

    def of(self, at: int) -> Figures:
        """The same of one VM: arrays [rows]."""
        flow = {way: values[:, at] for way, values in self.flow.items()}
        return Figures(self.busy[:, at], self.memory[:, at], flow, self.given[:, at])


_Raw: TypeAlias = tuple[Floats, Floats, dict[str, Floats]]
_MOST_REMEMBERED = 8


@dataclass(frozen=True, slots=True)
class Ledger:
    """Answers for one pool. `seed` makes another pool's chance. A host and its VMs ask for the same figures one after
    the other: the last few are remembered."""

    db: Database
    residency: Residency
    seed: int
    _remembered: dict[tuple[tuple[str, ...], bytes], _Raw] = field(default_factory=dict)

    def samples(self, archive: Archive, last_s: int, count: int) -> Floats:
        """The instants looked at for the newest `count` rows, newest first: float64[count * samples per row]."""
        step_s = archive.pdps * STEP_S
        ends = archive.last_row_s(last_s) - np.arange(count, dtype=np.float64) * step_s
        per_row = _SAMPLES.get(archive.pdps, 8)
        offsets = np.arange(per_row, dtype=np.float64) * (step_s / per_row)
        return (ends[:, None] - offsets[None, :]).ravel()

    def sampled(self, vms: tuple[str, ...], times_s: Floats, host_ref: str = "") -> Figures:
        """Figures at given instants: arrays [instants, VMs]. With a host, only while they were there."""
        effort, memory, flow = self._raw(vms, times_s)
        given = self._given(vms, times_s, host_ref)
        is_on = np.where(given > 0, 1.0, np.nan)
        return Figures(effort * is_on, memory * is_on, {way: flow[way] * is_on for way in WAYS}, given)

    def _raw(self, vms: tuple[str, ...], times_s: Floats) -> _Raw:
        """What the VMs would do if they ran all the time."""
        uuids = tuple(str(self.db.get("VM", ref, "uuid")) for ref in vms)
        key = uuids, times_s.tobytes()
        known = self._remembered.get(key)
        if known is None:
            effort = busy(self.seed, uuids, times_s)
            flow = {way: traffic(self.seed, uuids, way, times_s, effort) for way in WAYS}
            known = effort, memory_use(self.seed, uuids, times_s), flow
            while len(self._remembered) >= _MOST_REMEMBERED:
                del self._remembered[next(iter(self._remembered))]
            self._remembered[key] = known
        return known

    def _given(self, vms: tuple[str, ...], times_s: Floats, host_ref: str) -> Floats:
        given = np.zeros((len(times_s), len(vms)))
        for at, ref in enumerate(vms):
            for stay in self.residency.stays(ref):
                if host_ref in ("", stay.host_ref) and not stay.is_paused:
                    given[stay.covers(times_s), at] = stay.memory_bytes
        return given


def consolidate(values: Floats, rows: int, cf: str) -> Floats:
    """Rows from samples: float64[rows * k, ...] -> float64[rows, ...] by AVERAGE, MIN or MAX of what is known."""
    if rows == 0 or len(values) == rows:
        return values
    grouped = values.reshape(rows, len(values) // rows, *values.shape[1:])
    known: NDArray[np.bool_] = ~np.isnan(grouped)
    if cf == "AVERAGE":
        total, count = np.where(known, grouped, 0.0).sum(axis=1), known.sum(axis=1)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)
    edge: Literal[1, -1] = 1 if cf == "MIN" else -1
    extreme = np.where(known, grouped * edge, np.inf).min(axis=1)
    return np.where(np.isinf(extreme), np.nan, extreme * edge)


def consolidate_all(figures: Figures, rows: int, cf: str) -> Figures:
    return Figures(
        consolidate(figures.busy, rows, cf),
        consolidate(figures.memory, rows, cf),
        {way: consolidate(values, rows, cf) for way, values in figures.flow.items()},
        consolidate(figures.given, rows, cf),
    )


def spread(seed_keys: NDArray[np.uint64], noise: Floats, mean: Floats) -> Floats:
    """Split a mean fraction over several processors: float64[n] -> float64[n, m] whose mean is that again."""
    if len(seed_keys) < 2:
        return mean[:, None]
    around = noise - noise.mean(axis=1, keepdims=True)
    room = np.minimum(mean, 1.0 - mean)[:, None]
    return np.asarray(mean[:, None] + around * room)
