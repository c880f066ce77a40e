"""The menu of a command that wants a place: each place with its verdict, which the servers then confirm or correct."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from lifeguard.commands.command import Command
from lifeguard.commands.confirming import confirm_hosts
from lifeguard.commands.menus import host_menu
from lifeguard.commands.permission import may_try
from lifeguard.commands.registry import command
from lifeguard.commands.selection import Item, Selection
from lifeguard.commands.source import Source
from lifeguard.rules.verdict import Verdict
from lifeguard.scope import Begin
from lifeguard.ui.acting.places import places_for

Run = Callable[[Command, Selection], object]
_WIZARDS = {"vm.migrate": "vm.migrate_with_storage"}
_NOWHERE = {
    "host": "This works for one pool at a time",
    "pool": "No other pool is connected",
    "server": "No server that stands alone is connected",
}


class PlaceMenu(QMenu):
    """Filled whenever it opens, from `selection()` and `sources()`; `run` is told what was chosen."""

    def __init__(
        self,
        chosen: Command,
        selection: Callable[[], Selection],
        sources: Callable[[], Iterable[Source]],
        run: Run,
        begin: Begin,
        parent: QWidget,
    ) -> None:
        super().__init__(chosen.title, parent)
        self._chosen = chosen
        self._selection = selection
        self._sources = sources
        self._run = run
        self._begin = begin
        self._confirming: asyncio.Task[None] | None = None
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self.fill)
        self.aboutToHide.connect(self._stop)

    def fill(self) -> None:
        """Predict at once; ask the servers in the background."""
        self._stop()
        self.clear()
        selection = self._selection().renewed()
        places = places_for(self._chosen.target, selection, self._sources())
        actions: dict[Item, QAction] = {}
        for place, verdict in host_menu(self._chosen, selection, places):
            action = self.addAction("")
            action.triggered.connect(partial(self._choose, place))
            actions[place] = action
            self._say(selection, place, action, verdict)
        if not actions:
            self.addAction(_NOWHERE[self._chosen.target]).setEnabled(False)
        self._add_wizard(selection)
        if any(place.source.state.phase == "live" for place in actions):
            self._confirming = self._begin(self._confirm(selection, actions), f"confirm {self._chosen.id}")

    def _add_wizard(self, selection: Selection) -> None:
        wizard = command(_WIZARDS.get(self._chosen.id, ""))
        if wizard is not None:
            self.addSeparator()
            verdict = wizard.sum_up(selection)
            action = self.addAction("To other storage or another pool…")
            action.setObjectName(f"{self._chosen.id}.wizard")
            action.setEnabled(may_try(verdict))
            action.setToolTip(verdict.refusal or "")
            action.triggered.connect(lambda: self._run(wizard, self._selection()))

    async def _confirm(self, selection: Selection, actions: dict[Item, QAction]) -> None:
        def told(place: Item, verdict: Verdict) -> None:
            if place in actions:
                self._say(selection, place, actions[place], verdict)

        await confirm_hosts(self._chosen, selection, tuple(actions), told)

    def _say(self, selection: Selection, place: Item, action: QAction, verdict: Verdict) -> None:
        name = selection.rules(place.source).words.name(place.ref)
        action.setText(name if verdict.allowed else f"{name} ({verdict.short})")
        action.setEnabled(may_try(verdict))
        action.setToolTip(verdict.refusal or "")
        action.setStatusTip(verdict.refusal or "")

    def _choose(self, place: Item, _checked: bool = False) -> None:
        self._run(self._chosen, self._selection().with_target(place))

    def _stop(self) -> None:
        """Nobody reads the answers of a closed menu."""
        task, self._confirming = self._confirming, None
        if task is not None:
            task.cancel()
