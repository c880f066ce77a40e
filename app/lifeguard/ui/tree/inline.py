"""A row that is edited where it stands: a line to type in, refused while what is typed will not do."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QPoint
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QStyleOptionViewItem, QToolTip, QWidget

from lifeguard.commands.command import Command
from lifeguard.commands.permission import may_try
from lifeguard.commands.selection import Selection
from lifeguard.ui.theme import Theme
from lifeguard.ui.tree.delegate import RowDelegate
from lifeguard.ui.tree.model import TreeModel

Index = QModelIndex | QPersistentModelIndex


class Editing(Protocol):
    """What an inline editor asks of those who know what the row is about."""

    def title(self, index: Index) -> str:
        """What is edited, for those who hear it."""

    def text(self, index: Index) -> str:
        """What the editor begins with."""

    def flaw(self, index: Index, text: str) -> str:
        """Why this will not do; empty when it will."""

    def accept(self, index: Index, text: str) -> None:
        """Ask the server for it. The row changes when the server says so."""


def why_not(command: Command, selection: Selection) -> str:
    """Why this cannot be edited; empty when it can. Where only the role is missing, another user is asked for later."""
    verdict = command.sum_up(selection)
    return "" if may_try(verdict) else verdict.refusal or "Not now"


def say_beside(view: QAbstractItemView, index: QModelIndex, words: str) -> None:
    place = view.visualRect(index).bottomLeft()
    QToolTip.showText(view.viewport().mapToGlobal(place), words, view)


class InlineDelegate(RowDelegate):
    """Return takes what is typed, Escape leaves the row as it is; nothing is taken while it has a flaw."""

    def __init__(
        self, editing: Editing, theme: Theme, parent: QAbstractItemView, nodes: TreeModel | None = None
    ) -> None:
        super().__init__(theme, parent, nodes)
        self._editing = editing

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        line = QLineEdit(parent)
        line.setObjectName("inline")
        line.setAccessibleName(self._editing.title(index))
        line.setText(self._editing.text(index))
        line.selectAll()
        line.setValidator(_Flawless(self._editing, index, line))
        return line

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """What comes from the server meanwhile must not overwrite what is being typed."""

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        text = editor.text().strip()
        if editor.isModified() and text != self._editing.text(index):
            self._editing.accept(index, text)


class _Flawless(QValidator):
    """Says beside the line what is wrong with it, as long as it is."""

    def __init__(self, editing: Editing, index: Index, line: QLineEdit) -> None:
        super().__init__(line)
        self._editing = editing
        self._index = QPersistentModelIndex(index)
        self._line = line
        line.textEdited.connect(self._say)

    def validate(self, text: str, place: int) -> tuple[QValidator.State, str, int]:
        is_flawed = bool(self._flaw(text))
        return (QValidator.State.Intermediate if is_flawed else QValidator.State.Acceptable), text, place

    def _flaw(self, text: str) -> str:
        return self._editing.flaw(self._index, text.strip()) if self._index.isValid() else "It is gone"

    def _say(self, text: str) -> None:
        flaw = self._flaw(text)
        self._line.setToolTip(flaw)
        self._line.setAccessibleDescription(flaw)
        QToolTip.showText(self._line.mapToGlobal(QPoint(0, self._line.height())), flaw, self._line)
