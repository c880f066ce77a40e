"""What the window itself can do: connect, open a file, go back and forward, find, quit. Not commands to a pool."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QSizePolicy, QToolBar, QWidget

from lifeguard.ui.dialogs.shortcuts import Keyed
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.theme import Theme


@dataclass(frozen=True, slots=True)
class _Own:
    id: str
    title: str
    shortcut: str
    icon: str


_ALL: Final = (
    _Own("server.connect", "Connect…", "Ctrl+Shift+N", "connect"),
    _Own("file.open", "Open saved database…", "Ctrl+O", "open-file"),
    _Own("server.connect_all", "Connect all", "", "connect"),
    _Own("server.disconnect_all", "Disconnect all", "", "disconnect"),
    _Own("app.quit", "Quit", "Ctrl+Q", "close"),
    _Own("go.back", "Back", "Alt+Left", "back"),
    _Own("go.forward", "Forward", "Alt+Right", "forward"),
    _Own("go.filter", "Filter resources", "Ctrl+F", "search"),
    _Own("go.palette", "Find or do…", "Ctrl+K", "search"),
    _Own("go.shortcuts", "Keyboard shortcuts…", "", "properties"),
    _Own("go.alerts", "Alerts", "Ctrl+Shift+A", "bell"),
    _Own("go.events", "Events", "Ctrl+Shift+E", "done"),
    _Own("help.about", "About Lifeguard", "", "pool"),
)
_FILE: Final = ("server.connect", "file.open", "", "app.quit")
_VIEW: Final = ("go.back", "go.forward", "go.filter", "go.palette", "", "go.alerts", "go.events")
_TOOLS: Final = ("go.shortcuts",)
_HELP: Final = ("help.about",)
_TOOLBAR: Final = ("go.back", "go.forward", "", "server.connect", "")
_WORDLESS: Final = frozenset({"go.back", "go.forward"})


class OwnActions:
    def __init__(self, doings: Mapping[str, Callable[[], object]], theme: Theme, parent: QWidget) -> None:
        self._theme = theme
        self._actions: dict[str, QAction] = {}
        for own in _ALL:
            action = QAction(own.title, parent)
            action.setObjectName(own.id)
            action.setShortcut(QKeySequence(own.shortcut))
            plain = own.title.removesuffix("…")
            action.setIconText(plain)
            action.setToolTip(f"{plain} ({own.shortcut})" if own.shortcut else plain)
            action.setEnabled(own.id in doings)
            action.triggered.connect(partial(self._do, doings.get(own.id)))
            parent.addAction(action)
            self._actions[own.id] = action
        self.allow("go.back", False)
        self.allow("go.forward", False)
        self.repaint_icons()

    @property
    def actions(self) -> tuple[QAction, ...]:
        return tuple(self._actions.values())

    @property
    def keyed(self) -> tuple[Keyed, ...]:
        """What can have keys."""
        return tuple(Keyed(own.id, own.title.removesuffix("…"), frozenset(), own.shortcut) for own in _ALL)

    def use_shortcuts(self, changed: Mapping[str, str]) -> None:
        """Give these other keys than the usual ones; empty for none."""
        for own in _ALL:
            keys = changed.get(own.id, own.shortcut)
            action = self._actions[own.id]
            action.setShortcut(QKeySequence(keys))
            plain = own.title.removesuffix("…")
            action.setToolTip(f"{plain} ({keys})" if keys else plain)

    def allow(self, name: str, is_allowed: bool) -> None:
        self._actions[name].setEnabled(is_allowed)

    def refuse(self, name: str, reason: str) -> None:
        """Grey it for this reason; an empty one allows it."""
        action = self._actions[name]
        action.setEnabled(not reason)
        action.setToolTip(reason or action.iconText())
        action.setStatusTip(reason)

    def trigger(self, name: str) -> None:
        self._actions[name].trigger()

    def fill_first_menus(self, bar: QMenuBar, views: Iterable[QMenu]) -> None:
        """`views` are in the menu bar too: those that only hang from a button are not there for screen readers."""
        self._fill(bar, "&File", _FILE)
        menu = self._fill(bar, "Vie&w", _VIEW)
        menu.addSeparator()
        for view in views:
            menu.addMenu(view)

    def fill_last_menus(self, bar: QMenuBar) -> None:
        self._fill(bar, "T&ools", _TOOLS)
        self._fill(bar, "&Help", _HELP)

    def _fill(self, bar: QMenuBar, title: str, names: Sequence[str]) -> QMenu:
        menu = bar.addMenu(title)
        menu.setObjectName(f"menu.{title.replace('&', '').lower()}")
        for name in names:
            if name:
                menu.addAction(self._actions[name])
            else:
                menu.addSeparator()
        return menu

    def fill_toolbar(self, bar: QToolBar) -> None:
        """Back and forward show no words: their pictures are enough."""
        for name in _TOOLBAR:
            if name:
                action = self._actions[name]
                bar.addAction(action)
                button = bar.widgetForAction(action)
                if button is not None and name in _WORDLESS:
                    button.setProperty("toolButtonStyle", 0)
                    button.setAccessibleName(action.text())
            else:
                bar.addSeparator()

    def end_toolbar(self, bar: QToolBar) -> None:
        """The palette has its place at the right edge."""
        gap = QWidget()
        gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(gap)
        bar.addAction(self._actions["go.palette"])

    def repaint_icons(self) -> None:
        for own in _ALL:
            self._actions[own.id].setIcon(self._theme.icon(Glyph(own.icon)))

    def _do(self, doing: Callable[[], object] | None, _checked: bool = False) -> None:
        if doing is not None:
            doing()
