"""Bringing the inventory to what the server has now: class by class, what a first look needs first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence

from lifeguard.datamodel.tables import CLASSES
from lifeguard.inventory.change import Change, Event
from lifeguard.inventory.inventory import Inventory
from lifeguard.xapi.events import class_name_of
from lifeguard.xapi.failures import ApiFailure
from lifeguard.xapi.rows import Row
from lifeguard.xapi.session import Session

_FIRST = ("pool", "host", "host_metrics")
_THEN = ("SR", "PBD", "network", "PIF", "VM", "VM_metrics", "VM_guest_metrics", "VBD", "VDI", "VIF")
_FIXED = ("role",)
_BY_CALL_ONLY = ("message", *_FIXED)  # event.from tells of the newest messages only, and of roles not at all
_REST = tuple(
    name
    for name, known in CLASSES.items()
    if known.emits_events and known.in_database and name not in (*_FIRST, *_THEN, *_BY_CALL_ONLY)
)
_SLICE_ROWS = 50
_ABSENT = ("MESSAGE_METHOD_UNKNOWN", "MESSAGE_REMOVED", "MESSAGE_DEPRECATED")

Apply = Callable[[Sequence[Event]], Change]


class Snapshot:
    """Loads classes into an inventory through `apply`, which is the one writer's. What is held and not there any more
    is removed, what is unchanged stays untouched: views see real differences only."""

    def __init__(self, session: Session, inventory: Inventory, apply: Apply) -> None:
        self._session = session
        self._inventory = inventory
        self._apply = apply

    async def load_all(self) -> None:
        """Everything but what is fixed. Raises any Failure."""
        for name in (*_FIRST, *_THEN):
            await self.load(name)
        await self._load_together(_REST)
        await self.load("message")

    async def load_fixed(self) -> None:
        """What is part of the server's code, and large: once there it stays as it is. Raises any Failure."""
        for name in _FIXED:
            if not self._inventory.count(name):
                await self.load(name)

    async def load(self, class_name: str) -> None:
        """One class; nothing when this server does not have it. Raises any Failure."""
        seen: set[str] = set()

        async def take(rows: list[Row]) -> None:
            seen.update(row.ref for row in rows)
            await self._write(Event(class_name, row.ref, "add", row.payload) for row in rows)

        try:
            await self._session.rows(f"{class_name}.get_all_records", shape="records", take=take)
        except ApiFailure as failure:
            if failure.code not in _ABSENT:
                raise
        await self._drop(class_name, seen)

    async def _load_together(self, class_names: Sequence[str]) -> None:
        """Many small classes by one call, where the server has event.from."""
        seen: dict[str, set[str]] = {name: set() for name in class_names}

        async def take(rows: list[Row]) -> None:
            events = [Event(class_name_of(row.class_name), row.ref, "add", row.payload) for row in rows]
            for event in events:
                seen.setdefault(event.class_name, set()).add(event.ref)
            await self._write(event for event in events if event.payload is not None)

        wanted = [name.lower() for name in class_names]
        try:
            await self._session.rows("event.from", wanted, "", 0.0, shape="events", take=take, lane="events")
        except ApiFailure as failure:
            if failure.code not in _ABSENT:
                raise
            for name in class_names:
                await self.load(name)
            return
        for name, refs in seen.items():
            await self._drop(name, refs)

    async def _drop(self, class_name: str, seen: set[str]) -> None:
        gone = [ref for ref in self._inventory.refs(class_name) if ref not in seen]
        await self._write(Event(class_name, ref, "del") for ref in gone)

    async def _write(self, events: Iterable[Event]) -> None:
        held = self._inventory.payload
        news = [event for event in events if held(event.ref) != event.payload]
        for start in range(0, len(news), _SLICE_ROWS):
            self._apply(news[start : start + _SLICE_ROWS])
            await asyncio.sleep(0)
