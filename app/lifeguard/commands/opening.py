"""What a double click on an object means: what one would most likely do to it next."""

from __future__ import annotations

from typing import Final

from lifeguard.commands.command import Command
from lifeguard.commands.registry import command
from lifeguard.commands.selection import Selection

_NEXT: Final = ("vm.start", "vm.resume", "host.power_on")


def next_command(selection: Selection) -> Command | None:
    """A halted VM starts, a suspended one resumes, a dead host is powered on; None for whatever needs nothing."""
    if len(selection.items) != 1:
        return None
    commands = (command(name) for name in _NEXT)
    return next((one for one in commands if one is not None and one.sum_up(selection).allowed), None)
