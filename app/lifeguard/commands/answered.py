"""A command whose questions are answered before it runs: what was typed in a row needs no dialog to be typed again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lifeguard.commands.ask import Answer
from lifeguard.commands.command import Command, Doing


def answered(command: Command, answers: Mapping[str, Answer]) -> Command:
    """The same command, asking nothing; what its form would not ask for keeps the value it has."""

    async def act(doing: Doing) -> object:
        return await command.act(replace(doing, answers=answers))

    return replace(command, form=None, act=act)
