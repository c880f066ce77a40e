"""The line above the grid: what is looked for, and what is wrong with it, pointing at the place."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from lifeguard.search.language import QueryError, parse
from lifeguard.search.query import Query

_TYPING_MS = 150
_EXAMPLE = "Find by words, os:debian, memory>4G, host:name, ip:10.0.*, !tag:prod"


class QueryLine(QWidget):
    """`asked` tells that another query was typed; what makes no sense is said, and the last good query stays."""

    asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.query: Query | None = None
        self._line = QLineEdit()
        self._line.setObjectName("search.query")
        self._line.setAccessibleName("Find in this pool")
        self._line.setPlaceholderText(_EXAMPLE)
        self._line.setClearButtonEnabled(True)
        self._trouble = QLabel()
        self._trouble.setObjectName("search.trouble")
        self._trouble.hide()
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self._read)
        self._line.textChanged.connect(lambda _: self._typing.start())
        gap = self.fontMetrics().height() // 2
        row = QHBoxLayout(self)
        row.setContentsMargins(gap, gap, gap, gap)
        row.addWidget(self._line, 1)
        row.addWidget(self._trouble)

    def _read(self) -> None:
        text = self._line.text()
        try:
            query = parse(text)
        except QueryError as trouble:
            after = text[trouble.position : trouble.position + 12]
            self._trouble.setText(f"{trouble} (at “{after}”)" if after else str(trouble))
            self._trouble.show()
            return
        self._trouble.hide()
        if query != self.query:
            self.query = query
            self.asked.emit()
