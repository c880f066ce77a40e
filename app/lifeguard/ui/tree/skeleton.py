"""The shape of a tree where Qt can read it by itself: how many rows stand below which, and nothing of what they say.

A view asks for the shape three times for each open row whenever a row comes, goes or moves: with thousands of rows open
these are tens of milliseconds of Python, and a few hundred microseconds when nobody but Qt is asked. Qt's own model
keeps the shape and no items; what a row is and says stays with the nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex
from PySide6.QtGui import QStandardItemModel

from lifeguard.observe import Signal
from lifeguard.tree.node import ROOT, Key, Node
from lifeguard.ui.tree.mirror import Mirror, MirrorRow

Index = QModelIndex | QPersistentModelIndex


class Skeleton(QStandardItemModel):
    """Keeps Qt's shape and the mirror in step. `replanted` tells that rows with others below them have moved: where Qt
    held those is another place now, and what a view remembers of it must be laid out again at once."""

    def __init__(self, columns: int, parent: QObject | None = None) -> None:
        super().__init__(0, columns, parent)
        self.replanted: Signal[None] = Signal()
        self._mirror = Mirror(Node(ROOT, "root", None, "", "", ""))
        self._at_address: dict[int, MirrorRow] = {}
        self._meanwhile: Callable[[], object] = _nothing
        # The first to hear of it, so that nobody looks for a row in a mirror that is ahead or behind.
        self.rowsInserted.connect(self._follow)
        self.rowsRemoved.connect(self._follow)

    def row(self, index: Index) -> MirrorRow | None:
        """An invalid index stands for the root; None for a row that is gone."""
        place = index.row()
        if place < 0:
            return self._mirror.root
        above = self._at_address.get(index.internalId())
        return above.children[place] if above is not None and place < len(above.children) else None

    def index_of(self, row: MirrorRow, column: int = 0) -> QModelIndex:
        above = row.parent
        return QModelIndex() if above is None else self.createIndex(row.place, column, above.address)

    def index_of_key(self, key: Key) -> QModelIndex:
        """Where a node is now; an invalid index when it is not in the tree."""
        row = self._mirror.find(key)
        return QModelIndex() if row is None else self.index_of(row)

    def insert(self, parent: MirrorRow, place: int, node: Node) -> MirrorRow:
        """One more row, with nothing below it yet."""
        self._add_rows(parent, self.index_of(parent), place, 1, partial(self._mirror.insert, parent, place, node))
        return parent.children[place]

    def remove(self, parent: MirrorRow, place: int) -> None:
        """Drop a row, with all below it."""

        def follow() -> None:
            self._forget_addresses(self._mirror.remove(parent, place))

        self._change_rows(follow, self.removeRows, place, 1, self.index_of(parent))

    def grow(self, row: MirrorRow, index: QModelIndex) -> None:
        """Tell Qt of everything that the mirror has below a row, of which Qt knows only the row itself."""
        if row.children:
            self._add_rows(row, index, 0, len(row.children), _nothing)
            for place, child in enumerate(row.children):
                if child.children:
                    self.grow(child, self.createIndex(place, 0, row.address))

    @contextmanager
    def rearranging(self) -> Iterator[None]:
        """Between these two, rows move without a word to Qt, which then hears of it all at once."""
        self.layoutAboutToBeChanged.emit()
        self.blockSignals(True)
        try:
            yield
        finally:
            self.blockSignals(False)
            self.layoutChanged.emit()

    @contextmanager
    def beginning_anew(self) -> Iterator[None]:
        """Between these two, the mirror is filled, or columns change; Qt forgets the shape before, and learns it after.
        Whoever looks at the model keeps its place by keys."""
        self.beginResetModel()
        self.blockSignals(True)
        self.removeRows(0, self.rowCount())
        for row in self._at_address.values():
            row.address = 0
        self._at_address.clear()
        try:
            yield
        finally:
            self.grow(self._mirror.root, QModelIndex())
            self.blockSignals(False)
            self.endResetModel()

    def held(self) -> set[MirrorRow]:
        """The rows that somebody points at: selected, open, current, edited."""
        return {row for index in self.persistentIndexList() if (row := self.row(index)) is not None}

    def move(
        self, parent: MirrorRow, place: int, target: MirrorRow, new_place: int, node: Node, *, is_held: bool
    ) -> None:
        """Put a row elsewhere, with all below it; `new_place` counts without it. It grows in its new place, whoever
        points at it is turned there, and then the old one goes."""
        row = parent.children[place]
        coming = new_place + (target is parent and new_place > place)
        going = place + (target is parent and coming <= place)
        pointing = self._pointing_into(row) if is_held or row.children else []
        self._add_rows(target, self.index_of(target), coming, 1, _nothing)
        self._forget_addresses(row)
        self._mirror.move(parent, place, target, new_place, node)
        self.grow(row, self.createIndex(coming, 0, target.address))
        for one, old in pointing:
            if one is row:
                before = self.createIndex(going, old.column(), parent.address)
                self.changePersistentIndex(before, self.createIndex(coming, old.column(), target.address))
            else:
                self.changePersistentIndex(old, self.index_of(one, old.column()))
        self.removeRows(going, 1, self.index_of(parent))

    def reorder(self, parent: MirrorRow, rows: Sequence[int]) -> None:
        """Put the child of row `rows[n]` in row n: all grow anew behind the old ones, which then go."""
        count, index = len(rows), self.index_of(parent)
        pointing = [entry for entry in self._pointing_into(parent) if entry[0] is not parent]
        self._add_rows(parent, index, count, count, _nothing)
        parent.reorder(rows)
        for child in parent.children:
            self._forget_addresses(child)
            self.grow(child, self.createIndex(count + child.place, 0, parent.address))
        self.changePersistentIndexList(
            [old for _, old in pointing],
            [
                self.createIndex(one.place + count * (one.parent is parent), old.column(), one.parent.address)
                for one, old in pointing
                if one.parent is not None
            ],
        )
        self.removeRows(0, count, index)

    def _pointing_into(self, top: MirrorRow) -> list[tuple[MirrorRow, QModelIndex]]:
        """What somebody holds on to at a row and below it."""
        found = ((self.row(index), index) for index in self.persistentIndexList())
        return [(row, index) for row, index in found if row is not None and row.is_within(top)]

    def _add_rows(
        self, row: MirrorRow, index: QModelIndex, place: int, count: int, follow: Callable[[], object]
    ) -> None:
        if self.columnCount(index) == 0:
            self.insertColumns(0, self.columnCount(), index)

        def learn() -> None:
            if not row.address:
                row.address = self.index(0, 0, index).internalId()
                self._at_address[row.address] = row
            follow()

        self._change_rows(learn, self.insertRows, place, count, index)

    def _change_rows(
        self,
        follow: Callable[[], object],
        change: Callable[[int, int, QModelIndex], bool],
        place: int,
        count: int,
        index: QModelIndex,
    ) -> None:
        self._meanwhile = follow
        change(place, count, index)
        self._follow()

    def _follow(self, *_: object) -> None:
        """Qt's shape has changed, and the mirror follows: as Qt tells so, or else afterwards."""
        follow, self._meanwhile = self._meanwhile, _nothing
        follow()

    def _forget_addresses(self, top: MirrorRow) -> None:
        for row in top.with_all_below():
            if row.address:
                self._at_address.pop(row.address, None)
                row.address = 0


def _nothing() -> None:
    """There is nothing to follow."""
