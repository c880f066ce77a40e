"""How a cell of a table is drawn: its text, a bar below or beside it, a mark to copy an address by."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyleOptionViewItem

from lifeguard.quantities import UNKNOWN
from lifeguard.ui.table.line import Bar, Cell, Fill, Share
from lifeguard.ui.table.model import TableModel
from lifeguard.ui.theme import Theme
from lifeguard.ui.tokens import Token
from lifeguard.ui.tree.delegate import RowDelegate
from lifeguard.ui.widgets import mark

_HIGH, _VERY_HIGH = 0.8, 0.9
_GAP = 4


class TableDelegate(RowDelegate):
    def __init__(self, model: TableModel, theme: Theme, parent: QAbstractItemView) -> None:
        super().__init__(theme, parent)
        self._model = model
        self._colours = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        shown = self._model.cell(index)
        if self._is_copied(shown, index) and mark.is_wanted(option):
            mark.paint(painter, option, self._mark_place(option, index), "copy", self._colours)
        if shown.bar is None:
            return
        is_alone = not shown.text
        thin = max(2.0, option.fontMetrics.height() / 6)
        height = option.fontMetrics.height() * 0.75 if is_alone else thin
        top = (option.rect.height() - height) / 2 if is_alone else option.rect.height() - thin - 1
        room = QRectF(option.rect).adjusted(_GAP, top, -2 * _GAP, 0)
        room.setHeight(height)
        self._paint_bar(painter, room, shown.bar, bool(option.state & QStyle.StateFlag.State_Selected))

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """A click on the copy mark copies the value; it selects nothing."""
        shown = self._model.cell(index)
        if not (self._is_copied(shown, index) and mark.is_clicked(event, self._mark_place(option, index))):
            return super().editorEvent(event, model, option, index)
        if isinstance(event, QMouseEvent):
            mark.copy_first(shown.text, event.globalPosition().toPoint())
        return True

    def _is_copied(self, shown: Cell, index: QModelIndex | QPersistentModelIndex) -> bool:
        return self._model.columns[index.column()].is_copied and shown.text not in ("", UNKNOWN)

    def _mark_place(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QRect:
        font = index.data(Qt.ItemDataRole.FontRole)
        metrics = QFontMetrics(font if isinstance(font, QFont) else option.font)
        return mark.place_of(option, metrics.horizontalAdvance(str(index.data())))

    def _paint_bar(self, painter: QPainter, room: QRectF, bar: Bar, is_selected: bool) -> None:
        ground = self._colours.colour("surface-raised")
        if is_selected:  # a plate of the usual ground, so that the colours say what they always say
            painter.fillRect(room.adjusted(-1, -1, 1, 1), ground)
        painter.fillRect(room, self._colours.colour("line"))
        if isinstance(bar, Fill):
            token: Token = "accent"
            if bar.is_watched:
                token = "bad" if bar.fraction >= _VERY_HIGH else "warn" if bar.fraction >= _HIGH else "accent"
            self._paint_part(painter, room, 0.0, bar.fraction, token)
        elif isinstance(bar, Share):
            at = 0.0
            for fraction, part, _ in bar.parts:
                end = self._paint_part(painter, room, at, at + fraction, part)
                painter.fillRect(QRectF(end - 1, room.top(), 1, room.height()), ground)  # told apart without colour
                at += fraction
        else:
            self._paint_part(painter, room, bar.low, bar.high, "accent")
            if bar.now is not None:
                painter.fillRect(_mark(room, bar.now).adjusted(-1, 0, 1, 0), ground)
                painter.fillRect(_mark(room, bar.now), self._colours.colour("text"))

    def _paint_part(self, painter: QPainter, room: QRectF, start: float, end: float, token: Token) -> float:
        """Returns where it ends."""
        first, last = min(max(start, 0.0), 1.0), min(max(end, 0.0), 1.0)
        part = QRectF(room.left() + room.width() * first, room.top(), room.width() * (last - first), room.height())
        painter.fillRect(part, self._colours.colour(token))
        return part.right()


def _mark(room: QRectF, fraction: float) -> QRectF:
    """An upright stroke through a bar."""
    width = max(2.0, room.height() / 4)
    at = room.left() + room.width() * min(max(fraction, 0.0), 1.0)
    return QRectF(at - width / 2, room.top() - 2, width, room.height() + 4)
