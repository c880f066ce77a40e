"""How a property is drawn and edited: marks to copy and to edit by, and room for a description of several lines."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QStyleOptionViewItem, QWidget

from lifeguard.ui.properties.editing import PropertyEditing
from lifeguard.ui.properties.model import PropertyModel
from lifeguard.ui.properties.view import PropertyView
from lifeguard.ui.theme import Theme
from lifeguard.ui.tree.inline import Index, InlineDelegate
from lifeguard.ui.widgets import mark

_FEWEST_LINES, _MOST_LINES = 4, 12
_GAP = 4


class LinesEdit(QPlainTextEdit):
    """Return begins another line, Ctrl+Return is `finished`; Tab goes on."""

    finished = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("inline.lines")
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WordWrap)
        self.setToolTip("Ctrl+Return keeps it, Escape leaves it as it was")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_return = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_return and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.finished.emit()
        else:
            super().keyPressEvent(event)


class PropertyDelegate(InlineDelegate):
    def __init__(self, rows: PropertyModel, editing: PropertyEditing, theme: Theme, view: PropertyView) -> None:
        super().__init__(editing, theme, view)
        self._rows = rows
        self._values = editing
        self._look = theme
        self._view = view

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        shape = self._mark(index)
        if shape and mark.is_wanted(option):
            mark.paint(painter, option, self._mark_place(option, index), shape, self._look)

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        shape = self._mark(index)
        if not (shape and mark.is_clicked(event, self._mark_place(option, index))):
            return super().editorEvent(event, model, option, index)
        if shape == "rename":
            self._view.begin_edit(index.sibling(index.row(), index.column()))
        elif isinstance(event, QMouseEvent):
            mark.copy_first(str(index.data()), event.globalPosition().toPoint())
        return True

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """A row is as high as its lines, within reason; all of them are in the tooltip."""
        hint = super().sizeHint(option, index)
        text = str(index.data())
        if index.column() and self._is_of_lines(index):
            room = QRect(0, 0, max(self._view.columnWidth(1) - 2 * _GAP, 1), 1 << 20)
            needed = option.fontMetrics.boundingRect(room, Qt.TextFlag.TextWordWrap, text).height()
            lines = min(-(-needed // option.fontMetrics.lineSpacing()), _MOST_LINES)
            hint.setHeight(hint.height() + (lines - 1) * option.fontMetrics.lineSpacing())
        return hint

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        if not self._is_of_lines(index):
            return super().createEditor(parent, option, index)
        editor = LinesEdit(parent)
        editor.setAccessibleName(self._values.title(index))
        editor.setPlainText(self._values.text(index))
        editor.selectAll()
        editor.finished.connect(lambda: self._finish(editor))
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        super().updateEditorGeometry(editor, option, index)
        if isinstance(editor, LinesEdit):
            least = editor.fontMetrics().lineSpacing() * (_FEWEST_LINES + 1)
            room = self._view.viewport().rect()
            height = min(max(option.rect.height(), least), room.height())
            top = max(min(option.rect.top(), room.bottom() - height), 0)
            editor.setGeometry(option.rect.left(), top, option.rect.width(), height)

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if not isinstance(editor, LinesEdit):
            super().setModelData(editor, model, index)
            return
        text = editor.toPlainText().strip()
        if editor.document().isModified() and text != self._values.text(index):
            self._values.accept(index, text)

    def _finish(self, editor: LinesEdit) -> None:
        self.commitData.emit(editor)
        self.closeEditor.emit(editor)

    def _is_of_lines(self, index: Index) -> bool:
        edit = self._rows.edit(index)
        return edit is not None and edit.what == "description"

    def _mark(self, index: Index) -> str:
        """The shape of the mark that this cell can have, empty for none."""
        if index.column() != 1:
            return ""
        if self._rows.is_code(index):
            return "copy"
        return "rename" if self._rows.flags(index) & Qt.ItemFlag.ItemIsEditable else ""

    def _mark_place(self, option: QStyleOptionViewItem, index: Index) -> QRect:
        font = index.data(Qt.ItemDataRole.FontRole)
        metrics = QFontMetrics(font if isinstance(font, QFont) else option.font)
        lines = str(index.data()).splitlines()
        return mark.place_of(option, max(map(metrics.horizontalAdvance, lines), default=0))
