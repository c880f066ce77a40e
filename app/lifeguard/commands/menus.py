"""Which commands stand where: menu bar, toolbar, and the context menu that fits a selection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from typing import TypeAlias

from lifeguard.commands.command import Command
from lifeguard.commands.layout import CONTEXT, MENU_BAR, TOOLBAR, Group
from lifeguard.commands.registry import command
from lifeguard.commands.selection import Item, Selection, is_dead
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.relations import is_pool_visible
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
    groups = [_entries(selection, group, keep_all=True) for group in TOOLBAR]
    able = {entry.id for entries in groups for entry in entries if entry.allowed}
    is_for_hosts = "host" in selection.kinds and "vm" not in selection.kinds
    return tuple(_joined([one for one in entries if _has_button(one.id, able, is_for_hosts)] for entries in groups))


def _has_button(name: str, able: Set[str], is_for_hosts: bool) -> bool:
    """Whether a command is in the toolbar now, when these can run: starting in place of stopping, resuming in place of
    suspending, force only where nothing gentler helps. For hosts their own buttons stand in place of those for VMs."""
    own = name.partition(".")[0]
    if own in ("vm", "host") and name != "vm.new" and (own == "host") != is_for_hosts and name != "vm.suspend":
        return False
    if name in ("vm.start", "vm.resume", "host.power_on", "host.exit_maintenance"):
        return name in able
    if name.endswith(".shutdown"):
        return name in able or able.isdisjoint(("vm.start", "host.power_on"))
    if name == "vm.suspend":
        return "vm.resume" not in able
    if name == "host.enter_maintenance":
        return "host.exit_maintenance" not in able
    if name.startswith("vm.force_"):
        return name in able and name.replace("force_", "") not in able
    return True


def host_menu(one: Command, selection: Selection, hosts: tuple[Item, ...]) -> tuple[tuple[Item, Verdict], ...]:
    """The submenu of a command that wants a host: each host with one verdict for the whole selection."""
    return tuple((host, one.sum_up(selection.with_target(host))) for host in hosts if host.record is not None)


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
    if kind == "host" and not is_pool_visible(selection.items[0].source.inventory):
        return "standalone_host"
    return kind if kind in CONTEXT else "mixed"


def _lines(selection: Selection, groups: tuple[Group, ...], *, keep_all: bool = False) -> Iterator[Line]:
    return _joined(_entries(selection, group, keep_all=keep_all) for group in groups)


def _entries(selection: Selection, group: Group, *, keep_all: bool) -> list[Entry]:
    return [entry for name in group if (entry := _entry(name, selection, keep_all=keep_all)) is not None]


def _joined(groups: Iterable[list[Entry]]) -> Iterator[Line]:
    """With a separator between two groups that have something."""
    any_before = False
    for entries in groups:
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
