"""What of a search this version does not understand, in sentences: it is kept, but it says nothing here."""

from __future__ import annotations

from collections.abc import Iterator

from lifeguard.inventory.kinds import ObjectType
from lifeguard.search.properties import PROPERTIES
from lifeguard.search.query import DummyQuery, EnumPropertyQuery, ForeignGrouping, GroupQuery, Query, Search

_SORTS = frozenset({"SR", *(sort.value for sort in ObjectType)})


def remarks_on(search: Search) -> tuple[str, ...]:
    """A sentence for each part of a search that is left out of account; () for a search that is understood."""
    filters = () if search.query is None else _of_query(search.query)
    return tuple(dict.fromkeys((*filters, *_of_groupings(search))))


def _of_query(query: Query) -> Iterator[str]:
    if isinstance(query, GroupQuery):
        for part in query.queries:
            yield from _of_query(part)
        return
    if isinstance(query, DummyQuery) and query.text:
        yield f"The condition {_opening(query.text)} is not understood and is left out of account."
    name = getattr(query, "property", "")
    if name and name not in PROPERTIES:
        yield f"Nothing is known here of “{name}”: the condition on it is left out of account."
    if isinstance(query, EnumPropertyQuery) and query.property == "type" and query.query not in _SORTS:
        yield f"There are no objects of the type “{query.query}” here."
    inner = getattr(query, "query", None)
    if inner is not None and not isinstance(inner, str | int):
        yield from _of_query(inner)


def _of_groupings(search: Search) -> Iterator[str]:
    for grouping in search.groupings:
        if isinstance(grouping, ForeignGrouping):
            yield f"The grouping {_opening(grouping.text)} is not understood: nothing is grouped by it."
        elif (name := getattr(grouping, "property", "")) and name not in PROPERTIES:
            yield f"Nothing is known here of “{name}”: nothing is grouped by it."


def _opening(text: str) -> str:
    """The first tag of what another version wrote."""
    return text.partition(">")[0].rstrip("/ ") + ">"
