"""The tree on the screen: keys, type-ahead, menus, and what a drag over it shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QToolTip, QTreeView, QWidget

from lifeguard.tree.node import ROOT, Inserted, Key, Moved, Node, Step, Thing
from lifeguard.ui.mime import MIME_TYPE, packed
from lifeguard.ui.theme import Theme, icon_size
from lifeguard.ui.tree.chip import chip_hot_spot, drag_chip, hint_offset
from lifeguard.ui.tree.delegate import RowDelegate
from lifeguard.ui.tree.drag import DragVerdicts, Dropped
from lifeguard.ui.tree.model import TreeModel
from lifeguard.ui.widgets.branches import BranchingView

_AUTO_EXPAND_MS = 600
_ROWS = QItemSelectionModel.SelectionFlag.Rows
_OPEN_AT_FIRST = frozenset({"pool", "type", "group"})


@dataclass(frozen=True, slots=True)
class _Stand:
    """How the tree stood: open nodes, selected ones, the current one, the first in sight."""

    open: Sequence[Key] = ()
    selected: Sequence[Key] = ()
    current: Key = ROOT
    top: Key = ROOT


class ObjectTree(BranchingView):
    """`chosen` tells that other objects are selected, `activated` that one was double-clicked or entered."""

    chosen = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(
        self,
        model: TreeModel,
        verdicts: DragVerdicts,
        dropped: Dropped,
        theme: Theme,
        parent: QWidget | None = None,
        open_at_first: frozenset[str] = _OPEN_AT_FIRST,
    ) -> None:
        super().__init__(parent)
        self._nodes = model
        self._verdicts = verdicts
        self._dropped = dropped
        self._theme = theme
        self.open_at_first = open_at_first
        self.is_open_throughout = False
        self._wanted: set[Thing] = set()
        self._to_open: set[Key] = set()
        self._is_resuming = False
        self._stand = _Stand()
        self.setModel(model)
        self.setItemDelegate(RowDelegate(theme, self, model))
        self.setUniformRowHeights(True)
        self.setIconSize(icon_size())
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setAutoScroll(True)
        self.setAutoExpandDelay(_AUTO_EXPAND_MS)
        self.selectionModel().selectionChanged.connect(self._note_choice)
        model.taken.connect(self._settle)
        verdicts.corrected.connect(lambda _: self._nodes.show_notes(self._verdicts.notes()))
        model.replanted.connect(lambda _: self.executeDelayedItemsLayout())
        model.refilling.connect(lambda _: self._note_stand())
        model.refilled.connect(lambda _: self._resume_stand())

    def things(self) -> tuple[Thing, ...]:
        """The selected objects, in the order of the tree's selection, each once."""
        keys = (self._nodes.key(index) for index in self.selectionModel().selectedRows())
        return tuple(dict.fromkeys(key[-1] for key in keys if key and isinstance(key[-1], Thing)))

    def chosen_nodes(self) -> list[Node]:
        nodes = (self._nodes.node(index) for index in self.selectionModel().selectedRows())
        return [node for node in nodes if node is not None]

    def choose(self, keys: Iterable[Key]) -> None:
        """Select these nodes, and no others; the first becomes the current one and is scrolled to."""
        indexes = [index for key in keys if (index := self._nodes.index_of_key(key)).isValid()]
        if not indexes:
            return
        picked = QItemSelection()
        for index in indexes:
            picked.select(index, index)
        self.selectionModel().setCurrentIndex(indexes[0], QItemSelectionModel.SelectionFlag.NoUpdate)
        self.selectionModel().select(picked, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.scrollTo(indexes[0])

    def looked_at(self, most: int) -> list[Thing]:
        """The objects in sight, and those selected or to be selected as soon as they are shown: this many at most."""
        index, seen = self.indexAt(self.viewport().rect().topLeft()), list[Key]()
        while index.isValid() and self.visualRect(index).top() < self.viewport().height():
            seen.append(self._nodes.key(index))
            index = self.indexBelow(index)
        in_sight = (key[-1] for key in seen if key and isinstance(key[-1], Thing))
        return list(islice(dict.fromkeys((*self.things(), *self._wanted, *in_sight)), most))

    def rows_in_sight(self) -> int:
        """How many rows the view has room for."""
        return self.viewport().height() // max(1, self.fontMetrics().height()) + 1

    def open_keys(self) -> list[Key]:
        """What is open, and what will be as soon as it is there."""
        return [*(self._nodes.key(index) for index in self._nodes.branches() if self.isExpanded(index)), *self._to_open]

    def open_only(self, keys: Collection[Key]) -> None:
        """Close everything else; what of these is not there yet is open as soon as it is."""
        self.collapseAll()
        self._to_open = set(keys)
        for key in keys:
            self.expand(self._nodes.index_of_key(key))

    @contextmanager
    def held_in_place(self) -> Iterator[None]:
        """What is on top stays there while rows come above it."""
        bar = self.verticalScrollBar()
        top = self._nodes.key(self.indexAt(self.viewport().rect().topLeft())) if bar.value() > bar.minimum() else ROOT
        try:
            yield
        finally:
            if top != ROOT:
                self.scrollTo(self._nodes.index_of_key(top), QAbstractItemView.ScrollHint.PositionAtTop)

    def expandAll(self) -> None:
        """Open what has something below it. Qt's own remembers every leaf as open too, and then looks through all of
        them whenever a row moves."""
        for index in self._nodes.branches():
            self.expand(index)

    def successors(self, gone: Callable[[Thing], bool]) -> list[Key]:
        """What to select when the selected node goes: the next of its kind, the one before, what it hangs on."""
        first = next(iter(self.selectionModel().selectedRows()), None)
        if first is None:
            return []
        parent, count = first.parent(), self._nodes.rowCount(first.parent())
        beside = [*range(first.row() + 1, count), *range(first.row() - 1, -1, -1)]
        nodes = (self._nodes.node(self._nodes.index(row, 0, parent)) for row in beside)
        left = self._nodes.node(first)
        alike = (node.key for node in nodes if node is not None and left is not None and node.kind == left.kind)
        staying = (key for key in alike if not (isinstance(key[-1], Thing) and gone(key[-1])))
        above = self._nodes.key(parent)
        return [*islice(staying, 1), *([above] if above else [])]

    def _note_choice(self, come: QItemSelection, gone: QItemSelection) -> None:
        """Qt tells also that the same rows stand elsewhere now: nothing has come then, and nothing gone."""
        if come.isEmpty() and gone.isEmpty():
            return
        if not self._is_resuming:
            self._wanted = set(self.things()) or self._wanted
        self.chosen.emit()

    def _settle(self, steps: Sequence[Step]) -> None:
        """New pools open by themselves; an object that went and came again, as by a filter, is selected again."""
        come = [step.node for step in steps if isinstance(step, Inserted | Moved)]
        for node in come:
            if node.kind in self.open_at_first or node.key in self._to_open:
                self._to_open.discard(node.key)
                self.expand(self._nodes.index_of_key(node.key))
        if self.is_open_throughout:
            self._open_above(come)
        keys = [node.key for node in come if node.key[-1] in self._wanted]
        if keys and not self.selectionModel().hasSelection():
            with self._resuming():
                self.choose(keys)
        elif keys:
            self._choose_more(keys)

    def _open_above(self, come: Iterable[Node]) -> None:
        """Open what had nothing below it before; what was closed since stays closed."""
        for key, count in Counter(node.key[:-1] for node in come if len(node.key) > 1).items():
            index = self._nodes.index_of_key(key)
            if self._nodes.rowCount(index) <= count:
                self.expand(index)

    def _choose_more(self, keys: Iterable[Key]) -> None:
        """Of several that were selected, some had not been shown yet."""
        chosen = set(self.things())
        if len(chosen) < len(self._wanted):
            picked = QItemSelection()
            for key in keys:
                if key[-1] not in chosen:
                    index = self._nodes.index_of_key(key)
                    picked.select(index, index)
            with self._resuming():
                self.selectionModel().select(picked, _ROWS | QItemSelectionModel.SelectionFlag.Select)

    @contextmanager
    def _resuming(self) -> Iterator[None]:
        """What is selected meanwhile is not somebody's choice."""
        self._is_resuming = True
        try:
            yield
        finally:
            self._is_resuming = False

    def _note_stand(self) -> None:
        """The model begins anew: what is open, what is selected and what is on top are kept by key."""
        top = self.indexAt(self.viewport().rect().topLeft())
        self._stand = _Stand(
            self.open_keys(),
            [self._nodes.key(index) for index in self.selectionModel().selectedRows()],
            self._nodes.key(self.currentIndex()),
            self._nodes.key(top),
        )
        self.selectionModel().blockSignals(True)

    def _resume_stand(self) -> None:
        self.selectionModel().blockSignals(False)
        indexes = {key: self._nodes.index_of_key(key) for key in self._stand.open}
        self._to_open = {key for key, index in indexes.items() if not index.isValid()}
        for index in indexes.values():
            self.expand(index)
        self.selectionModel().setCurrentIndex(
            self._nodes.index_of_key(self._stand.current), QItemSelectionModel.SelectionFlag.NoUpdate
        )
        picked = QItemSelection()
        for key in self._stand.selected:
            index = self._nodes.index_of_key(key)
            picked.select(index, index)
        with self._resuming():
            self.selectionModel().select(picked, _ROWS | QItemSelectionModel.SelectionFlag.ClearAndSelect)
        top = self._nodes.index_of_key(self._stand.top)
        if top.isValid():
            self.scrollTo(top, QAbstractItemView.ScrollHint.PositionAtTop)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            place = self.visualRect(self.currentIndex()).center()
            self.menu_wanted.emit(self.viewport().mapToGlobal(place))
        else:
            self.menu_wanted.emit(event.globalPos())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A drag begins on what may be dragged; on any other row the pointer selects."""
        node = self._nodes.node(self.indexAt(event.position().toPoint()))
        self.setDragEnabled(node is not None and node.kind in self._nodes.draggable)
        super().mousePressEvent(event)

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Qt's own picture, the whole row, would hide the row it is dragged over."""
        picked = [node for node in self.chosen_nodes() if node.kind in self._nodes.draggable]
        if not picked:
            return
        drag = QDrag(self)
        drag.setMimeData(packed(node.key[-1] for node in picked))
        drag.setPixmap(drag_chip(picked, self._theme, self.font(), self.devicePixelRatioF()))
        drag.setHotSpot(chip_hot_spot(self.fontMetrics().height()))
        drag.exec(actions, Qt.DropAction.MoveAction)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if not event.mimeData().hasFormat(MIME_TYPE):
            event.ignore()
            return
        super().dragEnterEvent(event)
        self._verdicts.begin(event.mimeData())
        self._nodes.show_notes(self._verdicts.notes())
        event.accept()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)
        hover = self._verdicts.over(self._key_at(event.position().toPoint()))
        place = self.viewport().mapToGlobal(event.position().toPoint()) + hint_offset(self.fontMetrics().height())
        only_there = QRect(self.mapFromGlobal(place), QSize(1, 1))  # Qt leaves the same words where they first stood
        QToolTip.showText(place, hover.hint, self, only_there)
        if hover.is_open:
            event.setDropAction(Qt.DropAction.MoveAction)
            event.accept()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self.end_drag()

    def dropEvent(self, event: QDropEvent) -> None:
        """Nothing moves by itself: the command runs, and the tree follows the server."""
        meant = self._verdicts.drop(self._key_at(event.position().toPoint()))
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        self.end_drag()
        self.setState(QAbstractItemView.State.NoState)
        if meant is not None:
            self._dropped(*meant)

    def judge_drag_again(self) -> None:
        """The pool has changed under a drag."""
        if self._verdicts.is_on:
            self._verdicts.judge()
            self._nodes.show_notes(self._verdicts.notes())

    def end_drag(self) -> None:
        """Take back what the drag has written beside the rows."""
        self._verdicts.end()
        self._nodes.show_notes({})
        QToolTip.hideText()

    def _key_at(self, place: QPoint) -> Key:
        index: QModelIndex = self.indexAt(place)
        return self._nodes.key(index)
