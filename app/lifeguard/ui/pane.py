"""The left pane: the quick filter, the tree of all open pools, and the choice of views below it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from lifeguard.commands.carriers import ROOT
from lifeguard.commands.groups import NEW_FOLDER
from lifeguard.inventory.folders import folder_group
from lifeguard.inventory.placing import Group, View
from lifeguard.scope import Begin
from lifeguard.search.evaluate import as_filter
from lifeguard.search.query import Query, Search
from lifeguard.tree.live import Server
from lifeguard.tree.node import Key, Node, Thing
from lifeguard.tree.options import Options
from lifeguard.tree.views import VIEWS
from lifeguard.ui.pools import OpenPool, PoolNews, Pools
from lifeguard.ui.searching.shelf import Shelf
from lifeguard.ui.theme import Theme
from lifeguard.ui.tree.drag import DragVerdicts, Dropped
from lifeguard.ui.tree.filling import Filling
from lifeguard.ui.tree.model import DRAGGABLE, DRAGGABLE_INTO_FOLDERS, DRAGGABLE_INTO_GROUPS, TreeModel
from lifeguard.ui.tree.quick import quick_query
from lifeguard.ui.tree.resources import ResourcesTree
from lifeguard.ui.tree.vacancy import FILTERED, why_empty
from lifeguard.ui.widgets.empty_note import EmptyNote, Vacancy

_TYPING_MS: Final = 120
_SAVED: Final = "search:"
_PLAIN_VIEWS: Final = (("infrastructure", "Infrastructure"), ("objects", "Objects"))
_DRAGGABLE: Final = {"tags": DRAGGABLE_INTO_GROUPS, "folders": DRAGGABLE_INTO_FOLDERS}
_ORGANISED: Final = (("tags", "Tags"), ("folders", "Folders"), ("fields", "Custom fields"), ("vapps", "vApps"))


class QuickFilter(QLineEdit):
    """`left` tells that the keyboard wants to be in the tree: Escape clears the filter, Down and Return keep it."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        else:
            super().keyPressEvent(event)


class TreePane(QWidget):
    """`chosen` tells that other objects are selected; read them from `things`."""

    chosen = Signal()
    opened = Signal()
    menu_wanted = Signal(QPoint)
    view_changed = Signal(str)

    def __init__(
        self,
        pools: Pools,
        shelf: Shelf,
        dropped: Dropped,
        theme: Theme,
        parent: QWidget | None = None,
        start: Begin | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("resources")
        self._pools = pools
        self._shelf = shelf
        self._run = dropped
        self._options = Options()
        self._query: Query | None = None
        self._view = "infrastructure"
        self._unfiltered: list[Key] | None = None
        self._model = TreeModel(theme, self)
        self._verdicts = DragVerdicts(pools, start)
        self.tree = ResourcesTree(self._model, self._verdicts, dropped, pools, theme)
        self.tree.setObjectName("resources.tree")
        self.tree.setAccessibleName("Resources")
        self.tree.setHeaderHidden(True)
        self.tree.chosen.connect(self.chosen)
        self.tree.activated.connect(self.opened)
        self.tree.menu_wanted.connect(self.menu_wanted)
        self._note = EmptyNote(self.tree, self._vacancy)
        self._filter = QuickFilter()
        self._filter.left.connect(self.tree.setFocus)
        self._typing = QTimer(self)
        self._filling = Filling(self._model, self.tree, self._arranged())
        self._views = QActionGroup(self)
        self._organised = self._choosing_button("view.organisation", "Organisation", "Organisation")
        self._searches = self._choosing_button("view.searches", "Searches", "Saved searches")
        self._lay_out()
        self._leave: list[Callable[[], None]] = [
            pools.added.connect(self._show_waiting),
            pools.removed.connect(self._drop),
            pools.changed.connect(self._follow),
        ]

    def close_pane(self) -> None:
        self._filling.stop()
        for leave in self._leave:
            leave()

    @property
    def view(self) -> str:
        return self._view

    @property
    def saved_search(self) -> Search | None:
        """The search whose result the tree shows, None when it shows one of the views."""
        return self._shelf.find(self._view.removeprefix(_SAVED)) if self._view.startswith(_SAVED) else None

    @property
    def view_menus(self) -> tuple[QMenu, QMenu]:
        """The views behind the buttons for organisation and for searches."""
        return self._organised.menu(), self._searches.menu()

    @property
    def options(self) -> Options:
        return self._options

    @property
    def filter_box(self) -> QuickFilter:
        return self._filter

    def things(self) -> tuple[Thing, ...]:
        return self.tree.things()

    def steps(self) -> tuple[Thing | Group, ...]:
        """What is selected, groups included; where nothing is, the folder that all folders are in."""
        chosen = tuple(node.key[-1] for node in self.nodes())
        return chosen or ((self._verdicts.floor,) if self._verdicts.floor is not None else ())

    def nodes(self) -> list[Node]:
        return self.tree.chosen_nodes()

    def choose(self, things: Iterable[Thing]) -> bool:
        """Select these objects where the view shows them. False when it shows none of them."""
        keys = [key for thing in things for key in self._filling.keys_of(thing)[:1]]
        self.tree.choose(keys)
        return bool(keys)

    def load(self, pool: OpenPool) -> None:
        """The pool's records are there: show them in place of the waiting server."""
        if not self._filling.has(pool.key):
            self._filling.load(pool)
            if self._view.startswith(_SAVED):
                self._rearrange()
            if not self.tree.selectionModel().hasSelection():
                self._choose_first()

    def show_server(self, source: str, server: Server) -> None:
        """Show a server that there is no connection to; `source` is the word it goes by, as a pool's key."""
        self._filling.show_server(source, server)

    def hide_server(self, source: str) -> None:
        self._filling.drop(source)

    def use_view(self, view: str) -> None:
        """Arrange the tree in another way; `view` is a word of `VIEWS`, or leads to a saved search by its uuid."""
        if (view in VIEWS or view.startswith(_SAVED)) and view != self._view:
            self._view = view
            self._model.draggable = _DRAGGABLE.get(view, DRAGGABLE)
            self._verdicts.floor = folder_group(ROOT) if view == "folders" else None
            with QSignalBlocker(self.tree):  # what is selected in the end is told, once
                self._rearrange()
                if not self.tree.selectionModel().hasSelection():
                    self._choose_first()
            self.chosen.emit()
            self.view_changed.emit(view)
        self._mark_view()

    def _mark_view(self) -> None:
        for action in self._views.actions():
            action.setChecked(action.data() == self._view)
        self._organised.setChecked(self._view in dict(_ORGANISED))
        self._searches.setChecked(self._view.startswith(_SAVED))

    def use_options(self, options: Options) -> None:
        self._options = replace(options, matches=self._options.matches)
        self._rearrange()

    def repaint_icons(self) -> None:
        self._model.repaint_icons()

    def _lay_out(self) -> None:
        self._filter.setObjectName("resources.filter")
        self._filter.setAccessibleName("Filter resources")
        self._filter.setPlaceholderText("Filter resources")
        self._filter.setClearButtonEnabled(True)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self._use_filter)
        self._filter.textChanged.connect(lambda _: self._typing.start())
        gap = self.fontMetrics().height() // 2
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        above = QHBoxLayout()
        above.setContentsMargins(gap, gap, gap, gap)
        above.addWidget(self._filter)
        column.addLayout(above)
        column.addWidget(self.tree, 1)
        column.addLayout(self._view_bar())

    def _view_bar(self) -> QHBoxLayout:
        gap = self.fontMetrics().height() // 4
        row = QHBoxLayout()
        row.setContentsMargins(gap, gap, gap, gap)
        row.setSpacing(gap)
        for view, title in _PLAIN_VIEWS:
            button = self._view_button(title)
            button.setDefaultAction(self._view_action(view, title))
            row.addWidget(button)
        menu = QMenu("Organisation", self._organised)
        menu.setObjectName("view.organisation.menu")
        menu.addActions([self._view_action(view, title) for view, title in _ORGANISED])
        self._organised.setMenu(menu)
        row.addWidget(self._organised)
        self._searches.setMenu(self._searches_menu())
        row.addWidget(self._searches)
        row.addStretch(1)
        return row

    def _searches_menu(self) -> QMenu:
        """The saved searches, those of people first; what a pool keeps may change at any time."""
        menu = QMenu("Searches", self._searches)
        menu.setObjectName("view.searches.menu")
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(partial(self._fill_searches, menu))
        return menu

    def _fill_searches(self, menu: QMenu) -> None:
        for action in menu.actions():
            self._views.removeAction(action)
        menu.clear()
        own = [self._view_action(_SAVED + search.uuid, search.name) for search in self._shelf.own()]
        menu.addActions(own)
        if own:
            menu.addSeparator()
        menu.addActions([self._view_action(_SAVED + search.uuid, search.name) for search in self._shelf.built_in()])
        for key, why in self._shelf.unreadable().items():
            action = menu.addAction(f"{key} cannot be read")
            action.setEnabled(False)
            action.setToolTip(why)

    def _view_button(self, title: str) -> QToolButton:
        button = QToolButton()
        button.setAccessibleName(title)
        button.setAutoRaise(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        return button

    def _choosing_button(self, name: str, title: str, spoken: str) -> QToolButton:
        """One that opens a menu of views, and stays pressed while one of them is shown."""
        button = self._view_button(spoken)
        button.setText(title)
        button.setObjectName(name)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setCheckable(True)
        return button

    def _view_action(self, view: str, title: str) -> QAction:
        action = QAction(title, self._views)
        action.setObjectName(f"view.{view}")
        action.setData(view)
        action.setCheckable(True)
        action.setChecked(view == self._view)
        action.triggered.connect(partial(self._view_chosen, view))
        return action

    def _view_chosen(self, view: str, _checked: bool = False) -> None:
        self.use_view(view)

    def _show_waiting(self, pool: OpenPool) -> None:
        self._filling.show_server(pool.key, Server(pool.source.title, pool.source.title, "connecting"))

    def _drop(self, pool: OpenPool) -> None:
        self._filling.drop(pool.key)

    def _follow(self, news: PoolNews) -> None:
        if not self._filling.has(news.pool.key):
            return
        steps = self._filling.follow(news)
        gone = [thing for thing in self.things() if self._is_gone(thing, news)] if news.change.removed else []
        successors = self.tree.successors(lambda thing: self._is_gone(thing, news)) if gone else []
        self._model.take(steps)
        if gone and not self.tree.selectionModel().hasSelection():
            self.tree.choose(successors[:1])
        self.tree.judge_drag_again()

    def _is_gone(self, thing: Thing, news: PoolNews) -> bool:
        return thing.source == news.pool.key and thing.ref in news.change.removed

    def _choose_first(self) -> None:
        index = self._model.index(0, 0)
        if index.isValid():
            self.tree.choose([self._model.key(index)])

    def _use_filter(self) -> None:
        """While something is typed the tree is open throughout; afterwards it is as it was, the selection in view."""
        query = self._query = quick_query(self._filter.text())
        if query is not None and self._unfiltered is None:
            self._unfiltered = self.tree.open_keys()
        matches = as_filter(query, self._shelf.moment().now) if query is not None else None
        self._options = replace(self._options, matches=matches)
        self._rearrange()
        if query is None and self._unfiltered is not None:
            open_keys, self._unfiltered = self._unfiltered, None
            self.tree.open_only(open_keys)
            self.tree.scrollTo(self.tree.currentIndex())

    def _vacancy(self) -> Vacancy:
        if self._query is not None:
            return Vacancy(FILTERED, "Clear the filter", self._filter.clear)
        why = why_empty(self._view, is_connected=len(self._pools) > 0)
        here = self._pools.selection(self.steps())
        if self._view == "folders" and NEW_FOLDER.applies_to(here) and NEW_FOLDER.sum_up(here).allowed:
            return Vacancy(why, NEW_FOLDER.title, partial(self._run, NEW_FOLDER, here))
        return Vacancy(why)

    def _rearrange(self) -> None:
        self._note.look_again()
        search = self.saved_search
        is_open = search is not None and search.show_expanded is True
        self.tree.is_open_throughout = self._query is not None or is_open
        self._filling.arrange(self._arranged())

    def _arranged(self) -> View:
        """The view chosen; Infrastructure while a saved search is not there (yet)."""
        search = self.saved_search
        if search is not None:
            return self._shelf.view(search, self._query)
        return VIEWS[self._view if self._view in VIEWS else "infrastructure"](self._options)
