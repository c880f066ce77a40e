"""`event.from` and its barrier `event.inject`: what changed since a token, coalesced per object."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from lifeguard.clock import Clock
from lifeguard.datamodel.schema import Type
from lifeguard.datamodel.tables import CLASSES
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError
from lifeguard.sim.faults import Faults
from lifeguard.sim.release import Release
from lifeguard.sim.whole_tables import WholeTables
from lifeguard.sim.wire.codec import Codec, Pieces

BATCHING_S = 0.05
"""A woken call looks again after this long, so that a burst of changes comes as one reply."""
_LATENESS_S = 0.5
"""A call that nothing wakes answers this much after its own time limit (seen on the real server)."""
_FOREVER_S = 24 * 3600.0
_MESSAGES_AT_START = 512
_INT64 = range(-(2**63), 2**63)
_TEXT = Type("string")
Operation = Literal["add", "mod", "del"]


@dataclass(frozen=True, slots=True)
class Token:
    """How far a client has read: the generation of the database and that of the messages."""

    generation: int
    messages: int

    def __str__(self) -> str:
        return f"{max(self.generation, 0):020d},{max(self.messages, 0):020d}"

    @classmethod
    def parse(cls, text: str) -> Token:
        """Raises ApiError EVENT_FROM_TOKEN_PARSE_FAILURE."""
        if text == "":
            return cls(0, -1)
        try:
            generation, messages = (int(part) for part in text.split(","))
        except ValueError:
            raise ApiError("EVENT_FROM_TOKEN_PARSE_FAILURE", text) from None
        if generation not in _INT64 or messages not in _INT64:
            raise ApiError("EVENT_FROM_TOKEN_PARSE_FAILURE", text)
        return cls(generation, messages)


@dataclass(frozen=True, slots=True)
class Subscription:
    """Whole classes (in lower case, `*` for all) and single objects as (class, ref)."""

    classes: frozenset[str]
    objects: frozenset[tuple[str, str]]

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Subscription:
        classes, objects = set(), set()
        for text in texts:
            name, slash, ref = text.partition("/")
            if slash:
                objects.add((name.lower(), ref))
            else:
                classes.add(name.lower())
        return cls(frozenset(classes), frozenset(objects))

    def wants_class(self, name: str) -> bool:
        return "*" in self.classes or name in self.classes

    def touches_class(self, name: str) -> bool:
        return self.wants_class(name) or any(name == wanted for wanted, _ in self.objects)

    def wants(self, name: str, ref: str) -> bool:
        return self.wants_class(name) or (name, ref) in self.objects


class Event(NamedTuple):
    """A tuple, since a first snapshot makes one for every row of the pool."""

    generation: int
    table: str
    operation: Operation
    ref: str


@dataclass(slots=True)
class Batch:
    """One reply: messages, then additions, modifications and deletions, each group by class. The additions of `whole`
    tables come at once, before all but messages."""

    db: Database
    release: Release
    token: Token
    events: list[Event] = field(default_factory=list)
    whole: tuple[str, ...] = ()
    tables: WholeTables | None = None

    def render(self, codec: Codec) -> Pieces:
        return codec.struct(
            (
                ("events", codec.array(self._written(codec))),
                ("valid_ref_counts", codec.struct(self._counts(codec))),
                ("token", codec.value(_TEXT, str(self.token))),
            )
        )

    def _written(self, codec: Codec) -> list[bytes]:
        tables, db = self.db.tables, self.db
        kept = {operation: f"{codec.name}:{operation}" for operation in ("add", "mod", "del")}
        written: list[bytes] = []
        wholes = [text for name in self.whole if self.tables and (text := self.tables.text(codec, name))]
        for event in self.events:
            _, table, operation, ref = event
            if wholes and table != "message":
                written += wholes
                wholes = []
            row = tables[table].rows.get(ref)
            if operation == "del":
                written.append(written_event(codec, event, None))
            elif row is not None:
                written.append(row.encoded.get(kept[operation]) or encode_event(db, codec, event))
        return written + wholes

    def _counts(self, codec: Codec) -> Iterator[tuple[str, bytes]]:
        for name in CLASSES:
            if self.release.has_class(name):
                count = 0 if name == "message" else len(self.db.rows(name))
                yield name.lower(), codec.small_int(count)


def encode_event(db: Database, codec: Codec, event: Event) -> bytes:
    """An addition or modification with its snapshot, kept with the row until the next write."""

    def write(row: Mapping[str, Any]) -> bytes:
        return written_event(codec, event, codec.record(event.table, row))

    return db.encoded(event.table, event.ref, f"{codec.name}:{event.operation}", write)


def written_event(codec: Codec, event: Event, snapshot: bytes | None, timestamp: str = "0.0") -> bytes:
    """One event as both the new and the legacy calls send it."""
    members: list[tuple[str, Pieces]] = [
        ("id", codec.value(_TEXT, str(event.generation))),
        ("timestamp", codec.value(_TEXT, timestamp)),
        ("class", codec.value(_TEXT, event.table.lower())),
        ("operation", codec.value(_TEXT, event.operation)),
        ("ref", codec.value(_TEXT, event.ref)),
    ]
    if snapshot is not None:
        members.append(("snapshot", snapshot))
    return b"".join(codec.struct(members))


class Events:
    """Serves `event.from` for one pool. `check_session` raises when the session has ended meanwhile."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        release: Release,
        check_session: Callable[[str, str], None],
        faults: Faults,
    ) -> None:
        self._db = db
        self._clock = clock
        self._release = release
        self._check_session = check_session
        self._tables = [
            name for name, info in CLASSES.items() if info.emits_events and info.in_database and release.fields(name)
        ]
        self._faults = faults
        self._whole = WholeTables(db, self._written)

    async def prepare(self, codec: Codec) -> None:
        """Encode every row for the first snapshot that somebody will ask for, a little at a time."""
        await self._whole.prepare(codec, self._tables)

    def _written(self, codec: Codec, name: str, ref: str) -> bytes:
        row = self._db.tables[name].rows[ref]
        kept = row.encoded.get(f"{codec.name}:add")
        return kept or encode_event(self._db, codec, Event(row.created, name, "add", ref))

    def calls(self) -> Mapping[str, Handler]:
        return {"event.from": self._from, "event.inject": self._inject}

    async def _from(self, context: Context, classes: tuple[str, ...], text: str, timeout_s: float) -> Batch:
        wanted, token = Subscription.parse(classes), Token.parse(text)
        limit_s = timeout_s if timeout_s >= 0 else _FOREVER_S
        deadline_s = self._clock.monotonic_s() + (limit_s + _LATENESS_S if limit_s > 0 else 0.0)
        while True:
            seen = self._db.generation
            batch = self._scan(wanted, token)
            left_s = deadline_s - self._clock.monotonic_s()
            if batch.events or batch.whole or left_s <= 0:
                return batch
            await self._changed_within(seen, left_s)
            await self._clock.sleep(BATCHING_S)
            self._check_session(context.session_ref, context.host_ref)

    async def _inject(self, context: Context, class_name: str, ref: str) -> str:
        if class_name not in CLASSES or not self._db.has(class_name, ref):
            raise ApiError("HANDLE_INVALID", class_name, ref)
        before = Token(self._db.generation, 0)
        self._db.touch(class_name, ref)
        return str(before)

    async def _changed_within(self, seen: int, limit_s: float) -> None:
        async with asyncio.TaskGroup() as group:
            changed = group.create_task(self._db.changed(seen))
            late = group.create_task(self._clock.sleep(limit_s))
            await asyncio.wait((changed, late), return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()
            late.cancel()

    def _scan(self, wanted: Subscription, since: Token) -> Batch:
        if self._faults.loses_events:
            return Batch(self._db, self._release, Token(self._db.generation, self._db.generation))
        messages, last_message = self._messages(wanted, since.messages)
        added: list[Event] = []
        modified: list[Event] = []
        deleted: list[Event] = []
        whole = self._wanted_whole(wanted) if since.generation == 0 else ()
        last = max(since.generation, self._whole.last_change(whole))
        for name in self._tables:
            if name in whole or not wanted.touches_class(name.lower()):
                continue
            table = self._db.tables[name]
            wants_all, rows = wanted.wants_class(name.lower()), table.rows
            for ref in sorted(table.written_since(since.generation)):
                if wants_all or wanted.wants(name.lower(), ref):
                    row = rows[ref]
                    last = max(last, row.modified)
                    if row.created > since.generation:
                        added.append(Event(row.created, name, "add", ref))
                    else:
                        modified.append(Event(row.modified, name, "mod", ref))
            for gone in sorted(table.deleted_since(since.generation), key=lambda gone: gone.ref):
                if gone.created <= since.generation and wanted.wants(name.lower(), gone.ref):
                    last = max(last, gone.deleted)
                    deleted.append(Event(gone.deleted, name, "del", gone.ref))
        events = [*messages, *added, *modified, *deleted]
        return Batch(self._db, self._release, Token(last, last_message), events, whole, self._whole)

    def _wanted_whole(self, wanted: Subscription) -> tuple[str, ...]:
        """Tables of which a first snapshot tells all there is; none of those that hold nothing."""
        wholly = (name for name in self._tables if name != "message" and wanted.wants_class(name.lower()))
        return tuple(name for name in wholly if self._db.rows(name))

    def _messages(self, wanted: Subscription, since: int) -> tuple[list[Event], int]:
        """Message events since a generation, and the generation of the last; 0 when nobody wants any."""
        if not wanted.touches_class("message"):
            return [], 0
        table, events, last = self._db.tables["message"], [], since
        for ref in sorted(table.written_since(since), key=lambda ref: table.rows[ref].created)[-_MESSAGES_AT_START:]:
            last = max(last, table.rows[ref].created)
            events.append(Event(0, "message", "add", ref))
        for gone in table.deleted_since(since):
            last = max(last, gone.deleted)
            events.append(Event(0, "message", "del", gone.ref))
        return [event for event in events if wanted.wants("message", event.ref)], last
