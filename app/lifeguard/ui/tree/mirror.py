"""The tree as the Qt model walks it: nodes that know their parent and their place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count

from lifeguard.tree.node import Key, Node


class MirrorRow:
    """One node on the screen. `number` names it for Qt as long as it lives; `place` is its row, counted anew only when
    somebody asks after a change: a whole pool is filled in without counting once for each of its rows."""

    __slots__ = ("_counted", "_place", "children", "key", "node", "number", "parent")

    def __init__(self, node: Node, number: int, parent: MirrorRow | None) -> None:
        self.node = node
        self.key: Key = node.key
        self.number = number
        self.parent = parent
        self.children: list[MirrorRow] = []
        self._place = 0
        self._counted = 0

    @property
    def place(self) -> int:
        if self.parent is not None:
            self.parent.count_to_end()
        return self._place

    def count_to_end(self) -> None:
        """Tell the children their places, as far as these are not known."""
        for place in range(self._counted, len(self.children)):
            self.children[place]._place = place
        self._counted = len(self.children)

    def insert(self, place: int, child: MirrorRow) -> None:
        child.parent = self
        self.children.insert(place, child)
        self._counted = min(self._counted, place)

    def take(self, place: int) -> MirrorRow:
        self._counted = min(self._counted, place)
        return self.children.pop(place)

    def reorder(self, rows: Sequence[int]) -> None:
        self.children = [self.children[row] for row in rows]
        self._counted = 0

    def with_all_below(self) -> Iterator[MirrorRow]:
        yield self
        for child in self.children:
            yield from child.with_all_below()


class Mirror:
    """A copy of a live tree, kept by replaying its steps; finds rows by key and by number. `numbered` is asked some
    thousand times a frame, and so nothing but a look into a dict: None for a row that is gone."""

    def __init__(self, root: Node) -> None:
        self._numbers = count(1)
        self.root = MirrorRow(root, 0, None)
        self._by_key: dict[Key, MirrorRow] = {root.key: self.root}
        self._by_number: dict[int, MirrorRow] = {0: self.root}
        self.numbered: Callable[[int], MirrorRow | None] = self._by_number.get

    def __len__(self) -> int:
        return len(self._by_key) - 1

    def part(self) -> None:
        """Let all rows go: they hold one another, and would otherwise wait for a garbage collection."""
        for row in self._by_number.values():
            row.parent = None
            row.children = []

    def row(self, key: Key) -> MirrorRow:
        return self._by_key[key]

    def find(self, key: Key) -> MirrorRow | None:
        return self._by_key.get(key)

    def insert(self, parent: MirrorRow, place: int, node: Node) -> MirrorRow:
        row = MirrorRow(node, next(self._numbers), parent)
        self._by_key[row.key] = row
        self._by_number[row.number] = row
        parent.insert(place, row)
        return row

    def remove(self, parent: MirrorRow, place: int) -> None:
        for gone in parent.take(place).with_all_below():
            del self._by_key[gone.key]
            del self._by_number[gone.number]

    def move(self, parent: MirrorRow, place: int, new_parent: MirrorRow, new_place: int, node: Node) -> None:
        """Put a row, with all below it, elsewhere; everything below gets the keys that go with the new place."""
        row = parent.take(place)
        moved = list(row.with_all_below())
        for one in moved:
            del self._by_key[one.key]
        row.node = node
        row.key = node.key
        new_parent.insert(new_place, row)
        for one in moved[1:]:
            assert one.parent is not None
            one.key = (*one.parent.key, one.key[-1])
        for one in moved:
            self._by_key[one.key] = one

    def reorder(self, parent: MirrorRow, rows: Sequence[int]) -> None:
        """Put the child of row `rows[n]` in row n."""
        parent.reorder(rows)

    def all(self) -> Iterator[MirrorRow]:
        rows = self.root.with_all_below()
        next(rows)
        return rows
