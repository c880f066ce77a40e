"""What a search finds, as a grid that follows its pools and shows what each object does right now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final, Protocol

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QWidget

from lifeguard.clock import Clock
from lifeguard.commands.command import Command
from lifeguard.commands.selection import Selection
from lifeguard.datamodel.records import Host
from lifeguard.inventory.relations import is_live
from lifeguard.observe import Signal
from lifeguard.search.columns import LIVE_COLUMNS, default_columns
from lifeguard.search.query import Search, Sort
from lifeguard.tree.live import LiveTree
from lifeguard.tree.node import Step, Thing
from lifeguard.ui.grid.model import GridModel
from lifeguard.ui.grid.view import ObjectGrid
from lifeguard.ui.live.feed import STEP_S
from lifeguard.ui.pools import OpenPool, PoolNews, Pools
from lifeguard.ui.searching.columns import Columns
from lifeguard.ui.searching.finder import Finder
from lifeguard.ui.searching.shelf import Shelf
from lifeguard.ui.slices import Slices
from lifeguard.ui.theme import Theme
from lifeguard.ui.tree.drag import DragVerdicts
from lifeguard.ui.widgets.empty_note import EmptyNote, Vacancy

_RENEW_MS: Final = 250
_RESORT_MS: Final = 2_000
_HISTORY_S: Final = 60.0
_OFTEN: Final = 16
_SELDOM_S: Final = 30.0
_MOST_AT_ONCE: Final = 500


class Around(Protocol):
    """What the results ask of the window."""

    def go_to(self, things: Sequence[Thing]) -> None: ...
    def open_menu(self, things: Sequence[Thing], place: QPoint) -> None: ...
    def run(self, command: Command, selection: Selection) -> None: ...


class Results:
    """`sorting_chosen` tells by what the user wants to sort, `widening_wanted` that nothing asked for was found and
    what was asked should be forgotten; whoever owns the search shows it so."""

    def __init__(self, pools: Pools, shelf: Shelf, clock: Clock, theme: Theme, around: Around, parent: QWidget) -> None:
        self.sorting_chosen: Signal[tuple[Sort, ...]] = Signal()
        self.widening_wanted: Signal[None] = Signal()
        self.model = GridModel(pools.get, clock.time_s, theme, parent)
        self.grid = ObjectGrid(self.model, DragVerdicts(pools), around.run, theme)
        self.grid.setObjectName("search.grid")
        self.grid.setAccessibleName("Search results")
        self.grid.menu_wanted.connect(lambda place: around.open_menu(self.grid.things(), place))
        self.grid.activated.connect(lambda _: around.go_to(self.grid.things()[:1]))
        self.grid.header().sectionClicked.connect(self._choose_sorting)
        EmptyNote(self.grid, self._vacancy)
        self.columns = Columns(self.grid, self.model)
        self._pools = pools
        self._shelf = shelf
        self._search = Search("")
        self._is_narrowed = False
        self._live: LiveTree | None = None
        self._leavings: list[Iterator[None]] = []
        self._members: dict[str, OpenPool] = {}
        self._leave: list[Callable[[], None]] = []
        self._work = Slices(parent)
        self._finder = Finder(pools, parent)
        self._renewal = _soon(parent, _RENEW_MS, self._renew)
        self._resort = _soon(parent, _RESORT_MS, self._begin_resorting)
        pools.changed.connect(self._follow)
        pools.removed.connect(self._drop)

    @property
    def pools(self) -> list[OpenPool]:
        return list(self._members.values())

    @property
    def is_alive(self) -> bool:
        """Whether every pool shown has figures."""
        return bool(self._members) and all(map(_has_figures, self._members.values()))

    def show_search(self, search: Search, keys: Sequence[str], *, is_narrowed: bool = False) -> None:
        """Show what these pools answer. Rows that stay keep being selected and open. `is_narrowed` by what somebody has
        typed or built."""
        self._is_narrowed = is_narrowed
        pools = {key: pool for key in keys if (pool := self._pools.get(key)) is not None}
        before, self._search = self._search, search
        is_other = pools.keys() != self._members.keys()
        if is_other:
            self._lay_out(pools)
        if self._live is not None and not is_other and replace(before, sorting=search.sorting) == search:
            self._work.finish()
            self._work.run(map(self.model.take, self._live.sort_by(self._shelf.view(search))))
        else:
            self._begin(pools)
        self._show_sorting()

    def known(self, key: str, typed: str, limit: int) -> Iterator[str]:
        """The names that may stand after a key of the language."""
        return self._finder.known(self._members.keys(), key, typed, limit)

    def expect_question(self) -> None:
        """Somebody is about to type."""
        self._finder.begin()

    def attend(self) -> None:
        """Keep the figures fresh: the grid is in front."""
        if not self._leave:
            for pool in self._members.values():
                self._watch(pool)
        self._renew_soon()

    def rest(self) -> None:
        """In the background nothing is fetched; rows still follow the pools, so that nothing is lost from view."""
        for leave in self._leave:
            leave()
        self._leave = []
        self._renewal.stop()
        self._resort.stop()

    def _lay_out(self, pools: dict[str, OpenPool]) -> None:
        """Other pools have other columns, and other figures to fetch."""
        was_watched = bool(self._leave)
        self.rest()
        self._members = pools
        self.model.use_columns([column.name for column in default_columns(pool.answers for pool in pools.values())])
        self.columns.fit()
        if was_watched:
            self.attend()

    def _begin(self, pools: dict[str, OpenPool]) -> None:
        """What is in sight first; the rest between the next frames, and then the old result is cleared away."""
        view = self._shelf.view(self._search)
        if self._live is not None:
            self._leavings.append(self._live.forgetting())
        live = self._live = LiveTree(view)
        sizes = [sum(map(pool.source.inventory.count, view.classes)) for pool in pools.values()]
        is_small = sum(sizes) <= _MOST_AT_ONCE
        in_sight = self.grid.rows_in_sight()
        found = {} if is_small else self._finder.find(self._search, pools.keys(), self._shelf.moment().now)
        self.grid.open_groups(sum(map(len, found.values())) or sum(sizes))
        steps: list[Step] = []
        for pool in pools.values():
            hits = found.get(pool.key, [])
            first = None if is_small else hits[:in_sight]
            steps += live.connect(pool.key, pool.answers, first, hits)
        self._leavings.append(self.model.take_anew(steps))
        self._work.run(self._go_on(live))

    def _go_on(self, live: LiveTree) -> Iterator[None]:
        yield from map(self.model.take, live.fill())
        while self._leavings:
            yield from self._leavings[-1]
            self._leavings.pop()

    def _watch(self, pool: OpenPool) -> None:
        if pool.feed is not None:
            hosts = [host.ref for host in pool.source.inventory.all(Host)]
            pause_s = STEP_S if len(hosts) <= _OFTEN else _SELDOM_S
            self._leave.append(pool.feed.watch(hosts, pause_s, _HISTORY_S))
            self._leave.append(pool.feed.renewed.connect(lambda _: self._renew_soon()))

    def _follow(self, news: PoolNews) -> None:
        if self._live is not None and news.pool.key in self._members:
            self.model.take(self._live.apply(news.pool.key, news.change, news.differing))
            if self._leave or news.pool.feed is None:
                self._renew_soon()

    def _drop(self, pool: OpenPool) -> None:
        if pool.key in self._members:
            pools = {key: member for key, member in self._members.items() if key != pool.key}
            self._lay_out(pools)
            self._begin(pools)

    def _vacancy(self) -> Vacancy:
        if not self._members:
            return Vacancy("What is searched for appears here once you are connected to a pool.")
        if not self._is_narrowed:
            return Vacancy("Nothing matches this search.")
        return Vacancy("Nothing matches this search.", "Clear the search", lambda: self.widening_wanted.emit(None))

    def _renew_soon(self) -> None:
        if not self._renewal.isActive():
            self._renewal.start()

    def _renew(self) -> None:
        self.model.forget_cells()
        if not self._resort.isActive() and any(sort.column in LIVE_COLUMNS for sort in self._search.sorting):
            self._resort.start()

    def _begin_resorting(self) -> None:
        """Bring the order by columns that change by themselves up to date, between two frames."""
        if self._live is not None and not self._work.is_busy:
            self._work.run(map(self.model.take, self._live.reorder()))

    def _choose_sorting(self, section: int) -> None:
        """Up, down, and back to the pool's own order."""
        name, known = self.model.columns[section], self._search.sorting
        if not known or known[0].column != name:
            self.sorting_chosen.emit((Sort(name, True),))
        else:
            self.sorting_chosen.emit((Sort(name, False),) if known[0].is_ascending else ())

    def _show_sorting(self) -> None:
        first = self._search.sorting[0] if self._search.sorting else None
        is_known = first is not None and first.column in self.model.columns
        section = self.model.columns.index(first.column) if first is not None and is_known else -1
        is_up = first is None or first.is_ascending
        order = Qt.SortOrder.AscendingOrder if is_up else Qt.SortOrder.DescendingOrder
        self.grid.header().setSortIndicator(section, order)


def _has_figures(pool: OpenPool) -> bool:
    if pool.feed is None:
        return True
    inventory = pool.source.inventory
    hosts = [host for host in inventory.all(Host) if is_live(inventory, host.ref)]
    return all(pool.feed.store.latest(host.uuid) for host in hosts)


def _soon(parent: QWidget, pause_ms: int, doing: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(pause_ms)
    timer.timeout.connect(doing)
    return timer
