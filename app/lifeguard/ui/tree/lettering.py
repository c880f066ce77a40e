"""Short texts that are drawn again and again: shaped once for a width, with an ellipsis where they do not fit."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QStaticText, QTransform

_MOST_KEPT: Final = 4_000


class Lettering:
    """Texts in one font. Shaping one costs as much as drawing three that are shaped."""

    def __init__(self, font: QFont) -> None:
        self.font = font
        self._metrics = QFontMetrics(font)
        self.height = self._metrics.height()
        self._shaped: dict[tuple[str, int], QStaticText] = {}

    def draw(self, painter: QPainter, room: QRect, text: str) -> None:
        """From where reading begins, in the middle of the height. The painter has the font, and the pen."""
        width = room.width()
        shaped = self._shaped.get((text, width)) or self._shape(text, width)
        left = room.x()
        if painter.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            left += width - round(shaped.size().width())
        painter.drawStaticText(left, room.y() + (room.height() - self.height) // 2, shaped)

    def _shape(self, text: str, width: int) -> QStaticText:
        if len(self._shaped) >= _MOST_KEPT:
            self._shaped.clear()
        line = self._metrics.elidedText(text.replace("\n", " "), Qt.TextElideMode.ElideRight, width)
        shaped = self._shaped[text, width] = QStaticText(line)
        shaped.setTextFormat(Qt.TextFormat.PlainText)
        shaped.prepare(QTransform(), self.font)
        return shaped
