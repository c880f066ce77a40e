"""What the palette offers for some typed text: commands for what is selected, and objects to go to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lifeguard.commands.command import Command
from lifeguard.commands.registry import all_commands
from lifeguard.commands.selection import Item, Selection
from lifeguard.commands.source import Source
from lifeguard.inventory.kinds import SEARCHABLE_CLASSES
from lifeguard.inventory.naming import name_of
from lifeguard.rules.verdict import Verdict


@dataclass(frozen=True, slots=True)
class CommandHit:
    """A command for the selection, and whether it may run."""

    command: Command
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class ObjectHit:
    """An object whose name fits."""

    item: Item
    name: str


def find_commands(text: str, selection: Selection, limit: int = 12) -> tuple[CommandHit, ...]:
    """Commands that fit the text, best first: those that can run before those that cannot, with the reason."""
    if not selection.items:
        return ()
    ranked = [(rank(text, one.title), one) for one in all_commands() if one.applies_to(selection)]
    ranked = [(place, one) for place, one in ranked if place is not None]
    hits = [(place, CommandHit(one, one.sum_up(selection))) for place, one in ranked]
    hits.sort(key=lambda pair: (not pair[1].verdict.allowed, pair[0], pair[1].command.title))
    return tuple(hit for _, hit in hits[:limit])


def find_objects(text: str, sources: Iterable[Source], limit: int = 12) -> tuple[ObjectHit, ...]:
    """Objects of all pools whose name fits the text, best first; nothing for no text."""
    if not text.strip():
        return ()
    found: list[tuple[int, str, ObjectHit]] = []
    for source in sources:
        inventory = source.inventory
        for class_name in SEARCHABLE_CLASSES:
            for ref in inventory.refs(class_name):
                name = name_of(inventory, ref)
                place = rank(text, name)
                if place is not None:
                    found.append((place, name.casefold(), ObjectHit(Item(source, ref), name)))
    found.sort(key=lambda row: row[:2])
    return tuple(hit for _, _, hit in found[:limit])


def rank(text: str, name: str) -> int | None:
    """How well a name fits what was typed, 0 best; None when it does not.

    It begins so, a word of it begins so, it contains it, or its letters come in this order.
    """
    wanted, have = text.strip().casefold(), name.casefold()
    if have.startswith(wanted):
        return 0
    if any(word.startswith(wanted) for word in have.replace("-", " ").split()):
        return 1
    if wanted in have:
        return 2
    letters = iter(have)
    return 3 if all(letter in letters for letter in wanted if letter != " ") else None
