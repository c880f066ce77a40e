"""The small picture that hangs below the pointer while objects are dragged, clear of the row they are dragged over."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen, QPixmap

from lifeguard.tree.node import Node
from lifeguard.ui.glyphs import glyph_of
from lifeguard.ui.theme import Theme

_LONGEST = 32
_ROUND = 4.0


def drag_chip(nodes: Sequence[Node], theme: Theme, font: QFont, scale: float) -> QPixmap:
    """What is dragged: its icon and name, and how many more."""
    first = nodes[0]
    metrics = QFontMetrics(font)
    room = metrics.averageCharWidth() * _LONGEST
    words = metrics.elidedText(first.name, Qt.TextElideMode.ElideRight, room)
    if len(nodes) > 1:
        words = f"{words} and {len(nodes) - 1} more"
    gap, side = metrics.height() // 3, theme.icon_side
    width, height = side + 3 * gap + metrics.horizontalAdvance(words), metrics.height() + 2 * gap
    picture = QPixmap(round(width * scale), round(height * scale))
    picture.setDevicePixelRatio(scale)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(theme.colour("surface-raised"))
    painter.setPen(QPen(theme.colour("accent"), 1.0))
    painter.drawRoundedRect(QRectF(0.5, 0.5, width - 1, height - 1), _ROUND, _ROUND)
    icon = theme.pixmap(glyph_of(first.kind, first.state, first.marks), side, scale)
    painter.drawPixmap(QPoint(gap, (height - side) // 2), icon)
    painter.setFont(font)
    painter.setPen(theme.colour("text"))
    painter.drawText(QPoint(2 * gap + side, gap + metrics.ascent()), words)
    painter.end()
    return picture


def chip_hot_spot(row_height: int) -> QPoint:
    """Where the pointer is, seen from the chip: above it by enough to leave the row under the pointer free."""
    return QPoint(-row_height // 2, -row_height)


def hint_offset(row_height: int) -> QPoint:
    """Where the hint begins, seen from the pointer: below the chip."""
    return QPoint(row_height // 2, 2 * row_height)
