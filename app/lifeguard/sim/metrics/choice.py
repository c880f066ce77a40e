"""Which archive answers a request for updates, and which rows of it: as the real server chooses, oddities included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lifeguard.sim.metrics.recorded import STEP_S, Archive, Floats, Recorded, Times
from lifeguard.sim.metrics.steps import Steps, at_once


class NothingToServe(Exception):
    """The server of this request fails: no object selected, or none of its archives suits."""


@dataclass(frozen=True, slots=True)
class Wish:
    """`start_s` negative counts from the last update. `cf` None wants all there are."""

    start_s: int
    interval_s: int = 0
    cf: str | None = None


@dataclass(frozen=True, slots=True)
class Updates:
    """An answer: `times_s` int64[n], newest first; `values` float64[n, m] in the order of the legend."""

    start_s: int
    step_s: int
    end_s: int
    legend: tuple[str, ...]
    times_s: Times
    values: Floats


def choose(records: Sequence[Recorded], wish: Wish) -> Updates:
    """The updates of all records. The first decides the archive; those that would take another one are left out.

    Raises NothingToServe.
    """
    return at_once(choosing(records, wish))


def choosing(records: Sequence[Recorded], wish: Wish) -> Steps[Updates]:
    """The same record by record."""
    if not records:
        raise NothingToServe('Failure("hd")')
    start_s = wish.start_s
    if start_s < 0:
        start_s += min(record.last_updated_s for record in records)
    chosen = [(record, _archives(record, wish, start_s)) for record in records]
    first = chosen[0][1][0]
    step_s = first.pdps * STEP_S
    end_s = first.last_row_s(records[0].last_updated_s)
    count = min(max(0, (end_s - start_s) // step_s + 1), first.rows)
    legend: list[str] = []
    columns: list[Floats] = []
    for record, archives in chosen:
        for archive in archives:
            if (archive.rows, archive.pdps) == (first.rows, first.pdps):
                columns.append(record.newest(archive, count))
                head = f"{archive.cf}:{record.kind}:{record.uuid}"
                legend += (f"{head}:{source.name}" for source in record.sources)
                yield
    return Updates(
        start_s=start_s - start_s % step_s + step_s,
        step_s=step_s,
        end_s=end_s,
        legend=tuple(legend),
        times_s=end_s - np.arange(count, dtype=np.int64) * step_s,
        values=np.concatenate(columns, axis=1),
    )


def _archives(record: Recorded, wish: Wish, start_s: int) -> list[Archive]:
    """The first archives, fine to coarse, that are coarse enough and reach back beyond the start; else the coarsest."""
    pdps = wish.interval_s // STEP_S
    able = [one for one in record.archives if wish.cf in (None, one.cf) and one.pdps >= pdps]
    if not able:
        raise NothingToServe("Rrd.No_RRA_Available")
    last_s = record.last_updated_s - record.last_updated_s % STEP_S
    best = next((one for one in able if start_s > last_s - STEP_S * one.rows * one.pdps), able[-1])
    return [one for one in able if (one.rows, one.pdps) == (best.rows, best.pdps)]
