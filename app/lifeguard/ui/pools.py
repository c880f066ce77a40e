"""The pools that are open in the window: each with its remembered answers and, when it lives, its figures."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Final, TypeVar

from lifeguard.commands.carriers import is_there
from lifeguard.commands.selection import Item, Selection
from lifeguard.inventory.answers import Answers, Asked
from lifeguard.inventory.change import Change
from lifeguard.inventory.placing import Group
from lifeguard.observe import Signal
from lifeguard.tree.node import Thing
from lifeguard.ui.live.feed import Feed
from lifeguard.ui.shown import Shown, Source
from lifeguard.ui.slices import BUDGET_S, Rest

V = TypeVar("V")
_SLICE: Final = 10


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
    """Who listens hears of a change after the pool's answers have followed it, in the order in which they connected.

    A large change is told in slices, as many at a time as leave a frame room, and then the window paints before the
    next are told: it stays alive while a thousand objects differ. Everybody then sees the same slice at the same time;
    the records are ahead, never behind.
    """

    def __init__(self) -> None:
        self.added: Signal[OpenPool] = Signal()
        self.removed: Signal[OpenPool] = Signal()
        self.changed: Signal[PoolNews] = Signal()
        self._open: dict[str, OpenPool] = {}
        self._leave: dict[str, Callable[[], None]] = {}
        self._numbers = count(1)
        self._untold: deque[tuple[OpenPool, Change]] = deque()
        self._rest = Rest(self._tell)

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
            self._untold = deque(entry for entry in self._untold if entry[0] is not pool)
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

    def selection(self, chosen: Iterable[Thing | Group]) -> Selection:
        """The objects among these that are there, each once, as commands take them; a tag or a folder once for each
        pool that has it."""
        items: list[Item] = []
        for one in dict.fromkeys(chosen):
            if isinstance(one, Group):
                items.extend(self._items_of(one))
            else:
                pool = self._open.get(one.source)
                if pool is not None and one.ref in pool.source.inventory:
                    items.append(Item(pool.source, one.ref))
        return Selection(tuple(items))

    def _items_of(self, group: Group) -> Iterator[Item]:
        for pool in self if group.kind in ("tag", "folder") else ():
            if is_there(pool.source.inventory, group.kind, group.key):
                yield Item(pool.source, group.key, group.kind)

    def _follow(self, pool: OpenPool, change: Change) -> None:
        """What fits into one slice is told at once; to take in a large change has taken most of a frame already."""
        self._untold.extend((pool, piece) for piece in sliced(change))
        if len(self._untold) == 1:
            self._tell()
        elif not self._rest.is_on:
            self._rest.begin()

    def _tell(self) -> None:
        """Tell what fits into a few milliseconds; the rest when that has been painted."""
        end_s = time.perf_counter() + BUDGET_S
        while self._untold:
            pool, change = self._untold.popleft()
            self.changed.emit(PoolNews(pool, change, frozenset(pool.answers.apply(change))))
            if time.perf_counter() > end_s and self._untold:
                self._rest.begin()
                return


def sliced(change: Change) -> Iterator[Change]:
    """The same change in pieces of a few objects; what came and what differs before what went."""
    if len(change.added) + len(change.removed) + len(change.updated) <= _SLICE:
        yield change
        return
    for added in _pieces(change.added):
        yield Change(added=added)
    for updated in _pieces(change.updated):
        yield Change(updated=updated)
    for removed in _pieces(change.removed):
        yield Change(removed=removed)


def _pieces(whole: Mapping[str, V]) -> Iterator[dict[str, V]]:
    entries = list(whole.items())
    for first in range(0, len(entries), _SLICE):
        yield dict(entries[first : first + _SLICE])
