"""One pool: its inventory kept in step with its server, through anything that happens to the connection."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn

from lifeguard.clock import Clock, SystemClock
from lifeguard.datamodel.records import Host, Pool, Task
from lifeguard.inventory.change import Change, Event
from lifeguard.inventory.inventory import Inventory
from lifeguard.link.connect import Connector, Refused
from lifeguard.link.follow import Pump
from lifeguard.link.gate import Gate, SessionTrust, ShutGate, TrustStore
from lifeguard.link.identity import Identity
from lifeguard.link.server_clock import ServerClock
from lifeguard.link.snapshot import Snapshot
from lifeguard.link.state import LinkState, Phase
from lifeguard.link.target import Target
from lifeguard.observe import Signal
from lifeguard.rules.words import sentence
from lifeguard.scope import Scope
from lifeguard.xapi.codec import Codec
from lifeguard.xapi.events import feed_for
from lifeguard.xapi.failures import ApiFailure, EventsLost, Failure, LostConnection, SessionInvalid
from lifeguard.xapi.permissions import EVERYTHING, Permissions, permissions_of
from lifeguard.xapi.policy import Policy
from lifeguard.xapi.redact import redacted
from lifeguard.xapi.session import Credentials, Session, open_session
from lifeguard.xapi.streams import Streams
from lifeguard.xapi.tasks import Progress, run_task

_log = logging.getLogger(__name__)
_TASK_RECHECK_S = 5.0


class Link:
    """`start` begins; from then on `inventory` follows the server and `state` says how well. It gives up only when
    closed or not admitted; while a person's decision is awaited it waits. `codecs` are the protocols to try in order,
    the usual ones unless given. `admits` is asked each time it is connected, before anything is loaded."""

    def __init__(
        self,
        target: Target,
        gate: Gate | None = None,
        trust: TrustStore | None = None,
        clock: Clock | None = None,
        policy: Policy | None = None,
        codecs: Sequence[Codec] = (),
        admits: Callable[[Link], bool] = lambda _: True,
    ) -> None:
        self.target = target
        self.inventory = Inventory()
        self.changed: Signal[Change] = Signal()
        self.state_changed: Signal[LinkState] = Signal()
        self.permissions: Permissions = EVERYTHING
        self._clock = clock or SystemClock()
        self._policy = policy or Policy()
        self._server_clock = ServerClock(self.inventory, self._clock, self._policy)
        self._connector = Connector(target, gate or ShutGate(), trust or SessionTrust(), self._policy, codecs)
        self._admits = admits
        self._session: Session | None = None
        self._identity: Identity | None = None
        self._followed_ref = ""
        self._may_resume = False
        self._scope = Scope(f"link to {target.address}")
        self._wake = asyncio.Event()
        self._attempt = 0
        self.state = LinkState("connecting", target.address, self._clock.time_s(), f"Connecting to {target.name} …")

    @property
    def title(self) -> str:
        """The pool's name; a pool without one is called after its master, one not yet seen after its address."""
        for pool in self.inventory.all(Pool):
            master = self.inventory.get(Host, pool.master)
            return pool.name_label or (master.name_label if master is not None else "") or self.target.name
        return self.target.name

    @property
    def identity(self) -> Identity | None:
        """The pool that it has a session with, None while it has none."""
        return self._identity if self._session is not None else None

    def beside(self, address: str) -> Target:
        """Another server, to be reached as this one is: as the same user, by the same kind of connection."""
        user, password = self._connector.credentials.user, self._connector.credentials.password
        return replace(self.target, address=address, user=user, password=password, members=())

    @property
    def server_time_offset_s(self) -> float:
        """How far the server's clock is ahead of ours."""
        return self._server_clock.offset_s

    @property
    def member_addresses(self) -> tuple[str, ...]:
        """The addresses of all hosts, to be remembered for the next start."""
        return self._connector.addresses(self.inventory)

    @property
    def secrets(self) -> frozenset[str]:
        """The passwords and sessions that this link has used: what no log may show."""
        return frozenset({self.target.password, *self._connector.dialler.secrets})

    def start(self) -> None:
        self._scope.start(self._run(), "follow")

    def try_now(self) -> None:
        """Do not wait for the next try; after a refusal, ask again."""
        self._wake.set()

    async def close(self) -> None:
        """End everything, log out, hang up."""
        await self._scope.close()
        if self.state.phase != "closed":
            self._enter("closed", f"Disconnected from {self.title}.")
        await self._hang_up()
        await self._connector.close()

    async def call(self, method: str, *args: Any) -> Any:
        """See `Session.call`. Raises LostConnection at once while there is no connection."""
        return await self._live_session().call(method, *args)

    async def run_task(
        self, method: str, *args: Any, progress: Progress | None = None, labels: Mapping[str, str] | None = None
    ) -> Any:
        """See `tasks.run_task`. Progress comes with the events; the task outlives a lost connection."""
        return await run_task(
            self, method, *args, progress=progress, labels=labels, watch=self.watch, clock=self._clock
        )

    async def fetch(self, host_ref: str, path_and_query: str) -> bytes:
        """A document such as `/rrd_updates?...` from one host of the pool. Raises any Failure, LostConnection too when
        the host is not known."""
        host = self.inventory.get(Host, host_ref)
        session = self._live_session()
        if host is None:
            raise LostConnection(host_ref, "this host is not in the pool any more")
        return await self._connector.fetch(self.inventory, host, path_and_query, session.ref)

    @property
    def streams(self) -> Streams:
        """Exports, imports, consoles and other long streams, by the addresses of hosts."""
        return Streams(self._connector.dialler, lambda: self._live_session().ref)

    async def open_session_as(self, credentials: Credentials) -> Session:
        """One more session at the master, as somebody else; the caller closes it. Raises any Failure."""
        return await open_session(self._connector.dialler, self._live_session().endpoint, credentials)

    def _live_session(self) -> Session:
        if self.state.phase == "closed":
            raise Failure(self.state.sentence)  # there will not be another session: nothing to wait for
        if self._session is None:
            raise LostConnection(self.state.address, "not connected at the moment")
        return self._session

    async def _run(self) -> None:
        while True:
            try:
                if not await self._connect():
                    return
                await self._follow()
            except Refused as refused:
                await self._wait_for_person(refused)
            except (SessionInvalid, EventsLost) as ended:
                self._may_resume = True
                if self._attempt:  # it was not live in between: no hurry
                    await self._wait_for_next_try(ended)
            except Failure as failure:
                _log.info("%s: %s", self.target.address, type(failure).__name__)
                await self._wait_for_next_try(failure)

    async def _connect(self) -> bool:
        """False where this link is not wanted."""
        self._attempt += 1
        if not await self._resumes():
            await self._hang_up()
            self._session, self._identity = await self._connector.connect(self.inventory, self._say_trying)
            if not self._admits(self):
                return False
        self._followed_ref = self._live_session().ref
        return True

    async def _resumes(self) -> bool:
        """Log in again at the same master where only the session ended: what others are waiting for there goes on."""
        session, may_resume, self._may_resume = self._session, self._may_resume, False
        if session is None or not may_resume:
            return False
        try:
            await session.renew(self._followed_ref)
        except Failure:
            return False
        return True

    async def _follow(self) -> None:
        """Load, then follow the events. Ends only by a failure."""
        session = self._live_session()
        if self.state.as_of_s is None:
            self._enter("loading", f"Loading from {session.endpoint} …", str(session.endpoint))
        self.permissions = await permissions_of(session)
        feed = await feed_for(session, self._policy)
        pump = Pump(session, feed, self.inventory, self._apply)
        snapshot = Snapshot(session, self.inventory, self._apply)
        await snapshot.load_all()
        await pump.catch_up()
        await self._server_clock.compare(session)
        self._attempt = 0
        self._enter("live", f"Connected to {self.title} at {session.endpoint}.", str(session.endpoint))
        await snapshot.load_fixed()
        await self._until_one_fails(events=self._keep_following(pump), beat=self._server_clock.beat(session))

    async def _until_one_fails(self, **endless: Coroutine[Any, Any, NoReturn]) -> None:
        together = Scope("following", report=lambda _: None)  # the first failure is raised here
        try:
            tasks = [together.start(work, name) for name, work in endless.items()]
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                await task
        finally:
            await together.close()

    async def _keep_following(self, pump: Pump) -> NoReturn:
        """A connection that only broke is taken up again where it was: nothing is lost, nobody need know."""
        failures = 0
        while True:
            try:
                await pump.step()
                failures = 0
            except LostConnection:
                failures += 1
                if failures > 1:
                    raise

    def _apply(self, events: Sequence[Event]) -> Change:
        change = self.inventory.apply(events)
        if change:
            self.changed.emit(change)
        return change

    async def _hang_up(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _wait_for_person(self, refused: Refused) -> None:
        self._enter("refused", str(refused), refused.address)
        self._attempt = 0
        self._wake.clear()
        await self._wake.wait()

    async def _wait_for_next_try(self, failure: Failure) -> None:
        self._wake.clear()
        pause_s = self._pause_s()
        now_s = self._clock.time_s()
        self._enter("lost", f"{self._what_is_wrong()}: {self._reason(failure)}", next_try_s=now_s + pause_s)
        async with asyncio.TaskGroup() as first:
            woken = first.create_task(self._wake.wait())
            rested = first.create_task(self._clock.sleep(pause_s))
            await asyncio.wait((woken, rested), return_when=asyncio.FIRST_COMPLETED)
            woken.cancel()
            rested.cancel()

    def _what_is_wrong(self) -> str:
        return f"{'Lost the connection' if self.state.as_of_s is not None else 'Cannot connect'} to {self.title}"

    def _reason(self, failure: Failure) -> str:
        if isinstance(failure, LostConnection):
            return f"{failure.reason}."
        if isinstance(failure, ApiFailure):
            return sentence(self.inventory, failure.code, failure.params)
        return f"{redacted(str(failure), self.secrets)}."

    def _pause_s(self) -> float:
        doubled = self._policy.backoff_first_s * 2.0 ** min(10, max(0, self._attempt - 1))
        return min(self._policy.backoff_most_s, doubled) * random.uniform(0.5, 1.0)

    def _say_trying(self, address: str) -> None:
        if self.state.phase in ("connecting", "refused"):
            self._enter("connecting", f"Connecting to {address} …", address)
        elif self._attempt > 0:
            self._enter("lost", f"{self._what_is_wrong()}. Trying {address} …", address)

    def _enter(self, phase: Phase, sentence: str, address: str | None = None, next_try_s: float | None = None) -> None:
        now_s = self._clock.time_s()
        same = self.state.phase == phase
        as_of_s = now_s if self.state.phase == "live" or phase == "live" else self.state.as_of_s
        self.state = LinkState(
            phase,
            address if address is not None else self.state.address,
            self.state.since_s if same else now_s,
            sentence,
            self._attempt,
            next_try_s,
            as_of_s,
        )
        self.state_changed.emit(self.state)

    async def watch(self, ref: str) -> AsyncIterator[Task | None]:
        """The task's record as often as events change it, and now and then None: look for yourself. Once the link is
        closed there is nothing else."""
        news = asyncio.Event()

        def note(change: Change) -> None:
            if ref in change.added or ref in change.updated or ref in change.removed:
                news.set()

        disconnects = self.changed.connect(note), self.state_changed.connect(lambda _: news.set())
        try:
            while True:
                yield self.inventory.get(Task, ref) if self.state.phase != "closed" else None
                try:
                    async with asyncio.timeout(_TASK_RECHECK_S):
                        await news.wait()
                    news.clear()
                except TimeoutError:
                    yield None
        finally:
            for disconnect in disconnects:
                disconnect()
