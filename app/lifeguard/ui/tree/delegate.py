"""How a row of the tree is drawn: its icon and name, and at the right edge what a host would have left."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from lifeguard.ui.theme import Theme
from lifeguard.ui.tree.model import NOTE_ROLE, Note

_SMALLEST_TARGET = 24
_ROOM = 6


class RowDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(hint.width(), max(option.fontMetrics.height() + _ROOM, _SMALLEST_TARGET))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        note = index.data(NOTE_ROLE)
        if not isinstance(note, Note):
            super().paint(painter, option, index)
            return
        row = QStyleOptionViewItem(option)
        self.initStyleOption(row, index)
        if note.is_refused:
            row.palette.setColor(QPalette.ColorRole.Text, self._theme.colour("off"))
            row.state &= ~QStyle.StateFlag.State_Enabled
        width = row.fontMetrics.horizontalAdvance(f"  {note.text} ") if note.text else 0
        row.text = row.fontMetrics.elidedText(row.text, Qt.TextElideMode.ElideRight, self._room(row, width))
        style = row.widget.style() if row.widget is not None else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, row, painter, row.widget)
        if note.text:
            self._write(painter, row, note, width)

    def _room(self, row: QStyleOptionViewItem, taken: int) -> int:
        return max(row.rect.width() - row.decorationSize.width() - 2 * _ROOM - taken, row.fontMetrics.height())

    def _write(self, painter: QPainter, row: QStyleOptionViewItem, note: Note, width: int) -> None:
        is_selected = bool(row.state & QStyle.StateFlag.State_Selected)
        place = QRect(row.rect.right() - width, row.rect.top(), width, row.rect.height())
        painter.save()
        painter.setPen(self._theme.colour("text-on-accent" if is_selected else "ok"))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignHCenter, note.text)
        painter.restore()
