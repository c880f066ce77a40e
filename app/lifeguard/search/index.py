"""All objects of all pools, ready to be searched at every keystroke.

Each object is kept in the order of a list, with its text in lower case beside it, and follows the changes of its pool.
Those of one sort lie together, so that a search looks only where something can be.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from operator import attrgetter
from time import perf_counter
from typing import Final

from lifeguard.inventory.answers import Answers, Asked, Facts
from lifeguard.inventory.change import Change
from lifeguard.inventory.folders import empty_folders
from lifeguard.inventory.kinds import EVERYTHING, SEARCHABLE_CLASSES, ObjectType
from lifeguard.inventory.naming import full_name
from lifeguard.search.profile import Hit, profile_of
from lifeguard.search.query import Query
from lifeguard.search.sieve import Sieves
from lifeguard.search.vocabulary import Vocabulary

_FIRST_PIECE: Final = 10
_LAST_PIECE: Final = 320
_PLACE: Final = attrgetter("place")
_MIXED: Final = frozenset({ObjectType.REMOTE_SR, ObjectType.LOCAL_SR})
"""Sorts that stand among one another in a list."""
_NAMED: Final = {
    "pool": ObjectType.POOL, "host": ObjectType.HOST, "vm": ObjectType.VM, "sr": ObjectType.REMOTE_SR,
    "disk": ObjectType.VDI, "network": ObjectType.NETWORK, "vapp": ObjectType.APPLIANCE,
}  # fmt: skip


@dataclass(slots=True)
class _Member:
    answers: Answers
    waiting: deque[str]
    hits: dict[str, Hit] = field(default_factory=dict)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)


class SearchIndex:
    """Finds objects by a query. A pool is known by a word of the caller's, and its `Answers` may serve others too."""

    def __init__(self) -> None:
        self._members: dict[str, _Member] = {}
        self._drawers: dict[frozenset[ObjectType], list[Hit]] = {_drawer_of(sort): [] for sort in ObjectType}

    def __len__(self) -> int:
        return sum(map(len, self._drawers.values()))

    def connect(self, source: str, answers: Answers) -> None:
        """Take a pool in. Its objects are read by `fill`, a few at a time, or at the latest by the first search."""
        self.disconnect(source)
        waiting = deque(ref for class_name in SEARCHABLE_CLASSES for ref in answers.refs(class_name))
        self._members[source] = _Member(answers, waiting)

    def disconnect(self, source: str) -> None:
        """Let a pool go."""
        member = self._members.pop(source, None)
        if member is not None:
            for drawer in self._drawers.values():
                drawer[:] = [hit for hit in drawer if hit.source != source]
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
        return [hit for piece in self._pieces(query, scope or EVERYTHING, now) for hit in piece]

    def find_some(
        self, query: Query | None, scope: frozenset[ObjectType], now: datetime, budget_s: float, most: int
    ) -> list[Hit] | None:
        """What is found in so much time, from the top of the list down, until there is more than enough; None while not
        all objects are read."""
        if any(member.waiting for member in self._members.values()):
            return None
        end_s = perf_counter() + budget_s
        found: list[Hit] = []
        for piece in self._pieces(query, scope, now):
            found += piece
            if perf_counter() > end_s or len(found) >= most:
                break
        return found

    def known(self, key: str, typed: str, limit: int, sources: Collection[str]) -> Iterator[str]:
        """The names in these pools that hold what is typed and may stand after a key of the language. Of objects, the
        first ones of the list: so many that begin with it, and as many that have it inside."""
        folded = typed.casefold()
        if key in _NAMED:
            drawer = self._drawers[_drawer_of(_NAMED[key])]
            named = [hit for hit in drawer if folded in hit.profile.name] if folded else drawer
            held = [hit for hit in named if hit.source in sources]
            ahead = (hit for hit in held if hit.profile.name.startswith(folded))
            inside = (hit for hit in held if not hit.profile.name.startswith(folded))
            for hit in chain(islice(ahead, limit), islice(inside, limit)):
                facts = self._facts_of(hit.source)
                record = facts.find(hit.ref)
                yield full_name(facts, record) if record is not None else hit.profile.name
        for source in self._members.keys() & set(sources):
            words = self._members[source].vocabulary.words(key)
            empty = empty_folders(self._facts_of(source)) if key == "folder" else ()
            yield from (word for word in (*words, *empty) if folded in word.casefold())

    def _pieces(self, query: Query | None, scope: frozenset[ObjectType], now: datetime) -> Iterator[list[Hit]]:
        """What is found, a few at a time at first: nobody knows yet what it costs to look at one."""
        drawers = [(sorts, drawer) for sorts, drawer in self._drawers.items() if drawer and not sorts.isdisjoint(scope)]
        for sorts, drawer in sorted(drawers, key=lambda entry: entry[1][0].place):
            sieves = Sieves(self._facts_of, sorts, now).of(query, scope)
            if sieves is None:
                continue
            first, count = 0, _FIRST_PIECE
            while first < len(drawer):
                piece = drawer[first : first + count]
                first, count = first + count, min(2 * count, _LAST_PIECE)
                for sieve in sieves:
                    piece = sieve(piece)
                yield piece

    def _facts_of(self, source: str) -> Facts:
        return self._members[source].answers.inventory

    def _renew(self, source: str, member: _Member, ref: str) -> None:
        profile = member.answers.ask(profile_of, ref) if ref in member.answers.inventory else None
        known = member.hits.pop(ref, None)
        if known is not None:
            drawer = self._drawers[_drawer_of(known.profile.type)]
            del drawer[bisect_left(drawer, known.place, key=_PLACE)]
            member.vocabulary.remove(known.profile)
        if profile is not None:
            hit = member.hits[ref] = Hit(source, ref, profile)
            insort(self._drawers[_drawer_of(profile.type)], hit, key=_PLACE)
            member.vocabulary.add(profile)


def _drawer_of(sort: ObjectType) -> frozenset[ObjectType]:
    return _MIXED if sort in _MIXED else frozenset({sort})
