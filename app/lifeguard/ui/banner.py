"""The stripe above the tabs that says contact is lost: what is tried, since when, and a way to try at once."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from lifeguard.ui.glyph import Glyph
from lifeguard.ui.theme import Theme


class Banner(QFrame):
    """Hidden while there is nothing to say."""

    acted = Signal()

    def __init__(self, theme: Theme, name: str = "banner", act: str = "link.try_now") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self._theme = theme
        self._glyph = Glyph("warning", "warn")
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setObjectName(f"{name}.text")
        self._text.setWordWrap(True)
        self._act = QPushButton()
        self._act.setObjectName(act)
        self._act.clicked.connect(self.acted)
        gap = self.fontMetrics().height() // 2
        row = QHBoxLayout(self)
        row.setContentsMargins(gap * 2, gap, gap, gap)
        row.setSpacing(gap)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self._act)
        self.hide()

    def say(self, text: str, act: str = "", *, is_trouble: bool = True) -> None:
        """Show a sentence, and a button where there is something to do about it."""
        self._glyph = Glyph("warning", "warn") if is_trouble else Glyph("lock", "accent")
        self.repaint_icons()
        self._text.setText(text)
        self.setAccessibleName(text)
        self._act.setText(act)
        self._act.setVisible(bool(act))
        self.show()

    def repaint_icons(self) -> None:
        self._icon.setPixmap(self._theme.pixmap(self._glyph, self._theme.icon_side, self.devicePixelRatioF()))
