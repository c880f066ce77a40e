"""A row of controls that goes on in the next line where the window is too narrow, or the text too large, for one."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QStyle, QWidget


class FlowLayout(QLayout):
    """In the order they were added, from the side where reading begins."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        places = self._places(QRect(0, 0, width, 0))
        return max((place.bottom() + 1 for place in places), default=0) + self.contentsMargins().bottom()

    def sizeHint(self) -> QSize:
        """All in one line, if there is room for it."""
        margins = self.contentsMargins()
        hints = [item.sizeHint() for item in self._shown()]
        width = sum(hint.width() for hint in hints) + self.spacing() * max(len(hints) - 1, 0)
        height = max((hint.height() for hint in hints), default=0)
        return QSize(width + margins.left() + margins.right(), height + margins.top() + margins.bottom())

    def minimumSize(self) -> QSize:
        margins = self.contentsMargins()
        widest = max((item.minimumSize().width() for item in self._shown()), default=0)
        return QSize(widest + margins.left() + margins.right(), self.sizeHint().height())

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        parent = self.parentWidget()
        direction = parent.layoutDirection() if parent is not None else Qt.LayoutDirection.LeftToRight
        for item, place in zip(self._shown(), self._places(rect), strict=True):
            item.setGeometry(QStyle.visualRect(direction, rect, place))

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _places(self, rect: QRect) -> list[QRect]:
        """Where each one goes when reading goes from the left."""
        room = rect.marginsRemoved(self.contentsMargins())
        at, line_height = room.topLeft(), 0
        places: list[QRect] = []
        for item in self._shown():
            hint = item.sizeHint()
            if at.x() > room.left() and at.x() + hint.width() > room.right() + 1:
                at, line_height = QPoint(room.left(), at.y() + line_height + self.spacing()), 0
            places.append(QRect(at, hint.boundedTo(QSize(room.width(), hint.height()))))
            line_height = max(line_height, hint.height())
            at += QPoint(hint.width() + self.spacing(), 0)
        return places
