"""How a cell of the grid is drawn: text, a bar below it where there is a fraction, a copy mark beside an address."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent, QPainter
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionViewItem, QToolTip, QWidget

from lifeguard.search.columns import Cell
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.grid.model import ADDRESS, GridModel
from lifeguard.ui.theme import ICON_SIDE, Theme
from lifeguard.ui.tokens import Token
from lifeguard.ui.tree.delegate import RowDelegate

_HIGH, _VERY_HIGH = 0.8, 0.9
_COPY = Glyph("copy", "text-quiet")
_GAP = 4


class CellDelegate(RowDelegate):
    def __init__(self, model: GridModel, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._model = model
        self._colours = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        shown = self._model.cell(index)
        is_copyable = self._is_copyable(index, shown)
        if is_copyable:
            self._paint_short_of_mark(painter, option, index)
        else:
            super().paint(painter, option, index)
        if shown.fraction is not None:
            self._paint_bar(painter, option, shown.fraction)
        if is_copyable:
            mark = self._colours.pixmap(_COPY, ICON_SIDE, painter.device().devicePixelRatioF())
            painter.drawPixmap(_mark_place(option.rect), mark)

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """A click on the copy mark copies the first address, the one to connect to; it selects nothing."""
        is_click = event.type() == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent)
        if is_click and isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            shown = self._model.cell(index)
            if self._is_copyable(index, shown) and _mark_place(option.rect).contains(event.position().toPoint()):
                first = shown.text.partition(",")[0]
                QGuiApplication.clipboard().setText(first)
                QToolTip.showText(event.globalPosition().toPoint(), f"{first} copied")
                return True
        return super().editorEvent(event, model, option, index)

    def _paint_short_of_mark(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The background as wide as the cell, the text no further than the mark."""
        row = QStyleOptionViewItem(option)
        self.initStyleOption(row, index)
        room = row.rect.width() - ICON_SIDE - 4 * _GAP
        row.text = row.fontMetrics.elidedText(row.text, Qt.TextElideMode.ElideRight, room)
        style = row.widget.style() if row.widget is not None else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, row, painter, row.widget)

    def _is_copyable(self, index: QModelIndex | QPersistentModelIndex, shown: Cell) -> bool:
        return self._model.columns[index.column()] == ADDRESS and bool(shown.text) and not shown.hint

    def _paint_bar(self, painter: QPainter, option: QStyleOptionViewItem, fraction: float) -> None:
        """A thin bar along the lower edge; amber and red only where somebody should look."""
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        token: Token = "bad" if fraction >= _VERY_HIGH else "warn" if fraction >= _HIGH else "accent"
        height = max(2.0, option.fontMetrics.height() / 6)
        room = QRectF(option.rect).adjusted(_GAP, option.rect.height() - height - 1, -2 * _GAP, -1)
        filled = QRectF(room)
        filled.setWidth(room.width() * min(max(fraction, 0.0), 1.0))
        painter.fillRect(room, self._colours.colour("line"))
        painter.fillRect(filled, self._colours.colour("text-on-accent" if is_selected else token))


def _mark_place(rect: QRect) -> QRect:
    top = rect.center().y() - ICON_SIDE // 2
    return QRect(rect.right() - ICON_SIDE - 2 * _GAP, top, ICON_SIDE, ICON_SIDE)
