"""Saved searches as XenCenter writes them, read leniently in every version; `writing` is the way back."""

from __future__ import annotations

from typing import Any, TypeVar, cast, get_args
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from msgspec.structs import fields

from lifeguard.inventory.custom_fields import FieldDefinition
from lifeguard.inventory.kinds import ALL_BUT_FOLDERS, ObjectType
from lifeguard.search.query import (
    Column,
    CustomFieldDateQuery,
    CustomFieldGrouping,
    CustomFieldQuery,
    DatePropertyQuery,
    DateRelation,
    DummyQuery,
    FieldQuery,
    ForeignGrouping,
    Grouping,
    GroupQuery,
    GroupType,
    IntPropertyQuery,
    IntRelation,
    KnownGrouping,
    NullQuery,
    PropertyQuery,
    Query,
    RecursiveQuery,
    Search,
    Sort,
    StringPropertyQuery,
    TextMatch,
    XenModelObjectListContainsNameQuery,
    XenModelObjectListContainsQuery,
    XenModelObjectPropertyQuery,
)

T = TypeVar("T")
_FLAT_QUERIES: dict[str, Any] = {kind.element: kind for kind in get_args(PropertyQuery)} | {
    "NullPropertyQuery": NullQuery
}
_FIELD_QUERIES: dict[str, Any] = {kind.element: kind for kind in get_args(FieldQuery)}
_RECURSIVE: dict[str, Any] = {kind.element: kind for kind in get_args(RecursiveQuery)}
_GROUPINGS: dict[str, Any] = {kind.element: kind for kind in get_args(KnownGrouping)}
_QUERY_ELEMENTS = frozenset({*_FLAT_QUERIES, *_FIELD_QUERIES, *_RECURSIVE, GroupQuery.element})
_WAYS: dict[str, tuple[str, ...]] = {
    GroupQuery.element: get_args(GroupType),
    StringPropertyQuery.element: get_args(TextMatch),
    XenModelObjectListContainsNameQuery.element: get_args(TextMatch),
    CustomFieldQuery.element: get_args(TextMatch),
    IntPropertyQuery.element: get_args(IntRelation),
    DatePropertyQuery.element: get_args(DateRelation),
    CustomFieldDateQuery.element: get_args(DateRelation),
}
_BY_UUID = frozenset({XenModelObjectPropertyQuery.element, XenModelObjectListContainsQuery.element})
_PARTS_OF_SEARCH = frozenset({"Query", "columns", "sorting"})
DEFINITION = "CustomFieldDefinition"
_IGNORED_COLUMN = "state"
_DEFAULT_WIDTH = 100


class MalformedSearch(Exception):
    """The text is no saved search; the message says what is wrong, in a sentence."""


def read_searches(text: str | bytes) -> list[Search]:
    """The searches of a `.xensearch` file, or the one of a pool's gui_config. Raises MalformedSearch."""
    try:
        root = fromstring(text)
        elements = [root] if _is_search(root) else [element for element in root if _is_search(element)]
        found = [_read_search(element) for element in elements]
    except (ParseError, DefusedXmlException, LookupError, ValueError, RecursionError) as broken:
        raise MalformedSearch(f"This is not a saved search: {broken or 'it is nested too deep'}.") from None
    if not found and _tag(root).lower() != "searches":
        raise MalformedSearch(f"This is not a saved search: it is a <{_tag(root)}> document.")
    return found


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _is_search(element: Element) -> bool:
    return _tag(element) in ("Search", "search")


def _read_search(element: Element) -> Search:
    parts = {_tag(child): child for child in element}
    others = [child for child in element if _tag(child) not in _PARTS_OF_SEARCH]
    if "Query" in parts:
        scope = parts["Query"].find("{*}QueryScope")
        filters = [child for child in parts["Query"] if _tag(child) != "QueryScope"]
        groupings = others
    else:  # the first versions: no scope, and the filter itself comes first
        scope = None
        filters = [child for child in others[:1] if not _is_grouping(child)]
        groupings = others[len(filters) :]
    expanded = element.get("show_expanded", element.get("showsearch"))
    return Search(
        name=element.get("name", ""),
        uuid=element.get("uuid", ""),
        scope=_read_scope(scope),
        query=_read_query(filters[0]) if filters else None,
        groupings=_read_groupings(groupings[0]) if groupings else (),
        columns=tuple(
            Column(child.get("name", ""), _integer(child.get("width"), _DEFAULT_WIDTH))
            for child in parts.get("columns", ())
            if child.get("name", "") not in ("", _IGNORED_COLUMN)
        ),
        sorting=tuple(
            Sort(child.get("column", ""), _is_yes(child.get("ascending", "yes"))) for child in parts.get("sorting", ())
        ),
        show_expanded=None if expanded is None else _is_yes(expanded),
    )


def _read_scope(element: Element | None) -> tuple[ObjectType, ...]:
    """The sorts of things in a scope; old searches without one look at everything but folders."""
    if element is None:
        return tuple(sort for sort in ObjectType if sort in ALL_BUT_FOLDERS)
    words = {sort.value: (sort,) for sort in ObjectType} | {
        "SR": (ObjectType.REMOTE_SR,),
        "AllExcFolders": tuple(sort for sort in ObjectType if sort in ALL_BUT_FOLDERS),
        "AllIncFolders": tuple(ObjectType),
    }
    return tuple(dict.fromkeys(sort for child in element for sort in words.get(_tag(child), ())))


def _read_query(element: Element) -> Query:
    """One query; what this version does not know says nothing, which is what XenCenter makes of it too."""
    tag = _tag(element)
    parts = [child for child in element if _tag(child) != DEFINITION]
    if not _is_understood(element):
        return DummyQuery(text=_text_of(element))
    if tag == GroupQuery.element:
        return GroupQuery(cast("GroupType", element.get("type", "And")), tuple(map(_read_query, parts)))
    if tag in _RECURSIVE:
        inner = _read_query(parts[0]) if parts else DummyQuery()
        return cast("Query", _RECURSIVE[tag](element.get("property", ""), inner))
    if tag in _FIELD_QUERIES:
        otherwise = "exact" if _FIELD_QUERIES[tag] is CustomFieldDateQuery else "contains"
        match_type = element.get("type", otherwise)
        return cast("Query", _FIELD_QUERIES[tag](_read_definition(element), element.get("query", ""), match_type))
    return _read_flat(_FLAT_QUERIES[tag], element)


def _is_understood(element: Element) -> bool:
    """Whether this version knows what an element asks, and how."""
    tag = _tag(element)
    if tag not in _QUERY_ELEMENTS:
        return False
    if tag in _BY_UUID and element.get("uuid") is None:  # the first versions told objects by their ref
        return False
    if tag == IntPropertyQuery.element and _integer(element.get("query"), None) is None:
        return False
    return tag not in _WAYS or element.get("type", _WAYS[tag][0]) in _WAYS[tag]


def _text_of(element: Element) -> str:
    """What another version wrote, without the namespace and the white space around it."""
    element.tail = None
    for part in element.iter():
        part.tag = _tag(part)
    return tostring(element, encoding="unicode")


def _read_flat(kind: Any, element: Element) -> Query:
    values: dict[str, Any] = {}
    for known in fields(kind):
        text = element.get(known.name)
        if text is not None:
            values[known.name] = _value(text, known.type)
        elif known.required:
            values[known.name] = _value("", known.type)
    return cast("Query", kind(**values))


def _value(text: str, kind: Any) -> str | bool | int:
    if kind is bool:
        return _is_yes(text)
    return _integer(text, 0) if kind is int else text


def _is_yes(text: str) -> bool:
    return text.lower() in ("yes", "true")


def _integer(text: str | None, otherwise: T) -> int | T:
    try:
        return int(text or "")
    except ValueError:
        return otherwise


def _read_definition(element: Element) -> FieldDefinition:
    child = element.find(f"{{*}}{DEFINITION}")
    return FieldDefinition("") if child is None else FieldDefinition(child.get("name", ""), child.get("type") == "Date")


def _read_groupings(element: Element) -> tuple[Grouping, ...]:
    """A grouping and those nested in it, from the outer to the inner."""
    kind = _GROUPINGS.get(_tag(element))
    own: Grouping
    nested = [child for child in element if _is_grouping(child)]
    if kind is None:
        for child in nested:
            element.remove(child)
        own = ForeignGrouping(_text_of(element))
    elif kind is CustomFieldGrouping:
        own = CustomFieldGrouping(_read_definition(element))
    else:
        own = kind(**{known.name: element.get(known.name, "") for known in fields(kind)})
    return (own, *(_read_groupings(nested[0]) if nested else ()))


def _is_grouping(element: Element) -> bool:
    """Whether an element groups, also in a way that this version does not know."""
    return _tag(element).endswith("Grouping")
