"""A simulated pool on real sockets in the test's own loop, and the real client connected to it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import NoReturn

from lifeguard.clock import Clock, PacedClock, VirtualClock
from lifeguard.link.gate import CertificateFacts, Credentials, SessionTrust
from lifeguard.link.link import Link
from lifeguard.link.target import Target
from lifeguard.sim.assembly import assemble
from lifeguard.sim.database import Database
from lifeguard.sim.estate import Estate
from lifeguard.sim.neighbours import Neighbourhood
from lifeguard.sim.pool import SimulatedPool
from lifeguard.sim.release import Release
from lifeguard.sim.scenario.beside import build_lone
from lifeguard.sim.scenario.build import build_pool
from lifeguard.sim.server import Listen, Server
from lifeguard.xapi.policy import Patience, Policy
from tests.support.waiting import until

PASSWORD = "let me in"
_PACE = 4.0

HASTY = Policy(
    login=Patience(connect_s=1, answer_s=3, silence_s=1),
    read=Patience(connect_s=1, answer_s=3, silence_s=1, attempts=2),
    logout=Patience(connect_s=0.5, answer_s=0.5, silence_s=0.5),
    events_wait_s=1.0,
    events_grace_s=1.5,
    backoff_first_s=0.05,
    backoff_most_s=0.2,
)
"""Patience for servers that are a few microseconds away, so that every wait of the real policy is met within a test."""


@dataclass(slots=True)
class ScriptedGate:
    """Answers as told, and remembers what it was asked."""

    trusts: bool = True
    given: list[Credentials] = field(default_factory=list)
    shown: list[tuple[CertificateFacts, CertificateFacts | None]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    async def trust(self, facts: CertificateFacts, known: CertificateFacts | None) -> bool:
        self.shown.append((facts, known))
        return self.trusts

    async def credentials(self, address: str, user: str, reason: str) -> Credentials | None:
        self.reasons.append(reason)
        return self.given.pop(0) if self.given else None


@dataclass(slots=True)
class Simulated:
    """A served pool. `via` replaces addresses really dialled: host ref to host:port, such as a proxy's."""

    server: Server
    via: dict[str, str] = field(default_factory=dict)

    @property
    def pool(self) -> SimulatedPool:
        return self.server.pool

    @property
    def servers(self) -> tuple[Server, ...]:
        return (self.server,)

    @property
    def db(self) -> Database:
        return self.server.pool.db

    @property
    def is_tls(self) -> bool:
        return self.server.master_url.startswith("https")

    def members(self) -> list[str]:
        return [ref for ref in self.db.rows("host") if ref != self.pool.master_ref]

    def dialled(self, host_ref: str) -> str:
        return self.via.get(host_ref) or self.server.urls[host_ref].partition("://")[2]

    def address_book(self) -> Mapping[str, str]:
        return {str(self.db.get("host", ref, "address")): self.dialled(ref) for ref in self.server.urls}

    def target(self, host_ref: str | None = None, user: str = "root", password: str = PASSWORD) -> Target:
        """Where to connect: the master, unless a host is named."""
        host, _, port = self.dialled(host_ref or self.pool.master_ref).rpartition(":")
        return Target(host, int(port), self.is_tls, user, password, self.address_book())


@asynccontextmanager
async def simulated(
    hosts: int = 3,
    vms: int = 6,
    *,
    seed: int = 1,
    is_tls: bool = False,
    release: Release | None = None,
    clock: Clock | None = None,
    passwords: Mapping[str, str] | None = None,
    neighbourhood: Neighbourhood | None = None,
    is_ha_enabled: bool = False,
) -> AsyncIterator[Simulated]:
    """Serve a generated pool until the block ends; unless there is a `clock`, everything takes a quarter of its time.
    VMs move and hosts join within a `neighbourhood`."""
    clock, release, rng = clock or PacedClock(_PACE), release or Release.newest(), random.Random(seed)
    db = build_pool(hosts, vms, rng, clock, release, is_ha_enabled=is_ha_enabled)
    server = Server(assemble(db, clock, rng, release, passwords or {"root": PASSWORD}, neighbourhood))
    await server.start(Listen(is_tls=is_tls))
    try:
        yield Simulated(server)
    finally:
        await server.close()


@asynccontextmanager
async def estate_of_two(
    pace: float = 40.0, *, clock: Clock | None = None, is_tls: bool = False
) -> AsyncIterator[Estate]:
    """A pool of two hosts and four VMs, and a lone host beside it, where everything is quickly over."""
    clock, rng, release = clock or PacedClock(pace), random.Random(5), Release.newest()
    estate = Estate(clock, rng, release, {"root": PASSWORD})
    estate.add(build_pool(2, 4, rng, clock, release))
    estate.add(build_lone(1, 2, rng, clock, release))
    try:
        for server in estate.servers:
            await server.start(Listen(is_tls=is_tls))
        yield estate
    finally:
        await estate.close()


@asynccontextmanager
async def linked(
    target: Target,
    gate: ScriptedGate | None = None,
    trust: SessionTrust | None = None,
    policy: Policy = HASTY,
    clock: Clock | None = None,
) -> AsyncIterator[Link]:
    """A link that has begun to connect; closed at the end of the block."""
    link = Link(target, gate or ScriptedGate(), trust, clock, policy)
    link.start()
    try:
        yield link
    finally:
        await link.close()


@asynccontextmanager
async def in_quick_motion(hosts: int = 3, vms: int = 6) -> AsyncIterator[tuple[Simulated, Link]]:
    """A pool whose clock runs some forty times as fast as ours, and a link to it that is live."""
    clock = VirtualClock()
    async with simulated(hosts, vms, clock=clock) as sim, asyncio.TaskGroup() as group:
        ticking = group.create_task(tick(clock))
        async with linked(sim.target()) as link:
            yield sim, await live(link)
        ticking.cancel()


async def tick(clock: VirtualClock) -> NoReturn:
    """Let a second pass in twenty-five thousandths of one, until cancelled."""
    while True:
        await clock.advance(0.2)
        await asyncio.sleep(0.005)


async def live(link: Link, timeout_s: float = 10.0) -> Link:
    await until(lambda: link.state.phase == "live", timeout_s)
    return link
