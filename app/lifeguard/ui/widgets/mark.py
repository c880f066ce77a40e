"""A mark at the end of a cell that a click acts on: it copies the value, or begins to edit it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QToolTip

from lifeguard.ui.glyph import Glyph
from lifeguard.ui.theme import Theme, icon_side
from lifeguard.ui.tokens import Token

_GAP = 4


def room() -> int:
    """What a cell with a mark takes beside its text."""
    return icon_side() + _GAP


def is_wanted(option: QStyleOptionViewItem) -> bool:
    """Marks are there in the row under the pointer and in the chosen ones; elsewhere they would be clutter."""
    return bool(option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected))


def place_of(option: QStyleOptionViewItem, text_width: int) -> QRect:
    """Behind a text of this width that begins the cell, within the cell in any case."""
    cell = option.rect
    side = icon_side()
    left = min(cell.left() + text_width + 3 * _GAP, cell.right() - side - _GAP)
    place = QRect(left, cell.center().y() - side // 2, side, side)
    return QStyle.visualRect(option.direction, cell, place)


def paint(painter: QPainter, option: QStyleOptionViewItem, place: QRect, shape: str, theme: Theme) -> None:
    """Draw it on the cell's own ground, so that it can be told from a text that reaches below it."""
    is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
    token: Token = "text-on-accent" if is_selected else "text-quiet"
    painter.fillRect(place.adjusted(-_GAP, 0, _GAP, 0), theme.colour("accent" if is_selected else "surface-raised"))
    painter.drawPixmap(place, theme.pixmap(Glyph(shape, token), theme.icon_side, painter.device().devicePixelRatioF()))


def is_clicked(event: QEvent, place: QRect) -> bool:
    if event.type() != QEvent.Type.MouseButtonRelease or not isinstance(event, QMouseEvent):
        return False
    return event.button() == Qt.MouseButton.LeftButton and place.contains(event.position().toPoint())


def copy_first(values: str, where: QPoint) -> None:
    """Copy the first of several values, the one that people come for, and say so briefly."""
    first = values.partition(",")[0]
    QGuiApplication.clipboard().setText(first)
    QToolTip.showText(where, f"{first} copied")
