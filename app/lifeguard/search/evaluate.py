"""Whether an object answers a query: true, false, or None where the query does not care.

What does not care never decides: beside a true it is true, beside a false false, and alone it lets the object pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from lifeguard.datamodel.records import Record
from lifeguard.inventory.addresses import matches_address
from lifeguard.inventory.answers import Facts
from lifeguard.inventory.custom_fields import value_of
from lifeguard.search.properties import PROPERTIES, target
from lifeguard.search.query import (
    BooleanQuery,
    CustomFieldDateQuery,
    CustomFieldQuery,
    DatePropertyQuery,
    DummyQuery,
    EnumPropertyQuery,
    GroupQuery,
    IntPropertyQuery,
    IPAddressQuery,
    ListEmptyQuery,
    NullQuery,
    Query,
    RecursiveXMOListPropertyQuery,
    RecursiveXMOPropertyQuery,
    StringListContainsQuery,
    StringPropertyQuery,
    ValuePropertyQuery,
    XenModelObjectListContainsNameQuery,
    XenModelObjectListContainsQuery,
    XenModelObjectPropertyQuery,
)

Truth = bool | None
_OLD_WORDS = {
    "sr": "remotesr", "alwaysrestart": "restart", "alwaysrestarthighpriority": "restart", "optimised": "optimized",
    "pv_drivers_not_installed": "notinstalled", "pv_drivers_out_of_date": "outofdate",
}  # fmt: skip


def matches(query: Query | None, facts: Facts, record: Record, now: datetime) -> bool:
    """Whether an object is in the result of a query."""
    return query is None or judge(query, facts, record, now) is not False


def as_filter(query: Query, now: datetime) -> Callable[[Facts, str], bool]:
    """A query as the quick filter of a tree: whether the object of a ref passes."""

    def passes(facts: Facts, ref: str) -> bool:
        record = facts.find(ref)
        return record is not None and matches(query, facts, record, now)

    return passes


def judge(query: Query, facts: Facts, record: Record, now: datetime) -> Truth:
    """What one query says of one object. `now` gives today, and the time zone in which a day is a day."""
    match query:
        case GroupQuery():
            return _judge_group(query, facts, record, now)
        case DummyQuery():
            return None
        case CustomFieldQuery():
            value = value_of(record, query.definition.name)
            return value is not None and matches_text(query.query, query.type, value)
        case CustomFieldDateQuery():
            value = value_of(record, query.definition.name)
            return value is not None and matches_date(query.query, query.type, value, now)
        case RecursiveXMOPropertyQuery() | RecursiveXMOListPropertyQuery():
            return _judge_recursive(query, facts, record, now)
    getter = PROPERTIES.get(query.property)
    if getter is None:
        return None
    return _judge_value(query, facts, getter(facts, record), now)


def _judge_group(query: GroupQuery, facts: Facts, record: Record, now: datetime) -> Truth:
    deciding = query.type != "And"
    answer: Truth = None
    for part in query.queries:
        says = judge(part, facts, record, now)
        if says is deciding:
            answer = deciding
            break
        if says is not None:
            answer = not deciding
    return not answer if query.type == "Nor" and answer is not None else answer


def _judge_recursive(
    query: RecursiveXMOPropertyQuery | RecursiveXMOListPropertyQuery, facts: Facts, record: Record, now: datetime
) -> Truth:
    getter = PROPERTIES.get(query.property)
    value = getter(facts, record) if getter is not None else None
    refs: Iterable[str] = (value,) if isinstance(value, str) else value or ()
    found = (target(facts, query.property, ref) for ref in refs)
    return any_of(judge(query.query, facts, other, now) for other in found if other is not None)


def any_of(answers: Iterable[Truth]) -> Truth:
    """True if any is; else None if any does not care; false when there is none at all."""
    answer: Truth = False
    for says in answers:
        if says:
            return True
        if says is None:
            answer = None
    return answer


def _judge_value(query: Query, facts: Facts, value: object, now: datetime) -> Truth:
    match query:
        case NullQuery():
            return (value is None) == query.query
        case ListEmptyQuery():
            return (not value) == query.empty
        case StringListContainsQuery():
            return (query.query.casefold() in {item.casefold() for item in _texts(value)}) == query.contains
        case XenModelObjectListContainsQuery():
            return (query.uuid in _uuids(facts, query.property, value)) == query.contains
        case IPAddressQuery():
            return any(matches_address(query.address, address) for address in _texts(value)) == query.contains
    if value is None:
        return False
    match query:
        case StringPropertyQuery():
            return matches_text(query.query, query.type, str(value), query.casesensitive)
        case EnumPropertyQuery() | ValuePropertyQuery():
            return (canonical_word(query.query) == canonical_word(str(value))) == query.equals
        case BooleanQuery():
            return bool(value) == query.query
        case IntPropertyQuery() if isinstance(value, int):
            return {"gt": value > query.query, "lt": value < query.query}.get(query.type, value == query.query)
        case DatePropertyQuery():
            return matches_date(query.query, query.type, str(value), now)
        case XenModelObjectPropertyQuery():
            return (query.uuid in _uuids(facts, query.property, value)) == query.equals
        case XenModelObjectListContainsNameQuery():
            labels = (_label(facts, query.property, ref) for ref in _texts(value))
            return any(matches_text(query.query, query.type, label) for label in labels)
    return False


def canonical_word(word: str) -> str:
    """One spelling for a value that old versions and new ones write differently."""
    plain = word.strip().casefold()
    return _OLD_WORDS.get(plain, plain)


def matches_text(pattern: str, how: str, text: str, is_case_sensitive: bool = False) -> bool:
    """Whether a text answers a pattern; an empty one is answered by every text."""
    if not pattern:
        return True
    if not is_case_sensitive:
        pattern, text = pattern.casefold(), text.casefold()
    match how:
        case "startswith":
            return text.startswith(pattern)
        case "endswith":
            return text.endswith(pattern)
        case "exactmatch":
            return text == pattern
        case "notcontain":
            return pattern not in text
        case _:
            return pattern in text


def matches_date(pattern: str, how: str, text: str, now: datetime) -> bool:
    """Whether an instant lies on a day, by the days of `now`'s time zone; `before` and `after` include the day."""
    day = day_of(text, now)
    if day is None:
        return False
    age = (now.date() - day).days
    match how:
        case "today":
            return age == 0
        case "yesterday":
            return age == 1
        case "thisweek":
            return 0 <= age <= 6
        case "lastweek":
            return 7 <= age <= 13
    wanted = day_of(pattern, now)
    if wanted is None:
        return False
    return {"before": day <= wanted, "after": day >= wanted}.get(how, day == wanted)


def day_of(text: str, now: datetime) -> date | None:
    """The local day of an instant (20090504T10:00:00Z, 2009-05-04T10:00:00) or of a bare day; None for other text."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None or moment.year <= 1:
        return moment.date()
    return moment.astimezone(now.tzinfo).date()


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(str(item) for item in value) if isinstance(value, tuple) else ()


def _uuids(facts: Facts, property_name: str, value: object) -> set[str]:
    found = (target(facts, property_name, ref) for ref in _texts(value))
    return {record.uuid for record in found if record is not None}


def _label(facts: Facts, property_name: str, ref: str) -> str:
    record = target(facts, property_name, ref)
    return str(PROPERTIES["label"](facts, record)) if record is not None else ""
