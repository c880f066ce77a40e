"""From events to the inventory: the pump. It ends only by a failure."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from lifeguard.datamodel.decode import Payload
from lifeguard.inventory.change import Event
from lifeguard.inventory.inventory import Inventory
from lifeguard.link.census import Census
from lifeguard.link.snapshot import Apply, Snapshot
from lifeguard.xapi.events import Batch, EventFeed, class_name_of
from lifeguard.xapi.failures import ApiFailure
from lifeguard.xapi.rows import Row
from lifeguard.xapi.session import Session

_ATOMIC_ROWS = 300
_AHEAD_ROWS = 50  # each costs reading a record twice, to say what differs
_SOON_S = 0.5
_UNTOLD = frozenset({"session", "user", "secret", "event"})


class Pump:
    """Applies batch after batch and keeps count. One batch is one change, unless it is so large that taking it in at
    once would be felt."""

    def __init__(self, session: Session, feed: EventFeed, inventory: Inventory, apply: Apply) -> None:
        self._session = session
        self._feed = feed
        self._inventory = inventory
        self._apply = apply
        self._snapshot = Snapshot(session, inventory, apply)
        self._census = Census()

    async def catch_up(self) -> None:
        """Take in what happened while the snapshot was fetched. Raises any Failure."""
        if self._feed.can_poll:
            await self.step(0.0)

    async def step(self, wait_s: float | None = None) -> None:
        """One batch. Raises any Failure."""
        if wait_s is None and self._census.has_suspects:
            wait_s = _SOON_S
        batch = await self._feed.next(wait_s)
        events = [event for row in batch.rows if (event := await self._event(row)) is not None]
        await self._write(events)
        await self._count(batch, frozenset(event.class_name for event in events))

    async def _write(self, events: Sequence[Event]) -> None:
        for start in range(0, len(events), _ATOMIC_ROWS):
            at_once = events[start : start + _ATOMIC_ROWS]
            for count, event in enumerate(at_once[_AHEAD_ROWS:], 1):
                self._inventory.read_ahead(event)
                if count % _AHEAD_ROWS == 0:
                    await asyncio.sleep(0)
            self._apply(at_once)
            await asyncio.sleep(0)

    async def _count(self, batch: Batch, told: frozenset[str]) -> None:
        for name in self._census.to_reload(batch.valid_ref_counts, self._inventory, told):
            await self._snapshot.load(name)

    async def _event(self, row: Row) -> Event | None:
        name = class_name_of(row.class_name)
        if name in _UNTOLD:
            return None
        if row.operation == "del":
            return Event(name, row.ref, "del")
        payload = row.payload if row.payload is not None else await self._fetch(name, row.ref)
        return Event(name, row.ref, row.operation, payload) if payload is not None else None

    async def _fetch(self, class_name: str, ref: str) -> Payload | None:
        """The record of an event that came without one, as from servers before 6.1; None when it is gone already."""
        try:
            record = await self._session.call(f"{class_name}.get_record", ref)
        except ApiFailure as failure:
            if failure.code == "HANDLE_INVALID":
                return None
            raise
        fields: Payload = {name: value for name, value in msgspec.to_builtins(record).items() if name != "ref"}
        return fields
