"""Saved searches written so that XenCenter reads them back; `document` reads them."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, tostring

from defusedxml.ElementTree import fromstring

from lifeguard.inventory.custom_fields import FieldDefinition
from lifeguard.search.document import DEFINITION
from lifeguard.search.query import (
    CustomFieldDateQuery,
    CustomFieldGrouping,
    CustomFieldQuery,
    DummyQuery,
    ForeignGrouping,
    Grouping,
    GroupQuery,
    Query,
    RecursiveXMOListPropertyQuery,
    RecursiveXMOPropertyQuery,
    Search,
)

_NAMESPACE = "http://www.citrix.com/XenCenter/XenSearch/schema"
_PROLOGUE = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<!DOCTYPE XenSearch PUBLIC "-//XENSEARCH//DTD XENSEARCH 1//EN" "XenSearch-1.dtd">\n'
)
_VERSION = {"major_version": "2", "minor_version": "0"}
_ORDER = ("property", "equals", "contains", "empty", "casesensitive", "query", "address", "uuid", "type")


def write_search(search: Search) -> str:
    """One search, as a pool's gui_config keeps it."""
    return tostring(_search_element(search), encoding="unicode")


def write_file(searches: list[Search]) -> str:
    """A `.xensearch` file."""
    root = Element("Searches", xmlns=_NAMESPACE)
    root.extend(_search_element(search) for search in searches)
    return f"{_PROLOGUE}{tostring(root, encoding='unicode')}"


def _search_element(search: Search) -> Element:
    element = Element("Search", {"uuid": search.uuid, "name": search.name, **_VERSION})
    if search.show_expanded is not None:
        element.set("show_expanded", _yes_or_no(search.show_expanded))
    query = SubElement(element, "Query")
    scope = SubElement(query, "QueryScope")
    for sort in search.scope:
        SubElement(scope, sort.value)
    if search.query is not None and (said := _said(search.query)) is not None:
        query.append(_query_element(said))
    if search.groupings:
        element.append(_grouping_element(*search.groupings))
    if search.columns:  # without the element XenCenter shows its own columns, with an empty one it shows none
        columns = SubElement(element, "columns")
        for column in search.columns:
            SubElement(columns, "column", name=column.name, width=str(column.width))
    sorting = SubElement(element, "sorting")
    for sort_by in search.sorting:
        SubElement(sorting, "sort", column=sort_by.column, ascending=_yes_or_no(sort_by.is_ascending))
    return element


def _said(query: Query) -> Query | None:
    """What is left without the lines that say nothing yet, which XenCenter would refuse to read."""
    match query:
        case DummyQuery(_, ""):
            return None
        case GroupQuery(kind, queries):
            return GroupQuery(kind, tuple(part for part in map(_said, queries) if part is not None))
        case RecursiveXMOPropertyQuery(name, inner) | RecursiveXMOListPropertyQuery(name, inner):
            said = _said(inner)
            return None if said is None else type(query)(name, said)
    return query


def _query_element(query: Query) -> Element:
    element = Element(query.element)
    match query:
        case DummyQuery(_, text) if text:
            return fromstring(text)
        case GroupQuery(kind, queries):
            element.set("type", kind)
            element.extend(_query_element(part) for part in queries)
            return element
        case CustomFieldQuery() | CustomFieldDateQuery():
            element.append(_definition_element(query.definition))
    for name in _ORDER:
        value = getattr(query, name, None)
        if isinstance(value, bool):
            element.set(name, _yes_or_no(value))
        elif isinstance(value, str | int):
            element.set(name, str(value))
        elif value is not None:
            element.append(_query_element(value))
    return element


def _grouping_element(grouping: Grouping, *nested: Grouping) -> Element:
    """A grouping with those below it; what it says of itself comes after them."""
    element = fromstring(grouping.text) if isinstance(grouping, ForeignGrouping) else Element(grouping.element)
    if (name := getattr(grouping, "property", None)) is not None:
        element.set("property", name)
    if nested:
        element.append(_grouping_element(*nested))
    if isinstance(grouping, CustomFieldGrouping):
        element.append(_definition_element(grouping.definition))
    return element


def _definition_element(definition: FieldDefinition) -> Element:
    kind = "Date" if definition.is_date else "String"
    return Element(DEFINITION, name=definition.name, type=kind, defaultValue="")


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"
