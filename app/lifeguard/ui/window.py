"""The window: it lays out and wires; what is shown and what is done is decided elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from PySide6.QtCore import QByteArray, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QStackedWidget, QToolBar, QVBoxLayout, QWidget

from lifeguard.commands.command import Command
from lifeguard.commands.jobs import Job, JobBoard
from lifeguard.commands.objects import RENAME
from lifeguard.commands.opening import next_command
from lifeguard.commands.selection import Selection
from lifeguard.commands.source import Source
from lifeguard.commands.vm_diagnosis import DIAGNOSE, explained
from lifeguard.inventory.change import Change
from lifeguard.inventory.placing import Group
from lifeguard.scope import Begin
from lifeguard.settings.model import WindowState
from lifeguard.tree.node import Thing
from lifeguard.ui.acting.place_menu import Run
from lifeguard.ui.actions import Actions
from lifeguard.ui.banner import Banner
from lifeguard.ui.dialogs.about import open_about
from lifeguard.ui.history import History
from lifeguard.ui.jobs.tray import JobsTray
from lifeguard.ui.own_actions import OwnActions
from lifeguard.ui.pane import TreePane
from lifeguard.ui.pools import PoolNews, Pools
from lifeguard.ui.searching.basis import Base, base_for
from lifeguard.ui.searching.shelf import Shelf
from lifeguard.ui.statements import nothing_shown
from lifeguard.ui.tabs.stack import TabStack
from lifeguard.ui.tabs.tab import Tab
from lifeguard.ui.theme import Theme, icon_size

_JUDGE_MS = 60


@dataclass(frozen=True, slots=True)
class Doings:
    """What the window asks of others."""

    run: Run
    begin: Begin
    may_close: Callable[[], bool]
    aim: Callable[[Base], object]
    own: dict[str, Callable[[], object]] = field(default_factory=dict)


class Servers(Protocol):
    """Whoever knows the servers that are not connected."""

    def owns(self, thing: Thing) -> bool: ...
    def open_thing(self, thing: Thing) -> None: ...
    def open_menu(self, thing: Thing, place: QPoint) -> None: ...


class MainWindow(QMainWindow):
    """`gone` tells that the user has closed it."""

    gone = Signal()
    retried = Signal()

    def __init__(
        self, pools: Pools, shelf: Shelf, board: JobBoard, tabs: Sequence[Tab], doings: Doings, theme: Theme
    ) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle("Lifeguard")
        self._pools = pools
        self._theme = theme
        self._run = doings.run
        self._aim = doings.aim
        self._may_close = doings.may_close
        self.pane = TreePane(pools, shelf, doings.run, theme, start=doings.begin)
        self.stack = TabStack(tabs, theme)
        self.banner = Banner(theme)
        self.notice = Banner(theme, "notice", "notice.dismiss")
        self.tray = JobsTray(board, theme, self._explanation)
        self._history = History()
        self._dimmed = (False, False)
        self._servers: Servers | None = None
        self._own = OwnActions({**doings.own, **self._window_doings()}, theme, self)

        def sources() -> list[Source]:
            return [pool.source for pool in pools]

        self._actions = Actions(self._begin, doings.begin, self.selection, sources, self._own.actions, theme, self)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._front = QStackedWidget()
        self._lay_out()
        self._in_menu: Sequence[Thing | Group] = ()
        self._judge = QTimer(self)
        self._judge.setSingleShot(True)
        self._judge.setInterval(_JUDGE_MS)
        self._judge.timeout.connect(self._judge_actions)
        self._wire()
        self.stack.show_nothing(*nothing_shown((), is_connected=False))
        self._actions.refresh(Selection(()))
        self.pane.tree.setFocus()

    def show_things(self, things: Sequence[Thing]) -> None:
        """Go to these objects, in the tree and on the right."""
        if not self.pane.choose(things) and things:
            self.pane.tree.clearSelection()  # what is still chosen there would be what commands are about
            self.stack.show_object(self._pools.shown(things[0]))
            self._judge.start()

    def use_servers(self, servers: Servers) -> None:
        """Take who knows the servers in the tree that are no objects of a pool."""
        self._servers = servers
        self.pane.opened.connect(self._open_server)

    def _open_server(self) -> bool:
        """Connect the chosen server, when it is one that is not connected."""
        for thing in self.pane.things()[:1]:
            if self._servers is not None and self._servers.owns(thing):
                self._servers.open_thing(thing)
                return True
        return False

    def _begin(self, command: Command, selection: Selection) -> None:
        """Run it; the one object that is chosen in the tree is renamed in its row."""
        one = [thing for item in selection.items if (thing := self._pools.thing(item.source, item.ref)) is not None]
        if command is RENAME and len(one) == 1 and tuple(one) == self.pane.steps():
            self.pane.tree.begin_rename()
        else:
            self._run(command, selection)

    def _act_on_chosen(self) -> None:
        """What a double click does, beside opening and closing what has something below it."""
        selection = self.selection()
        chosen = next_command(selection)
        if chosen is not None:
            self._run(chosen, selection)

    def _connect_something(self) -> None:
        if not self._open_server():
            self._own.trigger("server.connect")

    def use_shortcuts(self, changed: Mapping[str, str]) -> None:
        """Other keys than the usual ones, by command id."""
        self._own.use_shortcuts(changed)
        self._actions.use_shortcuts(changed)

    @property
    def own(self) -> OwnActions:
        """What the window itself can do."""
        return self._own

    def selection(self) -> Selection:
        """What is chosen in the tree, or else shown though the tree has no place for it, as commands take it."""
        shown = self.stack.shown if not self.pane.nodes() else None
        beside = self._pools.thing(shown.source, shown.ref) if shown is not None else None
        return self._pools.selection([beside] if beside is not None else self.pane.steps())

    def _explanation(self, job: Job) -> Callable[[], object] | None:
        selection = explained(job, [pool.source for pool in self._pools])
        return partial(self._run, DIAGNOSE, selection) if selection is not None else None

    def add_page(self, page: QWidget) -> None:
        """Take a page that may come to the front in place of the tabs."""
        self._front.addWidget(page)

    def show_in_front(self, page: QWidget | None = None) -> None:
        """Show one of the pages; None shows the tabs again."""
        self._front.setCurrentWidget(page or self.stack)

    def dim(self, *, tree: bool, tabs: bool) -> None:
        """Show what was last known as just that."""
        if (tree, tabs) != self._dimmed:
            self._dimmed = (tree, tabs)
            self._dim_parts()

    def _dim_parts(self) -> None:
        for part, is_dim in zip((self.pane, self.stack), self._dimmed, strict=True):
            self._theme.dim(part, is_dim)

    def remember(self) -> WindowState:
        """How the window stands, for the next start."""
        return WindowState(
            geometry=bytes(self.saveGeometry().data()),
            layout=bytes(self._splitter.saveState().data()),
            column_widths=self.stack.finding.widths(),
            last_tab=self.stack.current,
            view=self.pane.view,
        )

    def recall(self, state: WindowState) -> None:
        if not (state.geometry and self.restoreGeometry(QByteArray(state.geometry))):
            line = self.fontMetrics().height()
            self.resize(line * 100, line * 60)
        if state.layout:
            self._splitter.restoreState(QByteArray(state.layout))
        if state.column_widths:
            self.stack.finding.use_widths(state.column_widths)
        if state.last_tab:
            self.stack.prefer(state.last_tab)
        self.pane.use_view(state.view)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Whoever may not close yet is asked about it, and closes again."""
        event.setAccepted(self._may_close())
        if event.isAccepted():
            self.gone.emit()

    def end(self) -> None:
        """Let go of everything; the window is not shown any more."""
        self._judge.stop()
        self.stack.show_object(None)
        self.pane.close_pane()
        self.tray.close_tray()
        for leave in self._leave:
            leave()
        self.deleteLater()

    def _lay_out(self) -> None:
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.notice)
        self._front.addWidget(self.stack)
        column.addWidget(self._front, 1)
        self._splitter.addWidget(self.pane)
        self._splitter.addWidget(right)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setChildrenCollapsible(False)
        line = self.fontMetrics().height()
        self._splitter.setSizes([line * 20, line * 80])
        whole = QWidget()
        rows = QVBoxLayout(whole)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self._splitter, 1)
        rows.addWidget(self.tray)
        self.setCentralWidget(whole)
        bar = QToolBar("Toolbar")
        bar.setObjectName("toolbar")
        bar.setMovable(False)
        bar.setIconSize(icon_size())
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.addToolBar(bar)
        self._own.fill_first_menus(self.menuBar(), self.pane.view_menus)
        self._own.fill_toolbar(bar)
        self._actions.fill_menu_bar(self.menuBar())
        self._own.fill_last_menus(self.menuBar())
        self._actions.fill_toolbar(bar)
        self._own.end_toolbar(bar)

    def _wire(self) -> None:
        self.pane.chosen.connect(self._show_chosen)
        self.pane.tree.doubleClicked.connect(lambda _: self._act_on_chosen())
        self.pane.menu_wanted.connect(lambda place: self.open_menu(self.pane.steps(), place))
        self.pane.view_changed.connect(lambda _: self._show_chosen())
        self.stack.switched.connect(lambda _: self._note_place())
        self.stack.connect_wanted.connect(self._connect_something)
        self.banner.acted.connect(self.retried)
        self._leave = [
            self._pools.changed.connect(self._follow),
            self._theme.changed.connect(lambda _: self._repaint_icons()),
        ]

    def _window_doings(self) -> dict[str, Callable[[], object]]:
        return {
            "app.quit": self.close,
            "help.about": lambda: open_about(self._theme, self),
            "go.back": lambda: self._go(self._history.back()),
            "go.forward": lambda: self._go(self._history.forward()),
            "go.filter": lambda: self.pane.filter_box.setFocus(Qt.FocusReason.ShortcutFocusReason),
        }

    def _show_chosen(self) -> None:
        nodes, things = self.pane.nodes(), self.pane.things()
        self._aim(base_for([node.key for node in nodes], self.pane.view, self.pane.saved_search))
        shown = self._pools.shown(things[0]) if things else None
        if shown is not None and shown.ref not in shown.source.inventory:
            shown = None
        if shown is None and nodes and not things:
            self.stack.show_group(nodes[0])
        elif shown is not None and len(things) > 1:
            self.stack.show_several(nodes)
        elif shown is None:
            self.stack.show_nothing(*nothing_shown(nodes[:1], is_connected=len(self._pools) > 0))
        else:
            self.stack.show_object(shown)
        self.show_in_front()
        self._note_place()
        self._judge.start()

    def _note_place(self) -> None:
        things = self.pane.things()
        if things:
            self._history.visit(things[0], self.stack.current)
        self._own.allow("go.back", self._history.can_go_back)
        self._own.allow("go.forward", self._history.can_go_forward)

    def _go(self, place: tuple[Thing, str] | None) -> None:
        if place is not None:
            thing, tab = place
            with self._history.held():
                self.show_things([thing])
                self.stack.prefer(tab)
            self._note_place()

    def _follow(self, news: PoolNews) -> None:
        shown = self.stack.shown
        if shown is not None and shown.source is news.pool.source:
            self.stack.renew(news.change)
        if not self._judge.isActive():
            self._judge.start()

    def judge_again(self) -> None:
        """A connection has come or gone: what may be done is another matter now, in the tab in front as well."""
        self.stack.renew(Change())
        self._judge.start()

    def _judge_actions(self) -> None:
        """An open context menu stays about what it was opened for, whatever is chosen in the tree."""
        self._actions.refresh(self._pools.selection(self._in_menu) if self._in_menu else self.selection())

    def _leave_menu(self) -> None:
        self._in_menu = ()
        self._judge.start()

    def open_menu(self, chosen: Sequence[Thing | Group], place: QPoint) -> None:
        """The context menu of these objects; when it closes, the actions are about the tree's selection again."""
        first = chosen[0] if chosen else None
        if isinstance(first, Thing) and self._servers is not None and self._servers.owns(first):
            self._servers.open_menu(first, place)
            return
        self._in_menu = chosen
        menu = self._actions.context_menu(self._pools.selection(chosen))
        menu.aboutToHide.connect(self._leave_menu)
        menu.popup(place)

    def _repaint_icons(self) -> None:
        self._dim_parts()
        self.banner.repaint_icons()
        self.notice.repaint_icons()
        self.pane.repaint_icons()
        self.stack.repaint_icons()
        self.tray.repaint_icons()
        self._actions.repaint_icons()
        self._own.repaint_icons()
