"""How a cell of the grid is drawn: text, a bar below it where there is a fraction, a copy mark beside an address."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication, QMouseEvent, QPainter, QPalette
from PySide6.QtWidgets import QAbstractItemView, QApplication, QStyle, QStyleOptionViewItem, QToolTip

from lifeguard.search.columns import Cell
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.grid.model import ADDRESS, GridModel
from lifeguard.ui.theme import ICON_SIDE, Theme
from lifeguard.ui.tokens import Token
from lifeguard.ui.tree.delegate import RowDelegate

_HIGH, _VERY_HIGH = 0.8, 0.9
_COPY = Glyph("copy", "text-quiet")
_GAP = 4
_MARK_ROOM = ICON_SIDE + 2 * _GAP


class CellDelegate(RowDelegate):
    def __init__(self, model: GridModel, theme: Theme, parent: QAbstractItemView) -> None:
        super().__init__(theme, parent)
        self._model = model
        self._colours = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        if index.column() == 0:
            super().paint(painter, option, index)
            return
        shown = self._model.cell(index)
        is_copyable = self._is_copyable(index, shown)
        self._paint_text(painter, option, index, shown.brief or shown.text, _MARK_ROOM if is_copyable else 0)
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

    def _paint_text(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
        text: str,
        taken: int,
    ) -> None:
        """The background as wide as the cell, the text no further than what is taken at its end. Qt's own way asks the
        model for ten things about each cell, which costs more than a frame has."""
        state = option.state
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        if is_selected or state & QStyle.StateFlag.State_MouseOver:
            style = option.widget.style() if option.widget is not None else QApplication.style()
            style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, option.widget)
        if not text:
            return
        font = index.data(Qt.ItemDataRole.FontRole) if self._model.is_fixed(index.column()) else None
        metrics = QFontMetrics(font) if isinstance(font, QFont) else option.fontMetrics
        painter.setFont(font if isinstance(font, QFont) else option.font)
        role = QPalette.ColorRole.HighlightedText if is_selected else QPalette.ColorRole.Text
        painter.setPen(option.palette.color(role))
        room = option.rect.adjusted(_GAP, 0, -_GAP - taken, 0)
        if metrics.horizontalAdvance(text) > room.width():
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

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
