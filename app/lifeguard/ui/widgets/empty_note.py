"""What a view says when there is nothing in it, and what it offers to do about that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QAbstractItemView, QLabel, QPushButton, QVBoxLayout, QWidget

_CALM_MS = 300


@dataclass(frozen=True, slots=True)
class Vacancy:
    """Why nothing is there; `title` is what a button says that does the one useful thing, empty for no button."""

    text: str
    title: str = ""
    act: Callable[[], object] | None = None


class EmptyNote(QWidget):
    """Over the empty view, a moment after it was emptied: rows that are being exchanged are none of its business.
    `vacancy` is asked each time."""

    def __init__(self, view: QAbstractItemView, vacancy: Callable[[], Vacancy]) -> None:
        super().__init__(view.viewport())
        self._view = view
        self._vacancy = vacancy
        self._text = QLabel()
        self._text.setObjectName(f"{view.objectName()}.empty")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self._text.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._text.setWordWrap(True)
        self._act = QPushButton()
        self._act.setObjectName(f"{view.objectName()}.empty.act")
        self._act.clicked.connect(lambda _: self._do())
        gap = self.fontMetrics().height() // 2
        column = QVBoxLayout(self)
        column.setContentsMargins(gap, gap, gap, gap)
        column.setSpacing(gap)
        column.addWidget(self._text)
        column.addWidget(self._act, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self.hide()
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(_CALM_MS)
        self._calm.timeout.connect(self._look)
        for changed in (view.model().rowsInserted, view.model().rowsRemoved, view.model().modelReset):
            changed.connect(self._follow)
        view.viewport().installEventFilter(self)

    def look_again(self) -> None:
        """It may be empty for another reason now."""
        self._calm.start()

    def _follow(self, *_: object) -> None:
        """What lies over rows would take the mouse from them: it goes at once."""
        if self._view.model().rowCount() > 0:
            self._calm.stop()
            self.hide()
        else:
            self._calm.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._calm.start()
        return False

    def _look(self) -> None:
        is_empty = self._view.model().rowCount() == 0
        if is_empty:
            vacancy = self._vacancy()
            self._text.setText(vacancy.text)
            self._act.setText(vacancy.title)
            self._act.setVisible(bool(vacancy.title))
            self.setGeometry(self._view.viewport().rect())
        self.setVisible(is_empty)

    def _do(self) -> None:
        act = self._vacancy().act
        if act is not None:
            act()
