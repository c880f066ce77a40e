"""Whole tables as a first snapshot tells them: put together once, and again when something in them was written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lifeguard.sim.database import Database
from lifeguard.sim.wire.codec import Codec

_ROWS_AT_ONCE = 50
_KEPT_FROM_ROWS = 64
"""Smaller tables are put together each time: most of them change all the time, and it costs nothing."""


@dataclass(frozen=True, slots=True)
class _Kept:
    changed: int
    text: bytes


class WholeTables:
    """`write` gives the addition of one row, from what is kept with the row where it can."""

    def __init__(self, db: Database, write: Callable[[Codec, str, str], bytes]) -> None:
        self._db = db
        self._write = write
        self._kept: dict[tuple[str, str], _Kept] = {}

    def text(self, codec: Codec, name: str) -> bytes:
        """All rows of a table by ref, as they stand in an array; empty when there are none."""
        table = self._db.tables[name]
        kept = self._kept.get((codec.name, name))
        if kept is None or kept.changed != table.changed:
            text = codec.joined(self._write(codec, name, ref) for ref in sorted(table.rows))
            kept = _Kept(table.changed, text)
            if len(table.rows) >= _KEPT_FROM_ROWS:
                self._kept[codec.name, name] = kept
        return kept.text

    def last_change(self, names: Iterable[str]) -> int:
        """The generation of the last write to any row of these tables. Deletions after it are told once more, to
        clients that never saw the row: so does the real server."""
        return max((self._db.tables[name].latest for name in names), default=0)

    async def prepare(self, codec: Codec, names: Iterable[str]) -> None:
        """Write every row for the first who asks, a little at a time."""
        for name in names:
            for at, ref in enumerate(tuple(self._db.tables[name].rows)):
                if self._db.has(name, ref):
                    self._write(codec, name, ref)
                if at % _ROWS_AT_ONCE == 0:
                    await asyncio.sleep(0)
            self.text(codec, name)
