"""A host that was removed from its pool comes back as a server of its own: awaited, trusted as any other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from lifeguard.clock import VirtualClock
from lifeguard.datamodel.records import Host
from lifeguard.link.fleet import Fleet
from lifeguard.link.gate import Credentials
from lifeguard.link.homecoming import Homecoming
from lifeguard.link.link import Link
from lifeguard.link.target import Target
from lifeguard.sim.estate import Estate
from lifeguard.sim.server import Server
from lifeguard.xapi.failures import LostConnection
from tests.support.simulated import HASTY, PASSWORD, ScriptedGate, estate_of_two, linked, live, simulated, tick
from tests.support.waiting import until

_LONG_S = 20.0


@dataclass(slots=True)
class _Yard:
    """A pool of two hosts, its link, and the member that is about to leave."""

    estate: Estate
    fleet: Fleet
    pool: Link
    member: str
    clock: VirtualClock
    gate: ScriptedGate
    book: dict[str, str] = field(default_factory=dict)

    @property
    def server(self) -> Server:
        return self.estate.servers[0]

    @property
    def homecoming(self) -> Homecoming:
        host = self.server.pool.db.row("host", self.member)
        (pool,) = self.server.pool.db.rows("pool").values()
        return Homecoming(self.pool.beside(str(host["address"])), str(pool["uuid"]))

    async def eject(self) -> None:
        for ref, vm in self.server.pool.db.rows("VM").items():
            if vm["resident_on"] == self.member and not vm["is_control_domain"]:
                await self.pool.run_task("VM.hard_shutdown", ref)
        await self.pool.run_task("pool.eject", self.member)


@asynccontextmanager
async def _yard(gate: ScriptedGate, *, is_tls: bool = False) -> AsyncIterator[_Yard]:
    clock = VirtualClock()
    fleet = Fleet(gate, policy=HASTY, clock=clock)
    async with estate_of_two(clock=clock, is_tls=is_tls) as estate, asyncio.TaskGroup() as group:
        ticking = group.create_task(tick(clock))
        server = estate.servers[0]
        member = next(ref for ref in server.urls if ref != server.pool.master_ref)
        host, _, port = server.master_url.partition("://")[2].rpartition(":")
        target = Target(host, int(port), is_tls, "root", PASSWORD, dict(server.address_book))
        try:
            pool = await live(fleet.connect(target))
            yield _Yard(estate, fleet, pool, member, clock, gate)
        finally:
            await fleet.close()
            ticking.cancel()


async def test_an_ejected_host_is_awaited_while_it_boots_and_is_then_a_pool_of_its_own() -> None:
    async with _yard(ScriptedGate()) as yard:
        homecoming, uuid = yard.homecoming, yard.server.pool.db.get("host", yard.member, "uuid")
        await yard.eject()
        began_s = yard.clock.time_s()
        await yard.fleet.until_home(homecoming)
        assert 60 <= yard.clock.time_s() - began_s <= 90, "it boots for a minute, and is asked every quarter of one"
        alone = await live(yard.fleet.connect(homecoming.target))
        assert [host.uuid for host in alone.inventory.all(Host)] == [uuid]
        assert yard.fleet.links == (yard.pool, alone)


async def test_a_host_that_still_answers_for_its_pool_has_not_come_home() -> None:
    async with _yard(ScriptedGate()) as yard:
        began_s = yard.clock.time_s()
        with pytest.raises(LostConnection, match="server of its own"):
            await yard.fleet.until_home(yard.homecoming)
        assert 435 <= yard.clock.time_s() - began_s <= 480
        assert yard.fleet.links == (yard.pool,)


@pytest.mark.parametrize("trusts", [True, False], ids=["trusted", "not trusted"])
async def test_the_new_certificate_of_an_ejected_host_is_shown_to_a_person_before_anything_is_sent(
    trusts: bool,
) -> None:
    gate = ScriptedGate()
    async with _yard(gate, is_tls=True) as yard:
        homecoming = yard.homecoming
        await yard.pool.fetch(yard.member, "/rrd_updates?start=0")  # the pool vouches for what it shows as a member
        gate.shown.clear()
        await yard.eject()
        await yard.fleet.until_home(homecoming)
        assert not gate.shown, "nobody is asked while it is only awaited"
        gate.trusts = trusts
        alone = yard.fleet.connect(homecoming.target)
        await until(lambda: alone.state.phase in ("live", "refused"), _LONG_S)
        assert alone.state.phase == ("live" if trusts else "refused")
        ((new, old),) = gate.shown
        assert old is not None
        assert new.fingerprint != old.fingerprint
        sessions = yard.estate.servers[-1].pool.db.rows("session")
        assert len(sessions) == (1 if trusts else 0)


async def test_another_server_is_reached_as_who_the_pool_let_in_at_last() -> None:
    gate = ScriptedGate(given=[Credentials("root", PASSWORD)])
    async with simulated(1, 0) as sim, linked(sim.target(password="old"), gate) as link:
        await live(link)
        target = link.beside("10.9.9.9")
        assert (target.address, target.password, target.members) == ("10.9.9.9", PASSWORD, ())
