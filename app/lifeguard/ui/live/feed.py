"""Each host's own figures, fetched only while somebody looks at them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Protocol

from lifeguard.clock import Clock
from lifeguard.datamodel.records import Host
from lifeguard.inventory.inventory import Inventory
from lifeguard.metrics.document import MalformedRrd
from lifeguard.metrics.ranges import STEPS_S, request_for, step_for
from lifeguard.metrics.store import SeriesStore
from lifeguard.metrics.updates import Updates, iter_updates
from lifeguard.observe import Signal
from lifeguard.scope import Scope

STEP_S: Final = STEPS_S[0]
_LONGEST_PAUSE_S: Final = 60.0


class Fetching(Protocol):
    """The part of a link that figures come through. `fetch` raises `FetchFailed` with a sentence."""

    @property
    def inventory(self) -> Inventory: ...
    @property
    def server_time_offset_s(self) -> float: ...
    async def fetch(self, host_ref: str, path_and_query: str) -> bytes: ...


@dataclass(slots=True)
class _Poll:
    """The polling of one archive of one host; each watcher has asked for a pause and a history."""

    ref: str
    step_s: int
    watchers: dict[object, tuple[float, float]] = field(default_factory=dict)
    fetched_from_s: float | None = None
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class Feed:
    """The figures of one pool. `renewed` tells the ref of a host whose figures have come, or have failed to."""

    def __init__(self, link: Fetching, clock: Clock, failures: tuple[type[Exception], ...]) -> None:
        self.store = SeriesStore()
        self.renewed: Signal[str] = Signal()
        self.trouble: dict[str, str] = {}
        self._link = link
        self._clock = clock
        self._failures: tuple[type[Exception], ...] = (*failures, MalformedRrd)
        self._scope = Scope("figures")
        self._polls: dict[tuple[str, int], _Poll] = {}

    async def close(self) -> None:
        await self._scope.close()

    @property
    def server_now_s(self) -> float:
        return self._clock.time_s() + self._link.server_time_offset_s

    @property
    def is_watched(self) -> bool:
        """Whether anybody looks, and so anything is fetched."""
        return bool(self._polls)

    def watch(self, host_refs: Iterable[str], pause_s: float, history_s: float) -> Callable[[], None]:
        """Poll these hosts every `pause_s`, beginning `history_s` back, until the returned function is called.

        The figures come from the finest archive that reaches so far back, whoever else watches which other one.
        """
        token, step_s = object(), step_for(-history_s, 0.0)
        polls = [self._polls.setdefault((ref, step_s), _Poll(ref, step_s)) for ref in host_refs]
        for poll in polls:
            poll.watchers[token] = (pause_s, history_s)
            poll.wake.set()
            if poll.task is None or poll.task.done():
                poll.task = self._scope.start(self._follow(poll), f"host {poll.ref}")

        def release() -> None:
            for poll in polls:
                self._release(poll, token)

        return release

    def _release(self, poll: _Poll, token: object) -> None:
        poll.watchers.pop(token, None)
        if not poll.watchers and self._polls.get((poll.ref, poll.step_s)) is poll:
            del self._polls[poll.ref, poll.step_s]
            if poll.task is not None:
                poll.task.cancel()

    async def _follow(self, poll: _Poll) -> None:
        failures = 0
        while poll.watchers:
            poll.wake.clear()
            failures = 0 if await self._ask(poll) else failures + 1
            pause_s = min(pause for pause, _ in poll.watchers.values())
            pause_s = max(pause_s, min(pause_s * 2**failures, _LONGEST_PAUSE_S))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(poll.wake.wait(), pause_s)

    async def _ask(self, poll: _Poll) -> bool:
        host = self._link.inventory.get(Host, poll.ref)
        if host is None:
            return False
        now_s = self.server_now_s
        start_s = self._start_s(host, poll, now_s)
        path = f"/rrd_updates?start={int(start_s)}&cf=AVERAGE&interval={poll.step_s}&host=true"
        try:
            updates = await _decoded(await self._link.fetch(poll.ref, path))
        except self._failures as failure:
            self.trouble[poll.ref] = str(failure)
        else:
            self.trouble.pop(poll.ref, None)
            self.store.merge(updates)
            poll.fetched_from_s = min(start_s, poll.fetched_from_s or start_s)
        self.renewed.emit(poll.ref)
        return poll.ref not in self.trouble

    def _start_s(self, host: Host, poll: _Poll, now_s: float) -> float:
        """Where the next answer should begin: at the newest row held, or further back than anything fetched yet."""
        history_s = max(history for _, history in poll.watchers.values())
        wanted_s = now_s + request_for(-history_s, 0.0).start_s
        newest_s = self.store.newest_s(host.uuid, poll.step_s)
        if newest_s is None or poll.fetched_from_s is None or wanted_s < poll.fetched_from_s - poll.step_s:
            return wanted_s
        return max(wanted_s, float(newest_s - poll.step_s))


async def _decoded(body: bytes) -> Updates:
    """Decode in steps of about a millisecond, so that the window stays alive while a large answer is read."""
    steps = iter_updates(body)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            updates: Updates = done.value
            return updates
        await asyncio.sleep(0)
