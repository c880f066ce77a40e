"""The events of the first releases: `event.register`, `event.next`, one queue per session, nothing coalesced."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import md5

from lifeguard.clock import Clock
from lifeguard.datamodel.tables import CLASSES
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database, Write
from lifeguard.sim.events import Event, Subscription, written_event
from lifeguard.sim.failure import ApiError
from lifeguard.sim.wire.codec import Codec, Pieces

_QUEUE_BYTES = 10_000_000
_EVENTS_KEPT = 5_000


@dataclass(frozen=True, slots=True)
class _Noted:
    number: int
    time_s: int
    write: Write
    size: int


@dataclass(slots=True)
class _Reader:
    """One session's registration. `position` is the number of the first event it has not read."""

    classes: set[str] = field(default_factory=set)
    position: int = 0


@dataclass(frozen=True, slots=True)
class _Batch:
    events: tuple[_Noted, ...]

    def render(self, codec: Codec) -> Pieces:
        return codec.array(
            written_event(
                codec,
                Event(noted.number, noted.write.table, noted.write.operation, noted.write.ref),
                codec.record(noted.write.table, noted.write.values),
                timestamp=f"{noted.time_s}.",
            )
            for noted in self.events
        )


class LegacyEvents:
    """Serves `event.next`. It notes writes only while somebody is registered."""

    def __init__(self, db: Database, clock: Clock, check_session: Callable[[str, str], None]) -> None:
        self._db = db
        self._clock = clock
        self._check_session = check_session
        self._readers: dict[str, _Reader] = {}
        self._noted: deque[_Noted] = deque()
        self._bytes = 0
        self._next_number = 0
        self._forget: Callable[[], None] | None = None

    def calls(self) -> Mapping[str, Handler]:
        return {
            "event.register": self._register,
            "event.unregister": self._unregister,
            "event.next": self._next,
            "event.get_current_id": self._current_id,
        }

    async def _register(self, context: Context, classes: tuple[str, ...]) -> None:
        reader = self._readers.setdefault(context.session_ref, _Reader())
        reader.position = self._next_number
        reader.classes |= {name.lower() for name in classes}
        if self._forget is None:
            self._forget = self._db.written.connect(self._note)

    async def _unregister(self, context: Context, classes: tuple[str, ...]) -> None:
        reader = self._readers.get(context.session_ref)
        if reader is None:
            return
        reader.classes -= {name.lower() for name in classes}
        if "*" in classes or not reader.classes:
            del self._readers[context.session_ref]
        self._stop_if_idle()

    async def _next(self, context: Context) -> _Batch:
        reader = self._readers.get(context.session_ref)
        if reader is None:
            raise ApiError("SESSION_NOT_REGISTERED", track_id(context.session_ref))
        wanted = Subscription(frozenset(reader.classes), frozenset())
        while True:
            first = self._noted[0].number if self._noted else self._next_number
            if reader.position < first:
                reader.position = self._next_number
                raise ApiError("EVENTS_LOST")
            fresh = [noted for noted in self._noted if noted.number >= reader.position]
            reader.position = self._next_number
            found = tuple(noted for noted in fresh if wanted.wants_class(noted.write.table.lower()))
            if found:
                return _Batch(found)
            await self._db.changed(self._db.generation)
            await asyncio.sleep(0)
            self._check_session(context.session_ref, context.host_ref)

    async def _current_id(self, context: Context) -> int:
        return self._next_number

    def _note(self, write: Write) -> None:
        if not CLASSES[write.table].emits_events:
            return
        size = sum(len(value) for value in write.values.values() if isinstance(value, str)) + 1000
        self._noted.append(_Noted(self._next_number, int(self._clock.time_s()), write, size))
        self._next_number += 1
        self._bytes += size
        while self._noted and (self._bytes > _QUEUE_BYTES or len(self._noted) > _EVENTS_KEPT):
            self._bytes -= self._noted.popleft().size

    def _stop_if_idle(self) -> None:
        if not self._readers and self._forget is not None:
            self._forget()
            self._forget = None
            self._noted.clear()
            self._bytes = 0


def track_id(session_ref: str) -> str:
    """What errors show in place of a session, whose ref is a secret."""
    return f"trackid={md5(session_ref.encode(), usedforsecurity=False).hexdigest()}"
