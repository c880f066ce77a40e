"""The tree of resources: objects are renamed in their row."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView

from lifeguard.commands.answered import answered
from lifeguard.commands.objects import RENAME
from lifeguard.commands.selection import Selection
from lifeguard.tree.node import Thing
from lifeguard.ui.pools import Pools
from lifeguard.ui.theme import Theme
from lifeguard.ui.tree.drag import DragVerdicts, Dropped
from lifeguard.ui.tree.inline import Index, InlineDelegate, say_beside, why_not
from lifeguard.ui.tree.model import TreeModel
from lifeguard.ui.tree.view import ObjectTree


class Renaming:
    """The row keeps its name until the server tells another. `run` begins a command."""

    def __init__(self, nodes: TreeModel, pools: Pools, run: Dropped) -> None:
        self._nodes = nodes
        self._pools = pools
        self._run = run

    def is_for(self, index: Index) -> bool:
        """Whether the row is of a sort that can have another name."""
        return RENAME.applies_to(self._selection(index))

    def refusal(self, index: Index) -> str:
        return why_not(RENAME, self._selection(index))

    def title(self, index: Index) -> str:
        return f"Name of {self.text(index)}"

    def text(self, index: Index) -> str:
        """The name itself: a row may show more than that, or what stands for it."""
        items = self._selection(index).items
        return str(getattr(items[0].record, "name_label", "")) if items else ""

    def flaw(self, index: Index, text: str) -> str:
        return "" if text else "A name is needed"

    def accept(self, index: Index, text: str) -> None:
        selection = self._selection(index)
        if selection.items:
            self._run(answered(RENAME, {"name": text}), selection)

    def _selection(self, index: Index) -> Selection:
        key = self._nodes.key(index)
        return self._pools.selection([key[-1]] if key and isinstance(key[-1], Thing) else [])


class ResourcesTree(ObjectTree):
    """F2 begins to rename the one object that is selected; where it cannot be renamed, the row says why."""

    def __init__(self, model: TreeModel, verdicts: DragVerdicts, run: Dropped, pools: Pools, theme: Theme) -> None:
        super().__init__(model, verdicts, run, theme)
        self._renaming = Renaming(model, pools, run)
        self.setItemDelegate(InlineDelegate(self._renaming, theme, self, model))

    @property
    def is_editing(self) -> bool:
        return self.state() == QAbstractItemView.State.EditingState

    def begin_rename(self) -> None:
        index = self.currentIndex()
        refusal = self._renaming.refusal(index)
        if refusal:
            say_beside(self, index, refusal)
        else:
            self.edit(index)

    def event(self, event: QEvent) -> bool:
        """F2 belongs to the row it can edit; elsewhere it is the window's."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_F2 and self._is_one_to_rename():
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F2 and not self.is_editing and self._is_one_to_rename():
            self.begin_rename()
        else:
            super().keyPressEvent(event)

    def _is_one_to_rename(self) -> bool:
        return self.selectionModel().selectedRows() == [self.currentIndex()] and self._renaming.is_for(
            self.currentIndex()
        )
