"""A tree view whose arrows can be seen in a selected row as well."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QStyleOptionViewItem, QTreeView

_ARROW_ROLES = (QPalette.ColorRole.ButtonText, QPalette.ColorRole.Text, QPalette.ColorRole.WindowText)


class BranchingView(QTreeView):
    """Styles draw the arrow in the colour of other text, which is nearly that of a selection in one of the schemes."""

    _is_on_selection = False

    def drawBranches(self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
        self._is_on_selection = self.selectionModel().isSelected(index)
        super().drawBranches(painter, rect, index)
        self._is_on_selection = False

    def initViewItemOption(self, option: QStyleOptionViewItem) -> None:
        super().initViewItemOption(option)
        if self._is_on_selection:
            colour = option.palette.color(QPalette.ColorRole.HighlightedText)
            for role in _ARROW_ROLES:
                option.palette.setColor(role, colour)
