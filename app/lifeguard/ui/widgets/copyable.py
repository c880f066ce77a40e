"""A value in the fixed-width face that one click copies, with a short word that it did."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QToolButton, QWidget

from lifeguard.ui.glyph import Glyph
from lifeguard.ui.theme import Theme, fixed_font, icon_size

_SHOWN_MS = 1500
_COPY = Glyph("copy", "text-quiet")
_COPIED = Glyph("done", "ok")


class CopyButton(QToolButton):
    """Shows the value itself; hidden while there is none."""

    def __init__(self, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAutoRaise(True)
        self.setIconSize(icon_size())
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.setFont(fixed_font())
        self._theme = theme
        self._value = ""
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.timeout.connect(self._settle)
        self.clicked.connect(self._copy)
        self.show_value("")

    def show_value(self, value: str, what: str = "address") -> None:
        self._value = value
        self.setVisible(bool(value))
        self.setAccessibleName(f"Copy {what} {value}")
        self.setToolTip(f"Copy the {what}")
        self._settle()

    def repaint_icons(self) -> None:
        self._settle()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._value)
        self.setIcon(self._theme.icon(_COPIED))
        self.setText("copied")
        self._calm.start(_SHOWN_MS)

    def _settle(self) -> None:
        self.setIcon(self._theme.icon(_COPY))
        self.setText(self._value)
