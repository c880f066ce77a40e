"""The quiet line above the results: what of a search is not understood here, and so left out of account."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from lifeguard.search.query import Search
from lifeguard.search.remarks import remarks_on


class Caveat(QLabel):
    """Not there while all is understood."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("search.caveat")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self.setWordWrap(True)
        gap = self.fontMetrics().height() // 2
        self.setContentsMargins(gap, 0, gap, gap)
        self.hide()

    def speak_of(self, search: Search) -> None:
        self.setText("\n".join(remarks_on(search)))
        self.setVisible(bool(self.text()))
