"""All objects of all pools, ready to be searched at every keystroke.

Each object is kept in the order of a list, with its text in lower case beside it, and follows the changes of its pool.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from typing import Any

from msgspec import Struct

from lifeguard.inventory.addresses import matches_address
from lifeguard.inventory.answers import Answers, Asked, Facts
from lifeguard.inventory.change import Change
from lifeguard.inventory.faces import order_of
from lifeguard.inventory.kinds import SEARCHABLE_CLASSES, ObjectType, type_of
from lifeguard.inventory.naming import full_name
from lifeguard.inventory.visibility import is_shown
from lifeguard.search.evaluate import Truth, any_of, judge, matches_text
from lifeguard.search.fulltext import plain_word
from lifeguard.search.properties import PROPERTIES, target
from lifeguard.search.query import (
    EnumPropertyQuery,
    GroupQuery,
    IPAddressQuery,
    NullQuery,
    Query,
    RecursiveXMOListPropertyQuery,
    StringListContainsQuery,
    StringPropertyQuery,
)

_VM_ONLY = frozenset({
    "memory", "os_name", "power_state", "virtualisation_status", "start_time", "ha_restart_priority",
    "read_caching_enabled", "vendor_device_state",
})  # fmt: skip
_PROFILED = frozenset({"folders", "host", "storage"})
_FREE, _CHEAP, _COSTLY = range(3)
_PIECE = 200


class Profile(Struct, frozen=True, gc=False):
    """What an object is found by. `name`, and `text` (name and description, a line each), are case folded."""

    type: ObjectType
    name: str
    text: str
    addresses: tuple[str, ...]
    tags: tuple[str, ...]
    folders: tuple[str, ...]
    host: tuple[str, ...]
    storage: tuple[str, ...]
    order: Any


class Hit(Struct, frozen=True, gc=False):
    """One object of a result."""

    source: str
    ref: str
    profile: Profile


Test = Callable[[Hit], Truth]


def profile_of(facts: Facts, ref: str) -> Profile | None:
    """What an object is found by, None for what is not shown to people."""
    record = facts.find(ref)
    sort = type_of(record) if record is not None else None
    if record is None or sort is None or not is_shown(facts, record):
        return None
    label = full_name(facts, record)
    name = label.casefold()
    description = str(getattr(record, "name_description", "")).casefold()

    def several(key: str) -> tuple[str, ...]:
        return PROPERTIES[key](facts, record) or ()

    return Profile(
        type=sort, name=name, text=f"{name}\n{description}", addresses=several("ip_address"), tags=several("tags"),
        folders=several("folders"), host=several("host"), storage=several("storage"),
        order=order_of(facts, record, label),
    )  # fmt: skip


@dataclass(slots=True)
class _Member:
    answers: Answers
    waiting: deque[str]
    hits: dict[str, Hit] = field(default_factory=dict)


class SearchIndex:
    """Finds objects by a query. A pool is known by a word of the caller's, and its `Answers` may serve others too."""

    def __init__(self) -> None:
        self._members: dict[str, _Member] = {}
        self._hits: list[Hit] = []

    def __len__(self) -> int:
        return len(self._hits)

    def connect(self, source: str, answers: Answers) -> None:
        """Take a pool in. Its objects are read by `fill`, a few at a time, or at the latest by the first search."""
        self.disconnect(source)
        waiting = deque(ref for class_name in SEARCHABLE_CLASSES for ref in answers.refs(class_name))
        self._members[source] = _Member(answers, waiting)

    def disconnect(self, source: str) -> None:
        """Let a pool go."""
        member = self._members.pop(source, None)
        if member is not None:
            self._hits = [hit for hit in self._hits if hit.source != source]
            member.answers.forget(profile_of)

    def fill(self, count: int = 200) -> bool:
        """Read up to `count` objects that wait. Returns whether any are left, to be read when there is time."""
        for source, member in self._members.items():
            while member.waiting and count > 0:
                self._renew(source, member, member.waiting.popleft())
                count -= 1
        return any(member.waiting for member in self._members.values())

    def apply(self, source: str, change: Change, differing: Iterable[Asked]) -> None:
        """Follow a change of one pool; `differing` is what its `Answers.apply(change)` returned."""
        member = self._members.get(source)
        if member is None:
            return
        arrivals = [ref for ref, class_name in change.added.items() if class_name in SEARCHABLE_CLASSES]
        changed = [asked[1] for asked in differing if asked[0] is profile_of]
        for ref in dict.fromkeys((*arrivals, *changed, *change.removed)):
            self._renew(source, member, ref)

    def find(self, query: Query | None, scope: frozenset[ObjectType] | None, now: datetime) -> list[Hit]:
        """The objects that answer a query, in the order of a list. `scope` None is every sort of thing."""
        while self.fill(1000):
            pass
        if query is None:
            return [hit for hit in self._hits if scope is None or hit.profile.type in scope]
        test, _ = self._test(query, now)
        return [hit for hit in self._hits if (scope is None or hit.profile.type in scope) and test(hit) is not False]

    def find_some(
        self, query: Query | None, scope: frozenset[ObjectType], now: datetime, budget_s: float
    ) -> list[Hit] | None:
        """What is found in so much time, from the top of the list down; None while not all objects are read."""
        if any(member.waiting for member in self._members.values()):
            return None
        end_s = perf_counter() + budget_s
        test: Test = self._test(query, now)[0] if query is not None else lambda _: True
        found: list[Hit] = []
        for first in range(0, len(self._hits), _PIECE):
            if perf_counter() > end_s:
                break
            piece = self._hits[first : first + _PIECE]
            found += [hit for hit in piece if hit.profile.type in scope and test(hit) is not False]
        return found

    def _renew(self, source: str, member: _Member, ref: str) -> None:
        profile = member.answers.ask(profile_of, ref) if ref in member.answers.inventory else None
        known = member.hits.pop(ref, None)
        if known is not None:
            del self._hits[bisect_left(self._hits, _order_of(known), key=_order_of)]
        if profile is not None:
            hit = member.hits[ref] = Hit(source, ref, profile)
            insort(self._hits, hit, key=_order_of)

    def _test(self, query: Query, now: datetime) -> tuple[Test, int]:
        """A query as a function of one object, and what it costs: within a group the cheap ones decide first."""
        word = plain_word(query)
        if word is not None:
            return _word_test(word, query), _FREE
        match query:
            case GroupQuery(kind, queries):
                parts = sorted((self._test(part, now) for part in queries), key=lambda part: part[1])
                return _group_test(kind, [test for test, _ in parts]), max((cost for _, cost in parts), default=_FREE)
            case EnumPropertyQuery("type", value, equals):
                wanted = "RemoteSR" if value == "SR" else value
                return (lambda hit: (hit.profile.type.value == wanted) == equals), _FREE
            case StringPropertyQuery("label", pattern, how, False):
                return _name_test(pattern.casefold(), how), _CHEAP
            case StringListContainsQuery("tags", tag, contains):
                folded = tag.casefold()
                return (lambda hit: (folded in map(str.casefold, hit.profile.tags)) == contains), _CHEAP
            case RecursiveXMOListPropertyQuery(name, inner):
                return self._others_test(name, inner, now), _CHEAP if name in _PROFILED else _COSTLY
        return self._record_test(query, now), _COSTLY

    def _others_test(self, name: str, inner: Query, now: datetime) -> Test:
        """What a query says of the objects that a property leads to: each of those is judged once."""
        judged: dict[tuple[str, str], Truth] = {}
        getter = PROPERTIES.get(name)

        def says(source: str, ref: str) -> Truth:
            key = (source, ref)
            if key not in judged:
                facts = self._members[source].answers.inventory
                found = target(facts, name, ref)
                judged[key] = found is not None and judge(inner, facts, found, now)
            return judged[key]

        def test(hit: Hit) -> Truth:
            if name in _PROFILED:
                refs = getattr(hit.profile, name)
            else:
                facts = self._members[hit.source].answers.inventory
                record = facts.find(hit.ref)
                refs = getter(facts, record) if getter is not None and record is not None else ()
            return any_of(says(hit.source, ref) for ref in refs)

        return test

    def _record_test(self, query: Query, now: datetime) -> Test:
        is_for_vms = getattr(query, "property", None) in _VM_ONLY and not isinstance(query, NullQuery)

        def test(hit: Hit) -> Truth:
            if is_for_vms and hit.profile.type is not ObjectType.VM:
                return False
            facts = self._members[hit.source].answers.inventory
            record = facts.find(hit.ref)
            return record is not None and judge(query, facts, record, now)

        return test


def _order_of(hit: Hit) -> Any:
    return (hit.profile.order, hit.source)


def _word_test(word: str, query: Query) -> Test:
    """Whether a word is in the text, or means one of the addresses."""
    folded = word.casefold()
    parts = query.queries if isinstance(query, GroupQuery) else ()
    if not any(isinstance(part, IPAddressQuery) for part in parts):
        return lambda hit: folded in hit.profile.text
    return lambda hit: folded in hit.profile.text or any(matches_address(word, one) for one in hit.profile.addresses)


def _name_test(folded: str, how: str) -> Test:
    match how:
        case "contains":
            return lambda hit: folded in hit.profile.name
        case "startswith":
            return lambda hit: hit.profile.name.startswith(folded)
        case "endswith":
            return lambda hit: hit.profile.name.endswith(folded)
    return lambda hit: matches_text(folded, how, hit.profile.name, is_case_sensitive=True)


def _group_test(kind: str, tests: list[Test]) -> Test:
    deciding = kind != "And"

    def test(hit: Hit) -> Truth:
        answer: Truth = None
        for part in tests:
            says = part(hit)
            if says is deciding:
                return kind == "Or"
            if says is not None:
                answer = kind != "Or"
        return answer

    return test
