"""A table that follows its pool: only the lines that a change concerns are worked out again, and only they move."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass
from functools import total_ordering
from itertools import islice
from typing import Any, Protocol

from lifeguard.inventory.answers import Answers, Asked
from lifeguard.inventory.change import Change
from lifeguard.inventory.inventory import Inventory
from lifeguard.ui.table.line import Line, Table

TOP = ""


@dataclass(frozen=True, slots=True)
class Inserted:
    """A line appeared as line `row` below `parent`; those below it follow as steps of their own."""

    parent: str
    row: int
    key: str


@dataclass(frozen=True, slots=True)
class Removed:
    """Line `row` below `parent` went, with all below it."""

    parent: str
    row: int


@dataclass(frozen=True, slots=True)
class Moved:
    """Line `row` below `parent` is now line `new_row` there, counted without it."""

    parent: str
    row: int
    new_row: int


@dataclass(frozen=True, slots=True)
class Renewed:
    """A line says something else."""

    key: str


Step = Inserted | Removed | Moved | Renewed
_Ranked = tuple[Any, str]


@total_ordering
class _Falling:
    """A value that sorts the other way round."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Falling) and bool(self.value == other.value)

    def __lt__(self, other: _Falling) -> bool:
        return bool(other.value < self.value)

    def __hash__(self) -> int:
        return hash(self.value)


class Lines(Protocol):
    """What a table on the screen shows: lines by key, in order."""

    def keys(self, parent: str = TOP) -> tuple[str, ...]: ...
    def line(self, key: str) -> Line: ...
    def sort(self, column: int | None, is_ascending: bool = True) -> None: ...


def rank_of(line: Line, sort: tuple[int, bool] | None) -> tuple[Any, ...]:
    """What a line is sorted by: what is unknown comes last, whichever way."""
    own = line.order
    if sort is None or sort[0] >= len(line.cells):
        return (0, 0, own) if own is not None else (1, 0, ())
    column, is_ascending = sort
    value = line.cells[column].sort
    tail = own if own is not None else ()
    if value is None:
        return (1, 0, tail)
    return (0, value if is_ascending else _Falling(value), tail)


class LiveTable:
    """`apply` must hear of every change of the inventory, in order. Of a long table only so many lines are there at
    once; `fill` brings the others."""

    def __init__(self, table: Table, inventory: Inventory, subject: str, at_once: int | None = None) -> None:
        self.table = table
        self.subject = subject
        self._answers = Answers(inventory)
        self._sort: tuple[int, bool] | None = None
        self._ranked: dict[str, list[_Ranked]] = {TOP: []}
        self._rank: dict[str, Any] = {}
        self._parent: dict[str, str] = {}
        self._filling = self._fill(TOP)
        for _ in islice(self._filling, at_once):
            pass

    def __len__(self) -> int:
        return len(self._parent)

    def keys(self, parent: str = TOP) -> tuple[str, ...]:
        """The lines below one, in order."""
        return tuple(key for _, key in self._ranked.get(parent, ()))

    def line(self, key: str) -> Line:
        return self._answers.ask(self.table.line, self.subject, key)

    @property
    def summary(self) -> str:
        return self._answers.ask(self.table.summary, self.subject) if self.table.summary is not None else ""

    def fill(self) -> Iterator[Step]:
        """Bring the lines that are not there yet, one by one; changes may be applied meanwhile."""
        yield from self._filling
        for parent in tuple(self._ranked):
            yield from self._leave(parent)

    def sort(self, column: int | None, is_ascending: bool = True) -> None:
        """Put everything in another order; None is the table's own."""
        self._sort = None if column is None else (column, is_ascending)
        for siblings in self._ranked.values():
            siblings[:] = sorted((self._ranks(key), key) for _, key in siblings)
            self._rank.update((key, rank) for rank, key in siblings)

    def apply(self, change: Change) -> tuple[Step, ...]:
        """What a change, already in the inventory, does to the lines."""
        differing = self._answers.apply(change)
        parents = self._parents_of(differing)
        changed = [asked[2] for asked in differing if asked[0] is self.table.line and asked[2] in self._parent]
        steps: list[Step] = []
        for parent in parents:
            steps.extend(self._leave(parent))
        for parent in parents:
            steps.extend(self._fill(parent))
        for key in changed:
            if key in self._parent:
                steps.extend(self._settle(key))
        return tuple(steps)

    def _parents_of(self, differing: set[Asked]) -> list[str]:
        """The lines that may have others below them than before, the top first."""
        at_top = [TOP] if (self.table.members, self.subject) in differing else []
        inner = [asked[2] for asked in differing if asked[0] is self.table.below and asked[2] in self._parent]
        return [*at_top, *sorted(inner)]

    def _wanted(self, parent: str) -> tuple[str, ...]:
        if parent == TOP:
            return self._answers.ask(self.table.members, self.subject)
        return self._answers.ask(self.table.below, self.subject, parent)

    def _leave(self, parent: str) -> Iterator[Step]:
        """Take away what does not belong there any more."""
        siblings = self._ranked.get(parent)
        if siblings is None:
            return
        wanted = set(self._wanted(parent))
        for row in reversed(range(len(siblings))):
            key = siblings[row][1]
            if key not in wanted:
                del siblings[row]
                self._forget(key)
                yield Removed(parent, row)

    def _fill(self, parent: str) -> Iterator[Step]:
        """Put in what is not there yet, with all below it. A line is shown once, whatever the data say."""
        siblings = self._ranked.get(parent)
        if siblings is None:
            return
        for key in self._wanted(parent):
            if key in self._parent:
                continue
            ranked = (self._ranks(key), key)
            insort(siblings, ranked)
            self._rank[key], self._parent[key], self._ranked[key] = ranked[0], parent, []
            yield Inserted(parent, bisect_left(siblings, ranked), key)
            yield from self._fill(key)

    def _settle(self, key: str) -> Iterator[Step]:
        """A line has changed: put it where it belongs now."""
        before, now = self._rank[key], self._ranks(key)
        if now != before:
            parent = self._parent[key]
            siblings = self._ranked[parent]
            row = bisect_left(siblings, (before, key))
            del siblings[row]
            new_row = bisect_left(siblings, (now, key))
            siblings.insert(new_row, (now, key))
            self._rank[key] = now
            if row != new_row:
                yield Moved(parent, row, new_row)
        yield Renewed(key)

    def _forget(self, key: str) -> None:
        for _, below in self._ranked.pop(key):
            self._forget(below)
        del self._parent[key], self._rank[key]

    def _ranks(self, key: str) -> tuple[Any, ...]:
        return rank_of(self.line(key), self._sort)
