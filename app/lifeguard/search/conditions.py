"""One condition: what is looked at, how it is compared, and with what. A line of the query builder, and what stands
between two blanks of the text: both faces of a query are made from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal, cast

from lifeguard.inventory.answers import Facts
from lifeguard.inventory.custom_fields import FieldDefinition, field_definitions
from lifeguard.search.fulltext import plain_word, word_query
from lifeguard.search.query import (
    BooleanQuery,
    CustomFieldDateQuery,
    CustomFieldQuery,
    DatePropertyQuery,
    DateRelation,
    DummyQuery,
    EnumPropertyQuery,
    GroupQuery,
    IntPropertyQuery,
    IntRelation,
    IPAddressQuery,
    ListEmptyQuery,
    NullQuery,
    Query,
    RecursiveXMOListPropertyQuery,
    RecursiveXMOPropertyQuery,
    StringListContainsQuery,
    StringPropertyQuery,
    TextMatch,
)
from lifeguard.search.words import HAS_WORDS, KEYS, amount_of, amount_text

Needs = Literal["text", "choice", "amount", "day", "nothing"]
Sort = Literal["words", "text", "enum", "list", "objects", "object", "folder", "amount", "address", "date", "bool"]
WORDS = "words"
_FIELD = "field:"


@dataclass(frozen=True, slots=True)
class Relation:
    """One way to compare; `needs` says with what."""

    key: str
    title: str
    needs: Needs


@dataclass(frozen=True, slots=True)
class Subject:
    """What a condition may look at. `choices` are the words for its values, by value."""

    key: str
    title: str
    sort: Sort
    property_name: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)

    @property
    def relations(self) -> tuple[Relation, ...]:
        if self.key in HAS_WORDS:
            return (*_RELATIONS[self.sort], *_THERE)
        is_text_field = self.sort == "text" and field_name(self) is not None
        return (*_RELATIONS[self.sort], *(_THERE[:1] if is_text_field else ()))


@dataclass(frozen=True, slots=True)
class Condition:
    """`relation` is the key of one of the subject's relations."""

    subject: Subject
    relation: str
    value: str = ""


def _told(needs: Needs, **titles: str) -> tuple[Relation, ...]:
    return tuple(Relation(key, title, needs) for key, title in titles.items())


_TEXTS = _told("text", contains="contains", notcontain="does not contain", startswith="starts with",
               endswith="ends with", exactmatch="is exactly")  # fmt: skip
_THERE = _told("nothing", filled="is there", empty="is not there")
_DAYS = (
    *_told("nothing", today="is today", yesterday="was yesterday", thisweek="is in the last 7 days",
           lastweek="was in the 7 days before"),
    *_told("day", after="is on or after", before="is on or before", exact="is on"),
)  # fmt: skip
_NAMED = (
    Relation("contains", "has a name that contains", "text"),
    Relation("startswith", "has a name that starts with", "text"),
    Relation("endswith", "has a name that ends with", "text"),
    Relation("exactmatch", "is", "text"),
)
_RELATIONS: Mapping[Sort, tuple[Relation, ...]] = MappingProxyType({
    "words": _told("text", contains="contains"),
    "text": _TEXTS,
    "enum": _told("choice", equals="is", differs="is not"),
    "list": _told("text", equals="contains", differs="does not contain"),
    "objects": _NAMED,
    "object": _NAMED,
    "folder": (Relation("exactmatch", "is, or is below,", "text"),),
    "amount": _told("amount", gt="is more than", lt="is less than", exactmatch="is exactly"),
    "address": _told("text", equals="is", differs="is not"),
    "date": _DAYS,
    "bool": _told("nothing", yes="is true", no="is false"),
})  # fmt: skip
_TITLES: Mapping[str, str] = MappingProxyType({
    "name": "Name", "description": "Description", "uuid": "UUID", "os": "Operating system", "srtype": "Storage type",
    "type": "Type", "state": "Power state", "ha": "HA restart priority", "tools": "Tools status", "tag": "Tags",
    "host": "Server", "network": "Network", "sr": "Storage", "disk": "Virtual disk", "vm": "VM", "pool": "Pool",
    "vapp": "vApp", "folder": "Folder", "memory": "Memory", "size": "Size of disk", "ip": "Address",
    "started": "Start time", "shared": "Shared", "invapp": "In any vApp",
})  # fmt: skip
ANY_WORD = Subject(WORDS, "Name, description or address", "words")


def _subject(key: str, title: str) -> Subject:
    word = KEYS[key]
    choices = {value: text.replace("-", " ") for text, value in word.values.items()}
    return Subject(key, title, cast("Sort", word.sort), word.property, choices)


SUBJECTS: tuple[Subject, ...] = (ANY_WORD, *(_subject(key, title) for key, title in _TITLES.items()))
BY_KEY: Mapping[str, Subject] = MappingProxyType({subject.key: subject for subject in SUBJECTS})
_BY_PROPERTY = {subject.property_name: subject for subject in SUBJECTS if subject.property_name}


def subjects(pools: Iterable[Facts]) -> tuple[Subject, ...]:
    """What can be looked at in these pools: their custom fields come last."""
    fields = {one.name: one for facts in pools for one in field_definitions(facts)}
    return (*SUBJECTS, *map(field_subject, fields.values()))


def field_subject(definition: FieldDefinition) -> Subject:
    """A custom field, as something to look at."""
    return Subject(_FIELD + definition.name, definition.name, "date" if definition.is_date else "text")


def field_name(subject: Subject) -> str | None:
    """The name of the custom field that is looked at, None where it is none."""
    return subject.key.removeprefix(_FIELD) if subject.key.startswith(_FIELD) else None


def query_of(condition: Condition) -> Query:
    """The query that a line means; one that says nothing while its value is missing or makes no sense."""
    subject, relation = condition.subject, condition.relation
    needs = next((known.needs for known in subject.relations if known.key == relation), None)
    value = "" if needs == "nothing" else _digits(condition.value) if needs == "day" else condition.value
    if needs is None or (needs != "nothing" and not value):
        return DummyQuery(subject.property_name)
    name = field_name(subject)
    if name is None:
        return _query(subject, relation, value)
    if subject.sort == "date":
        return CustomFieldDateQuery(FieldDefinition(name, True), value, cast("DateRelation", relation))
    how = "contains" if relation == "filled" else relation
    return CustomFieldQuery(FieldDefinition(name), value, cast("TextMatch", how))


def _query(subject: Subject, relation: str, value: str) -> Query:
    name = subject.property_name
    match subject.sort, relation:
        case (("list" | "objects"), ("filled" | "empty")):
            return ListEmptyQuery(name, relation == "empty")
        case _, ("filled" | "empty"):
            return NullQuery(_singular(name), relation == "empty")
        case "words", _:
            return word_query(value)
        case "text", _:
            return StringPropertyQuery(name, value, cast("TextMatch", relation))
        case "enum", _:
            return EnumPropertyQuery(name, value, relation == "equals")
        case "address", _:
            return IPAddressQuery(name, value, relation == "equals")
        case "date", _:
            return DatePropertyQuery(name, value, cast("DateRelation", relation))
        case "bool", _:
            return BooleanQuery(name, relation == "yes")
        case "list", _:
            return StringListContainsQuery(name, value, relation == "equals")
        case "amount", _:
            amount = amount_of(value)
            return DummyQuery(name) if amount is None else IntPropertyQuery(name, amount, cast("IntRelation", relation))
        case "folder", _:
            return RecursiveXMOListPropertyQuery(name, StringPropertyQuery("uuid", value, "exactmatch"))
        case "object", _:
            return RecursiveXMOPropertyQuery(name, StringPropertyQuery("label", value, cast("TextMatch", relation)))
    return RecursiveXMOListPropertyQuery(name, StringPropertyQuery("label", value, cast("TextMatch", relation)))


def _singular(name: str) -> str:
    return "folder" if name == "folders" else name


def condition_of(query: Query) -> Condition | None:
    """The condition that a query is; None for one that is none, or that there are no words for."""
    word = plain_word(query)
    if word is not None:
        return Condition(ANY_WORD, "contains", word)
    if isinstance(query, GroupQuery):
        return None
    found = _read(query)
    if found is None or isinstance(query, DummyQuery):
        return found
    if found.subject.choices and found.value not in found.subject.choices:
        return None
    return found if query_of(found) == query else None


def _read(query: Query) -> Condition | None:
    match query:
        case CustomFieldQuery(definition, "", "contains"):
            return Condition(field_subject(FieldDefinition(definition.name)), "filled")
        case CustomFieldQuery(definition, text, how):
            return Condition(field_subject(FieldDefinition(definition.name)), how, text)
        case CustomFieldDateQuery(definition, text, how):
            return Condition(field_subject(FieldDefinition(definition.name, True)), how, _day(text))
        case RecursiveXMOListPropertyQuery("folders", StringPropertyQuery("uuid", path, how)):
            return Condition(BY_KEY["folder"], how, path)
        case RecursiveXMOListPropertyQuery(name, StringPropertyQuery("label", text, how)) | RecursiveXMOPropertyQuery(
            name, StringPropertyQuery("label", text, how)
        ):
            return _at(name, how, text)
        case RecursiveXMOListPropertyQuery() | RecursiveXMOPropertyQuery() | GroupQuery():
            return None
        case NullQuery("folder", is_null):
            return _at("folders", "empty" if is_null else "filled")
    return _read_plain(query)


def _read_plain(query: Query) -> Condition | None:
    match query:
        case DummyQuery(name, ""):
            subject = _BY_PROPERTY.get(name, ANY_WORD)
            return Condition(subject, subject.relations[0].key)
        case StringPropertyQuery(name, text, how):
            return _at(name, how, text)
        case EnumPropertyQuery(name, value, equals) | StringListContainsQuery(name, value, equals):
            return _at(name, "equals" if equals else "differs", value)
        case IPAddressQuery(name, value, contains):
            return _at(name, "equals" if contains else "differs", value)
        case BooleanQuery(name, value):
            return _at(name, "yes" if value else "no")
        case IntPropertyQuery(name, amount, relation):
            return _at(name, relation, amount_text(amount))
        case DatePropertyQuery(name, day, relation):
            return _at(name, relation, _day(day))
        case NullQuery(name, is_empty) | ListEmptyQuery(name, is_empty):
            return _at(name, "empty" if is_empty else "filled")
    return None


def _at(name: str, relation: str, value: str = "") -> Condition | None:
    subject = _BY_PROPERTY.get(name)
    return Condition(subject, relation, value) if subject is not None else None


def _digits(day: str) -> str:
    """A day as queries have it; empty for what is none."""
    try:
        return date.fromisoformat(day).strftime("%Y%m%d")
    except ValueError:
        return ""


def _day(digits: str) -> str:
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if len(digits) == 8 else digits


def without_gaps(query: Query | None) -> Query | None:
    """A query without the lines that say nothing yet; None when nothing is left."""
    if isinstance(query, DummyQuery) and not query.text:
        return None
    if not isinstance(query, GroupQuery):
        return query
    parts = tuple(part for part in map(without_gaps, query.queries) if part is not None)
    if not parts:
        return None
    return parts[0] if len(parts) == 1 and query.type != "Nor" else GroupQuery(query.type, parts)
