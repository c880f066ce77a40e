"""What a search asks: XenCenter's query types as data. Each knows its element's name in saved searches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from msgspec import Struct

from lifeguard.inventory.custom_fields import FieldDefinition
from lifeguard.inventory.kinds import ALL_BUT_FOLDERS, ObjectType

GroupType = Literal["And", "Or", "Nor"]
TextMatch = Literal["contains", "notcontain", "startswith", "endswith", "exactmatch"]
IntRelation = Literal["exactmatch", "gt", "lt"]
DateRelation = Literal["today", "yesterday", "thisweek", "lastweek", "before", "after", "exact"]


class Element(Struct, frozen=True):
    """A part of a search that saved searches write as an element of its name."""

    element: ClassVar[str]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.element = cls.__dict__.get("element", cls.__name__)


class _OfProperty(Element, frozen=True):
    property: str


class GroupQuery(Element, frozen=True):
    """All, any or none of several queries."""

    type: GroupType
    queries: tuple[Query, ...]


class StringPropertyQuery(_OfProperty, frozen=True):
    """An empty pattern matches every text."""

    query: str
    type: TextMatch = "contains"
    casesensitive: bool = False


class EnumPropertyQuery(_OfProperty, frozen=True):
    query: str
    equals: bool = True


class ValuePropertyQuery(_OfProperty, frozen=True):
    query: str
    equals: bool = True


class BooleanQuery(_OfProperty, frozen=True):
    query: bool


class IntPropertyQuery(_OfProperty, frozen=True):
    query: int
    type: IntRelation = "exactmatch"


class DatePropertyQuery(_OfProperty, frozen=True):
    """`query` is a day (20090504 or an ISO date); the relative types take today from whoever evaluates."""

    query: str
    type: DateRelation = "exact"


class NullQuery(_OfProperty, frozen=True):
    """Whether an object has the property at all."""

    query: bool


class IPAddressQuery(_OfProperty, frozen=True):
    """`address` may be partial: "10.0.*"."""

    address: str
    contains: bool = True


class StringListContainsQuery(_OfProperty, frozen=True):
    query: str
    contains: bool = True


class ListEmptyQuery(_OfProperty, frozen=True):
    empty: bool


class XenModelObjectPropertyQuery(_OfProperty, frozen=True):
    """The property leads to the object of that uuid."""

    uuid: str
    equals: bool = True


class XenModelObjectListContainsQuery(_OfProperty, frozen=True):
    uuid: str
    contains: bool = True


class XenModelObjectListContainsNameQuery(_OfProperty, frozen=True):
    query: str
    type: TextMatch = "contains"
    contains: bool = True


class RecursiveXMOPropertyQuery(_OfProperty, frozen=True):
    """The object that the property leads to answers another query."""

    query: Query


class RecursiveXMOListPropertyQuery(_OfProperty, frozen=True):
    """One of the objects that the property leads to answers another query."""

    query: Query


class CustomFieldQuery(Element, frozen=True):
    definition: FieldDefinition
    query: str
    type: TextMatch = "contains"


class CustomFieldDateQuery(Element, frozen=True):
    definition: FieldDefinition
    query: str
    type: DateRelation = "exact"


class DummyQuery(Element, frozen=True):
    """A row of the builder that says nothing yet; or a query of another version, which says nothing here but whose
    `text` is kept as it was written."""

    property: str = ""
    text: str = ""


PropertyQuery = (
    StringPropertyQuery | EnumPropertyQuery | ValuePropertyQuery | BooleanQuery | IntPropertyQuery | DatePropertyQuery
    | NullQuery | IPAddressQuery | StringListContainsQuery | ListEmptyQuery | XenModelObjectPropertyQuery
    | XenModelObjectListContainsQuery | XenModelObjectListContainsNameQuery | DummyQuery
)  # fmt: skip
RecursiveQuery = RecursiveXMOPropertyQuery | RecursiveXMOListPropertyQuery
FieldQuery = CustomFieldQuery | CustomFieldDateQuery
Query = GroupQuery | PropertyQuery | RecursiveQuery | FieldQuery


class PropertyGrouping(_OfProperty, frozen=True): ...


class XenModelObjectPropertyGrouping(_OfProperty, frozen=True): ...


class BoolGrouping(_OfProperty, frozen=True): ...


class CustomFieldGrouping(Element, frozen=True):
    definition: FieldDefinition


class AllCustomFieldsGrouping(Element, frozen=True): ...


class FolderGrouping(Element, frozen=True): ...


class ForeignGrouping(Element, frozen=True):
    """A grouping of another version: it groups nothing here, but its `text` is kept as it was written."""

    element: ClassVar[str] = "Grouping of another version"
    text: str


KnownGrouping = (
    PropertyGrouping | XenModelObjectPropertyGrouping | BoolGrouping | CustomFieldGrouping | AllCustomFieldsGrouping
    | FolderGrouping
)  # fmt: skip
Grouping = KnownGrouping | ForeignGrouping


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    width: int


@dataclass(frozen=True, slots=True)
class Sort:
    column: str
    is_ascending: bool = True


@dataclass(frozen=True, slots=True)
class Search:
    """A whole search. `scope` keeps the order in which it was written; `show_expanded` None is "not said"."""

    name: str
    uuid: str = ""
    scope: tuple[ObjectType, ...] = tuple(sort for sort in ObjectType if sort in ALL_BUT_FOLDERS)
    query: Query | None = None
    groupings: tuple[Grouping, ...] = ()
    columns: tuple[Column, ...] = ()
    sorting: tuple[Sort, ...] = ()
    show_expanded: bool | None = None


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search as it was found: `text` is written back untouched as long as the search is not edited."""

    search: Search
    text: str
