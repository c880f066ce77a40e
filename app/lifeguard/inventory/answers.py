"""Answers to questions about an inventory, kept until something they were read from changes.

A question is a pure function of the facts. Asked through `Answers` it is computed once, together with what it read:
records, the back of relations, and other questions. A change then costs what depends on it, whatever the size of the
pool, and a question whose answer comes out the same as before stops there: a pool's record may change every second
without any of its thousand VMs being looked at.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from msgspec import Struct

from lifeguard.datamodel.records import RECORDS, Record
from lifeguard.inventory.change import Change
from lifeguard.inventory.inventory import Inventory

P = ParamSpec("P")
R = TypeVar("R", bound=Record)
T = TypeVar("T")

_PIECE = 300
_CLASS_OF: dict[type[Record], str] = {kind: name for name, kind in RECORDS.items()}


class Facts(Protocol):
    """What a question may read: an `Inventory` as it is, or `Answers`, which remember."""

    def class_of(self, ref: str) -> str | None: ...
    def get(self, kind: type[R], ref: str) -> R | None: ...
    def find(self, ref: str) -> Record | None: ...
    def all(self, kind: type[R]) -> Iterator[R]: ...
    def refs(self, class_name: str) -> Iterable[str]: ...
    def count(self, class_name: str) -> int: ...
    def pointing_to(self, kind: type[R], field: str, target: str) -> list[R]: ...


Asked = tuple[Any, ...]
"""A question and what it was asked about: `(function, argument, ...)`."""


def question(function: Callable[Concatenate[Facts, P], T]) -> Callable[Concatenate[Facts, P], T]:
    """Mark a pure function of the facts as worth remembering when it is asked through `Answers`.

    Its arguments must be hashable and its answer comparable by value. It is worth it where many ask the same (is this
    host live?) and where the answer changes less often than what it is read from.
    """

    @wraps(function)
    def asked(facts: Facts, /, *args: P.args, **kwargs: P.kwargs) -> T:
        if isinstance(facts, Answers) and not kwargs:
            return facts.ask(function, *args)
        return function(facts, *args, **kwargs)

    return asked


class _Answer(Struct, gc=False):
    """A value and what it was read from. Never part of a cycle, so the collector need not walk thousands of them."""

    value: Any = None
    reads: tuple[Any, ...] = ()


class Answers:
    """The facts of one inventory, with a memory. `apply` must hear of every change, in order."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self._answers: dict[Asked, _Answer] = {}
        self._readers: dict[Any, set[Asked]] = {}
        self._indexed: dict[str, set[str]] = {}
        self._reading: list[set[Any]] = []
        self._computing: list[Asked] = []
        self._stale: set[Asked] = set()
        self._work: deque[Asked] = deque()
        self._differing: set[Asked] = set()

    def ask(self, function: Callable[Concatenate[Any, P], T], *args: Any) -> T:
        """The answer to `function(facts, *args)`."""
        asked = (function, *args)
        if self._reading:
            self._reading[-1].add(asked)
        answer = self._answers.get(asked)
        if answer is None:
            answer = self._answers[asked] = _Answer()
            self._compute(asked, answer)
        elif asked in self._stale:
            self._renew(asked)
        value: T = answer.value
        return value

    def apply(self, change: Change) -> set[Asked]:
        """Renew what depends on a change that the inventory has taken in. Returns the questions whose answers differ
        from before."""
        self._differing = set()
        self._suspect(self._touched(change))
        while self._work:
            asked = self._work.popleft()
            if asked in self._stale:
                self._renew(asked)
        for ref in change.removed:
            self._forget_about(ref)
        return self._differing

    def forget(self, *functions: Callable[..., Any]) -> None:
        """Drop every answer to these questions, when nobody will ask them again."""
        for asked in [known for known in self._answers if known[0] in functions]:
            self._drop(asked)

    def forgetting(self, *functions: Callable[..., Any]) -> Iterator[None]:
        """The same, a few hundred answers at a time between two yields."""
        known = list(self._answers)
        for first in range(0, len(known), _PIECE):
            for asked in known[first : first + _PIECE]:
                if asked[0] in functions and asked in self._answers:
                    self._drop(asked)
            yield

    def class_of(self, ref: str) -> str | None:
        self._note(ref)
        return self.inventory.class_of(ref)

    def get(self, kind: type[R], ref: str) -> R | None:
        self._note(ref)
        return self.inventory.get(kind, ref)

    def find(self, ref: str) -> Record | None:
        self._note(ref)
        return self.inventory.find(ref)

    def all(self, kind: type[R]) -> Iterator[R]:
        self._note((_CLASS_OF[kind],))
        for record in self.inventory.all(kind):
            self._note(record.ref)
            yield record

    def refs(self, class_name: str) -> Iterable[str]:
        self._note((class_name,))
        return self.inventory.refs(class_name)

    def count(self, class_name: str) -> int:
        self._note((class_name,))
        return self.inventory.count(class_name)

    def pointing_to(self, kind: type[R], field: str, target: str) -> list[R]:
        class_name = _CLASS_OF[kind]
        self._indexed.setdefault(class_name, set()).add(field)
        self._note((class_name, field, target))
        found = self.inventory.pointing_to(kind, field, target)
        for record in found:
            self._note(record.ref)
        return found

    def _note(self, read: Any) -> None:
        if self._reading:
            self._reading[-1].add(read)

    def _compute(self, asked: Asked, answer: _Answer) -> None:
        reads: set[Any] = set()
        self._reading.append(reads)
        self._computing.append(asked)
        try:
            answer.value = asked[0](self, *asked[1:])
        finally:
            self._reading.pop()
            self._computing.pop()
        before = answer.reads
        if len(reads) != len(before) or not reads.issuperset(before):
            self._read_instead(asked, answer, reads)

    def _read_instead(self, asked: Asked, answer: _Answer, reads: set[Any]) -> None:
        for gone in answer.reads:
            if gone not in reads:
                self._stop_reading(asked, gone)
        for new in reads.difference(answer.reads):
            readers = self._readers.get(new)
            if readers is None:
                self._readers[new] = {asked}
            else:
                readers.add(asked)
        answer.reads = tuple(reads)

    def _stop_reading(self, asked: Asked, read: Any) -> None:
        readers = self._readers.get(read)
        if readers is not None:
            readers.discard(asked)
            if not readers:
                del self._readers[read]

    def _renew(self, asked: Asked) -> None:
        self._stale.discard(asked)
        answer = self._answers[asked]
        before = answer.value
        self._compute(asked, answer)
        if answer.value != before:
            self._differing.add(asked)
            self._suspect((asked,))

    def _suspect(self, reads: Iterable[Any]) -> None:
        """Whoever read these has to look again; who is being computed right now sees the new value anyway."""
        for read in reads:
            for asked in self._readers.get(read, ()):
                if asked not in self._stale and asked not in self._computing:
                    self._stale.add(asked)
                    self._work.append(asked)

    def _touched(self, change: Change) -> Iterator[Any]:
        for ref, class_name in change.added.items():
            yield ref
            yield (class_name,)
            yield from self._targets(ref, class_name, self._indexed.get(class_name, ()))
        for ref, class_name in change.removed.items():
            yield ref
            yield (class_name,)
        for ref, fields in change.updated.items():
            yield ref
            class_name = self.inventory.class_of(ref) or ""
            yield from self._targets(ref, class_name, fields & self._indexed.get(class_name, set()))

    def _targets(self, ref: str, class_name: str, fields: Iterable[str]) -> Iterator[Any]:
        record = self.inventory.find(ref)
        for field in fields:
            yield (class_name, field, getattr(record, field, None))

    def _forget_about(self, ref: str) -> None:
        """An object that is gone leaves no answers behind, unless another answer still rests on one."""
        for asked in tuple(self._readers.get(ref, ())):
            if asked[1:] == (ref,) and asked not in self._readers:
                self._drop(asked)

    def _drop(self, asked: Asked) -> None:
        answer = self._answers.pop(asked)
        self._stale.discard(asked)
        for read in answer.reads:
            self._stop_reading(asked, read)
