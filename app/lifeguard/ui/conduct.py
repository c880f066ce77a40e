"""Running a command for the window: ask by dialogs, put jobs on the board, never lose a reason."""

from __future__ import annotations

from lifeguard.commands.ask import Ask
from lifeguard.commands.command import Command
from lifeguard.commands.jobs import JobBoard
from lifeguard.commands.perform import perform
from lifeguard.commands.registry import command
from lifeguard.commands.selection import Selection
from lifeguard.scope import Scope


class Conductor:
    def __init__(self, board: JobBoard, ask: Ask, scope: Scope) -> None:
        self._board = board
        self._ask = ask
        self._scope = scope

    def run(self, chosen: Command, selection: Selection) -> None:
        """Begin; returns at once."""
        self._scope.start(self._perform(chosen, selection), chosen.id)

    def migrate(self, selection: Selection) -> None:
        """What a drop on a host means."""
        chosen = command("vm.migrate")
        if chosen is not None:
            self.run(chosen, selection)

    async def _perform(self, chosen: Command, selection: Selection) -> None:
        outcome = await perform(chosen, selection, self._board, self._ask)
        if not outcome.jobs:
            for item, verdict in outcome.left_out:
                self._board.refuse(chosen.title, verdict, selection.rules(item.source).words)
