"""All pools that are connected, each on its own link."""

from __future__ import annotations

import asyncio

from lifeguard.clock import Clock
from lifeguard.link.gate import Gate, SessionTrust, TrustStore
from lifeguard.link.link import Link
from lifeguard.link.target import Target
from lifeguard.observe import Signal
from lifeguard.xapi.policy import Policy


class Fleet:
    """Links come and go as a person connects and disconnects; `close` ends them all."""

    def __init__(
        self,
        gate: Gate | None = None,
        trust: TrustStore | None = None,
        clock: Clock | None = None,
        policy: Policy | None = None,
    ) -> None:
        self.added: Signal[Link] = Signal()
        self.removed: Signal[Link] = Signal()
        self._gate = gate
        self._trust = trust or SessionTrust()
        self._clock = clock
        self._policy = policy
        self._links: list[Link] = []

    @property
    def links(self) -> tuple[Link, ...]:
        return tuple(self._links)

    @property
    def secrets(self) -> frozenset[str]:
        """What no log may show, of every pool."""
        return frozenset().union(*(link.secrets for link in self._links))

    def connect(self, target: Target) -> Link:
        """A link that begins to connect in the background. Raises ValueError when the address is none."""
        link = Link(target, self._gate, self._trust, self._clock, self._policy)
        self._links.append(link)
        link.start()
        self.added.emit(link)
        return link

    async def disconnect(self, link: Link) -> None:
        if link in self._links:
            self._links.remove(link)
            self.removed.emit(link)
        await link.close()

    async def close(self) -> None:
        links, self._links = self._links, []
        await asyncio.gather(*(link.close() for link in links))
