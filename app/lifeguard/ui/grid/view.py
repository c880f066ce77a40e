"""The grid on the screen: columns to sort, size and copy; rows to drag as from the tree."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QPaintEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from lifeguard.ui.grid.delegate import CellDelegate
from lifeguard.ui.grid.model import GridModel
from lifeguard.ui.theme import Theme
from lifeguard.ui.tree.drag import DragVerdicts, Dropped
from lifeguard.ui.tree.view import ObjectTree

_OPEN = frozenset({"pool", "host", "type", "group", "tag", "folder", "value", "appliance"})
_OPEN_OF_MANY = frozenset({"pool", "type", "group"})
_MOST_OPEN = 800
_WIDE = {"name": 38, "cpu": 20, "memory": 23, "disks": 22, "network": 22, "ip": 24, "ha": 16, "uptime": 14}


class ObjectGrid(ObjectTree):
    def __init__(
        self, model: GridModel, verdicts: DragVerdicts, dropped: Dropped, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(model, verdicts, dropped, theme, parent, _OPEN)
        self._grid = model
        self._cells = CellDelegate(model, theme, self)
        self.setItemDelegate(self._cells)
        self.setAllColumnsShowFocus(True)
        self.setHeaderHidden(False)
        self.setAlternatingRowColors(False)
        header = self.header()
        header.setSectionsMovable(True)
        header.setFirstSectionMovable(False)
        header.setStretchLastSection(True)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for title, keys, copying in (
            ("Copy", QKeySequence(QKeySequence.StandardKey.Copy), self.copy_rows),
            ("Copy cell", QKeySequence("Ctrl+Shift+C"), self.copy_cell),
        ):
            copy = QAction(title, self)
            copy.setShortcut(keys)
            copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            copy.triggered.connect(copying)
            self.addAction(copy)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._cells.begin_painting()
        super().paintEvent(event)

    def open_groups(self, rows: int) -> None:
        """Groups open by themselves when so many rows come; thousands stay folded, since Qt lays out every row in
        sight whenever one of them moves."""
        self.open_at_first = _OPEN if rows <= _MOST_OPEN else _OPEN_OF_MANY

    def fit_columns(self) -> None:
        """Widths by what a column holds at most, in letters."""
        letter = self.fontMetrics().averageCharWidth()
        for place, name in enumerate(self._grid.columns):
            self.setColumnWidth(place, letter * _WIDE.get(name, 16))

    def copy_cell(self) -> None:
        """The text of the cell that the keyboard is in."""
        QGuiApplication.clipboard().setText(self._grid.cell(self.currentIndex()).text)

    def copy_rows(self) -> None:
        """The selected rows, as a spreadsheet takes them: the columns shown, from left to right."""
        rows = sorted(self.selectionModel().selectedRows(), key=lambda index: self.visualRect(index).top())
        order = (self.header().logicalIndex(place) for place in range(self._grid.columnCount()))
        columns = [column for column in order if not self.isColumnHidden(column)]
        lines = ["\t".join(self._grid.cell(row.siblingAtColumn(column)).text for column in columns) for row in rows]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def place_of_current(self) -> QPoint:
        return self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center())
