"""What letting go of dragged objects means: on a host, a pool, a tag, a folder, or beside everything."""

from __future__ import annotations

from dataclasses import dataclass

from lifeguard.commands.command import Command
from lifeguard.commands.host import EJECT
from lifeguard.commands.migration import propose
from lifeguard.commands.objects import ADD_TAG, INTO_FOLDER
from lifeguard.commands.permission import may_try
from lifeguard.commands.pool import JOIN
from lifeguard.commands.remedies import CLEARED_IN_WIZARD
from lifeguard.commands.selection import Item, Selection
from lifeguard.commands.vm_move import MIGRATE_WITH_STORAGE
from lifeguard.commands.vm_place import MIGRATE
from lifeguard.rules.verdict import Verdict

_OUT_OF_REACH = frozenset({"VM_REQUIRES_SR", "VM_BAD_POWER_STATE"})
"""What a plain migration refuses and one with storage may still do."""


@dataclass(frozen=True, slots=True)
class Drop:
    """The command that it would run, for whom and where, with one verdict per object."""

    command: Command
    selection: Selection
    verdicts: tuple[Verdict, ...]

    @property
    def is_open(self) -> bool:
        """Whether at least one of the objects could go there, if need be after what the wizard offers, or as another
        user."""
        clearable = CLEARED_IN_WIZARD if self.command.opens else frozenset()
        return any(may_try(verdict) or verdict.key in clearable for verdict in self.verdicts)


def on_host(selection: Selection, host: Item) -> Drop | None:
    """VMs: a migration within their pool where that is enough, else one with storage. None for anything else."""
    if selection.kinds != frozenset({"vm"}):
        return None
    if all(item.source is host.source for item in selection.items):
        plain = _drop(MIGRATE, selection, host)
        if plain.is_open or not {verdict.key for verdict in plain.verdicts} <= _OUT_OF_REACH:
            return plain
        moved = _drop(MIGRATE_WITH_STORAGE, selection, host)
        carries = any(propose(item, host).moves_disks for item in selection.items)
        return moved if moved.is_open and carries else plain
    return _drop(MIGRATE_WITH_STORAGE, selection, host)


def on_pool(selection: Selection, pool: Item) -> Drop | None:
    """Hosts that stand alone join; those of the pool itself are there already."""
    if selection.kinds != frozenset({"host"}) or any(item.source is pool.source for item in selection.items):
        return None
    return _drop(JOIN, selection, pool)


def beside(selection: Selection) -> Drop | None:
    """Hosts dropped on no object leave their pool."""
    return _drop(EJECT, selection, None) if selection.kinds == frozenset({"host"}) else None


def on_tag(selection: Selection, tag: str) -> Drop | None:
    return _drop(ADD_TAG, selection, Item(selection.items[0].source, tag, "tag")) if selection.items else None


def on_folder(selection: Selection, path: str) -> Drop | None:
    return _drop(INTO_FOLDER, selection, Item(selection.items[0].source, path, "folder")) if selection.items else None


def _drop(command: Command, selection: Selection, target: Item | None) -> Drop:
    aimed = selection.with_target(target)
    return Drop(command, aimed, command.judge(aimed))
