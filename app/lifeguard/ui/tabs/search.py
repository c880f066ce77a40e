"""The Search tab: the search that belongs to what is selected, changed by words or in the builder, and its results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from lifeguard.clock import Clock
from lifeguard.inventory.change import Change
from lifeguard.inventory.custom_fields import field_definitions
from lifeguard.search.completion import Candidate, complete
from lifeguard.search.overview import narrowed, widened
from lifeguard.search.query import Query, Search, Sort
from lifeguard.ui.grid.view import ObjectGrid
from lifeguard.ui.pools import OpenPool, Pools
from lifeguard.ui.searching.acts import Doer, SearchActs
from lifeguard.ui.searching.basis import EVERYTHING, Base
from lifeguard.ui.searching.builder import Builder
from lifeguard.ui.searching.caveat import Caveat
from lifeguard.ui.searching.line import SearchLine
from lifeguard.ui.searching.results import Results
from lifeguard.ui.searching.shelf import Shelf
from lifeguard.ui.shown import Shown
from lifeguard.ui.theme import Theme


class SearchTab:
    """What was typed or built stays as long as the same pools or the same group are looked at, and goes along when the
    tree shows another view."""

    key = "search"
    title = "Search"

    def __init__(self, pools: Pools, shelf: Shelf, clock: Clock, theme: Theme, doer: Doer) -> None:
        self._pools = pools
        self._base = EVERYTHING
        self._search = EVERYTHING.search
        self._kept: Query | None = None
        self._is_in_front = False
        self._is_shown = False
        self._place = QWidget()
        self._place.setObjectName("tab.search")
        self._results = Results(pools, shelf, clock, theme, doer, self._place)
        self._results.sorting_chosen.connect(self._sort)
        self._results.widening_wanted.connect(lambda _: self._ask(self._base.search.query))
        self._line = SearchLine(self._offers, theme)
        self._line.asked.connect(self._ask)
        self._line.entered.connect(self._results.expect_question)
        self._builder = Builder(lambda: [pool.answers for pool in self._looked_at()])
        self._builder.changed.connect(self._use)
        self._builder.hide()
        self._caveat = Caveat()
        self._acts = SearchActs(lambda: self._search, self._results, shelf, doer, self._place)
        self._lay_out()
        pools.added.connect(lambda _: self._look_again())
        pools.removed.connect(lambda _: self._look_again())

    @property
    def widget(self) -> QWidget:
        return self._place

    @property
    def grid(self) -> ObjectGrid:
        return self._results.grid

    @property
    def search(self) -> Search:
        """The search as it is shown now."""
        return self._search

    @property
    def is_alive(self) -> bool:
        """Whether the pools shown have figures."""
        return self._results.is_alive

    def aim(self, base: Base) -> None:
        """Something else is selected: its search takes the place of another's."""
        if base != self._base:
            self._kept = self._own_query() if base.view != self._base.view else None
            self._base = base
            self._search = narrowed(base.search, self._kept)
            self._is_shown = False
            if self._is_in_front:
                self._show()

    def _own_query(self) -> Query | None:
        """What was typed or built here, beside what the selection asks by itself."""
        is_untouched = self._search.query == narrowed(self._base.search, self._kept).query
        return self._kept if is_untouched else self._search.query

    def widths(self) -> dict[str, int]:
        """How the columns stand, for the next start."""
        return self._results.columns.remember()

    def use_widths(self, widths: Mapping[str, int]) -> None:
        self._results.columns.recall(widths)

    def suits(self, shown: Shown) -> bool:
        return True

    def show_object(self, shown: Shown | None) -> None:
        """Come to the front, or go to the back; what is shown there is `aim`'s to say."""
        self._is_in_front = shown is not None
        if self._is_in_front:
            self.show_results()
        else:
            self._results.rest()

    def show_results(self) -> None:
        """Come to the front without any single object."""
        self._is_in_front = True
        if not self._is_shown:
            self._show()
        self._results.attend()

    def renew(self, change: Change) -> None:
        """Changes come with the answers they have changed, through the pools."""

    def _lay_out(self) -> None:
        self._build = _tool("search.build", "Builder")
        self._build.setCheckable(True)
        self._build.toggled.connect(self._open_builder)
        columns = _tool("search.columns", "Columns")
        columns.clicked.connect(
            lambda _: self._results.columns.menu(columns).popup(columns.mapToGlobal(columns.rect().bottomLeft()))
        )
        more = _tool("search.more", "More")
        more.setMenu(self._acts.menu())
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        gap = self._place.fontMetrics().height() // 2
        row = QHBoxLayout()
        row.setContentsMargins(gap, gap, gap, gap)
        row.addWidget(self._line, 1)
        for button in (self._build, columns, more):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self._place)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self._builder)
        column.addWidget(self._caveat)
        column.addWidget(self._results.grid, 1)

    def _open_builder(self, is_open: bool) -> None:
        if is_open:
            self._builder.show_search(self._search)
        self._builder.setVisible(is_open)

    def _looked_at(self) -> list[OpenPool]:
        """The pools of the base; all of them where it names none, or none that is there."""
        return [pool for pool in self._pools if pool.key in self._base.pools] or list(self._pools)

    def _offers(self, text: str, cursor: int) -> list[Candidate]:
        fields = [field.name for pool in self._looked_at() for field in field_definitions(pool.answers)]
        return complete(text, cursor, self._results.known, fields)

    def _ask(self, query: Query | None) -> None:
        self._use(replace(self._search, query=query))

    def _sort(self, sorting: tuple[Sort, ...]) -> None:
        self._use(replace(self._search, sorting=sorting))

    def _use(self, search: Search) -> None:
        if search != self._search:
            self._search = search
            self._show()

    def _look_again(self) -> None:
        self._is_shown = False
        if self._is_in_front:
            self._show()

    def _show(self) -> None:
        self._is_shown = True
        self._line.show_query(self._search.query)
        self._caveat.speak_of(self._search)
        if self._build.isChecked():
            self._builder.show_search(self._search)
        is_typed = self._search.query != self._base.search.query
        shown = widened(self._search) if is_typed else self._search
        self._results.show_search(shown, [pool.key for pool in self._looked_at()], is_narrowed=is_typed)
        self._results.columns.use(self._search.columns)
        if self._is_in_front:
            self._results.attend()


def _tool(name: str, title: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setText(title)
    button.setAutoRaise(True)
    return button
