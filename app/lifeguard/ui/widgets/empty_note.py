"""What a view says when there is nothing in it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QAbstractItemView, QLabel

_CALM_MS = 300


class EmptyNote(QLabel):
    """Over the empty view, a moment after it was emptied: rows that are being exchanged are none of its business."""

    def __init__(self, view: QAbstractItemView, text: str) -> None:
        super().__init__(text, view.viewport())
        self._view = view
        gap = self.fontMetrics().height() // 2
        self.setObjectName(f"{view.objectName()}.empty")
        self.setContentsMargins(gap, gap, gap, gap)
        self.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setWordWrap(True)
        self.hide()
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(_CALM_MS)
        self._calm.timeout.connect(self._look)
        for changed in (view.model().rowsInserted, view.model().rowsRemoved, view.model().modelReset):
            changed.connect(self._calm.start)
        view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._calm.start()
        return False

    def _look(self) -> None:
        self.setGeometry(self._view.viewport().rect())
        self.setVisible(self._view.model().rowCount() == 0)
