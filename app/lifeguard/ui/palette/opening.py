"""Opening the palette over the window, and the page where keys are changed: what they need is gathered here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from msgspec import structs

from lifeguard.commands.command import Command
from lifeguard.commands.registry import all_commands
from lifeguard.commands.selection import Selection
from lifeguard.settings.keeper import Keeper
from lifeguard.tree.node import Thing
from lifeguard.ui.dialogs.answer import answered
from lifeguard.ui.dialogs.shortcuts import Keyed, ShortcutsDialog
from lifeguard.ui.palette.offers import Ground, Own
from lifeguard.ui.palette.palette import Palette
from lifeguard.ui.pools import Pools
from lifeguard.ui.theme import Theme
from lifeguard.ui.window import MainWindow

_NOT_BY_WORD = "go.palette"


class Keyboard:
    """The palette, and the keys of all commands."""

    def __init__(
        self,
        window: MainWindow,
        pools: Pools,
        keeper: Keeper,
        theme: Theme,
        run: Callable[[Command, Selection], object],
        complain: Callable[[str], object],
    ) -> None:
        self._window = window
        self._pools = pools
        self._keeper = keeper
        self._theme = theme
        self._run = run
        self._complain = complain
        window.use_shortcuts(self._changed)

    @property
    def _changed(self) -> dict[str, str]:
        return self._keeper.now.preferences.shortcuts

    def open_palette(self) -> Palette:
        palette = Palette(self._ground(), self._pools, self._theme, self._window)
        palette.show_over(self._window)
        return palette

    async def change_shortcuts(self) -> None:
        """Ask for other keys; they hold at once and at the next start."""
        keyed = [*self._window.own.keyed, *(_keyed(one) for one in all_commands() if one.kinds)]
        dialog = ShortcutsDialog(keyed, self._changed, self._theme, self._window)
        if not await answered(dialog):
            return
        preferences = structs.replace(self._keeper.now.preferences, shortcuts=dialog.changed)
        complaint = self._keeper.change(preferences=preferences)
        self._window.use_shortcuts(dialog.changed)
        if complaint is not None:
            self._complain(complaint)

    def _ground(self) -> Ground:
        actions = [one for one in self._window.own.actions if one.isEnabled() and one.objectName() != _NOT_BY_WORD]
        owns = tuple(
            Own(one.text().removesuffix("…"), one.shortcut().toString(), partial(_trigger, one.trigger))
            for one in actions
        )
        return Ground(
            selection=self._window.selection(),
            sources=tuple(pool.source for pool in self._pools),
            owns=owns,
            keys=self._changed,
            run=self._run,
            go_to=self._go_to,
        )

    def _go_to(self, thing: Thing) -> None:
        self._window.show_in_front()
        self._window.show_things([thing])


def _keyed(command: Command) -> Keyed:
    return Keyed(command.id, command.title, command.kinds, command.shortcut)


def _trigger(act: Callable[[], object]) -> None:
    act()
