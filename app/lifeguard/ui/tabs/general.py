"""The General tab: what an object is, in groups that fold and values that can be copied."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from lifeguard.clock import Clock
from lifeguard.commands.custom_fields import CUSTOM_FIELD
from lifeguard.commands.selection import Selection
from lifeguard.inventory.change import Change
from lifeguard.ui.properties.any import property_groups
from lifeguard.ui.properties.delegate import PropertyDelegate
from lifeguard.ui.properties.editing import PropertyEditing, refusals
from lifeguard.ui.properties.model import PropertyModel
from lifeguard.ui.properties.view import PropertyView
from lifeguard.ui.shown import Shown, server_now_s
from lifeguard.ui.tabs.panel import Around
from lifeguard.ui.theme import Theme
from lifeguard.ui.tree.inline import why_not

_SOON_MS = 100


class GeneralTab:
    """Folded groups stay folded for all objects of a class. What changes is shown within a moment, once, however many
    changes come in it."""

    key = "general"
    title = "General"

    def __init__(self, clock: Clock, theme: Theme, around: Around) -> None:
        self._clock = clock
        self._shown: Shown | None = None
        self._around = around
        self._rows = PropertyModel()
        self._view = PropertyView(self._rows)
        self._rows.setParent(self._view)
        self._view.setObjectName("tab.general")
        self._view.setAccessibleName("Properties")
        editing = PropertyEditing(self._rows, lambda: self._shown, around.run)
        self._view.setItemDelegate(PropertyDelegate(self._rows, editing, theme, self._view))
        self._view.expanded.connect(lambda index: self._note_folded(index, is_folded=False))
        self._view.collapsed.connect(lambda index: self._note_folded(index, is_folded=True))
        self._copy = QAction("Copy", self._view)
        self._copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        self._copy.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._copy.triggered.connect(self._copy_values)
        self._view.addAction(self._copy)
        self._soon = QTimer(self._view)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON_MS)
        self._soon.timeout.connect(self._fill_again)
        self._view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._view.customContextMenuRequested.connect(self._open_menu)

    @property
    def widget(self) -> QWidget:
        return self._view

    def suits(self, shown: Shown) -> bool:
        return shown.source.inventory.find(shown.ref) is not None

    def show_object(self, shown: Shown | None) -> None:
        if self._view.is_editing and shown != self._shown:
            self._rows.show_groups(())  # what was being typed was meant for the other object
        self._shown = shown
        if shown is not None:
            self._fill(shown)

    def renew(self, change: Change) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _fill_again(self) -> None:
        if self._view.is_editing:
            self._soon.start()
        elif self._shown is not None:
            self._fill(self._shown)

    def _fill(self, shown: Shown) -> None:
        now_s = server_now_s(shown.source, self._clock.time_s())
        self._rows.refuse(refusals(shown))
        if not self._rows.show_groups(property_groups(shown.source.inventory, shown.ref, now_s)):
            return
        folded = self._around.layouts.folded(_kind(shown))
        for place, group in enumerate(self._rows.groups):
            index = self._rows.index(place, 0)
            self._view.setFirstColumnSpanned(place, QModelIndex(), True)
            self._view.setExpanded(index, group.title not in folded)
        self._view.fit_titles()

    def _note_folded(self, index: QModelIndex, *, is_folded: bool) -> None:
        if self._shown is not None:
            self._around.layouts.fold(_kind(self._shown), str(index.data()), is_folded)

    def _open_menu(self, place: QPoint) -> None:
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self._copy)
        self._offer_editing(menu, self._view.indexAt(place))
        menu.popup(self._view.viewport().mapToGlobal(place))

    def _offer_editing(self, menu: QMenu, index: QModelIndex) -> None:
        """The row that the menu is for, and a custom field that is not there yet."""
        shown = self._shown
        if shown is None:
            return
        menu.setToolTipsVisible(True)
        selection = Selection.of(shown.source, [shown.ref])
        offers: list[tuple[str, str, Callable[[], object]]] = []
        if self._rows.edit(index) is not None:
            row = QPersistentModelIndex(index)
            offers.append(("Edit", self._rows.refusal(index), lambda: self._view.begin_edit(row.sibling(row.row(), 1))))
        if CUSTOM_FIELD.applies_to(selection):
            reason = why_not(CUSTOM_FIELD, selection)
            offers.append(("Set custom field…", reason, lambda: self._around.run(CUSTOM_FIELD, selection)))
        for title, reason, act in offers:
            action = menu.addAction(title)
            action.setEnabled(not reason)
            action.setToolTip(reason or title)
            action.triggered.connect(act)

    def _copy_values(self) -> None:
        """One row copies its value; several copy as lines of title and value."""
        chosen = [index for index in self._view.selectionModel().selectedRows() if index.parent().isValid()]
        values = [(str(index.data()), str(index.siblingAtColumn(1).data())) for index in chosen]
        lines = [values[0][1]] if len(values) == 1 else [f"{title}\t{value}" for title, value in values]
        QGuiApplication.clipboard().setText("\n".join(lines))


def _kind(shown: Shown) -> str:
    return type(shown.source.inventory.find(shown.ref)).__name__
