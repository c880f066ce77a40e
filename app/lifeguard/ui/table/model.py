"""A live table as a Qt model: it replays steps and looks everything else up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count
from typing import Final

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from lifeguard.ui.table.instant import exact_time, when
from lifeguard.ui.table.line import Cell, Column
from lifeguard.ui.table.live import TOP, Inserted, Lines, Moved, Removed, Step
from lifeguard.ui.theme import Theme, fixed_font

Index = QModelIndex | QPersistentModelIndex
CELL_ROLE: Final = Qt.ItemDataRole.UserRole + 2
_NOTHING: Final = Cell("")


class TableModel(QAbstractItemModel):
    """`now_s` is the server's time, for telling how long ago something was."""

    def __init__(self, columns: tuple[Column, ...], theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self.columns = columns
        self._theme = theme
        self._live: Lines | None = None
        self._now_s: Callable[[], float] = lambda: 0.0
        self._fixed = fixed_font()
        self._numbers = count(1)
        self._children: dict[str, list[str]] = {TOP: []}
        self._parent: dict[str, str] = {}
        self._number: dict[str, int] = {}
        self._key: dict[int, str] = {}

    def show(self, live: Lines | None, now_s: Callable[[], float]) -> None:
        """Show another table of the same columns."""
        self.beginResetModel()
        self._live, self._now_s = live, now_s
        self._children, self._parent, self._number, self._key = {TOP: []}, {}, {}, {}
        if live is not None:
            self._copy(live, TOP)
        self.endResetModel()

    def sort_by(self, column: int | None, is_ascending: bool) -> None:
        """Another order; what is selected stays so."""
        if self._live is None:
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        keys = [(self.key(index), index.column()) for index in before]
        self._live.sort(column, is_ascending)
        for parent in self._children:
            self._children[parent] = list(self._live.keys(parent))
        self.changePersistentIndexList(before, [self.index_of(key, at) for key, at in keys])
        self.layoutChanged.emit()

    def take(self, steps: Iterable[Step]) -> None:
        for step in steps:
            self._replay(step)

    def tell_ages(self) -> None:
        """Time has passed."""
        rows = len(self._children[TOP])
        if rows:
            self.dataChanged.emit(self.index(0, 0), self.index(rows - 1, len(self.columns) - 1))

    def key(self, index: Index) -> str:
        return self._key.get(index.internalId(), TOP) if index.isValid() else TOP

    def ref(self, index: Index) -> str:
        """The object that a line is about, empty for none."""
        key = self.key(index)
        return self._live.line(key).ref if key and self._live is not None else ""

    def index_of(self, key: str, column: int = 0) -> QModelIndex:
        parent = self._parent.get(key)
        if parent is None:
            return QModelIndex()
        return self.createIndex(self._children[parent].index(key), column, self._number[key])

    def cells(self, index: Index) -> tuple[Cell, ...]:
        """All cells of the line."""
        key = self.key(index)
        return self._live.line(key).cells if key and self._live is not None else ()

    def cell(self, index: Index) -> Cell:
        cells = self.cells(index)
        return cells[index.column()] if index.column() < len(cells) else _NOTHING

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, self._number[self._children[self.key(parent)][row]])

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]
        return self.index_of(self._parent.get(self.key(index), TOP))

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.column() > 0 else len(self._children.get(self.key(parent), ()))

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return len(self.columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        return self.columns[section].title if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        shown = self.cell(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return self.words(shown)
        if role == Qt.ItemDataRole.ToolTipRole:
            return exact_time(shown.instant_s) if shown.instant_s is not None else shown.hint or shown.text or None
        if role == Qt.ItemDataRole.DecorationRole:
            return self._theme.icon(shown.glyph) if shown.glyph is not None else None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.columns[index.column()].title}: {self.words(shown)}"
        return shown if role == CELL_ROLE else self._look(index, role)

    def words(self, shown: Cell) -> str:
        if shown.instant_s is None:
            return shown.text
        return when(shown.instant_s, self._now_s(), is_dated=shown.is_dated)

    def _look(self, index: Index, role: int) -> object:
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.FontRole:
            return self._fixed if column.is_code else None
        if role == Qt.ItemDataRole.ForegroundRole and self._live is not None:
            is_quiet = self._live.line(self.key(index)).is_quiet
            return QApplication.palette().brush(QPalette.ColorRole.PlaceholderText) if is_quiet else None
        return None

    def _copy(self, live: Lines, parent: str) -> None:
        for key in live.keys(parent):
            self._add(parent, len(self._children[parent]), key)
            self._copy(live, key)

    def _add(self, parent: str, row: int, key: str) -> None:
        number = next(self._numbers)
        self._children[parent].insert(row, key)
        self._children[key], self._parent[key] = [], parent
        self._number[key], self._key[number] = number, key

    def _drop(self, key: str) -> None:
        for below in self._children.pop(key):
            self._drop(below)
        del self._parent[key]
        del self._key[self._number.pop(key)]

    def _replay(self, step: Step) -> None:
        if isinstance(step, Inserted):
            self.beginInsertRows(self.index_of(step.parent), step.row, step.row)
            self._add(step.parent, step.row, step.key)
            self.endInsertRows()
        elif isinstance(step, Removed):
            self.beginRemoveRows(self.index_of(step.parent), step.row, step.row)
            self._drop(self._children[step.parent].pop(step.row))
            self.endRemoveRows()
        elif isinstance(step, Moved):
            self._move(step)
        else:
            first = self.index_of(step.key)
            self.dataChanged.emit(first, first.siblingAtColumn(len(self.columns) - 1))

    def _move(self, step: Moved) -> None:
        place = self.index_of(step.parent)
        below = step.new_row + 1 if step.new_row > step.row else step.new_row
        self.beginMoveRows(place, step.row, step.row, place, below)
        siblings = self._children[step.parent]
        siblings.insert(step.new_row, siblings.pop(step.row))
        self.endMoveRows()
