"""The Search tab: the pool of whatever is selected as a grid, in groups, with what each object does right now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, Protocol

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from lifeguard.clock import Clock
from lifeguard.commands.selection import Selection
from lifeguard.datamodel.records import Host
from lifeguard.inventory.change import Change
from lifeguard.inventory.relations import is_live
from lifeguard.search.columns import default_columns
from lifeguard.search.overview import by_pool, widened
from lifeguard.search.query import Sort
from lifeguard.search.view import SearchView
from lifeguard.tree.live import LiveTree
from lifeguard.tree.node import Thing
from lifeguard.ui.grid.model import GridModel, moment_of
from lifeguard.ui.grid.query_line import QueryLine
from lifeguard.ui.grid.view import ObjectGrid
from lifeguard.ui.live.feed import STEP_S
from lifeguard.ui.pools import OpenPool, PoolNews, Pools
from lifeguard.ui.shown import Shown
from lifeguard.ui.theme import Theme
from lifeguard.ui.tree.drag import DragVerdicts

_RENEW_MS: Final = 250
_HISTORY_S: Final = 60.0
_OFTEN: Final = 16
_SELDOM_S: Final = 30.0


class Around(Protocol):
    """What the tab asks of the window."""

    def go_to(self, things: Sequence[Thing]) -> None: ...
    def open_menu(self, things: Sequence[Thing], place: QPoint) -> None: ...
    def migrate(self, selection: Selection) -> None: ...


class SearchTab:
    key = "search"
    title = "Search"

    def __init__(self, pools: Pools, clock: Clock, theme: Theme, around: Around) -> None:
        self._pools = pools
        self._clock = clock
        self._around = around
        self._pool: OpenPool | None = None
        self._sorting: tuple[Sort, ...] = ()
        self._live: LiveTree | None = None
        self._leave: list[Callable[[], None]] = []
        self._place = QWidget()
        self._place.setObjectName("tab.search")
        self._model = GridModel(pools.get, clock.time_s, theme, self._place)
        self.grid = ObjectGrid(self._model, DragVerdicts(pools), around.migrate, theme)
        self.grid.setObjectName("search.grid")
        self.grid.setAccessibleName("Search results")
        self.grid.menu_wanted.connect(lambda place: around.open_menu(self.grid.things(), place))
        self.grid.activated.connect(lambda _: around.go_to(self.grid.things()[:1]))
        self.grid.header().sectionClicked.connect(self._sort_by)
        self._line = QueryLine()
        self._line.asked.connect(self._arrange)
        column = QVBoxLayout(self._place)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._line)
        column.addWidget(self.grid, 1)
        self._renewal = QTimer(self._place)
        self._renewal.setSingleShot(True)
        self._renewal.setInterval(_RENEW_MS)
        self._renewal.timeout.connect(self._model.forget_cells)
        pools.changed.connect(self._follow)
        pools.removed.connect(self._drop)

    @property
    def widget(self) -> QWidget:
        return self._place

    @property
    def is_alive(self) -> bool:
        """Whether the pool shown has figures."""
        pool = self._pool
        if pool is None:
            return False
        if pool.feed is None:
            return True
        hosts = [host for host in pool.source.inventory.all(Host) if is_live(pool.source.inventory, host.ref)]
        return all(pool.feed.store.latest(host.uuid) for host in hosts)

    def suits(self, shown: Shown) -> bool:
        return True

    def show_object(self, shown: Shown | None) -> None:
        pool = self._pools.of(shown.source) if shown is not None else None
        if pool is None:
            self._rest()
        elif pool is not self._pool:
            self._rest()
            self._show_pool(pool)
        elif not self._leave:
            self._attend(pool)

    def renew(self, change: Change) -> None:
        """Changes come with the answers they have changed, through the pools."""

    def _show_pool(self, pool: OpenPool) -> None:
        self._empty()
        before = self._model.columns
        self._pool = pool
        self._model.use_columns([column.name for column in default_columns([pool.answers])])
        if self._model.columns != before:
            self.grid.fit_columns()
        self._live = LiveTree(self._view(pool))
        self.grid.open_groups(pool.source.inventory.count("VM"))
        self._model.take(self._live.connect(pool.key, pool.answers))
        self._attend(pool)

    def _attend(self, pool: OpenPool) -> None:
        """Keep the figures fresh while the tab is in front."""
        if pool.feed is not None:
            hosts = [host.ref for host in pool.source.inventory.all(Host)]
            pause_s = STEP_S if len(hosts) <= _OFTEN else _SELDOM_S
            self._leave = [
                pool.feed.watch(hosts, pause_s, _HISTORY_S),
                pool.feed.renewed.connect(lambda _: self._renew_soon()),
            ]
        self._renew_soon()

    def _rest(self) -> None:
        """In the background nothing is fetched; rows still follow the pool, so that nothing is lost from view."""
        for leave in self._leave:
            leave()
        self._leave = []
        self._renewal.stop()

    def _empty(self) -> None:
        if self._live is not None and self._pool is not None:
            self._model.take(self._live.disconnect(self._pool.key))
        self._live, self._pool = None, None

    def _follow(self, news: PoolNews) -> None:
        if news.pool is self._pool and self._live is not None:
            self._model.take(self._live.apply(news.pool.key, news.change, news.differing))
            if self._leave or news.pool.feed is None:
                self._renew_soon()

    def _drop(self, pool: OpenPool) -> None:
        if pool is self._pool:
            self._rest()
            self._empty()

    def _renew_soon(self) -> None:
        if not self._renewal.isActive():
            self._renewal.start()

    def _view(self, pool: OpenPool) -> SearchView:
        search = replace(widened(by_pool(self._line.query)), sorting=self._sorting)
        return SearchView(search, moment_of(pool, self._clock.time_s()))

    def _sort_by(self, section: int) -> None:
        """Up, down, and back to the pool's own order."""
        name = self._model.columns[section]
        before = self._sorting[0] if self._sorting and self._sorting[0].column == name else None
        if before is None:
            self._sorting = (Sort(name, True),)
        else:
            self._sorting = (Sort(name, False),) if before.is_ascending else ()
        order = Qt.SortOrder.AscendingOrder if before is None else Qt.SortOrder.DescendingOrder
        self.grid.header().setSortIndicator(section if self._sorting else -1, order)
        self._arrange()

    def _arrange(self) -> None:
        if self._live is not None and self._pool is not None:
            self._model.take(self._live.change_view(self._view(self._pool)))
