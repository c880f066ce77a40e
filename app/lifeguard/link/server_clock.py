"""The server's clock: how far ahead of ours it is, and a heart-beat, for asking it now and then shows who is gone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NoReturn

from lifeguard.clock import Clock
from lifeguard.datamodel.records import Pool
from lifeguard.inventory.inventory import Inventory
from lifeguard.xapi.failures import Failure, Retryable
from lifeguard.xapi.policy import Policy
from lifeguard.xapi.session import Session

_UNSURE_S = 1.0


class ServerClock:
    """Uptimes and graphs are told by the server's clock: `offset_s` is how far it is ahead of ours."""

    def __init__(self, inventory: Inventory, clock: Clock, policy: Policy) -> None:
        self.offset_s = 0.0
        self._inventory = inventory
        self._clock = clock
        self._policy = policy

    async def compare(self, session: Session) -> None:
        """Raises Retryable when the server does not answer in time."""
        for pool in self._inventory.all(Pool):
            before_s = self._clock.time_s()
            try:
                there_s = _epoch_s(await session.beat(pool.master))
            except (Failure, ValueError) as failure:
                if isinstance(failure, Retryable):
                    raise
                return  # a server without this call: its clock is taken to be right
            # It tells whole seconds, rounded down: half a second later is the likeliest.
            offset_s = there_s + 0.5 - (before_s + self._clock.time_s()) / 2
            if abs(offset_s - self.offset_s) > _UNSURE_S:
                self.offset_s = offset_s

    async def beat(self, session: Session) -> NoReturn:
        """Ask again and again: a connection that swallows everything is noticed no later than one beat and the patience
        for its answer, however long the events keep silent. Raises Retryable."""
        while True:
            await self._clock.sleep(self._policy.heartbeat_every_s)
            await self.compare(session)


def _epoch_s(stamp: str) -> float:
    """UTC epoch seconds of a server's date, such as 20260101T12:00:00Z. Raises ValueError."""
    digits = stamp.replace("-", "").rstrip("Z")
    return datetime.strptime(digits, "%Y%m%dT%H:%M:%S").replace(tzinfo=UTC).timestamp()
