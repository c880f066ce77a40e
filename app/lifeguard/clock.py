"""Time that can be virtual: whoever waits or stamps takes a `Clock`, tests hand in one they move themselves."""

from __future__ import annotations

import asyncio
import heapq
import time
from itertools import count
from typing import Protocol


class Clock(Protocol):
    """`time_s` is UTC epoch seconds, `monotonic_s` never goes back; `sleep` waits on this clock, not on the wall."""

    def time_s(self) -> float: ...
    def monotonic_s(self) -> float: ...
    async def sleep(self, delay_s: float) -> None: ...


class SystemClock:
    """The machine's own clock."""

    def time_s(self) -> float:
        return time.time()

    def monotonic_s(self) -> float:
        return time.monotonic()

    async def sleep(self, delay_s: float) -> None:
        await asyncio.sleep(delay_s)


class PacedClock(SystemClock):
    """Everything takes a fraction of its time: whoever sleeps wakes `pace` times as early. The date is everybody's."""

    def __init__(self, pace: float) -> None:
        self._pace = pace

    def monotonic_s(self) -> float:
        return super().monotonic_s() * self._pace

    async def sleep(self, delay_s: float) -> None:
        await super().sleep(delay_s / self._pace)


class VirtualClock:
    """A clock that stands still until `advance` is awaited; sleepers wake in order of their due time."""

    def __init__(self, start_s: float = 1_700_000_000.0) -> None:
        self._now_s = start_s
        self._order = count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def time_s(self) -> float:
        return self._now_s

    def monotonic_s(self) -> float:
        return self._now_s

    async def sleep(self, delay_s: float) -> None:
        if delay_s <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now_s + delay_s, next(self._order), woken))
        await woken

    async def advance(self, seconds: float) -> None:
        """Move time on, waking each sleeper at its own instant and letting it run before the next one. What was started
        but has not run yet runs first: it may be about to sleep."""
        await _let_others_run()
        end_s = self._now_s + seconds
        while self._sleepers and self._sleepers[0][0] <= end_s:
            due_s, _, woken = heapq.heappop(self._sleepers)
            if woken.done():
                continue
            self._now_s = max(self._now_s, due_s)
            woken.set_result(None)
            await _let_others_run()
        self._now_s = end_s
        await _let_others_run()


async def _let_others_run(rounds: int = 20) -> None:
    for _ in range(rounds):
        await asyncio.sleep(0)
