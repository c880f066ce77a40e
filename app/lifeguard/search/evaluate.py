"""Whether an object answers a query: true, false, or None where the query does not care.

What does not care never decides: beside a true it is true, beside a false false, and alone it lets the object pass.
A query is read once and becomes a test, a plain function that is then asked about thousands of objects.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from typing import Any, ParamSpec

from lifeguard.datamodel.records import Record
from lifeguard.inventory.addresses import address_claim
from lifeguard.inventory.answers import Facts
from lifeguard.inventory.custom_fields import value_of
from lifeguard.search.properties import PROPERTIES
from lifeguard.search.query import (
    BooleanQuery,
    CustomFieldDateQuery,
    CustomFieldQuery,
    DatePropertyQuery,
    DummyQuery,
    EnumPropertyQuery,
    FieldQuery,
    GroupQuery,
    IntPropertyQuery,
    IPAddressQuery,
    ListEmptyQuery,
    NullQuery,
    PropertyQuery,
    Query,
    RecursiveQuery,
    RecursiveXMOListPropertyQuery,
    RecursiveXMOPropertyQuery,
    StringListContainsQuery,
    StringPropertyQuery,
    ValuePropertyQuery,
    XenModelObjectListContainsNameQuery,
    XenModelObjectListContainsQuery,
    XenModelObjectPropertyQuery,
)
from lifeguard.search.relatives import target

P = ParamSpec("P")
Truth = bool | None
Test = Callable[[Facts, Record], Truth]
_Claim = Callable[[Facts, Any], Truth]
_OLD_WORDS = {
    "sr": "remotesr", "alwaysrestart": "restart", "alwaysrestarthighpriority": "restart", "optimised": "optimized",
    "pv_drivers_not_installed": "notinstalled", "pv_drivers_out_of_date": "outofdate", "not_installed": "notinstalled",
    "io_drivers_installed, management_installed": "optimized",
}  # fmt: skip
_OF_NOTHING = (NullQuery, ListEmptyQuery, StringListContainsQuery, XenModelObjectListContainsQuery, IPAddressQuery)


def as_filter(query: Query, now: datetime) -> Callable[[Facts, str], bool]:
    """A query as the quick filter of a tree: whether the object of a ref passes."""
    test = as_test(query, now)

    def passes(facts: Facts, ref: str) -> bool:
        record = facts.find(ref)
        return record is not None and test(facts, record) is not False

    return passes


def as_test(query: Query | None, now: datetime) -> Test:
    """A query as a function of one object. `now` gives today, and the time zone in which a day is a day."""
    says = _read(query, now)
    return says if callable(says) else lambda facts, record: says


def _read(query: Query | None, now: datetime) -> Test | Truth:
    """What a query says of an object; a truth where it says that of each."""
    match query:
        case None | DummyQuery():
            return None
        case GroupQuery(kind, parts):
            return combined(kind, [_read(part, now) for part in parts])
        case CustomFieldQuery() | CustomFieldDateQuery():
            return _field_test(query, now)
        case RecursiveXMOPropertyQuery() | RecursiveXMOListPropertyQuery():
            return _recursive_test(query, now)
        case _:
            return _property_test(query, now)


def combined(kind: str, parts: Collection[Callable[P, Truth] | Truth]) -> Callable[P, Truth] | Truth:
    """All, any or none of several tests, some of which may be known already."""
    deciding, is_turned = kind != "And", kind == "Nor"
    tests = [part for part in parts if callable(part)]
    known = {part for part in parts if not callable(part)}
    left = not deciding if (not deciding) in known else None
    if deciding in known:
        return deciding is not is_turned
    if not tests:
        return left if left is None else left is not is_turned

    def test(*args: P.args, **kwargs: P.kwargs) -> Truth:
        answer: Truth = left
        for part in tests:
            says = part(*args, **kwargs)
            if says is deciding:
                return deciding is not is_turned
            if says is not None:
                answer = not deciding
        return answer if answer is None else answer is not is_turned

    return test


def _field_test(query: FieldQuery, now: datetime) -> Test:
    name = query.definition.name
    says = (
        text_claim(query.query, query.type)
        if isinstance(query, CustomFieldQuery)
        else lambda text: matches_date(query.query, query.type, text, now)
    )

    def test(facts: Facts, record: Record) -> Truth:
        value = value_of(record, name)
        return value is not None and says(value)

    return test


def _recursive_test(query: RecursiveQuery, now: datetime) -> Test:
    name, inner = query.property, as_test(query.query, now)
    getter = PROPERTIES.get(name)

    def test(facts: Facts, record: Record) -> Truth:
        value = getter(facts, record) if getter is not None else None
        found = (target(facts, name, ref) for ref in texts_of(value))
        return any_of(inner(facts, other) for other in found if other is not None)

    return test


def any_of(answers: Iterable[Truth]) -> Truth:
    """True if any is; None if there are some, and none of them cares; false otherwise."""
    seen: set[Truth] = set()
    for says in answers:
        if says:
            return True
        seen.add(says)
    return None if seen == {None} else False


def _property_test(query: PropertyQuery, now: datetime) -> Test | Truth:
    getter = PROPERTIES.get(query.property)
    if getter is None:
        return None
    claim = _claim(query, now)
    if is_about_nothing(query):
        return lambda facts, record: claim(facts, getter(facts, record))

    def test(facts: Facts, record: Record) -> Truth:
        value = getter(facts, record)
        return value is not None and claim(facts, value)

    return test


def is_about_nothing(query: Query) -> bool:
    """Whether a query may hold for an object that does not have the property at all."""
    return isinstance(query, _OF_NOTHING)


def _claim(query: PropertyQuery, now: datetime) -> _Claim:
    """What a query says of the value of its property."""
    match query:
        case NullQuery(_, is_null):
            return lambda facts, value: (value is None) == is_null
        case ListEmptyQuery(_, is_empty):
            return lambda facts, value: (not value) == is_empty
        case StringListContainsQuery(_, text, contains):
            folded = text.casefold()
            return lambda facts, value: (folded in map(str.casefold, texts_of(value))) == contains
        case IPAddressQuery(_, pattern, contains):
            means = address_claim(pattern)
            return lambda facts, value: any(map(means, texts_of(value))) == contains
        case StringPropertyQuery(_, pattern, how, is_case_sensitive):
            says = text_claim(pattern, how, is_case_sensitive)
            return lambda facts, value: says(str(value))
        case EnumPropertyQuery(_, word, equals) | ValuePropertyQuery(_, word, equals):
            wanted = canonical_word(word)
            return lambda facts, value: (canonical_word(str(value)) == wanted) == equals
        case BooleanQuery(_, wanted_truth):
            return lambda facts, value: bool(value) == wanted_truth
        case IntPropertyQuery(_, number, relation):
            compares = {"gt": number.__lt__, "lt": number.__gt__}.get(relation, number.__eq__)
            return lambda facts, value: isinstance(value, int) and compares(value)
        case DatePropertyQuery(_, pattern, relation):
            return lambda facts, value: matches_date(pattern, relation, str(value), now)
        case _:
            return _claim_about_others(query)


def _claim_about_others(query: PropertyQuery) -> _Claim:
    name = query.property
    match query:
        case XenModelObjectPropertyQuery(_, uuid, wanted) | XenModelObjectListContainsQuery(_, uuid, wanted):
            return lambda facts, value: (uuid in _uuids(facts, name, value)) == wanted
        case XenModelObjectListContainsNameQuery(_, pattern, how, wanted):
            says = text_claim(pattern, how)
            return lambda facts, value: any(says(_label(facts, name, ref)) for ref in texts_of(value)) == wanted
        case _:
            return lambda facts, value: False


def canonical_word(word: str) -> str:
    """One spelling for a value that old versions and new ones write differently."""
    plain = word.strip().casefold()
    return _OLD_WORDS.get(plain, plain)


def text_claim(pattern: str, how: str, is_case_sensitive: bool = False) -> Callable[[str], bool]:
    """What a pattern says of a text."""
    if is_case_sensitive:
        return folded_claim(pattern, how)
    says = folded_claim(pattern.casefold(), how)
    return lambda text: says(text.casefold())


def folded_claim(pattern: str, how: str) -> Callable[[str], bool]:
    """The same, letter by letter: where case counts, or has been folded already. Every text answers an empty one."""
    if not pattern:
        return lambda text: True
    match how:
        case "startswith":
            return lambda text: text.startswith(pattern)
        case "endswith":
            return lambda text: text.endswith(pattern)
        case "exactmatch":
            return lambda text: text == pattern
        case "notcontain":
            return lambda text: pattern not in text
        case _:
            return lambda text: pattern in text


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


def texts_of(value: object) -> tuple[str, ...]:
    """The value of a property as several, none or one."""
    if isinstance(value, str):
        return (value,)
    return tuple(str(item) for item in value) if isinstance(value, tuple) else ()


def _uuids(facts: Facts, property_name: str, value: object) -> set[str]:
    found = (target(facts, property_name, ref) for ref in texts_of(value))
    return {record.uuid for record in found if record is not None}


def _label(facts: Facts, property_name: str, ref: str) -> str:
    record = target(facts, property_name, ref)
    return str(PROPERTIES["label"](facts, record)) if record is not None else ""
