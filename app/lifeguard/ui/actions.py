"""Commands as Qt actions: one per command and menu, alike in menu bar, toolbar and context menu, with the reason when
off."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QToolBar, QToolButton, QWidget

from lifeguard.assets import asset
from lifeguard.commands.command import Command
from lifeguard.commands.menus import Entry, Line, context_menu, menu_bar, toolbar
from lifeguard.commands.permission import may_try
from lifeguard.commands.selection import Selection
from lifeguard.commands.shortcuts import meant_by, shortcuts
from lifeguard.commands.source import Source
from lifeguard.scope import Begin
from lifeguard.ui.acting.place_menu import PlaceMenu, Run
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.keys import Keys
from lifeguard.ui.theme import Theme
from lifeguard.ui.twin import Twin, twin_of

_WITH_PLACES = frozenset({"host", "pool", "server"})


class Actions(QObject):
    """`run` is told the command and the selection it is for, `begin` starts what is asked in the background, `now()` is
    what keys are about, `sources` are the pools that are open. `own` are actions of the window itself, by command id:
    where a menu names one of these, it is used instead of the registry's."""

    def __init__(
        self,
        run: Run,
        begin: Begin,
        now: Callable[[], Selection],
        sources: Callable[[], Iterable[Source]],
        own: Iterable[QAction],
        theme: Theme,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._run = run
        self._begin = begin
        self._now = now
        self._sources = sources
        self._theme = theme
        self._window = parent
        self._selection = Selection(())
        self._actions: dict[str, QAction] = {action.objectName(): action for action in own}
        self._own = frozenset(self._actions)
        self._placed = set(self._own)
        self._commands: dict[str, Command] = {}
        self._places: dict[str, QMenu] = {}
        self._changed: dict[str, str] = {}
        self._keyed = Keys(parent, self._press)
        self._bar: _Buttons | None = None

    def fill_menu_bar(self, bar: QMenuBar) -> None:
        """The menus of the layout, after those that the bar has."""
        for title, lines in menu_bar(self._selection):
            menu = bar.addMenu(f"&{title}")
            menu.setObjectName(f"menu.{title.lower()}")
            menu.setToolTipsVisible(True)
            self._add(menu, lines)

    def fill_toolbar(self, bar: QToolBar) -> None:
        """From here on its buttons follow what is selected; others may be put behind them."""
        end = bar.addSeparator()
        end.setVisible(False)
        self._bar = _Buttons(bar, end)
        self._show_buttons(toolbar(self._selection))

    def _show_buttons(self, lines: Sequence[Line]) -> None:
        if self._bar is not None:
            self._bar.show([self._action(line) if line is not None else None for line in lines])

    def context_menu(self, selection: Selection) -> QMenu:
        """The menu of a selection, which the actions are about from now on; it deletes itself when it closes. Nothing
        else is judged: no other menu can be opened meanwhile."""
        self._selection = selection
        lines = context_menu(selection)
        self._judge(lines)
        menu = QMenu(self._window)
        menu.setObjectName("menu.context")
        menu.setToolTipsVisible(True)
        self._add(menu, lines, is_passing=True)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def refresh(self, selection: Selection) -> None:
        """Judge every action afresh for this selection."""
        self._selection = selection
        for _, lines in menu_bar(selection):
            self._judge(lines)
        buttons = toolbar(selection)
        self._judge(buttons)
        self._show_buttons(buttons)

    def use_shortcuts(self, changed: Mapping[str, str]) -> None:
        """Give these commands other keys than the usual ones; empty for none."""
        self._changed = dict(changed)
        self._keyed.use(line.keys for line in shortcuts(self._changed) if line.command.id not in self._own)
        for name, command in self._commands.items():
            self._actions[name].setShortcut(QKeySequence(self._keys(command)))

    def _press(self, keys: str) -> None:
        """Of the commands that share the keys, the one that can run; one that cannot is run too, to tell why."""
        self._selection = self._now()
        lines = (line for line in shortcuts(self._changed) if line.command.id not in self._own)
        meant = meant_by(keys, self._selection, lines)
        if meant is None:
            return
        if meant.id in self._places:
            self._places[meant.id].popup(self._window.mapToGlobal(self._window.rect().center()))
        else:
            self._run(meant, self._selection)

    def _keys(self, command: Command) -> str:
        return self._changed.get(command.id, command.shortcut)

    def repaint_icons(self) -> None:
        for name, command in self._commands.items():
            self._draw(self._actions[name], command.icon)

    def _add(self, place: QMenu, lines: Iterable[Line], *, is_passing: bool = False) -> None:
        """A menu that will pass has twins only: what it has goes with it."""
        for line in lines:
            if line is None:
                place.addSeparator()
            elif is_passing or line.id in self._placed:
                place.addAction(self._twin(line, place))
            else:
                self._placed.add(line.id)
                place.addAction(self._action(line))

    def _twin(self, entry: Entry, place: QMenu) -> QAction:
        first = self._action(entry)
        if entry.id not in self._places:
            return twin_of(first, place)
        second = self._place_menu(entry.command, place).menuAction()
        Twin(first, second)
        return second

    def _judge(self, lines: Iterable[Line]) -> None:
        for line in lines:
            if line is not None and line.id not in self._own:
                action = self._action(line)
                action.setEnabled(may_try(line.verdict))
                reason = line.refusal or ""
                action.setToolTip(reason or _with_shortcut(line.title, self._keys(line.command)))
                action.setStatusTip(reason)

    def _action(self, entry: Entry) -> QAction:
        known = self._actions.get(entry.id)
        if known is not None:
            return known
        action = self._first_action(entry.command)
        action.setObjectName(entry.id)
        action.setText(entry.title)
        self._actions[entry.id] = action
        self._commands[entry.id] = entry.command
        self._draw(action, entry.command.icon)
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)  # shown only: `Keys` listens
        action.setShortcut(QKeySequence(self._keys(entry.command)))
        if not _has_places(entry.command):
            action.triggered.connect(partial(self._trigger, entry.command))
            self._window.addAction(action)
        return action

    def _trigger(self, command: Command, _checked: bool = False) -> None:
        self._run(command, self._selection)

    def _first_action(self, command: Command) -> QAction:
        """A command that wants a place opens a list of them, each with its own verdict."""
        if not _has_places(command):
            return QAction(command.title, self)
        self._places[command.id] = self._place_menu(command, self._window)
        return self._places[command.id].menuAction()

    def _place_menu(self, command: Command, parent: QWidget) -> PlaceMenu:
        return PlaceMenu(command, lambda: self._selection, self._sources, self._run, self._begin, parent)

    def _draw(self, action: QAction, icon: str) -> None:
        if icon and _has_icon(icon):
            action.setIcon(self._theme.icon(Glyph(icon)))


class _Buttons:
    """The part of a toolbar before `end`, which is filled anew when other buttons are wanted; None is a separator."""

    def __init__(self, bar: QToolBar, end: QAction) -> None:
        self._bar = bar
        self._end = end
        self._wanted: list[QAction | None] = []
        self._there: list[QAction] = []

    def show(self, wanted: list[QAction | None]) -> None:
        if wanted == self._wanted:
            return
        for action in self._there:
            self._bar.removeAction(action)
            if action.isSeparator():
                action.deleteLater()
        self._wanted, self._there = wanted, [self._insert(action) for action in wanted]

    def _insert(self, action: QAction | None) -> QAction:
        if action is None:
            return self._bar.insertSeparator(self._end)
        self._bar.insertAction(self._end, action)
        button = self._bar.widgetForAction(action)
        if isinstance(button, QToolButton):
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            button.setAccessibleName(action.text())
        return action


def _has_places(command: Command) -> bool:
    """A wizard asks for the place itself."""
    return command.target in _WITH_PLACES and not command.opens


def _has_icon(name: str) -> bool:
    try:
        asset(f"icons/{name}.svg")
    except FileNotFoundError:
        return False
    return True


def _with_shortcut(title: str, shortcut: str) -> str:
    return f"{title} ({shortcut})" if shortcut else title
