"""The General tab: what an object is, in groups that fold and values that can be copied."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTreeView, QWidget

from lifeguard.clock import Clock
from lifeguard.inventory.change import Change
from lifeguard.ui.properties.any import property_groups
from lifeguard.ui.properties.model import PropertyModel
from lifeguard.ui.shown import Shown
from lifeguard.ui.theme import Theme
from lifeguard.ui.tree.delegate import RowDelegate

_SOON_MS = 100


class GeneralTab:
    """Folded groups stay folded, by their title, whatever is selected next. What changes is shown within a moment,
    once, however many changes come in it."""

    key = "general"
    title = "General"

    def __init__(self, clock: Clock, theme: Theme) -> None:
        self._clock = clock
        self._shown: Shown | None = None
        self._folded: set[str] = set()
        self._view = QTreeView()
        self._view.setObjectName("tab.general")
        self._view.setAccessibleName("Properties")
        self._view.setFrameShape(QTreeView.Shape.NoFrame)
        self._view.setHeaderHidden(True)
        self._view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._view.setAllColumnsShowFocus(True)
        self._rows = PropertyModel(self._view)
        self._view.setModel(self._rows)
        self._view.setItemDelegate(RowDelegate(theme, self._view))
        self._view.setUniformRowHeights(True)
        self._view.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self._view.expanded.connect(self._note_unfolded)
        self._view.collapsed.connect(self._note_folded)
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
        self._shown = shown
        if shown is not None:
            self._fill(shown)

    def renew(self, change: Change) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _fill_again(self) -> None:
        if self._shown is not None:
            self._fill(self._shown)

    def _fill(self, shown: Shown) -> None:
        now_s = self._clock.time_s() + shown.source.server_time_offset_s
        if not self._rows.show_groups(property_groups(shown.source.inventory, shown.ref, now_s)):
            return
        for place, group in enumerate(self._rows.groups):
            index = self._rows.index(place, 0)
            self._view.setFirstColumnSpanned(place, QModelIndex(), True)
            self._view.setExpanded(index, group.title not in self._folded)

    def _note_folded(self, index: QModelIndex) -> None:
        self._folded.add(str(index.data()))

    def _note_unfolded(self, index: QModelIndex) -> None:
        self._folded.discard(str(index.data()))

    def _open_menu(self, place: QPoint) -> None:
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self._copy)
        menu.popup(self._view.viewport().mapToGlobal(place))

    def _copy_values(self) -> None:
        """One row copies its value; several copy as lines of title and value."""
        chosen = [index for index in self._view.selectionModel().selectedRows() if index.parent().isValid()]
        values = [(str(index.data()), str(index.siblingAtColumn(1).data())) for index in chosen]
        lines = [values[0][1]] if len(values) == 1 else [f"{title}\t{value}" for title, value in values]
        QGuiApplication.clipboard().setText("\n".join(lines))
