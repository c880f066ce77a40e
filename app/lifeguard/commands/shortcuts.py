"""Which keys run which command: the built-in ones, and what a person has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lifeguard.commands.command import Command
from lifeguard.commands.registry import all_commands
from lifeguard.commands.selection import Selection


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One line of the shortcuts page. Several commands may share keys: the one that can run is meant."""

    command: Command
    keys: str
    is_changed: bool


def shortcuts(changed: Mapping[str, str] | None = None) -> tuple[Shortcut, ...]:
    """Every command with its keys; `changed` maps command ids to other keys, empty for none."""
    mine = changed or {}
    return tuple(
        Shortcut(one, mine.get(one.id, one.shortcut), mine.get(one.id, one.shortcut) != one.shortcut)
        for one in all_commands()
    )


def meant_by(keys: str, selection: Selection, lines: Iterable[Shortcut]) -> Command | None:
    """The command that these keys run for a selection: the first that can, else the first that could ever."""
    if not selection.items:
        return None
    fitting = [line.command for line in lines if line.keys == keys and line.command.applies_to(selection)]
    able = next((one for one in fitting if one.sum_up(selection).allowed), None)
    return able or (fitting[0] if fitting else None)
