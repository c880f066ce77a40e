"""Servers that leave a pool, join one, or turn out to be a copy of one: what the window makes of it by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from PySide6.QtWidgets import QApplication, QLabel

from lifeguard.clock import PacedClock
from lifeguard.commands.jobs import Job
from lifeguard.commands.registry import command
from lifeguard.commands.selection import Selection
from lifeguard.datamodel.records import Host
from lifeguard.link.link import Link
from lifeguard.link.roster import Roster
from lifeguard.link.target import Target
from lifeguard.settings.file import SettingsFile
from lifeguard.settings.keeper import Keeper
from lifeguard.sim.estate import Estate
from lifeguard.sim.server import Server
from lifeguard.tree.node import Thing
from lifeguard.trust.passwords import KeyringPasswords
from tests.gui.desk import Seat, empty_desk
from tests.support.keyring import MemoryKeyring
from tests.support.simulated import PASSWORD, estate_of_two, live, simulated
from tests.support.waiting import until

_PACE = 40.0
_LONG_S = 20.0


@asynccontextmanager
async def _beside(application: QApplication) -> AsyncIterator[tuple[Seat, Estate]]:
    """An empty window, beside a pool of two and a lone host; for both time passes quickly."""
    async with estate_of_two(_PACE) as estate, empty_desk(application, PacedClock(_PACE)) as seat:
        yield seat, estate


async def _connected(seat: Seat, server: Server, book: Mapping[str, str]) -> Link:
    host, _, port = server.master_url.partition("://")[2].rpartition(":")
    return await live(seat.desk.connect(Target(host, int(port), False, "root", PASSWORD, book)), _LONG_S)


def _member(server: Server) -> str:
    return next(ref for ref in server.urls if ref != server.pool.master_ref)


async def _removed(seat: Seat, server: Server, link: Link, member: str) -> Job:
    """The job that waits, after a member was removed by the command."""
    for ref, vm in server.pool.db.rows("VM").items():
        if vm["resident_on"] == member and not vm["is_control_domain"]:
            await link.run_task("VM.hard_shutdown", ref)
    eject = command("host.eject")
    assert eject is not None
    await until(lambda: eject.sum_up(Selection.of(link, [member])).allowed)
    seat.desk.run(eject, Selection.of(link, [member]))
    await seat.press("confirm", "proceed")
    return await until(lambda: next((job for job in seat.desk.board.jobs if job.title.startswith("Wait for")), None))


def _tops(seat: Seat) -> list[str]:
    model = seat.desk.window.pane.tree.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


async def test_a_removed_host_comes_back_to_the_tree_as_a_standalone_server(application: QApplication) -> None:
    async with _beside(application) as (seat, estate):
        server = estate.servers[0]
        link, member = await _connected(seat, server, server.address_book), _member(server)
        name = server.pool.db.get("host", member, "name_label")
        job = await _removed(seat, server, link, member)
        assert name in job.title
        assert not seat.desk.board.at_stake, "who closes the window need not be asked about waiting"
        await until(lambda: job.is_over, _LONG_S)
        assert job.status == "done", job.error
        await until(lambda: len(seat.desk.pools) == 2 and seat.desk.is_loaded(), _LONG_S)
        await until(lambda: sorted(_tops(seat)) == sorted([link.title, name]))


async def test_a_pool_saved_by_the_address_of_a_removed_host_is_saved_beside_it(
    application: QApplication, tmp_path: Path
) -> None:
    roster = Roster(Keeper(SettingsFile(tmp_path / "s.json")), KeyringPasswords(MemoryKeyring()))
    async with estate_of_two(_PACE) as estate, empty_desk(application, PacedClock(_PACE), roster) as seat:
        server, book = estate.servers[0], dict(estate.servers[0].address_book)
        member = _member(server)
        address = str(server.pool.db.get("host", member, "address"))
        link = await live(seat.desk.connect(Target(address, 80, False, "root", PASSWORD, book)), _LONG_S)
        title, name = link.title, server.pool.db.get("host", member, "name_label")
        await until(lambda: [one.address for one in roster.servers] == [address])
        await _removed(seat, server, link, member)
        await until(lambda: len(seat.desk.pools) == 2 and seat.desk.is_loaded(), _LONG_S)
        await until(lambda: len(roster.servers) == 2)
        by_address = {one.address: one for one in roster.servers}
        assert by_address.pop(address).title == name
        ((other, pool),) = by_address.items()
        assert (pool.title, pool.members) == (title, (other,))
        assert sorted(_tops(seat)) == sorted([title, name])


async def test_whoever_does_not_want_a_removed_host_back_cancels_its_job(application: QApplication) -> None:
    async with _beside(application) as (seat, estate):
        server = estate.servers[0]
        link, member = await _connected(seat, server, server.address_book), _member(server)
        url = server.urls[member]
        job = await _removed(seat, server, link, member)
        job.cancel()
        await until(lambda: job.status == "cancelled")
        await until(lambda: url in estate.servers[-1].urls.values(), _LONG_S)
        assert [pool.source for pool in seat.desk.pools] == [link]


async def test_whoever_looks_at_a_server_that_joins_a_pool_looks_at_it_there(application: QApplication) -> None:
    async with _beside(application) as (seat, estate):
        book = {address: place for server in estate.servers for address, place in server.address_book.items()}
        pool, lone = [await _connected(seat, server, book) for server in estate.servers]
        (host,), (opened,) = tuple(lone.inventory.all(Host)), [one for one in seat.desk.pools if one.source is lone]
        await until(seat.desk.is_loaded)
        seat.desk.window.show_things([Thing(opened.key, host.ref)])
        server = estate.servers[0]
        master = str(server.pool.db.get("host", server.pool.master_ref, "address"))
        await lone.run_task("pool.join", master, "root", PASSWORD)
        await until(lambda: [one.source for one in seat.desk.pools] == [pool], _LONG_S)
        await until(lambda: seat.desk.window.stack.shown is not None)
        shown = seat.desk.window.stack.shown
        assert shown is not None
        assert shown.source is pool
        there = pool.inventory.get(Host, shown.ref)
        assert there is not None
        assert there.uuid == host.uuid
        assert [thing.ref for thing in seat.desk.window.pane.things()] == [there.ref]


async def test_a_restored_copy_of_a_pool_is_shown_beside_it_with_a_warning(application: QApplication) -> None:
    async with simulated(1, 1, seed=1) as own, simulated(1, 1, seed=2) as copy, empty_desk(application) as seat:
        ((_, pool),), ((ref, _),) = own.db.rows("pool").items(), copy.db.rows("pool").items()
        copy.db.set("pool", ref, "uuid", pool["uuid"])
        (host,) = copy.db.rows("host")
        copy.db.set("host", host, "address", "10.99.0.1")
        links = [await live(seat.desk.connect(target)) for target in (own.target(), copy.target())]
        assert [one.source for one in seat.desk.pools] == links
        await until(seat.desk.window.notice.isVisible)
        said = seat.part(QLabel, "notice.text").text()
        assert "restored from a backup" in said
        assert all(link.state.address in said for link in links)
