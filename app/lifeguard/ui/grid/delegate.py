"""How a cell of the grid is drawn: text, a bar below it where there is a fraction, a copy mark beside an address."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QToolTip, QWidget

from lifeguard.search.columns import Cell
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.grid.model import ADDRESS, GridModel
from lifeguard.ui.theme import ICON_SIDE, Theme
from lifeguard.ui.tokens import Token
from lifeguard.ui.tree.delegate import RowDelegate

_HIGH, _VERY_HIGH = 0.8, 0.9
_COPY = Glyph("copy", "text-quiet")


class CellDelegate(RowDelegate):
    def __init__(self, model: GridModel, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._model = model
        self._colours = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        if index.column() == 0:
            return
        shown = self._model.cell(index)
        if shown.fraction is not None:
            self._paint_bar(painter, option, shown.fraction)
        if self._is_copyable(index, shown):
            mark = self._colours.pixmap(_COPY, ICON_SIDE, painter.device().devicePixelRatioF())
            painter.drawPixmap(_mark_place(option.rect), mark)

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """A click on the copy mark copies the address; it selects nothing."""
        is_click = event.type() == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent)
        if is_click and isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            shown = self._model.cell(index)
            if self._is_copyable(index, shown) and _mark_place(option.rect).contains(event.position().toPoint()):
                QGuiApplication.clipboard().setText(shown.text)
                QToolTip.showText(event.globalPosition().toPoint(), "copied")
                return True
        return super().editorEvent(event, model, option, index)

    def _is_copyable(self, index: QModelIndex | QPersistentModelIndex, shown: Cell) -> bool:
        return self._model.columns[index.column()] == ADDRESS and bool(shown.text) and not shown.hint

    def _paint_bar(self, painter: QPainter, option: QStyleOptionViewItem, fraction: float) -> None:
        """A thin bar along the lower edge; amber and red only where somebody should look."""
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        token: Token = "bad" if fraction >= _VERY_HIGH else "warn" if fraction >= _HIGH else "accent"
        height = max(2.0, option.fontMetrics.height() / 6)
        room = QRectF(option.rect).adjusted(4, option.rect.height() - height - 1, -10, -1)
        filled = QRectF(room)
        filled.setWidth(room.width() * min(max(fraction, 0.0), 1.0))
        painter.fillRect(room, self._colours.colour("line"))
        painter.fillRect(filled, self._colours.colour("text-on-accent" if is_selected else token))


def _mark_place(rect: QRect) -> QRect:
    top = rect.center().y() - ICON_SIDE // 2
    return QRect(rect.right() - ICON_SIDE - 6, top, ICON_SIDE, ICON_SIDE)
