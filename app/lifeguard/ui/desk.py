"""One sitting at the window: which pools are open in it, what was asked for, and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QFileDialog

from lifeguard.clock import Clock
from lifeguard.commands.command import Command
from lifeguard.commands.foreign import Onlooker
from lifeguard.commands.jobs import JobBoard
from lifeguard.commands.selection import Selection
from lifeguard.datamodel.dump import NotADump
from lifeguard.inventory.saved import open_dump
from lifeguard.link.fleet import Fleet, Merged
from lifeguard.link.link import Link
from lifeguard.link.roster import Roster
from lifeguard.link.saved import SavedDatabase
from lifeguard.link.state import LinkState
from lifeguard.link.target import Target
from lifeguard.scope import Scope, finished
from lifeguard.settings.keeper import Keeper
from lifeguard.tree.node import Thing
from lifeguard.ui.acting.diagnosis import open_diagnosis
from lifeguard.ui.acting.elevation import AskElevation
from lifeguard.ui.acting.herald import DesktopNotices, Herald, is_away
from lifeguard.ui.acting.leaving import leaving_prompt
from lifeguard.ui.acting.migration import MigrationDesk
from lifeguard.ui.complaints import Complaints
from lifeguard.ui.conduct import Conductor, Opener
from lifeguard.ui.dialogs.answer import answered
from lifeguard.ui.dialogs.connect import ConnectDialog
from lifeguard.ui.dialogs.door import DialogGate
from lifeguard.ui.dialogs.form import Form
from lifeguard.ui.dialogs.prompt import DialogAsk
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.live.feed import Feed
from lifeguard.ui.notices.center import NoticesCenter
from lifeguard.ui.palette.opening import Keyboard
from lifeguard.ui.pools import OpenPool, Pools
from lifeguard.ui.searching.shelf import Shelf
from lifeguard.ui.servers.comings import Comings
from lifeguard.ui.servers.connections import Connections, Handles
from lifeguard.ui.servers.saved import SavedServers
from lifeguard.ui.statements import banner_act, banner_text, connection_word, is_outdated
from lifeguard.ui.table.layouts import Layouts
from lifeguard.ui.tabs.order import tabs_in_order
from lifeguard.ui.tabs.performance import PerformanceTab
from lifeguard.ui.tabs.search import SearchTab
from lifeguard.ui.theme import Theme
from lifeguard.ui.window import Doings, MainWindow

_BANNER_MS = 1000
_TOLD_AT_MOST = 20
Shownable = Link | SavedDatabase


class Desk:
    """Owns the window and everything that lives as long as it; `close` ends it all and logs out everywhere.

    `failures` are the exceptions by which a link tells that figures could not be fetched; `address_book` maps addresses
    as records say them to the host:port to dial; without a `roster` no server is remembered.
    """

    def __init__(
        self,
        theme: Theme,
        fleet: Fleet,
        gate: DialogGate,
        clock: Clock,
        failures: tuple[type[Exception], ...],
        address_book: Mapping[str, str] | None = None,
        roster: Roster | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self.pools = Pools()
        self.gone = asyncio.Event()
        self._theme = theme
        self._fleet = fleet
        self._clock = clock
        self._failures = failures
        self._address_book = address_book or {}
        self._scope = Scope("window")
        self._board = JobBoard(clock)
        self._leave: dict[str, Callable[[], None]] = {}
        self._onlookers: dict[str, Onlooker] = {}
        self._is_leaving = False
        self.layouts = Layouts(keeper or Keeper())
        self.performance = PerformanceTab(clock, theme, self.pools.feed_of, self.run)
        self._shelf = Shelf(self.pools, clock.time_s)
        self.search = SearchTab(self.pools, self._shelf, clock, theme, self)
        self.window = self._make_window(gate)
        self.complaints = Complaints(self.window.notice)
        self.keyboard = Keyboard(self.window, self.pools, keeper or Keeper(), theme, self.run, self.complaints.say)
        self.servers = self._saved_servers(roster, gate) if roster is not None else None
        handles = Handles(self.connect, self._disconnect, self._scope.start)
        self.connections = Connections(self.pools, self._board, self._ask, gate, self.servers, handles, self.window)
        self.window.use_servers(self.connections)
        self._stop_merging = fleet.merged.connect(self._hear_merged)
        self._comings = Comings(
            self.window, self.pools, self._board, fleet, self.servers, self.connect, self.complaints.say
        )
        self._watch = QTimer(self.window)
        self._watch.setInterval(_BANNER_MS)
        self._watch.timeout.connect(self._say_state)
        self._watch.start()
        self._say_state()

    def _make_window(self, gate: DialogGate) -> MainWindow:
        tabs = tabs_in_order(self.performance, self.search, self.pools, self._clock, self._theme, self)
        doings = Doings(
            run=lambda command, selection: self._conductor.run(command, selection),
            begin=self._scope.start,
            may_close=self._may_close,
            aim=self.search.aim,
            own={
                "server.connect": lambda: self._scope.start(self._ask_to_connect(), "connect"),
                "server.connect_all": lambda: self.connections.connect_all(),
                "server.disconnect_all": lambda: self.start(self.connections.disconnect_all(), "disconnect"),
                "go.palette": lambda: self.keyboard.open_palette(),
                "go.shortcuts": lambda: self.start(self.keyboard.change_shortcuts(), "change shortcuts"),
                "go.alerts": lambda: self.notices.open_page("alerts"),
                "go.events": lambda: self.notices.open_page("events"),
                "file.open": lambda: self._scope.start(self._ask_to_open(), "open a database"),
            },
        )
        window = MainWindow(self.pools, self._shelf, self._board, tabs, doings, self._theme)
        self._ask = DialogAsk(self._theme, window)
        self.notices = NoticesCenter(
            window, self.pools, self._board, self._ask, self._clock, self._theme, self.layouts, self.start, self.tell
        )
        moves = MigrationDesk(lambda: [pool.source for pool in self.pools], self._board, self._scope.start)
        openers: dict[str, Opener] = {
            "migration": lambda command, selection, anew: moves.open(command, selection, window, anew),
            "diagnosis": lambda command, selection, anew: open_diagnosis(
                selection, self.run, self._scope.start, self._theme, window
            ),
            "server.disconnect": lambda command, selection, anew: self.connections.disconnect(selection),
            "server.reconnect_as": lambda command, selection, anew: self.connections.reconnect_as(selection),
        }
        elevation = AskElevation(self._theme, window)
        self._conductor = Conductor(self._board, self._ask, elevation, openers, self._scope)
        self._notices = DesktopNotices(window, self._theme.icon(Glyph("host")))
        self._herald = Herald(self._board, is_away, self._notices.tell)
        gate.parent = window
        window.gone.connect(self.gone.set)
        window.retried.connect(self._try_now)
        return window

    @property
    def board(self) -> JobBoard:
        """The jobs of this sitting."""
        return self._board

    def _saved_servers(self, roster: Roster, gate: DialogGate) -> SavedServers:
        return SavedServers(
            roster, self.window.pane, gate, self._ask, self.connect, self.start, self.complaints.say, self._address_book
        )

    async def close(self) -> None:
        self._watch.stop()
        self._stop_merging()
        self._comings.close()
        self.layouts.save()
        self.window.hide()
        self._herald.close()
        self._notices.close()
        await self._scope.close()
        for onlooker in self._onlookers.values():
            await onlooker.close()
        await self._board.close()
        for pool in self.pools:
            if pool.feed is not None:
                await pool.feed.close()
        for leave in self._leave.values():
            leave()
        await self._fleet.close()
        self.notices.close()
        if self.servers is not None:
            self.servers.close()
        self.window.end()

    def go_to(self, things: Sequence[Thing]) -> None:
        self.window.show_things(things)

    def open_menu(self, things: Sequence[Thing], place: QPoint) -> None:
        self.window.open_menu(things, place)

    def run(self, command: Command, selection: Selection) -> None:
        """Begin a command; returns at once."""
        self._conductor.run(command, selection)

    def start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Begin what has to wait for an answer; it ends with the window."""
        self._scope.start(work, name)

    def is_complete(self) -> bool:
        """Whether the window shows all it will: the tree, and the figures of the tab in front."""
        tab = self.window.stack.current
        alive = {"search": self.search.is_alive, "performance": self.performance.is_alive}
        return self.is_loaded() and alive.get(tab, True)

    def connect(self, target: Target, password_to_keep: str | None = None) -> Link:
        """Begin to connect; the tree shows it at once. Raises ValueError when the address is none."""
        link = self._fleet.connect(target)
        self._show(link, Feed(link, self._clock, self._failures))
        if self.servers is not None:
            self.servers.follow(link, password_to_keep)
        return link

    def open_database(self, name: str, data: bytes) -> None:
        """Show a saved database, and tell what of it was skipped. Raises NotADump."""
        inventory, skipped = open_dump(data)
        self._show(SavedDatabase(name, inventory, self._clock), None)
        if skipped:
            rest = len(skipped) - _TOLD_AT_MOST
            told = [*skipped[:_TOLD_AT_MOST], *([f"… and {rest} more of the kind."] if rest > 0 else [])]
            self.start(self.tell(f"Some of {name} could not be read", "\n".join(told)), "tell what was skipped")

    def is_loaded(self) -> bool:
        """Whether every pool's records are there."""
        return len(self.pools) > 0 and all(_state(pool).phase in ("live", "saved") for pool in self.pools)

    def _show(self, source: Shownable, feed: Feed | None) -> None:
        pool = self.pools.open(source, feed)
        if isinstance(source, Link):
            self._onlookers[pool.key] = Onlooker(source, source.changed, self._board, self._clock)
        self._leave[pool.key] = source.state_changed.connect(lambda state: self._follow_state(pool, state))
        self._follow_state(pool, source.state)

    def _follow_state(self, pool: OpenPool, state: LinkState) -> None:
        if state.phase in ("live", "saved"):
            self.window.pane.load(pool)
        self.window.judge_again()
        self._say_state()

    def _say_state(self) -> None:
        states = [_state(pool) for pool in self.pools]
        troubled = [pool for pool in self.pools if banner_text(_state(pool), self._clock.time_s())]
        if troubled:
            pool, shown = min(troubled, key=self._how_late_to_tell), self.window.stack.shown
            state, is_of_another = _state(pool), shown is not None and shown.source is not pool.source
            text = banner_text(state, self._clock.time_s(), is_of_another=is_of_another)
            self.window.banner.say(text, banner_act(state), is_trouble=state.phase not in ("saved", "connecting"))
        else:
            self.window.banner.hide()
        self._dim()
        self.window.tray.say_connection(connection_word(states))
        self.window.own.refuse("server.connect_all", self.connections.refusal_to_connect())
        self.window.own.refuse("server.disconnect_all", self.connections.refusal_to_disconnect())

    def _how_late_to_tell(self, pool: OpenPool) -> tuple[bool, ...]:
        """One stripe tells of one pool: of what is looked at, of one that is lost, of one never reached, of a file."""
        shown, state = self.window.stack.shown, _state(pool)
        is_shown = shown is not None and shown.source is pool.source
        return not is_shown, state.phase == "saved", not is_outdated(state)

    def _dim(self) -> None:
        """The tabs by the pool they show; the tree while there is no pool in it that somebody knows the state of."""
        outdated = [pool.source for pool in self.pools if is_outdated(_state(pool))]
        is_nothing_known = len(outdated) == len(self.pools) > 0
        shown = self.window.stack.shown
        is_shown_known = shown.source not in outdated if shown is not None else not is_nothing_known
        self.window.dim(tree=is_nothing_known, tabs=not is_shown_known)

    def _may_close(self) -> bool:
        """At once when nothing runs; else the person is told what closing means, and asked."""
        if not self._is_leaving and self._board.at_stake:
            self._scope.start(self._ask_to_leave(), "ask before closing")
            return False
        return True

    async def _ask_to_leave(self) -> None:
        prompt = leaving_prompt(self._board.at_stake)
        if prompt is None or await self._ask.confirm(prompt):
            self._is_leaving = True
            self.window.close()

    def _try_now(self) -> None:
        for pool in self.pools:
            if isinstance(pool.source, Link) and pool.source.state.phase in ("lost", "refused"):
                pool.source.try_now()

    async def _ask_to_connect(self) -> None:
        dialog = ConnectDialog(self._theme, self.window)
        if await answered(dialog) and dialog.door is not None:
            door = dialog.door
            book = self._address_book
            target = Target(door.address, door.port, door.is_tls, dialog.user, dialog.password, book)
            self.connect(target, dialog.password if dialog.remembers else None)

    def _hear_merged(self, merged: Merged) -> None:
        """What a link stood for is shown by another one; who has just asked for it is told so."""
        pool = self.pools.of(merged.link)
        if pool is None:
            return
        if self.servers is not None:
            self.servers.merged(merged.link)
        if merged.link.state.as_of_s is None:
            self.complaints.say(f"{merged.link.title} leads to {merged.into.title}, which is connected already.")
        self._scope.start(self._disconnect(pool), "take away what is shown elsewhere")

    async def _disconnect(self, pool: OpenPool) -> None:
        """Let a pool go from the window, log out, hang up."""
        shown = self.window.stack.shown
        if shown is not None and shown.source is pool.source:
            self.window.stack.show_object(None)
        self.pools.close(pool.source)
        self._leave.pop(pool.key)()
        if pool.key in self._onlookers:
            await self._onlookers.pop(pool.key).close()
        if pool.feed is not None:
            await pool.feed.close()
        if isinstance(pool.source, Link):
            if self.servers is not None:
                self.servers.closed(pool.source)
            _, is_ending = await finished(self._fleet.disconnect(pool.source))
            if is_ending:
                raise asyncio.CancelledError
        self._say_state()

    async def _ask_to_open(self) -> None:
        dialog = QFileDialog(self.window, "Open a saved pool database")
        dialog.setObjectName("file.open.dialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(["Pool databases (*.xml *.db *.gz)", "All files (*)"])
        if not await answered(dialog):
            return
        path = Path(dialog.selectedFiles()[0])
        try:
            data = await asyncio.to_thread(path.read_bytes)
            self.open_database(path.name, data)
        except OSError as failure:
            await self.tell(f"{path.name} was not opened", failure.strerror or str(failure))
        except NotADump as refusal:
            await self.tell(f"{path.name} was not opened", str(refusal))

    async def tell(self, heading: str, text: str) -> None:
        """Say what went wrong with something just asked for, and wait until it is read."""
        dialog = Form("told", "Lifeguard", heading, "Close", Glyph("warning", "warn"), self._theme, self.window)
        dialog.leave.hide()
        dialog.say(text)
        await answered(dialog)


def _state(pool: OpenPool) -> LinkState:
    source = pool.source
    assert isinstance(source, Link | SavedDatabase)
    return source.state
