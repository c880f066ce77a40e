"""One pool's records, kept as they arrived until somebody reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from msgspec.structs import astuple

from lifeguard.datamodel.decode import MalformedRecord, Payload, decode_record
from lifeguard.datamodel.records import RECORDS, Record
from lifeguard.inventory.change import Change, Event

R = TypeVar("R", bound=Record)
_CLASS_OF: dict[type[Record], str] = {kind: name for name, kind in RECORDS.items()}


class Inventory:
    """The facts of one pool. Only its link writes it, by `apply`; everybody may read.

    A record is decoded when it is first read and handed out as the same object until it changes. A ref that leads
    nowhere answers None: rows come and go, and a relation may point to one that is not there (yet, or any more).
    """

    def __init__(self) -> None:
        self._raw: dict[str, dict[str, Payload]] = {}
        self._class_of: dict[str, str] = {}
        self._decoded: dict[str, Record] = {}
        self._ahead: dict[str, tuple[Payload, Record]] = {}
        self._indexes: dict[tuple[str, str], Index] = {}
        self.problems: dict[str, tuple[str, ...]] = {}

    def __len__(self) -> int:
        return len(self._class_of)

    def __contains__(self, ref: str) -> bool:
        return ref in self._class_of

    def class_of(self, ref: str) -> str | None:
        """The class name of a ref in IDL spelling, None for a ref that leads nowhere."""
        return self._class_of.get(ref)

    def get(self, kind: type[R], ref: str) -> R | None:
        """The record of that class and ref, None when there is none."""
        record = self.find(ref)
        return record if isinstance(record, kind) else None

    def find(self, ref: str) -> Record | None:
        """The record of a ref of any class, None when there is none."""
        known = self._decoded.get(ref)
        if known is not None:
            return known
        class_name = self._class_of.get(ref)
        if class_name is None:
            return None
        record = self._decode(class_name, ref, self._raw[class_name][ref])
        self._decoded[ref] = record
        return record

    def all(self, kind: type[R]) -> Iterator[R]:
        """Every record of a class, in the order in which they arrived."""
        for ref in tuple(self._raw.get(_CLASS_OF[kind], ())):
            record = self.get(kind, ref)
            if record is not None:
                yield record

    def refs(self, class_name: str) -> Iterable[str]:
        """Every ref of a class, by its IDL spelling."""
        return self._raw.get(class_name, {}).keys()

    def count(self, class_name: str) -> int:
        return len(self._raw.get(class_name, ()))

    def class_names(self) -> Iterable[str]:
        return tuple(name for name, rows in self._raw.items() if rows)

    def payload(self, ref: str) -> Payload | None:
        """The record as it arrived, None when there is none: for showing fields this version does not know."""
        class_name = self._class_of.get(ref)
        return self._raw[class_name][ref] if class_name is not None else None

    def pointing_to(self, kind: type[R], field: str, target: str) -> list[R]:
        """The records of a class whose `field` (a ref) is `target`, in order of arrival: the back of a relation.

        Kept up to date with each change after the first question, so the cost is that of the answer.
        """
        name = _CLASS_OF[kind]
        index = self._indexes.get((name, field))
        if index is None:
            index = self._indexes[name, field] = Index(field)
            for record in self.all(kind):
                index.add(record)
        found = (self.get(kind, ref) for ref in index.refs(target))
        return [record for record in found if record is not None]

    def read_ahead(self, event: Event) -> None:
        """Do now what `apply` will need of an event, piece by piece: so that a large batch, taken in at once, does not
        take long. Nothing is different afterwards."""
        known, payload = self._class_of.get(event.ref), event.payload
        if known is not None:
            self.find(event.ref)
        if payload is not None and (known == event.class_name or self._indexes_of(event.class_name)):
            wrong: list[str] = []
            record = self._read(event.class_name, event.ref, payload, wrong)
            if not wrong:
                self._ahead[event.ref] = payload, record

    def apply(self, events: Iterable[Event]) -> Change:
        """Take a batch in, all of it or, for events that make no sense, none of that event. Returns what differs."""
        added: dict[str, str] = {}
        removed: dict[str, str] = {}
        before: dict[str, Record | None] = {}
        for event in events:
            self._note(event, added, removed, before)
        updated: dict[str, frozenset[str]] = {}
        for ref, old in before.items():
            new = None if ref in added else self.find(ref)  # what is new is not decoded before somebody reads it
            if new is None:
                continue
            fields = differing_fields(old, new)
            if fields:
                updated[ref] = fields
            elif old is not None:
                self._decoded[ref] = old
        self._reindex(before, added)
        self._ahead.clear()
        return Change(added, removed, updated)

    def _note(
        self, event: Event, added: dict[str, str], removed: dict[str, str], before: dict[str, Record | None]
    ) -> None:
        ref = event.ref
        known = self._class_of.get(ref)
        if event.operation == "del":
            if known is None:
                return
            before.setdefault(ref, self._decoded.get(ref) if not self._indexes_of(known) else self.find(ref))
            self._drop(known, ref)
            if added.pop(ref, None) is None:
                removed[ref] = known
            return
        if event.payload is None:
            return
        if known is None:
            if removed.pop(ref, None) is None:
                added[ref] = event.class_name
                before.setdefault(ref, None)
        elif ref not in added:
            before.setdefault(ref, self.find(ref))
        if known is not None:
            self._drop(known, ref) if known != event.class_name else self._forget(ref)
        self._raw.setdefault(event.class_name, {})[ref] = event.payload
        self._class_of[ref] = event.class_name
        payload, record = self._ahead.get(ref, (None, None))
        if payload is event.payload and record is not None:
            self._decoded[ref] = record

    def _drop(self, class_name: str, ref: str) -> None:
        del self._raw[class_name][ref]
        del self._class_of[ref]
        self._forget(ref)

    def _forget(self, ref: str) -> None:
        """What was found out by reading the record."""
        self._decoded.pop(ref, None)
        self.problems.pop(ref, None)

    def _indexes_of(self, class_name: str) -> list[Index]:
        return [index for (name, _), index in self._indexes.items() if name == class_name]

    def _reindex(self, before: Mapping[str, Record | None], added: Mapping[str, str]) -> None:
        indexed = {name for name, _ in self._indexes}
        for ref, old in before.items() if indexed else ():
            new = self.find(ref) if self._class_of.get(ref) in indexed else None
            for record, act in ((old, Index.remove), (new, Index.add)):
                if record is not None:
                    for index in self._indexes_of(_CLASS_OF.get(type(record), "")):
                        act(index, record)

    def _decode(self, class_name: str, ref: str, payload: Payload) -> Record:
        wrong: list[str] = []
        record = self._read(class_name, ref, payload, wrong)
        if wrong:
            self.problems[ref] = tuple(wrong)
        return record

    def _read(self, class_name: str, ref: str, payload: Payload, wrong: list[str]) -> Record:
        try:
            return decode_record(class_name, ref, payload, wrong)
        except MalformedRecord as broken:
            wrong.append(str(broken))
            return decode_record(class_name, ref, {})


class Index:
    """Which records of a class point to what by one field; an insertion-ordered set of refs for each target."""

    __slots__ = ("_field", "_of")

    def __init__(self, field: str) -> None:
        self._field = field
        self._of: dict[str, dict[str, None]] = {}

    def add(self, record: Record) -> None:
        self._of.setdefault(getattr(record, self._field), {})[record.ref] = None

    def remove(self, record: Record) -> None:
        target = getattr(record, self._field)
        rows = self._of.get(target)
        if rows is not None:
            rows.pop(record.ref, None)
            if not rows:
                del self._of[target]

    def refs(self, target: str) -> tuple[str, ...]:
        return tuple(self._of.get(target, ()))


def differing_fields(old: Record | None, new: Record) -> frozenset[str]:
    """The names of the fields in which two records of one object differ; all of them when there was none."""
    names = new.__struct_fields__
    if old is None or type(old) is not type(new):
        return frozenset(names)
    pairs = zip(names, astuple(old), astuple(new), strict=True)
    # Two NaN do not differ.
    return frozenset(name for name, was, now in pairs if was != now and not (was != was and now != now))
