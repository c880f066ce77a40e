"""A table on the screen: columns to sort, size and copy, lines that lead to their objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QTreeView

from lifeguard.ui.table.columns import Sorting, TableColumns
from lifeguard.ui.table.delegate import TableDelegate
from lifeguard.ui.table.layouts import Layouts
from lifeguard.ui.table.line import Column
from lifeguard.ui.table.live import Lines
from lifeguard.ui.table.model import TableModel
from lifeguard.ui.theme import Theme, icon_size
from lifeguard.ui.widgets.branches import BranchingView

_FEWEST_LINES, _MOST_LINES = 2, 12


class TableView(BranchingView):
    """`menu_wanted` tells where, `opened` that a line was double-clicked or entered: read `refs`."""

    menu_wanted = Signal(QPoint)
    opened = Signal()
    picked = Signal()

    def __init__(
        self,
        key: str,
        title: str,
        columns: tuple[Column, ...],
        theme: Theme,
        layouts: Layouts | None = None,
        *,
        has_header: bool = True,
    ) -> None:
        super().__init__()
        self.lines = TableModel(columns, theme, self)
        self.setObjectName(f"table.{key}")
        self.setAccessibleName(title)
        self.setModel(self.lines)
        self.setItemDelegate(TableDelegate(self.lines, theme, self))
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setRootIsDecorated(False)
        self.setIconSize(icon_size())
        self.setMouseTracking(True)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHeaderHidden(not has_header)
        self.columns = TableColumns(self, self.lines, key, layouts, self._sort_by)
        self.horizontalScrollBar().rangeChanged.connect(lambda *_: self.updateGeometry())
        self.activated.connect(lambda _: self.opened.emit())
        self.selectionModel().selectionChanged.connect(lambda *_: self.picked.emit())
        copy = QAction("Copy", self)
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy_lines)
        self.addAction(copy)

    def show_lines(self, lines: Lines | None, now_s: Callable[[], float]) -> None:
        """Show other lines in the order that the user chose."""
        if lines is not None and self.columns.sorting is not None:
            lines.sort(*self.columns.sorting)
        self.lines.show(lines, now_s)

    def refs(self) -> tuple[str, ...]:
        """The objects of the chosen lines, each once."""
        found = (self.lines.ref(index) for index in self.selectionModel().selectedRows())
        return tuple(dict.fromkeys(ref for ref in found if ref))

    def keys(self) -> tuple[str, ...]:
        return tuple(self.lines.key(index) for index in self.selectionModel().selectedRows())

    def choose(self, key: str) -> None:
        index = self.lines.index_of(key)
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def open_all(self) -> None:
        """Show what is below each line."""
        has_levels = any(self.lines.rowCount(self.lines.index(row, 0)) for row in range(self.lines.rowCount()))
        self.setRootIsDecorated(has_levels)
        self.expandAll()
        self.updateGeometry()
        self.columns.measure()

    def showEvent(self, event: QShowEvent) -> None:
        """What holds what is known only once it is laid out."""
        super().showEvent(event)
        self.columns.measure()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.columns.fit()

    def copy_lines(self) -> None:
        """The chosen lines, as a spreadsheet takes them."""
        rows = sorted(self.selectionModel().selectedRows(), key=lambda index: self.visualRect(index).top())
        columns = range(self.lines.columnCount())
        lines = ["\t".join(str(row.siblingAtColumn(column).data()) for column in columns) for row in rows]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.menu_wanted.emit(self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center()))
        else:
            self.menu_wanted.emit(event.globalPos())

    def sizeHint(self) -> QSize:
        """As tall as its lines, within reason: what does not fit is scrolled to."""
        rows = sum(1 for _ in islice(self._visible(), _MOST_LINES))
        height = self.header().sizeHint().height() * (not self.isHeaderHidden())
        lines = min(max(rows, _FEWEST_LINES), _MOST_LINES)
        bar = self.horizontalScrollBar()
        height += bar.sizeHint().height() * (bar.maximum() > 0)
        return QSize(super().sizeHint().width(), height + self._line_height() * lines + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self._line_height() * _FEWEST_LINES)

    def _line_height(self) -> int:
        return max(self.sizeHintForRow(0), self.fontMetrics().height() + 6)

    def _visible(self) -> Iterator[QModelIndex]:
        index = self.lines.index(0, 0)
        while index.isValid():
            yield index
            index = self.indexBelow(index)

    def _sort_by(self, sorting: Sorting | None) -> None:
        self.lines.sort_by(*(sorting or (None, True)))
