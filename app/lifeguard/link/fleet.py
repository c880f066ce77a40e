"""All pools that are connected, each on its own link and each once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from lifeguard.clock import Clock, SystemClock
from lifeguard.inventory.change import Change
from lifeguard.link.gate import Gate, SessionTrust, TrustStore
from lifeguard.link.homecoming import Homecoming
from lifeguard.link.identity import host_uuids
from lifeguard.link.link import Link
from lifeguard.link.state import LinkState
from lifeguard.link.target import Target
from lifeguard.observe import Signal
from lifeguard.scope import Scope
from lifeguard.xapi.policy import Policy

_KEPT_OUT = ("lost", "refused")


@dataclass(frozen=True, slots=True)
class Merged:
    """`link` has led, or would lead, to the pool that `into` shows: it is being closed."""

    link: Link
    into: Link


@dataclass(frozen=True, slots=True)
class Doubled:
    """Both are live and say that they are the same pool, at different coordinators: one is a copy of the other."""

    link: Link
    other: Link


class Fleet:
    """Links come and go as a person connects and disconnects; `close` ends them all. One that leads to a pool that is
    shown already is closed by itself: another address of it was given, or its host has joined it. `merged` tells so
    first, so that what stands for the link can be taken away."""

    def __init__(
        self,
        gate: Gate | None = None,
        trust: TrustStore | None = None,
        clock: Clock | None = None,
        policy: Policy | None = None,
    ) -> None:
        self.added: Signal[Link] = Signal()
        self.merged: Signal[Merged] = Signal()
        self.doubled: Signal[Doubled] = Signal()
        self.removed: Signal[Link] = Signal()
        self._gate = gate
        self._trust = trust or SessionTrust()
        self._clock = clock
        self._policy = policy
        self._links: list[Link] = []
        self._scope = Scope("fleet")
        self._closing: list[asyncio.Task[None]] = []

    @property
    def links(self) -> tuple[Link, ...]:
        return tuple(self._links)

    @property
    def secrets(self) -> frozenset[str]:
        """What no log may show, of every pool."""
        return frozenset().union(*(link.secrets for link in self._links))

    def connect(self, target: Target) -> Link:
        """A link that begins to connect in the background. Raises ValueError when the address is none."""
        link = Link(target, self._gate, self._trust, self._clock, self._policy, admits=self._admits)
        self._links.append(link)
        link.state_changed.connect(lambda state: self._follow_state(link, state))
        link.changed.connect(self._follow_change)
        link.start()
        self.added.emit(link)
        return link

    async def until_home(self, homecoming: Homecoming) -> None:
        """See `Homecoming.wait`."""
        await homecoming.wait(self._trust, self._clock or SystemClock(), self._policy or Policy())

    async def disconnect(self, link: Link) -> None:
        self._forget(link)
        await link.close()

    async def close(self) -> None:
        links, self._links = self._links, []
        await asyncio.gather(*(link.close() for link in links))
        await asyncio.gather(*self._closing)
        await self._scope.close()

    def _admits(self, link: Link) -> bool:
        twin = next((one for one in self._links if one is not link and one.identity == link.identity), None)
        if twin is None:
            return True
        self._merge(link, twin)
        twin.try_now()  # in case it is waiting for a better moment
        return False

    def _follow_state(self, link: Link, state: LinkState) -> None:
        if state.phase in ("live", "lost"):
            self._look_for_joined()
        if state.phase == "live" and link in self._links:
            self._look_for_copies(link)

    def _follow_change(self, change: Change) -> None:
        if "host" in change.added.values():
            self._look_for_joined()

    def _look_for_joined(self) -> None:
        """A link that is kept out, and all of its hosts are in a pool that is there: that one shows them now."""
        there = [(link, host_uuids(link.inventory)) for link in self._links if link.state.phase == "live"]
        for link in self.links:
            own = host_uuids(link.inventory) if link.state.phase in _KEPT_OUT else frozenset()
            into = next((one for one, hosts in there if own and own <= hosts), None)
            if into is not None:
                self._merge(link, into)

    def _look_for_copies(self, link: Link) -> None:
        """Those of one identity have been merged before."""
        for other in self._links:
            is_live = other is not link and other.state.phase == "live"
            if is_live and link.identity and other.identity and link.identity.pool_uuid == other.identity.pool_uuid:
                self.doubled.emit(Doubled(link, other))

    def _merge(self, link: Link, into: Link) -> None:
        self.merged.emit(Merged(link, into))
        self._forget(link)
        self._closing.append(self._scope.start(link.close(), "close what leads elsewhere"))

    def _forget(self, link: Link) -> None:
        if link in self._links:
            self._links.remove(link)
            self.removed.emit(link)
