"""A second action for what another one does: to screen readers an action is in one menu, the first that has it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction


class Twin(QObject):
    """Keeps `second` like `first` as long as it lives; it is the second's child. Only the first listens to keys."""

    def __init__(self, first: QAction, second: QAction) -> None:
        super().__init__(second)
        self._first = first
        self._second = second
        second.setObjectName(first.objectName())
        second.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._follow()
        first.changed.connect(self._follow)

    def _follow(self) -> None:
        first, second = self._first, self._second
        second.setText(first.text())
        second.setEnabled(first.isEnabled())
        second.setToolTip(first.toolTip())
        second.setStatusTip(first.statusTip())
        second.setShortcut(first.shortcut())
        if second.icon().cacheKey() != first.icon().cacheKey():
            second.setIcon(first.icon())


def twin_of(first: QAction, parent: QObject) -> QAction:
    """An action that does what `first` does, and looks like it at any time."""
    second = QAction(parent)
    Twin(first, second)
    second.triggered.connect(lambda _: first.trigger())
    return second
