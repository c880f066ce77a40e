"""What happens on a server, in batches of rows: `event.from`, and before 6.0 `event.register` and `event.next`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from lifeguard.datamodel.tables import CLASSES
from lifeguard.xapi.failures import ApiFailure, EventsLost
from lifeguard.xapi.policy import Policy
from lifeguard.xapi.rows import Row
from lifeguard.xapi.session import Session

_IDL_NAME: Mapping[str, str] = {name.lower(): name for name in CLASSES}
_EVERYTHING = ("*",)


def class_name_of(wire_name: str) -> str:
    """The IDL spelling of a class as events write it (lower-case); an unknown class stays as it is."""
    return _IDL_NAME.get(wire_name.lower(), wire_name)


@dataclass(frozen=True, slots=True)
class Batch:
    """One answer of the event stream; `valid_ref_counts` by class in IDL spelling, empty where the server has none."""

    rows: tuple[Row, ...] = ()
    valid_ref_counts: Mapping[str, int] = field(default_factory=dict)


class EventFeed(Protocol):
    """`begin` before the first snapshot is fetched, then `next` for ever: whatever changed since is told. `can_poll`:
    `next` heeds its `wait_s`."""

    @property
    def can_poll(self) -> bool: ...
    async def begin(self) -> None: ...
    async def next(self, wait_s: float | None = None) -> Batch: ...


class TokenFeed:
    """`event.from`: the server keeps no state for us but what the token says."""

    can_poll = True

    def __init__(self, session: Session, policy: Policy) -> None:
        self._session = session
        self._policy = policy
        self._token = ""

    async def begin(self) -> None:
        """Take a token from before anything is fetched: by touching the pool (as the server offers for this), or, where
        it cannot, the latest that a small subscription has to give."""
        pools = await self._session.call("pool.get_all")
        try:
            self._token = await self._session.call("event.inject", "pool", pools[0]) if pools else ""
        except ApiFailure:
            self._token = ""
        if not self._token:
            self._token = await self._small_token()

    async def next(self, wait_s: float | None = None) -> Batch:
        """Wait up to `wait_s` for changes. Raises any Failure."""
        rows: list[Row] = []

        async def take(piece: list[Row]) -> None:
            rows.extend(piece)

        rest = await self._session.rows(
            "event.from",
            _EVERYTHING,
            self._token,
            self._policy.events_wait_s if wait_s is None else wait_s,
            shape="events",
            take=take,
            lane="events",
            patience=self._policy.events,
        )
        if not rest.token:
            raise EventsLost("EVENTS_LOST")
        self._token = rest.token
        counts = {class_name_of(name): count for name, count in rest.valid_ref_counts.items()}
        return Batch(tuple(rows), counts)

    async def _small_token(self) -> str:
        async def ignore(_: list[Row]) -> None: ...

        rest = await self._session.rows(
            "event.from", ("pool", "task"), "", 0.0, shape="events", take=ignore, lane="events"
        )
        return rest.token


class QueueFeed:
    """`event.register` and `event.next`: the server queues for this session, and says EVENTS_LOST when it overflows."""

    can_poll = False

    def __init__(self, session: Session, policy: Policy) -> None:
        self._session = session
        self._policy = policy

    async def begin(self) -> None:
        await self._session.call("event.register", _EVERYTHING)

    async def next(self, wait_s: float | None = None) -> Batch:
        """Wait until something happens: `wait_s` is not heard of here, the pool's heart-beat ends most waits. Raises
        any Failure."""
        rows: list[Row] = []

        async def take(piece: list[Row]) -> None:
            rows.extend(piece)

        await self._session.rows(
            "event.next", shape="event list", take=take, lane="events", patience=self._policy.legacy_events
        )
        return Batch(tuple(rows))


async def feed_for(session: Session, policy: Policy) -> EventFeed:
    """The best feed the server has, begun. Raises any Failure."""
    feed: EventFeed = TokenFeed(session, policy)
    try:
        await feed.begin()
        return feed
    except ApiFailure as failure:
        if failure.code not in ("MESSAGE_METHOD_UNKNOWN", "MESSAGE_DEPRECATED", "MESSAGE_REMOVED"):
            raise
    feed = QueueFeed(session, policy)
    await feed.begin()
    return feed
