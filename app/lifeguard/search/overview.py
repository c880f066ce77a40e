"""The search that shows when nobody asked for one."""

from __future__ import annotations

from dataclasses import replace

from lifeguard.inventory.kinds import ObjectType
from lifeguard.search.query import EnumPropertyQuery, GroupQuery, Query, Search, XenModelObjectPropertyGrouping

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
    if query is None:
        return search
    both = query if search.query is None else GroupQuery("And", (search.query, query))
    return replace(search, query=both)
