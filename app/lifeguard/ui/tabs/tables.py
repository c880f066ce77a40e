"""A tab that consists of tables: which ones, a pure function of the shown object says."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from lifeguard.clock import Clock
from lifeguard.datamodel.records import Record
from lifeguard.inventory.answers import Facts
from lifeguard.inventory.change import Change
from lifeguard.ui.pools import Pools
from lifeguard.ui.shown import Shown, server_now_s
from lifeguard.ui.table.line import Table
from lifeguard.ui.tabs.panel import Around, TablePanel
from lifeguard.ui.theme import Theme

Choose = Callable[[Facts, Record], tuple[Table, ...]]
"""The tables for an object, none when the tab is not for it."""


class TablesTab:
    """Panels are made when they are first needed, and kept."""

    def __init__(
        self, key: str, title: str, choose: Choose, pools: Pools, clock: Clock, theme: Theme, around: Around
    ) -> None:
        self.key = key
        self.title = title
        self._choose = choose
        self._pools = pools
        self._clock = clock
        self._theme = theme
        self._around = around
        self._shown: Shown | None = None
        self._panels: dict[str, TablePanel] = {}
        self._in_use: tuple[TablePanel, ...] = ()
        self._place = QWidget()
        self._place.setObjectName(f"tab.{key}")
        self._column = QVBoxLayout(self._place)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(self._place.fontMetrics().height() // 2)

    @property
    def widget(self) -> QWidget:
        return self._place

    @property
    def panels(self) -> tuple[TablePanel, ...]:
        """What is shown, from the top down."""
        return self._in_use

    def suits(self, shown: Shown) -> bool:
        return bool(self._tables(shown))

    def show_object(self, shown: Shown | None) -> None:
        if shown is not None and shown == self._shown and self._in_use:
            return
        self._shown = shown
        self._arrange(self._tables(shown) if shown is not None else ())

    def renew(self, change: Change) -> None:
        """What the object is may have changed as well as what its tables list."""
        shown = self._shown
        if shown is None:
            return
        tables = self._tables(shown)
        if tables != tuple(panel.table for panel in self._in_use):
            self._arrange(tables)
            return
        for panel in self._in_use:
            panel.take(change)

    def _tables(self, shown: Shown) -> tuple[Table, ...]:
        record = shown.source.inventory.find(shown.ref)
        return self._choose(shown.source.inventory, record) if record is not None else ()

    def _arrange(self, tables: tuple[Table, ...]) -> None:
        for panel in self._in_use:
            panel.show_table(None, self._now_s)
            panel.hide()
            self._column.removeWidget(panel)
        self._in_use = tuple(self._panel(table) for table in tables)
        for panel in self._in_use:
            self._column.addWidget(panel)
            panel.show_table(self._shown, self._now_s)
            panel.show()
        self._let_last_grow()

    def _let_last_grow(self) -> None:
        """Tables are as tall as their lines; the last takes what is left."""
        for place in range(self._column.count()):
            self._column.setStretch(place, 1 if place == self._column.count() - 1 else 0)

    def _panel(self, table: Table) -> TablePanel:
        known = self._panels.get(table.key)
        if known is None:
            known = self._panels[table.key] = TablePanel(table, self._pools, self._around, self._theme, self._place)
        known.speak_of(table)
        return known

    def _now_s(self) -> float:
        now_s = self._clock.time_s()
        return server_now_s(self._shown.source, now_s) if self._shown is not None else now_s
