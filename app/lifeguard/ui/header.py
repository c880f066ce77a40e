"""The object header: its glyph, its name, its state in a few words, and its address to copy."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from lifeguard.ui.glyph import Glyph
from lifeguard.ui.properties.headline import Headline
from lifeguard.ui.theme import Theme
from lifeguard.ui.widgets.copyable import CopyButton
from lifeguard.ui.widgets.eliding import ElidingLabel


class ObjectHeader(QWidget):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("header")
        self._theme = theme
        self._icon = QLabel()
        self._name = ElidingLabel()
        self._name.setObjectName("header.name")
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        self._name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        font = self._name.font()
        font.setPointSizeF(font.pointSizeF() * 1.35)
        font.setBold(True)
        self._name.setFont(font)
        self._words = ElidingLabel()
        self._words.setObjectName("header.words")
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setForegroundRole(self._words.palette().ColorRole.PlaceholderText)
        self._address = CopyButton("header.address", theme)
        gap = self.fontMetrics().height() // 2
        row = QHBoxLayout(self)
        row.setContentsMargins(gap * 2, gap, gap * 2, gap)
        row.setSpacing(gap)
        row.addWidget(self._icon)
        row.addWidget(self._name)
        row.addWidget(self._words, 1)
        row.addWidget(self._address)
        self.setMinimumHeight(self._address.sizeHint().height() + 2 * gap)  # the same with and without an address

    def resizeEvent(self, event: QResizeEvent) -> None:
        """However long the name is, the state beside it can be read."""
        super().resizeEvent(event)
        self._name.setMaximumWidth(event.size().width() * 3 // 5)

    def show_headline(self, line: Headline, glyph: Glyph) -> None:
        side = self.fontMetrics().height() * 3 // 2
        self._icon.setPixmap(self._theme.pixmap(glyph, side, self.devicePixelRatioF()))
        self._name.setText(line.name)
        words = " · ".join(line.words)
        self._words.setText(words)
        self._address.show_value(line.address)
        self.setAccessibleName(f"{line.name}, {words}")
