"""One simulated pool: its database, clock and rules put together, ready to answer what reaches its hosts."""

from __future__ import annotations

import random
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from lifeguard.clock import Clock
from lifeguard.datamodel.tables import EMERGENCY_CALLS
from lifeguard.scope import Scope
from lifeguard.sim.call_table import CallTable
from lifeguard.sim.context import Behaviours, Context
from lifeguard.sim.database import Database
from lifeguard.sim.dispatch import Dispatcher, takes_as_member
from lifeguard.sim.events import Events
from lifeguard.sim.failure import ApiError, EarlyError
from lifeguard.sim.faults import Faults
from lifeguard.sim.host_calls import host_calls
from lifeguard.sim.legacy_events import LegacyEvents
from lifeguard.sim.messages import Messages
from lifeguard.sim.release import Release
from lifeguard.sim.roles import denied, is_role_enough, role_calls
from lifeguard.sim.sessions import Account, Sessions
from lifeguard.sim.tasks import Tasks
from lifeguard.sim.wire.codec import Codec
from lifeguard.sim.wire.jsonrpc import JsonCodec
from lifeguard.sim.wire.request import Request
from lifeguard.sim.wire.xmlrpc import XmlCodec

_SWEEP_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSettings:
    """`accounts` by user name; `behaviours` are the calls that do more than their fields say; `watch` is what the pool
    does unasked, as long as it runs."""

    release: Release
    accounts: dict[str, Account]
    behaviours: Behaviours = field(default_factory=dict)
    watch: Callable[[Context], Coroutine[Any, Any, None]] | None = None


class SimulatedPool:
    """Owns what runs on after calls have answered: close it when done."""

    def __init__(self, db: Database, clock: Clock, rng: random.Random, settings: PoolSettings) -> None:
        self.db = db
        self.clock = clock
        self._rng = rng
        self._watch = settings.watch
        self.release = settings.release
        self.faults = Faults()
        self._xml = XmlCodec(self.release)
        self.sessions = Sessions(db, clock, settings.accounts)
        self.tasks = Tasks(db, clock, self._assert_may)
        self.messages = Messages(db, clock)
        self.events = Events(db, clock, self.release, self.sessions.check, self.faults)
        self._legacy_events = LegacyEvents(db, clock, self.sessions.check)
        self._scope = Scope("simulated pool")
        own: tuple[Behaviours, ...] = (
            host_calls(self),
            role_calls(),
            self.sessions.calls(),
            self.tasks.calls(),
            self.messages.calls(),
            self.events.calls(),
            self._legacy_events.calls(),
            settings.behaviours,
        )
        self._calls = CallTable(self.release, {name: handler for calls in own for name, handler in calls.items()})
        self._dispatcher = Dispatcher(
            db=db,
            clock=clock,
            rng=rng,
            calls=self._calls,
            sessions=self.sessions,
            tasks=self.tasks,
            duty=self,
            task_codec=self._xml,
            spawn=self.spawn,
            faults=self.faults,
        )

    @property
    def pool_ref(self) -> str:
        return next(iter(self.db.rows("pool")))

    @property
    def master_ref(self) -> str:
        return str(self.db.get("pool", self.pool_ref, "master"))

    async def answer(self, host_ref: str, codec: Codec, request: Request) -> bytes:
        """The body of the reply of one host to one request."""
        return await self._dispatcher.answer(host_ref, codec, request)

    def assert_takes(self, host_ref: str, method: str) -> None:
        """Raises ApiError: the emergency a host is in, or HOST_IS_SLAVE with the coordinator's recorded address."""
        plain = method.removeprefix("Async.")
        emergency = self.faults.of(host_ref).emergency
        if emergency and plain not in EMERGENCY_CALLS:
            raise EarlyError(*emergency)
        if host_ref != self.master_ref and not takes_as_member(method):
            raise ApiError("HOST_IS_SLAVE", str(self.db.get("host", self.master_ref, "address")))

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something run on in the pool's own scope."""
        self._scope.start(work, "behind a call")

    def start(self) -> None:
        """Begin what a server does by itself: collecting old tasks, watching its members, and making ready for the
        first snapshot."""
        self.spawn(self._sweep())
        if self._watch is not None:
            self.spawn(self._watch(self.context("watch", self.master_ref)))
        self.spawn(self.prepare())

    async def close(self) -> None:
        """End everything that still runs."""
        await self._scope.close()

    def context(self, method: str, host_ref: str, session_ref: str = "", task_ref: str | None = None) -> Context:
        """What a behaviour needs that no call has begun."""
        return Context(
            db=self.db, clock=self.clock, rng=self._rng, host_ref=host_ref, session_ref=session_ref, method=method,
            spawn=self.spawn, faults=self.faults, task_ref=task_ref,
        )  # fmt: skip

    def offer(self, behaviours: Behaviours) -> None:
        """Carry out these calls too: those of a part that was added to the pool."""
        self._calls.take(behaviours)

    async def prepare(self) -> None:
        """Make ready for the first snapshots: whoever asks before pays for it himself."""
        if self.release.has_json:
            await self.events.prepare(JsonCodec(self.release, "2.0"))
        await self.events.prepare(self._xml)

    async def _sweep(self) -> None:
        while True:
            await self.clock.sleep(_SWEEP_S)
            self.tasks.sweep()
            self.sessions.sweep()

    def _assert_may(self, session_ref: str, permission: str) -> None:
        role = self.sessions.role(session_ref)
        if role is not None and not is_role_enough(role, _WEAKEST[permission]):
            raise denied(permission, _WEAKEST[permission])


_WEAKEST: Mapping[str, str] = {"task.destroy/any": "pool-operator"}
