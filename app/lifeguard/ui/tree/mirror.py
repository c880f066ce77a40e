"""The tree as the Qt model walks it: nodes that know their parent and their place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lifeguard.tree.node import Key, Node

_PIECE = 300


class MirrorRow:
    """One node on the screen. `address` is what Qt calls the place that holds its children, 0 while it holds none;
    `place` is its row, counted anew only when somebody asks after a change: a whole pool is filled in without counting
    once for each of its rows."""

    __slots__ = ("_counted", "_place", "address", "children", "key", "node", "parent")

    def __init__(self, node: Node, parent: MirrorRow | None) -> None:
        self.node = node
        self.key: Key = node.key
        self.address = 0
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
        """Put the child of row `rows[n]` in row n."""
        self.children = [self.children[row] for row in rows]
        self._counted = 0

    def with_all_below(self) -> Iterator[MirrorRow]:
        yield self
        for child in self.children:
            yield from child.with_all_below()

    def branches(self) -> Iterator[MirrorRow]:
        """Itself and everything below that has children, from the top down."""
        if self.children:
            yield self
            for child in self.children:
                if child.children:
                    yield from child.branches()

    def is_within(self, other: MirrorRow) -> bool:
        """Whether it is that row, or below it."""
        row: MirrorRow | None = self
        while row is not None and row is not other:
            row = row.parent
        return row is not None


class Mirror:
    """A copy of a live tree, kept by replaying its steps; finds rows by key."""

    def __init__(self, root: Node) -> None:
        self.root = MirrorRow(root, None)
        self._by_key: dict[Key, MirrorRow] = {root.key: self.root}

    def __len__(self) -> int:
        return len(self._by_key) - 1

    def parting(self) -> Iterator[None]:
        """Let all rows go, some hundreds between two yields: they hold one another, and would otherwise wait for a
        garbage collection."""
        while self._by_key:
            for _ in range(min(_PIECE, len(self._by_key))):
                _, row = self._by_key.popitem()
                row.parent = None
                row.children = []
            yield

    def row(self, key: Key) -> MirrorRow:
        return self._by_key[key]

    def find(self, key: Key) -> MirrorRow | None:
        return self._by_key.get(key)

    def insert(self, parent: MirrorRow, place: int, node: Node) -> MirrorRow:
        row = MirrorRow(node, parent)
        self._by_key[row.key] = row
        parent.insert(place, row)
        return row

    def remove(self, parent: MirrorRow, place: int) -> MirrorRow:
        """Take a row out, with all below it, and return it."""
        gone = parent.take(place)
        for one in gone.with_all_below():
            del self._by_key[one.key]
        return gone

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

    def all(self) -> Iterator[MirrorRow]:
        rows = self.root.with_all_below()
        next(rows)
        return rows
