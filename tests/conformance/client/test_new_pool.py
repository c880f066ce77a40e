"""Two servers that stand alone become a pool: the one gets the name, the other joins it, and the servers agree."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from lifeguard.clock import PacedClock
from lifeguard.commands.jobs import JobBoard
from lifeguard.commands.perform import perform
from lifeguard.commands.registry import command
from lifeguard.commands.selection import Item, Selection
from lifeguard.link.fleet import Fleet
from lifeguard.link.target import Target
from lifeguard.sim.estate import Estate
from lifeguard.sim.release import Release
from lifeguard.sim.scenario.beside import build_lone
from lifeguard.sim.server import Listen
from tests.support.asking import Script
from tests.support.simulated import HASTY, PASSWORD, ScriptedGate, live
from tests.support.waiting import until


@asynccontextmanager
async def two_alone() -> AsyncIterator[Estate]:
    clock, rng, release = PacedClock(40.0), random.Random(5), Release.newest()
    estate = Estate(clock, rng, release, {"root": PASSWORD})
    for number in (1, 2):
        estate.add(build_lone(number, 1, rng, clock, release))
    try:
        for server in estate.servers:
            await server.start(Listen())
        yield estate
    finally:
        await estate.close()


async def test_two_servers_that_stand_alone_become_a_pool() -> None:
    fleet, board, one = Fleet(ScriptedGate(), policy=HASTY), JobBoard(), command("pool.new")
    assert one is not None
    async with two_alone() as estate:
        try:
            book = {address: place for server in estate.servers for address, place in server.address_book.items()}
            links = []
            for server in estate.servers:
                host, _, port = server.master_url.partition("://")[2].rpartition(":")
                links.append(await live(fleet.connect(Target(host, int(port), False, "root", PASSWORD, book))))
            items = tuple(Item(link, next(iter(link.inventory.refs("host")))) for link in links)
            ask = Script(answers={"name": "Paris", "coordinator": items[1].ref, "password": PASSWORD})
            outcome = await perform(one, Selection(items), board, ask)
            await until(lambda: all(job.is_over for job in outcome.jobs), 20)
            assert [(job.status, job.error) for job in outcome.jobs] == [("done", None)] * 2
            db = estate.servers[1].pool.db
            (pool,) = db.rows("pool").values()
            assert (pool["name_label"], pool["master"], len(db.rows("host"))) == ("Paris", items[1].ref, 2)
            await until(lambda: fleet.links == (links[1],), 15)
        finally:
            await board.close()
            await fleet.close()
