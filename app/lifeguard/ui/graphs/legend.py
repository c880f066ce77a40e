"""The table beside a graph: which colour is which series, and its values now, on average and at most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from lifeguard.quantities import UNKNOWN, format_value
from lifeguard.ui.graphs.curve import Curve
from lifeguard.ui.graphs.timeline import Timeline
from lifeguard.ui.theme import Theme

_TITLES: Final = ("Series", "Now", "Average", "Maximum")
_WIDEST_VALUE: Final = " 999.9 MB/s "
Index = QModelIndex | QPersistentModelIndex


class LegendModel(QAbstractTableModel):
    """While the pointer is over a graph, the second column tells the values at that instant instead of now."""

    def __init__(self, timeline: Timeline, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._timeline = timeline
        self._theme = theme
        self._curves: Sequence[Curve] = ()
        self._cells: list[tuple[str, ...]] = []

    def show_curves(self, curves: Sequence[Curve]) -> None:
        names = [curve.name for curve in self._curves]
        self._curves, renewed = curves, [curve.name for curve in curves] != names
        if renewed:
            self.beginResetModel()
        self._cells = [self._row(curve) for curve in curves]
        if renewed:
            self.endResetModel()
        elif curves:
            self.dataChanged.emit(self.index(0, 1), self.index(len(curves) - 1, len(_TITLES) - 1))

    def repaint(self) -> None:
        """The colours have changed."""
        if self._curves:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._curves) - 1, 0))

    def point(self) -> None:
        self.show_curves(self._curves)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 1, 1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._cells)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(_TITLES)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole or (role == Qt.ItemDataRole.ToolTipRole and index.column() == 0):
            return self._cells[index.row()][index.column()]
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            return self._swatch(self._curves[index.row()])
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() > 0:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return "At pointer" if section == 1 and self._timeline.cursor_s is not None else _TITLES[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section > 0:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _row(self, curve: Curve) -> tuple[str, ...]:
        cursor_s = self._timeline.cursor_s
        now = curve.now if cursor_s is None else curve.at(cursor_s)
        values = (now, curve.average, curve.largest)
        return curve.title, *(UNKNOWN if value is None else format_value(value, curve.unit) for value in values)

    def _swatch(self, curve: Curve) -> QPixmap:
        image = QImage(QSize(24, 24), QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.fillRect(QRectF(2, 9, 20, 6), self._theme.series(curve.colour))
        painter.end()
        return QPixmap.fromImage(image)


class Legend(QTreeView):
    """Columns are as wide as the widest value ever is, so that nothing moves while the numbers do."""

    def __init__(self, title: str, timeline: Timeline, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"legend.{title.lower()}")
        self.setAccessibleName(f"{title} values")
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self._rows = LegendModel(timeline, theme, self)
        self.setModel(self._rows)
        self._leave: list[Callable[[], None]] = [
            timeline.pointed.connect(lambda _: self._rows.point()),
            theme.changed.connect(lambda _: self._rows.repaint()),
        ]
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        wide = self.fontMetrics().horizontalAdvance(_WIDEST_VALUE)
        for column in (1, 2, 3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, wide)
        self.setMinimumWidth(wide * 5)

    def close_legend(self) -> None:
        for leave in self._leave:
            leave()

    def show_curves(self, curves: Sequence[Curve]) -> None:
        self._rows.show_curves(curves)
