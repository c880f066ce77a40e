"""An answer to what is being typed before the next keystroke: an index over the objects of all pools."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Final

from PySide6.QtCore import QObject

from lifeguard.search.index import SearchIndex
from lifeguard.search.query import Search
from lifeguard.ui.pools import OpenPool, PoolNews, Pools
from lifeguard.ui.slices import Slices

_BUDGET_S: Final = 0.003
_PIECE: Final = 20
_MOST: Final = 5_000


class Finder:
    """Reads the pools between two frames, from the first time that somebody wants to search; follows them from then."""

    def __init__(self, pools: Pools, parent: QObject) -> None:
        self._pools = pools
        self._index = SearchIndex()
        self._reading = Slices(parent)
        self._is_on = False
        pools.added.connect(self._take_in)
        pools.removed.connect(lambda pool: self._index.disconnect(pool.key))
        pools.changed.connect(self._follow)

    def begin(self) -> None:
        """Somebody is about to search."""
        if not self._is_on:
            self._is_on = True
            for pool in self._pools:
                self._index.connect(pool.key, pool.answers)
            self._reading.run(self._read())

    def find(self, search: Search, keys: Collection[str], now: datetime) -> dict[str, list[str]]:
        """The objects found in a few milliseconds, by pool and in the order of a list; none while pools are read."""
        self.begin()
        found: dict[str, list[str]] = {key: [] for key in keys}
        for hit in self._index.find_some(search.query, frozenset(search.scope), now, _BUDGET_S, _MOST) or ():
            if hit.source in found:
                found[hit.source].append(hit.ref)
        return found

    def known(self, keys: Collection[str], key: str, typed: str, limit: int) -> Iterator[str]:
        """The names in these pools that may stand after a key of the language."""
        self.begin()
        return self._index.known(key, typed, limit, keys)

    def _read(self) -> Iterator[None]:
        while self._index.fill(_PIECE):
            yield

    def _take_in(self, pool: OpenPool) -> None:
        if self._is_on:
            self._index.connect(pool.key, pool.answers)
            self._reading.run(self._read())

    def _follow(self, news: PoolNews) -> None:
        if self._is_on:
            self._index.apply(news.pool.key, news.change, news.differing)
