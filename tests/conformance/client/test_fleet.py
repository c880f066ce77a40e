"""Several links at once: a pool is there once, whichever addresses lead to it, and hosts that come and go between
pools take nothing of the others' along."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from lifeguard.commands.jobs import JobBoard
from lifeguard.commands.perform import perform
from lifeguard.commands.registry import command
from lifeguard.commands.selection import Item, Selection
from lifeguard.datamodel.records import Host
from lifeguard.link.fleet import Fleet, Merged
from lifeguard.link.link import Link
from lifeguard.link.target import Target
from lifeguard.sim.estate import Estate
from lifeguard.sim.server import Server
from lifeguard.xapi.failures import Failure, LostConnection
from tests.support.asking import Script
from tests.support.proxy import Proxy
from tests.support.simulated import HASTY, PASSWORD, ScriptedGate, estate_of_two, live, simulated
from tests.support.waiting import until

_LONG_S = 15.0


@asynccontextmanager
async def _fleet() -> AsyncIterator[Fleet]:
    fleet = Fleet(ScriptedGate(), policy=HASTY)
    try:
        yield fleet
    finally:
        await fleet.close()


def _target(url: str, book: Mapping[str, str]) -> Target:
    host, _, port = url.partition("://")[2].rpartition(":")
    return Target(host, int(port), False, "root", PASSWORD, book)


async def _both(fleet: Fleet, estate: Estate, book: Mapping[str, str]) -> tuple[Link, Link]:
    """A link to the pool and one to the lone host, both live."""
    pool, lone = (fleet.connect(_target(server.master_url, book)) for server in estate.servers)
    return await live(pool), await live(lone)


def _master_address(server: Server) -> str:
    return str(server.pool.db.get("host", server.pool.master_ref, "address"))


def _whole_book(estate: Estate) -> dict[str, str]:
    return {address: place for server in estate.servers for address, place in server.address_book.items()}


@pytest.mark.parametrize("knows_the_way", [True, False], ids=["led there", "recognised by its host"])
async def test_the_link_of_a_host_that_joins_a_connected_pool_ends(knows_the_way: bool) -> None:
    async with estate_of_two() as estate, _fleet() as fleet:
        pool, lone = await _both(fleet, estate, _whole_book(estate) if knows_the_way else {})
        merged: list[Merged] = []
        fleet.merged.connect(merged.append)
        await lone.run_task("pool.join", _master_address(estate.servers[0]), "root", PASSWORD)
        await until(lambda: fleet.links == (pool,), _LONG_S)
        assert merged == [Merged(lone, pool)]
        await until(lambda: lone.state.phase == "closed")
        assert pool.state.phase == "live"
        await until(lambda: pool.inventory.count("host") == 3)
        with pytest.raises(Failure) as refusal:
            await lone.call("host.get_all")
        assert not isinstance(refusal.value, LostConnection), "who waits for the connection would wait for ever"


async def test_the_job_of_joining_ends_with_the_truth_when_its_host_takes_the_answer_along() -> None:
    async with estate_of_two(pace=8.0) as estate, _fleet() as fleet:
        server, lone_server = estate.servers
        proxy = Proxy(lone_server.master_url.partition("://")[2])
        await proxy.start()
        board = JobBoard()
        try:
            pool = await live(fleet.connect(_target(server.master_url, {})))
            lone = await live(fleet.connect(_target(f"http://{proxy.address}", {})))
            join, (host,), (into,) = command("host.join_pool"), lone.inventory.refs("host"), pool.inventory.refs("pool")
            assert join is not None
            chosen = Selection.of(lone, [host]).with_target(Item(pool, into))
            (job,) = (await perform(join, chosen, board, Script(answers={"password": PASSWORD}))).jobs
            await until(lambda: job.progress_fraction)
            proxy.refuses = True
            await proxy.cut_all()
            await until(lambda: job.is_over, _LONG_S)
            assert job.status == "done", job.error
            await until(lambda: fleet.links == (pool,), _LONG_S)
        finally:
            await board.close()
            await proxy.close()


async def test_another_address_of_a_connected_pool_shows_nothing_new() -> None:
    async with simulated(hosts=3) as sim, _fleet() as fleet:
        pool = await live(fleet.connect(sim.target()))
        again = fleet.connect(sim.target(sim.members()[0]))
        await until(lambda: fleet.links == (pool,), _LONG_S)
        await until(lambda: again.state.phase == "closed")
        assert not again.inventory.class_names(), "it was loaded a second time"
        assert len(sim.db.rows("session")) == 1


async def test_two_addresses_tried_at_once_show_the_pool_once() -> None:
    async with simulated(hosts=3) as sim, _fleet() as fleet:
        for ref in sim.members():
            fleet.connect(sim.target(ref))
        await until(lambda: len(fleet.links) == 1, _LONG_S)
        await live(fleet.links[0])
        assert len(sim.db.rows("session")) == 1


async def test_a_link_that_may_not_in_any_more_gives_way_to_one_that_may() -> None:
    async with simulated(hosts=2) as sim, _fleet() as fleet:
        old = await live(fleet.connect(sim.target()))
        await old.call("session.change_password", PASSWORD, "another")
        sim.pool.sessions.end_all()
        await until(lambda: old.state.phase == "refused")
        new = fleet.connect(sim.target(password="another"))
        await until(lambda: fleet.links == (new,), _LONG_S)
        await live(new)


async def test_the_pool_of_a_host_that_is_ejected_goes_on_and_so_does_the_host_alone() -> None:
    async with estate_of_two() as estate, _fleet() as fleet:
        server = estate.servers[0]
        member = next(ref for ref in server.urls if ref != server.pool.master_ref)
        url, book = server.urls[member], _whole_book(estate)
        uuid = server.pool.db.get("host", member, "uuid")
        pool = await live(fleet.connect(_target(url, book)))  # by the very address that is about to leave
        states = []
        pool.state_changed.connect(states.append)
        await _empty(pool, server, member)
        await pool.run_task("pool.eject", member)
        await until(lambda: pool.inventory.count("host") == 1)
        await until(lambda: url in estate.servers[-1].urls.values(), _LONG_S)
        alone = await live(fleet.connect(_target(url, book)))
        assert [host.uuid for host in alone.inventory.all(Host)] == [uuid]
        assert fleet.links == (pool, alone)
        assert states == []


async def test_a_pool_that_is_lost_is_not_looked_for_behind_a_host_that_left_it() -> None:
    async with estate_of_two() as estate, _fleet() as fleet:
        server = estate.servers[0]
        member = next(ref for ref in server.urls if ref != server.pool.master_ref)
        url = server.urls[member]
        pool = await live(fleet.connect(_target(url, _whole_book(estate))))
        title = pool.title
        await _empty(pool, server, member)
        await pool.run_task("pool.eject", member)
        await until(lambda: url in estate.servers[-1].urls.values(), _LONG_S)
        await server.kill(server.pool.master_ref)
        await until(lambda: pool.state.phase == "lost" and pool.state.attempt > 3, _LONG_S)
        assert (pool.title, pool.inventory.count("host")) == (title, 1)
        await server.revive(server.pool.master_ref)
        await live(pool, _LONG_S)
        assert pool.title == title


async def _empty(pool: Link, server: Server, member: str) -> None:
    for ref, vm in server.pool.db.rows("VM").items():
        if vm["resident_on"] == member and not vm["is_control_domain"]:
            await pool.run_task("VM.hard_shutdown", ref)
