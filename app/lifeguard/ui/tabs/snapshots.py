"""The Snapshots tab: what came from what, or a list by date, as its user likes better."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from lifeguard.clock import Clock
from lifeguard.datamodel.records import Record
from lifeguard.inventory.answers import Facts
from lifeguard.inventory.change import Change
from lifeguard.ui.contents.snapshots import snapshot_tables
from lifeguard.ui.pools import Pools
from lifeguard.ui.shown import Shown
from lifeguard.ui.table.line import Table
from lifeguard.ui.tabs.panel import Around, TablePanel
from lifeguard.ui.tabs.tables import TablesTab
from lifeguard.ui.theme import Theme

_TREE, _LIST = "tree", "list"


class SnapshotsTab:
    key = "snapshots"
    title = "Snapshots"

    def __init__(self, pools: Pools, clock: Clock, theme: Theme, around: Around) -> None:
        self._layouts = around.layouts
        self._tables = TablesTab(self.key, self.title, self._choose, pools, clock, theme, around)
        self._arrangements = QButtonGroup(self._tables.widget)
        self._choice = self._make_choice()

    @property
    def widget(self) -> QWidget:
        return self._tables.widget

    @property
    def panels(self) -> tuple[TablePanel, ...]:
        return self._tables.panels

    def suits(self, shown: Shown) -> bool:
        return self._tables.suits(shown)

    def show_object(self, shown: Shown | None) -> None:
        self._tables.show_object(shown)
        self._place_choice()

    def renew(self, change: Change) -> None:
        self._tables.renew(change)
        self._place_choice()

    def _place_choice(self) -> None:
        for panel in self.panels[:1]:
            if self._choice.parent() is not panel:
                panel.take_aside(self._choice)

    def _make_choice(self) -> QWidget:
        choice = QWidget(self._tables.widget)
        row = QHBoxLayout(choice)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(choice.fontMetrics().height() // 4)
        for name, title, is_list in (("snapshots.as_tree", "Tree", False), ("snapshots.as_list", "List", True)):
            button = QToolButton()
            button.setObjectName(name)
            button.setText(title)
            button.setAccessibleName(f"Show snapshots as {title.lower()}")
            button.setToolTip("What came from what" if title == "Tree" else "By date")
            button.setCheckable(True)
            button.setAutoRaise(True)
            button.setChecked(is_list == self._is_list)
            self._arrangements.addButton(button, int(is_list))
            row.addWidget(button)
        self._arrangements.idClicked.connect(lambda chosen: self._show_as(chosen == 1))
        return choice

    @property
    def _is_list(self) -> bool:
        return self._layouts.arrangement(self.key) == _LIST

    def _show_as(self, is_list: bool) -> None:
        self._layouts.arrange(self.key, _LIST if is_list else _TREE)
        self.renew(Change())

    def _choose(self, facts: Facts, record: Record) -> tuple[Table, ...]:
        return snapshot_tables(facts, record, as_list=self._is_list)
