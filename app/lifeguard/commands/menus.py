"""Which commands stand where: menu bar, toolbar, and the context menu that fits a selection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from lifeguard.commands.command import Command
from lifeguard.commands.layout import CONTEXT, MENU_BAR, TOOLBAR, Group
from lifeguard.commands.registry import command
from lifeguard.commands.selection import Item, Selection, is_dead
from lifeguard.inventory.inventory import Inventory
from lifeguard.rules.verdict import ALLOWED, Verdict
from lifeguard.rules.words import Words


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a menu: a command and what the rules say to it for this selection."""

    command: Command
    title: str
    verdict: Verdict

    @property
    def id(self) -> str:
        return self.command.id

    @property
    def allowed(self) -> bool:
        return self.verdict.allowed

    @property
    def refusal(self) -> str | None:
        return self.verdict.refusal


_NOTHING = Verdict("nothing_selected", wording=Words(Inventory()))

Line: TypeAlias = Entry | None
"""None is a separator."""


def context_menu(selection: Selection) -> tuple[Line, ...]:
    """The context menu of a selection. What its kinds could never run is left out; the rest shows its reason."""
    return tuple(_lines(selection, CONTEXT[context_of(selection)]))


def menu_bar(selection: Selection) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    """The menus of the menu bar, by title. What is for other kinds of object stays, greyed: it can be found there."""
    return tuple((title, tuple(_lines(selection, groups, keep_all=True))) for title, groups in MENU_BAR.items())


def toolbar(selection: Selection) -> tuple[Line, ...]:
    """The toolbar. Of the commands that share a place (start and shut down …) the ones that can run are shown."""
    return tuple(_lines(selection, TOOLBAR, keep_all=True))


def host_menu(one: Command, selection: Selection, hosts: tuple[Item, ...]) -> tuple[tuple[Item, Verdict], ...]:
    """The submenu of a command that wants a host: each host with one verdict for the whole selection."""
    return tuple(
        (host, one.sum_up(selection.with_target(host))) for host in hosts if host.record is not None
    )


def context_of(selection: Selection) -> str:
    """Which layout fits: the first rule that matches, as a person would sort what is selected."""
    kinds = selection.kinds
    if not selection.items:
        return "root"
    if len(kinds) > 1:
        return "vms_and_templates" if kinds <= {"vm", "template"} else "mixed"
    kind = next(iter(kinds))
    if kind == "host" and all(map(is_dead, selection.items)):
        return "dead_host"
    if len(selection.items) > 1 and f"{kind}s" in CONTEXT:
        return f"{kind}s"
    return kind if kind in CONTEXT else "mixed"


def _lines(selection: Selection, groups: tuple[Group, ...], *, keep_all: bool = False) -> Iterator[Line]:
    any_before = False
    for group in groups:
        entries = [entry for name in group if (entry := _entry(name, selection, keep_all=keep_all)) is not None]
        if entries and any_before:
            yield None
        any_before = any_before or bool(entries)
        yield from entries


def _entry(name: str, selection: Selection, *, keep_all: bool) -> Entry | None:
    one = command(name)
    if one is None or not (keep_all or not one.kinds or one.applies_to(selection) or not selection.items):
        return None
    if not one.kinds:
        return Entry(one, one.title, ALLOWED)
    if not selection.items:
        return Entry(one, one.title, _NOTHING)
    return Entry(one, one.title, one.sum_up(selection))
