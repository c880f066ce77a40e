"""A search as a way to arrange objects: who is in its result, and under which groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lifeguard.datamodel.records import Record
from lifeguard.inventory.answers import Facts
from lifeguard.inventory.custom_fields import FieldDefinition, readable_value, value_of, values_of
from lifeguard.inventory.folders import ancestors, empty_folders, folder_group, folder_groups, folder_of, parent_of
from lifeguard.inventory.kinds import TITLES, ObjectType, classes_of
from lifeguard.inventory.placing import NOWHERE, Group, Path, Placing, group
from lifeguard.inventory.visibility import is_shown
from lifeguard.search.columns import Moment, group_sort_keys, sort_keys
from lifeguard.search.evaluate import as_test
from lifeguard.search.properties import PROPERTIES, searched_type
from lifeguard.search.query import (
    AllCustomFieldsGrouping,
    BoolGrouping,
    CustomFieldGrouping,
    FolderGrouping,
    Grouping,
    GroupQuery,
    PropertyGrouping,
    Query,
    RecursiveXMOPropertyQuery,
    Search,
    StringPropertyQuery,
    XenModelObjectPropertyGrouping,
)
from lifeguard.search.relatives import RELATIVES, folder_record, target

_TYPE_PLACE = {sort.value: place for place, sort in enumerate(ObjectType)}
_TYPE_TITLE = {sort.value: title for sort, title in TITLES.items()}
_PLACE = {value: place for place, value in enumerate(("Restart", "BestEffort", "DoNotRestart"))} | {
    value: place for place, value in enumerate(("NotInstalled", "Unknown", "OutOfDate", "Optimized"))
}
_WORDS = {
    "DoNotRestart": "Do not restart", "BestEffort": "Best effort", "NotInstalled": "Not installed",
    "OutOfDate": "Out of date", "True": "Yes", "False": "No",
}  # fmt: skip


class SearchView:
    """A search, ready to be shown as a tree or grid. `moment` gives today and the time zone; it does not move on."""

    def __init__(self, search: Search, moment: Moment, with_hidden: bool = False) -> None:
        self.search = search
        self._moment = moment
        self._test = as_test(search.query, moment.now)
        self._scope = frozenset(search.scope)
        self._with_hidden = with_hidden
        self._classes = classes_of(self._scope)
        self._groupings = () if is_folder_navigation(search.query) else search.groupings
        self._wanted = {
            name: as_test(subquery(search.query, name), moment.now) for name in _grouped_properties(self._groupings)
        }

    @property
    def classes(self) -> tuple[str, ...]:
        return self._classes

    @property
    def today(self) -> str | None:
        return None

    @property
    def is_sorted(self) -> bool:
        return bool(self.search.sorting)

    def order(self, facts: Facts, ref: str) -> tuple[Any, ...]:
        record = facts.find(ref)
        return () if record is None else sort_keys(self.search.sorting, facts, record, self._moment)

    def order_of_group(self, heading: Group) -> tuple[Any, ...]:
        return group_sort_keys(self.search.sorting, heading)

    def place(self, facts: Facts, ref: str) -> Placing:
        record = facts.find(ref)
        if record is None:
            return NOWHERE
        bare = self._bare(facts, record) if ObjectType.FOLDER in self._scope else ()
        if not self._admits(facts, record):
            return Placing((), bare)
        return Placing(tuple(dict.fromkeys(self._paths(facts, record, 0, ()))), bare)

    def _admits(self, facts: Facts, record: Record) -> bool:
        return (
            searched_type(record) in self._scope
            and is_shown(facts, record, self._with_hidden)
            and self._test(facts, record) is not False
        )

    def _paths(self, facts: Facts, record: Record, depth: int, above: Path) -> Iterator[Path]:
        """Every group of this depth that is wanted leads deeper; where an object has none at all, the next grouping
        takes this one's place. What heads a group itself stands where the group does."""
        steps = list(self._steps(facts, record, self._groupings[depth])) if depth < len(self._groupings) else []
        if depth == len(self._groupings) or (record.ref,) in steps:
            yield above
            return
        for step in steps:
            if self._is_wanted(facts, self._groupings[depth], step):
                yield from self._paths(facts, record, depth + 1, above + step)
        if not steps:
            yield from self._paths(facts, record, depth + 1, above)

    def _steps(self, facts: Facts, record: Record, grouping: Grouping) -> Iterator[Path]:
        match grouping:
            case FolderGrouping():
                path = folder_of(record)
                if path is not None:
                    yield folder_groups(path)
            case AllCustomFieldsGrouping():
                for definition, value in values_of(facts, record):
                    yield (group("field", definition.name), _field_group(definition, value))
            case CustomFieldGrouping(definition):
                text = value_of(record, definition.name)
                if text is not None:
                    yield (_field_group(definition, text),)
            case PropertyGrouping(name) | XenModelObjectPropertyGrouping(name) | BoolGrouping(name):
                yield from self._property_steps(facts, record, name)

    def _property_steps(self, facts: Facts, record: Record, name: str) -> Iterator[Path]:
        getter = PROPERTIES.get(name)
        value = getter(facts, record) if getter is not None else None
        items = value if isinstance(value, tuple) else () if value is None else (value,)
        for item in items:
            if name in ("folder", "folders"):
                yield (folder_group(item),)
            elif name not in RELATIVES:
                yield (value_group(name, item),)
            elif target(facts, name, item) is not None:
                yield (item,)

    def _is_wanted(self, facts: Facts, grouping: Grouping, step: Path) -> bool:
        """Whether an object may head a group: what the search says of the grouped property holds for it too."""
        found = facts.find(step[-1]) if isinstance(step[-1], str) else None
        return found is None or self._wanted[getattr(grouping, "property", "")](facts, found) is not False

    def _bare(self, facts: Facts, record: Record) -> tuple[Path, ...]:
        """The folders that are there because of this record and that are in the result themselves."""
        own = folder_of(record)
        paths = (*(() if own is None else (own,)), *(empty_folders(facts) if _is_pool(record) else ()))
        found: dict[Path, None] = {}
        is_nested = any(isinstance(grouping, FolderGrouping) for grouping in self._groupings)
        for folder in dict.fromkeys(step for path in paths for step in ancestors(path)):
            if self._test(facts, folder_record(folder)) is not False:
                parent = parent_of(folder) if is_nested else None
                above = folder_groups(parent) if parent is not None else ()
                found[(*above, folder_group(folder))] = None
        return tuple(found)


def _is_pool(record: Record) -> bool:
    return type(record).__name__ == "Pool"


def _grouped_properties(groupings: tuple[Grouping, ...]) -> list[str]:
    return [name for grouping in groupings if (name := getattr(grouping, "property", None)) is not None]


def _field_group(definition: FieldDefinition, value: str) -> Group:
    return group("value", value, readable_value(definition, value))


def value_group(name: str, value: object) -> Group:
    """The heading for one value of a property."""
    text = str(value)
    if name == "type":
        return group("type", text, _TYPE_TITLE.get(text, text), _TYPE_PLACE.get(text, 0))
    if name == "tags":
        return group("tag", text)
    is_enum = name in ("ha_restart_priority", "virtualisation_status")
    return group("value", text, _WORDS.get(text, text), _PLACE.get(text, 0) if is_enum else 0)


def subquery(query: Query | None, name: str) -> Query | None:
    """What a query asks of a property: where that leads to objects, these are asked it too, for it is the answer of an
    object to be its own host, network or VM. So "VMs on network 1 by network" has no group for network 2."""
    if isinstance(query, GroupQuery):
        parts = tuple(part for part in (subquery(part, name) for part in query.queries) if part is not None)
        return GroupQuery(query.type, parts) if parts else None
    return query if getattr(query, "property", None) == name else None


def is_folder_navigation(query: Query | None) -> bool:
    """Whether a search shows what is in one folder: then nothing is grouped, whatever it says."""
    match query:
        case RecursiveXMOPropertyQuery("folder", StringPropertyQuery("uuid")):
            return True
    return False
