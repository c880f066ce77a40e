"""Lines that somebody puts in and takes out one by one, in order: for lists that are about no single object."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable
from typing import Any

from lifeguard.ui.table.line import GONE, Line
from lifeguard.ui.table.live import TOP, Inserted, Moved, Removed, Renewed, Step, rank_of


class FlatLines:
    """`line_of` gives the line of a key as it is now; say `put` when it differs."""

    def __init__(self, line_of: Callable[[str], Line]) -> None:
        self._line_of = line_of
        self._sort: tuple[int, bool] | None = None
        self._lines: dict[str, Line] = {}
        self._rank: dict[str, Any] = {}
        self._ranked: list[tuple[Any, str]] = []

    def __len__(self) -> int:
        return len(self._ranked)

    def __contains__(self, key: str) -> bool:
        return key in self._rank

    def keys(self, parent: str = TOP) -> tuple[str, ...]:
        return tuple(key for _, key in self._ranked) if parent == TOP else ()

    def line(self, key: str) -> Line:
        return self._lines.get(key, GONE)

    def sort(self, column: int | None, is_ascending: bool = True) -> None:
        self._sort = None if column is None else (column, is_ascending)
        self._rank = {key: rank_of(line, self._sort) for key, line in self._lines.items()}
        self._ranked = sorted((rank, key) for key, rank in self._rank.items())

    def put(self, key: str) -> tuple[Step, ...]:
        """A line has come, or says something else."""
        line = self._line_of(key)
        rank = rank_of(line, self._sort)
        before = self._rank.get(key)
        self._lines[key], self._rank[key] = line, rank
        if before is None:
            insort(self._ranked, (rank, key))
            return (Inserted(TOP, bisect_left(self._ranked, (rank, key)), key),)
        row = bisect_left(self._ranked, (before, key))
        del self._ranked[row]
        new_row = bisect_left(self._ranked, (rank, key))
        self._ranked.insert(new_row, (rank, key))
        return (Moved(TOP, row, new_row), Renewed(key)) if row != new_row else (Renewed(key),)

    def drop(self, key: str) -> tuple[Step, ...]:
        """A line has gone."""
        if key not in self._rank:
            return ()
        row = bisect_left(self._ranked, (self._rank.pop(key), key))
        del self._ranked[row], self._lines[key]
        return (Removed(TOP, row),)
