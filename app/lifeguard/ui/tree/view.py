"""The tree on the screen: keys, type-ahead, menus, and what a drag over it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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
        self._wanted: set[Thing] = set()
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

    def _note_choice(self) -> None:
        self._wanted = set(self.things()) or self._wanted
        self.chosen.emit()

    def _settle(self, steps: Sequence[Step]) -> None:
        """New pools open by themselves; an object that went and came again, as by a filter, is selected again."""
        come = [step.node for step in steps if isinstance(step, Inserted | Moved)]
        for node in come:
            if node.kind in self.open_at_first:
                self.expand(self._nodes.index_of_key(node.key))
        if self._wanted and not self.selectionModel().hasSelection():
            self.choose(node.key for node in come if node.key[-1] in self._wanted)

    def _note_stand(self) -> None:
        """The model begins anew: what is open, what is selected and what is on top are kept by key."""
        top = self.indexAt(self.viewport().rect().topLeft())
        self._stand = _Stand(
            [self._nodes.key(index) for index in self._nodes.branches() if self.isExpanded(index)],
            [self._nodes.key(index) for index in self.selectionModel().selectedRows()],
            self._nodes.key(self.currentIndex()),
            self._nodes.key(top),
        )
        self.selectionModel().blockSignals(True)

    def _resume_stand(self) -> None:
        self.selectionModel().blockSignals(False)
        for key in self._stand.open:
            self.expand(self._nodes.index_of_key(key))
        self.selectionModel().setCurrentIndex(
            self._nodes.index_of_key(self._stand.current), QItemSelectionModel.SelectionFlag.NoUpdate
        )
        picked = QItemSelection()
        for key in self._stand.selected:
            index = self._nodes.index_of_key(key)
            picked.select(index, index)
        self.selectionModel().select(
            picked, QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        )
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
