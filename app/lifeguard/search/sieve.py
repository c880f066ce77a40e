"""A query as sieves for objects of one sort: what it says of all of them alike is known before any is looked at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from lifeguard.inventory.addresses import address_claim
from lifeguard.inventory.answers import Facts
from lifeguard.inventory.kinds import ObjectType
from lifeguard.search.evaluate import (
    Truth,
    any_of,
    as_test,
    canonical_word,
    combined,
    folded_claim,
    is_about_nothing,
    text_claim,
    texts_of,
)
from lifeguard.search.fulltext import plain_word
from lifeguard.search.profile import Hit
from lifeguard.search.properties import PROPERTIES
from lifeguard.search.query import (
    DummyQuery,
    EnumPropertyQuery,
    GroupQuery,
    IPAddressQuery,
    Query,
    RecursiveQuery,
    RecursiveXMOListPropertyQuery,
    RecursiveXMOPropertyQuery,
    StringListContainsQuery,
    StringPropertyQuery,
)
from lifeguard.search.relatives import target

_VM_ONLY: Final = frozenset({
    "memory", "os_name", "power_state", "virtualisation_status", "start_time", "ha_restart_priority",
    "read_caching_enabled",
})  # fmt: skip
_PROFILED: Final = frozenset({"folders", "host", "storage"})
_FREE, _CHEAP, _COSTLY = range(3)

Test = Callable[[Hit], Truth]
Sieve = Callable[[list[Hit]], list[Hit]]


class Sieves:
    """For objects of these sorts; `facts_of` leads to the pool of a hit."""

    def __init__(self, facts_of: Callable[[str], Facts], sorts: frozenset[ObjectType], now: datetime) -> None:
        self._facts_of = facts_of
        self._sorts = sorts
        self._now = now

    def of(self, query: Query | None, scope: frozenset[ObjectType]) -> list[Sieve] | None:
        """What an object must pass one after the other, the cheap ones first; None where none can."""
        sieves = [] if self._sorts <= scope else [_sieve(lambda hit: hit.profile.type in scope)]
        for part in sorted(_all_of(query), key=_cost):
            word = plain_word(part)
            test = self._test(part)
            if test is False:
                return None
            if word is not None and not _is_address(part):
                sieves.append(_word_sieve(word.casefold()))
            elif callable(test):
                sieves.append(_sieve(test))
        return sieves

    def _test(self, query: Query) -> Test | Truth:
        """What a query says of an object; a truth where it says that of each."""
        word = plain_word(query)
        if word is not None:
            return _word_test(word, query)
        match query:
            case DummyQuery():
                return None
            case GroupQuery(kind, parts):
                return combined(kind, [self._test(part) for part in sorted(parts, key=_cost)])
            case EnumPropertyQuery("type", value, equals):
                return self._sort_test(canonical_word(value), equals)
            case StringPropertyQuery("label", pattern, how, False):
                says = folded_claim(pattern.casefold(), how)
                return lambda hit: says(hit.profile.name)
            case StringPropertyQuery("os_name", pattern, how, False) if ObjectType.VM in self._sorts:
                claim = text_claim(pattern, how)
                return lambda hit: hit.profile.os is not None and claim(hit.profile.os)
            case StringListContainsQuery("tags", tag, contains):
                folded = tag.casefold()
                return lambda hit: (folded in map(str.casefold, hit.profile.tags)) == contains
            case RecursiveXMOListPropertyQuery() | RecursiveXMOPropertyQuery():
                return self._others_test(query)
        return self._record_test(query)

    def _sort_test(self, word: str, equals: bool) -> Test | Truth:
        meant = frozenset(sort for sort in self._sorts if canonical_word(sort.value) == word)
        if not meant or meant == self._sorts:
            return bool(meant) == equals
        return lambda hit: (hit.profile.type in meant) == equals

    def _others_test(self, query: RecursiveQuery) -> Test:
        """What a query says of the objects that a property leads to: each of those is judged once."""
        judged: dict[tuple[str, str], Truth] = {}
        name, inner = query.property, as_test(query.query, self._now)
        getter = PROPERTIES.get(name)

        def says(source: str, ref: str) -> Truth:
            key = (source, ref)
            if key not in judged:
                facts = self._facts_of(source)
                found = target(facts, name, ref)
                judged[key] = found is not None and inner(facts, found)
            return judged[key]

        def test(hit: Hit) -> Truth:
            if name in _PROFILED:
                refs = getattr(hit.profile, name)
            else:
                facts = self._facts_of(hit.source)
                record = facts.find(hit.ref)
                refs = texts_of(getter(facts, record)) if getter is not None and record is not None else ()
            return any_of(says(hit.source, ref) for ref in refs)

        return test

    def _record_test(self, query: Query) -> Test | Truth:
        is_for_vms = getattr(query, "property", None) in _VM_ONLY and not is_about_nothing(query)
        if is_for_vms and ObjectType.VM not in self._sorts:
            return False
        test = as_test(query, self._now)

        def says(hit: Hit) -> Truth:
            facts = self._facts_of(hit.source)
            record = facts.find(hit.ref)
            return record is not None and test(facts, record)

        return says


def _all_of(query: Query | None) -> tuple[Query, ...]:
    """What must hold, each by itself."""
    if isinstance(query, GroupQuery) and query.type == "And":
        return query.queries
    return () if query is None else (query,)


def _cost(query: Query) -> int:
    """Within a group the cheap ones decide first."""
    if plain_word(query) is not None:
        return _FREE
    match query:
        case GroupQuery(_, parts):
            return max(map(_cost, parts), default=_FREE)
        case EnumPropertyQuery("type") | DummyQuery():
            return _FREE
        case StringPropertyQuery("label" | "os_name", _, _, False) | StringListContainsQuery("tags"):
            return _CHEAP
        case RecursiveXMOListPropertyQuery(name) if name in _PROFILED:
            return _CHEAP
    return _COSTLY


def _is_address(query: Query) -> bool:
    parts = query.queries if isinstance(query, GroupQuery) else ()
    return any(isinstance(part, IPAddressQuery) for part in parts)


def _word_test(word: str, query: Query) -> Test:
    """Whether a word is in the text, or means one of the addresses."""
    folded = word.casefold()
    if not _is_address(query):
        return lambda hit: folded in hit.profile.text
    means = address_claim(word)
    return lambda hit: folded in hit.profile.text or any(map(means, hit.profile.addresses))


def _sieve(test: Test) -> Sieve:
    return lambda hits: [hit for hit in hits if test(hit) is not False]


def _word_sieve(folded: str) -> Sieve:
    """As `_sieve`, without a call for each object: words are what is typed most."""
    return lambda hits: [hit for hit in hits if folded in hit.profile.text]
