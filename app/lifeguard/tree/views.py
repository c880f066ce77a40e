"""The views of the left pane: Infrastructure, by type, and the four of Organisation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from lifeguard.datamodel.records import Pool, Record, Sr, Vm, VmAppliance
from lifeguard.inventory.answers import Facts, question
from lifeguard.inventory.custom_fields import readable_value, values_of
from lifeguard.inventory.folders import empty_folders, folder_groups, folder_of
from lifeguard.inventory.kinds import ALL_BUT_FOLDERS, SEARCHABLE_CLASSES, TITLES, ObjectType, type_of
from lifeguard.inventory.placing import AT_TOP, NOWHERE, Group, Path, Placing, group
from lifeguard.inventory.relations import home_of_vm, is_real_vm, standalone_host_ref, storage_home, visible_pool_ref
from lifeguard.inventory.visibility import is_shown
from lifeguard.tree.options import Options

Arrangement = Callable[[Facts, Record], Placing]
_TYPE_PLACE = {sort: place for place, sort in enumerate(ObjectType)}
_INFRASTRUCTURE_CLASSES = ("pool", "host", "VM", "SR")


class TreeView:
    """One of the views: who is in it, and where. Compared by identity, since it is a question to `Answers`."""

    def __init__(
        self, options: Options, scope: frozenset[ObjectType], classes: tuple[str, ...], arrange: Arrangement
    ) -> None:
        self.classes = classes
        self._options = options
        self._scope = scope
        self._arrange = arrange

    @property
    def today(self) -> str | None:
        return self._options.today

    @property
    def is_sorted(self) -> bool:
        return False

    def place(self, facts: Facts, ref: str) -> Placing:
        record = facts.find(ref)
        if record is None:
            return NOWHERE
        placing = self._arrange(facts, record) if self._admits(facts, record) else NOWHERE
        return Placing(placing.paths, self._bare(facts, record)) if self._arrange is _by_folder else placing

    def order(self, facts: Facts, ref: str) -> tuple[Any, ...]:
        return ()

    def order_of_group(self, heading: Group) -> tuple[Any, ...]:
        return ()

    def _admits(self, facts: Facts, record: Record) -> bool:
        if type_of(record) not in self._scope or not is_shown(facts, record, self._options.hidden):
            return False
        matches = self._options.matches
        return matches is None or matches(facts, record.ref)

    def _bare(self, facts: Facts, record: Record) -> tuple[Path, ...]:
        """The folders that are there because of this record, unless a filter asks for content."""
        if self._options.matches is not None:
            return ()
        folder = folder_of(record)
        own = (folder,) if folder is not None else ()
        remembered = empty_folders(facts) if type(record).__name__ == "Pool" else ()
        return tuple(folder_groups(path) for path in dict.fromkeys((*own, *remembered)))


def infrastructure(options: Options | None = None) -> TreeView:
    """Pools, their hosts, and on them what is at home there."""
    chosen = options or Options()
    return TreeView(chosen, chosen.scope, _INFRASTRUCTURE_CLASSES, _by_home)


def _everything(arrange: Arrangement) -> Callable[[Options | None], TreeView]:
    def view(options: Options | None = None) -> TreeView:
        return TreeView(options or Options(), ALL_BUT_FOLDERS, SEARCHABLE_CLASSES, arrange)

    return view


def _by_home(facts: Facts, record: Record) -> Placing:
    match record:
        case Vm():
            return _under_home(facts, home_of_vm(facts, record))
        case Sr():
            return _under_home(facts, storage_home(facts, record.ref))
        case Pool():
            return AT_TOP
    pool = visible_pool_ref(facts)
    return AT_TOP if pool is None else _under((pool,))


@question
def _under_home(facts: Facts, host_ref: str | None) -> Placing:
    """Where hangs what is at home on a host, None the pool: one answer for all that live there. A standalone host has
    everything."""
    home = standalone_host_ref(facts) or host_ref
    return _under(tuple(step for step in (visible_pool_ref(facts), home) if step is not None))


def _by_type(facts: Facts, record: Record) -> Placing:
    sort = type_of(record)
    return NOWHERE if sort is None else _under((group("type", sort.value, TITLES[sort], _TYPE_PLACE[sort]),))


def _by_tag(facts: Facts, record: Record) -> Placing:
    tags: tuple[str, ...] = getattr(record, "tags", ())
    return Placing(tuple((group("tag", tag),) for tag in dict.fromkeys(tags)))


def _by_folder(facts: Facts, record: Record) -> Placing:
    folder = folder_of(record)
    return NOWHERE if folder is None else _under(folder_groups(folder))


def _by_field(facts: Facts, record: Record) -> Placing:
    return Placing(
        tuple(
            (group("field", definition.name), group("value", value, readable_value(definition, value)))
            for definition, value in values_of(facts, record)
        )
    )


def _by_appliance(facts: Facts, record: Record) -> Placing:
    if isinstance(record, VmAppliance):
        return AT_TOP
    if isinstance(record, Vm) and is_real_vm(record) and facts.class_of(record.appliance) == "VM_appliance":
        return _under((record.appliance,))
    return NOWHERE


def _under(path: Path) -> Placing:
    return Placing((path,))


VIEWS: Mapping[str, Callable[[Options | None], TreeView]] = MappingProxyType({
    "infrastructure": infrastructure,
    "objects": _everything(_by_type),
    "tags": _everything(_by_tag),
    "folders": _everything(_by_folder),
    "fields": _everything(_by_field),
    "vapps": _everything(_by_appliance),
})  # fmt: skip
"""Every view by the word that names it on the command line and in settings."""
