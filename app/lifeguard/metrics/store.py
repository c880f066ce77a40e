"""The series store: per object one ring per archive, fed by polls and whole RRDs, read by graphs and the search grid.

Only AVERAGE is kept (MIN and MAX exist on some servers only). Memory is bounded: at most 774 rows per data source.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from lifeguard.metrics.archive import Archives
from lifeguard.metrics.document import FloatArray, IntArray
from lifeguard.metrics.ranges import SPANS, STEPS_S, step_for
from lifeguard.metrics.updates import Updates

_AVERAGE: Final = "AVERAGE"
_ROWS: Final = {span.step_s: span.rows for span in SPANS}
_LATEST_ROWS: Final = 12
_NEVER: Final = -(2**62)


class _Ring:
    """The newest `rows` rows of one archive of one object; a row's place is its slot (time / step) modulo rows."""

    def __init__(self, step_s: int, rows: int) -> None:
        self.step_s = step_s
        self.rows = rows
        self.columns: dict[str, int] = {}
        self.values: FloatArray = np.full((rows, 0), np.nan)
        self.newest = _NEVER

    def merge(self, times_s: IntArray, names: Sequence[str], values: FloatArray) -> None:
        """Lay rows (ascending times) over the ring; a value that is not known never replaces one that is."""
        if not len(times_s):
            return
        slots = times_s // self.step_s
        self._make_room(int(slots[-1]))
        kept = slots > self.newest - self.rows
        places = slots[kept] % self.rows
        target = places[:, np.newaxis], np.array(self._columns_of(names))
        fresh = values[kept]
        self.values[target] = np.where(np.isfinite(fresh), fresh, self.values[target])

    def _make_room(self, newest: int) -> None:
        """Move the ring on to `newest`; a batch wholly before the ring means the server's clock was set back."""
        if newest <= self.newest - self.rows or newest >= self.newest + self.rows:
            self.values[:] = np.nan
            self.newest = newest
        elif newest > self.newest:
            self.values[np.arange(self.newest + 1, newest + 1) % self.rows] = np.nan
            self.newest = newest

    def _columns_of(self, names: Sequence[str]) -> list[int]:
        missing = [name for name in dict.fromkeys(names) if name not in self.columns]
        if missing:
            self._drop_unused(keep=set(names))
            self.columns |= {name: column for column, name in enumerate(missing, start=len(self.columns))}
            self.values = np.hstack((self.values, np.full((self.rows, len(missing)), np.nan)))
        return [self.columns[name] for name in names]

    def _drop_unused(self, keep: set[str]) -> None:
        """Sources come and go (disks, guests' tools); without this the ring would only ever grow."""
        used = set(np.flatnonzero(np.isfinite(self.values).any(axis=0)).tolist())
        names = [name for name, column in self.columns.items() if name in keep or column in used]
        self.values = self.values[:, [self.columns[name] for name in names]]
        self.columns = {name: column for column, name in enumerate(names)}

    def window(self, name: str, start_s: float, end_s: float) -> tuple[IntArray, FloatArray]:
        """Every row of the ring within start..end; a time without value is NaN, so that gaps stay gaps."""
        first = max(int(-(-start_s // self.step_s)), self.newest - self.rows + 1)
        slots = np.arange(first, min(int(end_s // self.step_s), self.newest) + 1, dtype=np.int64)
        if name not in self.columns:
            return slots * self.step_s, np.full(len(slots), np.nan)
        return slots * self.step_s, self.values[slots % self.rows, self.columns[name]]

    def latest(self, since_s: float) -> dict[str, float]:
        """The newest value of each source, from at most the last minute's worth of rows and not before `since_s`."""
        since = max(self.newest - _LATEST_ROWS + 1, int(-(-since_s // self.step_s)))
        slots = np.arange(self.newest, since - 1, -1)
        recent = self.values[slots % self.rows]
        if not len(recent):
            return {}
        known = ~np.isnan(recent)
        row = known.argmax(axis=0)
        return {name: float(recent[row[i], i]) for name, i in self.columns.items() if known[row[i], i]}


class SeriesStore:
    """Series of one pool by owner uuid and data-source name, in the units the server uses. One writer, many readers."""

    def __init__(self) -> None:
        self._rings: dict[str, dict[int, _Ring]] = {}

    def merge(self, updates: Updates) -> None:
        """Take in an rrd_updates document; overlapping and repeated rows do no harm. Unknown steps are ignored."""
        for _ in self.iter_merge(updates):
            pass

    def iter_merge(self, updates: Updates) -> Iterator[None]:
        """Merge as `merge` does, pausing after each object (well under a millisecond); run it to its end."""
        by_owner: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for column, source in enumerate(updates.legend):
            if source.cf == _AVERAGE:
                by_owner[source.owner_uuid].setdefault(source.name, column)
        for owner_uuid, columns in by_owner.items():
            chosen = updates.values[:, list(columns.values())]
            self._merge_rows(owner_uuid, updates.step_s, updates.times_s, list(columns), chosen)
            yield

    def merge_archives(self, owner_uuid: str, archives: Archives) -> None:
        """Take in the whole RRD of one object."""
        columns = {name: column for column, name in enumerate(archives.names)}
        for archive in archives.archives:
            if archive.cf == _AVERAGE:
                chosen = archive.values[:, list(columns.values())]
                self._merge_rows(owner_uuid, archive.step_s, archive.times_s, list(columns), chosen)

    def _merge_rows(
        self, owner_uuid: str, step_s: int, times_s: IntArray, names: Sequence[str], values: FloatArray
    ) -> None:
        if step_s not in _ROWS or not len(times_s):
            return
        rings = self._rings.setdefault(owner_uuid, {})
        if step_s not in rings:
            rings[step_s] = _Ring(step_s, _ROWS[step_s])
        rings[step_s].merge(times_s, names, values)

    def keep_only(self, owner_uuids: Iterable[str]) -> None:
        """Forget every object but these (gone from the pool, or no longer looked at)."""
        wanted = set(owner_uuids)
        self._rings = {uuid: rings for uuid, rings in self._rings.items() if uuid in wanted}

    def names(self, owner_uuid: str) -> frozenset[str]:
        """Names of the data sources seen for an object in any archive."""
        return frozenset(name for ring in self._rings.get(owner_uuid, {}).values() for name in ring.columns)

    def newest_s(self, owner_uuid: str, step_s: int) -> int | None:
        """The time of the newest row held of one archive: where the next poll starts. None when there is none."""
        ring = self._rings.get(owner_uuid, {}).get(step_s)
        return None if ring is None else ring.newest * step_s

    def window(
        self, owner_uuid: str, name: str, start_s: float, end_s: float, now_s: float | None = None
    ) -> tuple[IntArray, FloatArray]:
        """(times int64[k] UTC ascending, values float64[k], NaN = gap) of start..end, both ends included.

        From the finest archive reaching back from `now_s` (default `end_s`) to `start_s` that knows the source; where
        it was not fetched yet, from the next one that knows it, coarser first. Empty when none does.
        """
        wanted = step_for(start_s, end_s if now_s is None else now_s)
        coarser = [step for step in STEPS_S if step >= wanted]
        finer = [step for step in reversed(STEPS_S) if step < wanted]
        rings = self._rings.get(owner_uuid, {})
        for step_s in (*coarser, *finer):
            if step_s in rings and name in rings[step_s].columns:
                return rings[step_s].window(name, start_s, end_s)
        return np.empty(0, dtype=np.int64), np.empty(0)

    def latest(self, owner_uuid: str, since_s: float = 0.0) -> Mapping[str, float]:
        """Newest values by name: last minute of the 5 s archive, nothing before `since_s`, unknown ones absent."""
        ring = self._rings.get(owner_uuid, {}).get(STEPS_S[0])
        return {} if ring is None else ring.latest(since_s)
