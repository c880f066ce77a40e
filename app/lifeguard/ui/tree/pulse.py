"""The slow pulse of what is busy: as long as such a row is in sight, and only where the system lets things move."""

from __future__ import annotations

import math
import time
from typing import Final

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QStyle

_BEAT_MS: Final = 100
_PERIOD_S: Final = 2.4
_FAINTEST: Final = 0.35


class Pulse:
    """Whoever draws a busy row takes the icon from here; that row is then drawn again at the next beat, if it is still
    in sight and busy. Nothing runs otherwise."""

    def __init__(self, view: QAbstractItemView) -> None:
        self._view = view
        self._drawn: list[QRect] = []
        self._beat = QTimer(view)
        self._beat.setSingleShot(True)
        self._beat.setInterval(_BEAT_MS)
        self._beat.timeout.connect(self._draw_again)

    def icon(self, icon: QIcon, row: QRect, side: int, mode: QIcon.Mode) -> QIcon:
        """The icon at this moment, for a row that is being drawn at this place, selected or not."""
        if not self._view.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration):
            return icon
        self._drawn.append(QRect(row))
        if not self._beat.isActive():
            self._beat.start()
        return _faded(icon.pixmap(side, side, mode), _strength(time.monotonic()))

    def _draw_again(self) -> None:
        rows, self._drawn = self._drawn, []
        for row in rows:
            self._view.viewport().update(row)


def _strength(now_s: float) -> float:
    wave = (1 + math.cos(2 * math.pi * now_s / _PERIOD_S)) / 2
    return _FAINTEST + (1 - _FAINTEST) * wave


def _faded(pixmap: QPixmap, strength: float) -> QIcon:
    faint = QPixmap(pixmap.size())
    faint.setDevicePixelRatio(pixmap.devicePixelRatio())
    faint.fill(Qt.GlobalColor.transparent)
    painter = QPainter(faint)
    painter.setOpacity(strength)
    painter.drawPixmap(0, 0, pixmap)
    painter.end()
    drawn = QIcon(faint)
    drawn.addPixmap(faint, QIcon.Mode.Selected)  # else Qt mixes in the colour of the selection, and it is gone
    return drawn
