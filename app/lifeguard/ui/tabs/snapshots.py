"""The Snapshots tab: what came from what, or a list by date, as its user likes better."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

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


class SnapshotsTab:
    key = "snapshots"
    title = "Snapshots"

    def __init__(self, pools: Pools, clock: Clock, theme: Theme, around: Around) -> None:
        self._is_list = False
        self._tables = TablesTab(self.key, self.title, self._choose, pools, clock, theme, around)
        self._place = QWidget()
        self._place.setObjectName("tab.snapshots.whole")
        self._arrangements = QButtonGroup(self._place)
        column = QVBoxLayout(self._place)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._tables.widget, 1)
        column.addLayout(self._choice())

    @property
    def widget(self) -> QWidget:
        return self._place

    @property
    def panels(self) -> tuple[TablePanel, ...]:
        return self._tables.panels

    def suits(self, shown: Shown) -> bool:
        return self._tables.suits(shown)

    def show_object(self, shown: Shown | None) -> None:
        self._tables.show_object(shown)

    def renew(self, change: Change) -> None:
        self._tables.renew(change)

    def _choice(self) -> QHBoxLayout:
        gap = self._place.fontMetrics().height() // 4
        row = QHBoxLayout()
        row.setContentsMargins(gap, gap, gap, gap)
        row.setSpacing(gap)
        for name, title, is_list in (("snapshots.as_tree", "Tree", False), ("snapshots.as_list", "List", True)):
            button = QToolButton()
            button.setObjectName(name)
            button.setText(title)
            button.setAccessibleName(f"Show snapshots as {title.lower()}")
            button.setCheckable(True)
            button.setAutoRaise(True)
            button.setChecked(is_list == self._is_list)
            self._arrangements.addButton(button, int(is_list))
            row.addWidget(button)
        row.addStretch(1)
        self._arrangements.idClicked.connect(lambda chosen: self._show_as(chosen == 1))
        return row

    def _show_as(self, is_list: bool) -> None:
        self._is_list = is_list
        self._tables.renew(Change())

    def _choose(self, facts: Facts, record: Record) -> tuple[Table, ...]:
        return snapshot_tables(facts, record, as_list=self._is_list)
