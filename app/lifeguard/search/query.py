"""What a search asks: XenCenter's query types as data. Each knows its element's name in saved searches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from lifeguard.inventory.custom_fields import FieldDefinition
from lifeguard.inventory.kinds import ALL_BUT_FOLDERS, ObjectType

GroupType = Literal["And", "Or", "Nor"]
TextMatch = Literal["contains", "notcontain", "startswith", "endswith", "exactmatch"]
IntRelation = Literal["exactmatch", "gt", "lt"]
DateRelation = Literal["today", "yesterday", "thisweek", "lastweek", "before", "after", "exact"]


@dataclass(frozen=True, slots=True)
class GroupQuery:
    """All, any or none of several queries."""

    element: ClassVar[str] = "GroupQuery"
    type: GroupType
    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class StringPropertyQuery:
    """An empty pattern matches every text."""

    element: ClassVar[str] = "StringPropertyQuery"
    property: str
    query: str
    type: TextMatch = "contains"
    casesensitive: bool = False


@dataclass(frozen=True, slots=True)
class EnumPropertyQuery:
    element: ClassVar[str] = "EnumPropertyQuery"
    property: str
    query: str
    equals: bool = True


@dataclass(frozen=True, slots=True)
class ValuePropertyQuery:
    element: ClassVar[str] = "ValuePropertyQuery"
    property: str
    query: str
    equals: bool = True


@dataclass(frozen=True, slots=True)
class BooleanQuery:
    element: ClassVar[str] = "BooleanQuery"
    property: str
    query: bool


@dataclass(frozen=True, slots=True)
class IntPropertyQuery:
    element: ClassVar[str] = "IntPropertyQuery"
    property: str
    query: int
    type: IntRelation = "exactmatch"


@dataclass(frozen=True, slots=True)
class DatePropertyQuery:
    """`query` is a day (20090504 or an ISO date); the relative types take today from whoever evaluates."""

    element: ClassVar[str] = "DatePropertyQuery"
    property: str
    query: str
    type: DateRelation = "exact"


@dataclass(frozen=True, slots=True)
class NullQuery:
    """Whether an object has the property at all."""

    element: ClassVar[str] = "NullQuery"
    property: str
    query: bool


@dataclass(frozen=True, slots=True)
class IPAddressQuery:
    """`address` may be partial: "10.0.*"."""

    element: ClassVar[str] = "IPAddressQuery"
    property: str
    address: str
    contains: bool = True


@dataclass(frozen=True, slots=True)
class StringListContainsQuery:
    element: ClassVar[str] = "StringListContainsQuery"
    property: str
    query: str
    contains: bool = True


@dataclass(frozen=True, slots=True)
class ListEmptyQuery:
    element: ClassVar[str] = "ListEmptyQuery"
    property: str
    empty: bool


@dataclass(frozen=True, slots=True)
class XenModelObjectPropertyQuery:
    """The property leads to the object of that uuid."""

    element: ClassVar[str] = "XenModelObjectPropertyQuery"
    property: str
    uuid: str
    equals: bool = True


@dataclass(frozen=True, slots=True)
class XenModelObjectListContainsQuery:
    element: ClassVar[str] = "XenModelObjectListContainsQuery"
    property: str
    uuid: str
    contains: bool = True


@dataclass(frozen=True, slots=True)
class XenModelObjectListContainsNameQuery:
    element: ClassVar[str] = "XenModelObjectListContainsNameQuery"
    property: str
    query: str
    type: TextMatch = "contains"


@dataclass(frozen=True, slots=True)
class RecursiveXMOPropertyQuery:
    """The object that the property leads to answers another query."""

    element: ClassVar[str] = "RecursiveXMOPropertyQuery"
    property: str
    query: Query


@dataclass(frozen=True, slots=True)
class RecursiveXMOListPropertyQuery:
    """One of the objects that the property leads to answers another query."""

    element: ClassVar[str] = "RecursiveXMOListPropertyQuery"
    property: str
    query: Query


@dataclass(frozen=True, slots=True)
class CustomFieldQuery:
    element: ClassVar[str] = "CustomFieldQuery"
    definition: FieldDefinition
    query: str
    type: TextMatch = "contains"


@dataclass(frozen=True, slots=True)
class CustomFieldDateQuery:
    element: ClassVar[str] = "CustomFieldDateQuery"
    definition: FieldDefinition
    query: str
    type: DateRelation = "exact"


@dataclass(frozen=True, slots=True)
class DummyQuery:
    """A row of the builder that says nothing yet; or a query of another version, which says nothing here but whose
    `text` is kept as it was written."""

    element: ClassVar[str] = "DummyQuery"
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


@dataclass(frozen=True, slots=True)
class PropertyGrouping:
    element: ClassVar[str] = "PropertyGrouping"
    property: str


@dataclass(frozen=True, slots=True)
class XenModelObjectPropertyGrouping:
    element: ClassVar[str] = "XenModelObjectPropertyGrouping"
    property: str


@dataclass(frozen=True, slots=True)
class BoolGrouping:
    element: ClassVar[str] = "BoolGrouping"
    property: str


@dataclass(frozen=True, slots=True)
class CustomFieldGrouping:
    element: ClassVar[str] = "CustomFieldGrouping"
    definition: FieldDefinition


@dataclass(frozen=True, slots=True)
class AllCustomFieldsGrouping:
    element: ClassVar[str] = "AllCustomFieldsGrouping"


@dataclass(frozen=True, slots=True)
class FolderGrouping:
    element: ClassVar[str] = "FolderGrouping"


@dataclass(frozen=True, slots=True)
class ForeignGrouping:
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
