"""The properties on the screen: groups that fold, rows that are edited where they stand."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTreeView

from lifeguard.ui.properties.model import PropertyModel
from lifeguard.ui.tree.inline import say_beside
from lifeguard.ui.widgets.branches import BranchingView

_MOST_FOR_TITLES = 0.4
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PropertyView(BranchingView):
    """A double click, F2 and Return begin to edit the row, in whichever column; one that cannot be says why."""

    def __init__(self, rows: PropertyModel) -> None:
        super().__init__()
        self._rows = rows
        self.setModel(rows)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setHeaderHidden(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAllColumnsShowFocus(True)
        self.setWordWrap(True)
        self.setMouseTracking(True)
        self.header().sectionResized.connect(lambda *_: self.scheduleDelayedItemsLayout())
        self.doubleClicked.connect(self.begin_edit)

    def fit_titles(self) -> None:
        """Titles are read in full, unless one is so long that no room would be left for the values."""
        most = int(self.viewport().width() * _MOST_FOR_TITLES)
        self.setColumnWidth(0, min(self.sizeHintForColumn(0) + self.fontMetrics().averageCharWidth(), most))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_titles()

    @property
    def is_editing(self) -> bool:
        return self.state() == QAbstractItemView.State.EditingState

    def begin_edit(self, index: QModelIndex) -> bool:
        """False where there is nothing to edit."""
        if self._rows.edit(index) is None:
            return False
        place, refusal = index.siblingAtColumn(1), self._rows.refusal(index)
        if refusal:
            say_beside(self, place, refusal)
        else:
            self.setCurrentIndex(place)
            self.edit(place)
        return True

    def event(self, event: QEvent) -> bool:
        """F2 belongs to the row it can edit; elsewhere it is the window's."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_F2 and self._rows.edit(self.currentIndex()) is not None:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_edit = event.key() == Qt.Key.Key_F2 or event.key() in _ENTER
        if not (is_edit and not self.is_editing and self.begin_edit(self.currentIndex())):
            super().keyPressEvent(event)
