"""How a row of the tree is drawn: its icon and name, and at the right edge what a host would have left."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPalette
from PySide6.QtWidgets import QAbstractItemView, QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from lifeguard.ui.glyphs import glyph_of
from lifeguard.ui.theme import Theme
from lifeguard.ui.tree.lettering import Lettering
from lifeguard.ui.tree.model import BUSY_ROLE, NOTE_ROLE, Note, TreeModel
from lifeguard.ui.tree.pulse import Pulse

_SMALLEST_TARGET = 24
_ROOM = 6
_TOLD_APART = (
    QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus
).value
_ENABLED = QStyle.StateFlag.State_Enabled.value


class RowDelegate(QStyledItemDelegate):
    """Most rows of a tree (`nodes`) are neither selected nor busy, nor is anything written beside them: those are drawn
    from what is known of the node, where Qt's own way would ask the model for ten things."""

    def __init__(self, theme: Theme, parent: QAbstractItemView, nodes: TreeModel | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._nodes = nodes
        self._letters = Lettering(parent.font())
        self._pulse = Pulse(parent)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(hint.width(), max(option.fontMetrics.height() + _ROOM, _SMALLEST_TARGET))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        if self._nodes is not None and self._paint_plainly(painter, option, index, self._nodes):
            return
        note = index.data(NOTE_ROLE)
        is_busy = index.data(BUSY_ROLE) is True
        if not isinstance(note, Note) and not is_busy:
            super().paint(painter, option, index)
            return
        row = QStyleOptionViewItem(option)
        self.initStyleOption(row, index)
        if is_busy:
            mode = QIcon.Mode.Selected if row.state & QStyle.StateFlag.State_Selected else QIcon.Mode.Normal
            row.icon = self._pulse.icon(row.icon, row.rect, row.decorationSize.width(), mode)
        if isinstance(note, Note):
            self._fit(row, note)
        style = row.widget.style() if row.widget is not None else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, row, painter, row.widget)
        if isinstance(note, Note) and note.text:
            self._write(painter, row, note)

    def _paint_plainly(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
        nodes: TreeModel,
    ) -> bool:
        """Icon and name where Qt would put them. False for a row that is told apart, or read from the right."""
        if option.direction != Qt.LayoutDirection.LeftToRight:
            return False
        state, node = option.state.value, nodes.node(index)
        if node is None or state & _TOLD_APART or not state & _ENABLED or nodes.is_marked(node):
            return False
        if self._letters.font != option.font:
            self._letters = Lettering(option.font)
        row, scale = option.rect, painter.device().devicePixelRatioF()
        margin = option.widget.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, None, option.widget) + 1
        side = self._theme.icon_side
        icon = self._theme.pixmap(glyph_of(node.kind, node.state, node.marks), side, scale)
        painter.drawPixmap(row.x() + margin, row.y() + (row.height() - side) // 2, icon)
        painter.setPen(option.palette.color(QPalette.ColorRole.Text))
        self._letters.draw(painter, row.adjusted(side + 3 * margin, 0, -margin, 0), node.name)
        return True

    def _fit(self, row: QStyleOptionViewItem, note: Note) -> None:
        """Make room for the note, and the row quiet when it is refused."""
        if note.is_refused:
            row.palette.setColor(QPalette.ColorRole.Text, self._theme.colour("off"))
            row.state &= ~QStyle.StateFlag.State_Enabled
        room = self._room(row, _width(row, note))
        row.text = row.fontMetrics.elidedText(row.text, Qt.TextElideMode.ElideRight, room)

    def _room(self, row: QStyleOptionViewItem, taken: int) -> int:
        return max(row.rect.width() - row.decorationSize.width() - 2 * _ROOM - taken, row.fontMetrics.height())

    def _write(self, painter: QPainter, row: QStyleOptionViewItem, note: Note) -> None:
        width = _width(row, note)
        is_selected = bool(row.state & QStyle.StateFlag.State_Selected)
        place = QRect(row.rect.right() - width, row.rect.top(), width, row.rect.height())
        painter.save()
        painter.setPen(self._theme.colour("text-on-accent" if is_selected else "ok"))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignHCenter, note.text)
        painter.restore()


def _width(row: QStyleOptionViewItem, note: Note) -> int:
    return row.fontMetrics.horizontalAdvance(f"  {note.text} ") if note.text else 0
