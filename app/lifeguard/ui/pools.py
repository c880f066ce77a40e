"""The pools that are open in the window: each with its remembered answers and, when it lives, its figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count

from lifeguard.commands.selection import Item, Selection
from lifeguard.inventory.answers import Answers, Asked
from lifeguard.inventory.change import Change
from lifeguard.observe import Signal
from lifeguard.tree.node import Thing
from lifeguard.ui.live.feed import Feed
from lifeguard.ui.shown import Shown, Source


@dataclass(frozen=True, slots=True, eq=False)
class OpenPool:
    """`key` is the word by which trees and grids know the pool; `feed` is None for one that has no living figures."""

    key: str
    source: Source
    answers: Answers
    feed: Feed | None


@dataclass(frozen=True, slots=True, eq=False)
class PoolNews:
    """A change that the answers have taken in, and the questions whose answers it has changed."""

    pool: OpenPool
    change: Change
    differing: frozenset[Asked]


class Pools:
    """Who listens hears of a change after the pool's answers have followed it, in the order in which they connected."""

    def __init__(self) -> None:
        self.added: Signal[OpenPool] = Signal()
        self.removed: Signal[OpenPool] = Signal()
        self.changed: Signal[PoolNews] = Signal()
        self._open: dict[str, OpenPool] = {}
        self._leave: dict[str, Callable[[], None]] = {}
        self._numbers = count(1)

    def __iter__(self) -> Iterator[OpenPool]:
        return iter(tuple(self._open.values()))

    def __len__(self) -> int:
        return len(self._open)

    def open(self, source: Source, feed: Feed | None) -> OpenPool:
        pool = OpenPool(f"pool-{next(self._numbers)}", source, Answers(source.inventory), feed)
        self._open[pool.key] = pool
        self._leave[pool.key] = source.changed.connect(lambda change: self._follow(pool, change))
        self.added.emit(pool)
        return pool

    def close(self, source: Source) -> OpenPool | None:
        """Let a pool go. Its feed is the caller's to close."""
        pool = self.of(source)
        if pool is not None:
            self._leave.pop(pool.key)()
            del self._open[pool.key]
            self.removed.emit(pool)
        return pool

    def get(self, key: str) -> OpenPool | None:
        return self._open.get(key)

    def of(self, source: object) -> OpenPool | None:
        return next((pool for pool in self._open.values() if pool.source is source), None)

    def feed_of(self, source: Source) -> Feed | None:
        pool = self.of(source)
        return pool.feed if pool is not None else None

    def shown(self, thing: Thing) -> Shown | None:
        pool = self._open.get(thing.source)
        return Shown(pool.source, thing.ref) if pool is not None else None

    def thing(self, source: object, ref: str) -> Thing | None:
        pool = self.of(source)
        return Thing(pool.key, ref) if pool is not None else None

    def selection(self, things: Iterable[Thing]) -> Selection:
        """The objects among these that are there, each once, as commands take them."""
        items = []
        for thing in dict.fromkeys(things):
            pool = self._open.get(thing.source)
            if pool is not None and thing.ref in pool.source.inventory:
                items.append(Item(pool.source, thing.ref))
        return Selection(tuple(items))

    def _follow(self, pool: OpenPool, change: Change) -> None:
        differing = frozenset(pool.answers.apply(change))
        self.changed.emit(PoolNews(pool, change, differing))
