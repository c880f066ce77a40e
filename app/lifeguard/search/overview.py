"""The search that shows when nobody asked for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lifeguard.inventory.custom_fields import FieldDefinition
from lifeguard.inventory.kinds import ALL_BUT_FOLDERS, TITLES, ObjectType
from lifeguard.inventory.placing import Group
from lifeguard.search.query import (
    CustomFieldQuery,
    EnumPropertyQuery,
    GroupQuery,
    Query,
    RecursiveXMOListPropertyQuery,
    Search,
    StringListContainsQuery,
    StringPropertyQuery,
    XenModelObjectPropertyGrouping,
)

OVERVIEW_SCOPE = (
    ObjectType.HOST, ObjectType.DISCONNECTED_SERVER, ObjectType.VM, ObjectType.CUSTOM_TEMPLATE, ObjectType.REMOTE_SR,
)  # fmt: skip
"""What an overview shows, whatever the View menu says."""


def overview(query: Query | None = None) -> Search:
    """Everything an admin works with, in one list: hosts with the master first, VMs, storage, templates."""
    return Search(name="Overview", scope=OVERVIEW_SCOPE, query=query)


def by_pool(query: Query | None = None) -> Search:
    """The same under pools and hosts, as the Search tab of a pool shows it."""
    groupings = (XenModelObjectPropertyGrouping("pool"), XenModelObjectPropertyGrouping("host"))
    return replace(overview(query), groupings=groupings)


def of_group(path: tuple[Group, ...]) -> Search:
    """What is in a group of one of the views: `path` leads to it from the top down."""
    last = path[-1]
    if last.kind == "type":
        sort = ObjectType(last.key)
        return Search(TITLES[sort], scope=(sort,))
    query = _belongs(path)
    everything = tuple(sort for sort in ObjectType if sort in ALL_BUT_FOLDERS)
    return overview() if query is None else Search(last.label, scope=everything, query=query)


def _belongs(path: tuple[Group, ...]) -> Query | None:
    last = path[-1]
    above = path[-2] if len(path) > 1 else None
    if last.kind == "tag":
        return StringListContainsQuery("tags", last.key)
    if last.kind == "folder":
        return RecursiveXMOListPropertyQuery("folders", StringPropertyQuery("uuid", last.key, "exactmatch"))
    if last.kind == "field":
        return CustomFieldQuery(FieldDefinition(last.key), "")
    if last.kind == "value" and above is not None and above.kind == "field":
        return CustomFieldQuery(FieldDefinition(above.key), last.key, "exactmatch")
    return None


def either(searches: Sequence[Search]) -> Search:
    """What is in the result of any of these searches."""
    if len(searches) == 1:
        return searches[0]
    scope = tuple(sort for sort in ObjectType if any(sort in search.scope for search in searches))
    queries = tuple(_within(search, scope) for search in searches)
    asked = [query for query in queries if query is not None]
    is_narrow = len(asked) == len(queries) and any(search.query is not None for search in searches)
    return Search(", ".join(search.name for search in searches), scope=scope,
                  query=GroupQuery("Or", tuple(asked)) if is_narrow else None)  # fmt: skip


def _within(search: Search, scope: tuple[ObjectType, ...]) -> Query | None:
    """What a search asks where more sorts of things are looked at; None where it takes all of them."""
    if set(search.scope) >= set(scope):
        return search.query
    sorts = tuple(EnumPropertyQuery("type", sort.value) for sort in search.scope)
    of_sort = sorts[0] if len(sorts) == 1 else GroupQuery("Or", sorts)
    return of_sort if search.query is None else GroupQuery("And", (of_sort, search.query))


def widened(search: Search) -> Search:
    """A search that looks at every sort of thing when its query names one: `type:vdi` finds disks."""
    if not _asks_for_type(search.query):
        return search
    return replace(search, scope=tuple(ObjectType))


def _asks_for_type(query: Query | None) -> bool:
    if isinstance(query, GroupQuery):
        return any(map(_asks_for_type, query.queries))
    return isinstance(query, EnumPropertyQuery) and query.property == "type"


def narrowed(search: Search, query: Query | None) -> Search:
    """A search that must answer another query too."""
    if query is None or query == search.query:
        return search
    both = query if search.query is None else GroupQuery("And", (search.query, query))
    return replace(search, query=both)
