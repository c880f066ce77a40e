"""Pools side by side, seen by an unchanged client: a host that joins, leaves, and VMs that move across."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import XenAPI

from lifeguard.datamodel.records import Host
from lifeguard.link.target import Target
from lifeguard.sim.estate import Estate
from lifeguard.sim.server import Server
from tests.support.simulated import PASSWORD, estate_of_two, linked, live
from tests.support.waiting import until


@pytest.fixture
async def estate() -> AsyncIterator[Estate]:
    async with estate_of_two() as opened:
        yield opened


async def _with(url: str, work: Callable[[Any], Any]) -> Any:
    """Do something in a session of its own, in a thread as that client blocks."""

    def do() -> Any:
        session = XenAPI.Session(url)
        try:
            session.xenapi.login_with_password("root", PASSWORD, "1.0", "tests")
            return work(session.xenapi)
        finally:
            session("close")()

    return await asyncio.to_thread(do)


def _master(server: Server) -> str:
    return str(server.pool.db.get("host", server.pool.master_ref, "address"))


async def _join(estate: Estate) -> str:
    """Join the lone host to the pool; returns the URL where it answers."""
    pool, lone = estate.servers
    url, address = lone.master_url, _master(pool)
    await _with(url, lambda api: api.pool.join(address, "root", PASSWORD))
    await until(lambda: len(estate.servers) == 1, 10)
    await until(lambda: len(pool.urls) == 3, 10)
    return url


async def test_a_joined_host_answers_as_a_member_where_it_did_and_is_enabled_after_a_while(estate: Estate) -> None:
    pool, lone = estate.servers
    uuid = lone.pool.db.get("host", lone.pool.master_ref, "uuid")
    names = [vm["name_label"] for vm in lone.pool.db.rows("VM").values() if vm["tags"] == ("lab",)]
    url = await _join(estate)
    with pytest.raises(XenAPI.Failure) as refusal:
        await _with(url, lambda api: api.host.get_all())
    assert refusal.value.details == ["HOST_IS_SLAVE", _master(pool)]
    ref = await _with(pool.master_url, lambda api: api.host.get_by_uuid(uuid))
    assert pool.urls[ref] == url
    await until(lambda: pool.pool.db.get("host", ref, "enabled"), 10)
    hosts = await _with(pool.master_url, lambda api: api.host.get_all())
    assert len(hosts) == 3
    for name in names:
        assert len(await _with(pool.master_url, lambda api, name=name: api.VM.get_by_name_label(name))) == 1


async def test_a_joined_host_takes_vms_of_the_pool_as_it_has_the_same_networks_and_storage(estate: Estate) -> None:
    pool, _ = estate.servers
    url = await _join(estate)
    ref = next(host for host, place in pool.urls.items() if place == url)
    await until(lambda: pool.pool.db.get("host", ref, "enabled"), 10)
    vms = pool.pool.db.rows("VM").items()
    running = [vm for vm, row in vms if row["power_state"] == "Running" and not row["is_control_domain"]]
    assert running
    await _with(pool.master_url, lambda api: api.VM.pool_migrate(running[0], ref, {"live": "true"}))
    assert pool.pool.db.get("VM", running[0], "resident_on") == ref


async def test_our_own_client_finds_the_pool_where_its_lone_host_was(estate: Estate) -> None:
    pool, lone = estate.servers
    book = {**pool.address_book, **lone.address_book}
    host, _, port = lone.master_url.partition("://")[2].rpartition(":")
    address = _master(pool)
    async with linked(Target(host, int(port), False, "root", PASSWORD, book)) as link:
        await live(link)
        await link.run_task("pool.join", address, "root", PASSWORD)
        await until(lambda: link.state.phase == "live" and link.inventory.count("host") == 3, 10)
        assert {each.name_label for each in link.inventory.all(Host)} >= {"hv-lab-01"}


async def test_an_ejected_host_comes_back_alone_at_its_address_and_may_join_again(estate: Estate) -> None:
    pool, _ = estate.servers
    url = await _join(estate)
    ref = next(host for host, place in pool.urls.items() if place == url)
    await until(lambda: pool.pool.db.get("host", ref, "enabled"), 10)
    await _with(pool.master_url, lambda api: api.pool.eject(ref))
    assert ref not in await _with(pool.master_url, lambda api: api.host.get_all())
    await until(lambda: len(estate.servers) == 2, 10)
    await until(lambda: url in estate.servers[1].urls.values(), 10)
    assert estate.servers[1].master_url == url
    assert len(await _with(url, lambda api: api.host.get_all())) == 1
    disks = await _with(url, lambda api: api.VDI.get_all_records())
    assert all(disk["is_tools_iso"] for disk in disks.values())
    await _join(estate)


async def test_joining_is_refused_with_a_wrong_password_and_by_a_member_that_names_its_coordinator(
    estate: Estate,
) -> None:
    pool, lone = estate.servers
    member = next(ref for ref in pool.urls if ref != pool.pool.master_ref)
    address = pool.pool.db.get("host", member, "address")
    for wish, error in (
        ((_master(pool), "root", "wrong"), "SESSION_AUTHENTICATION_FAILED"),
        ((address, "root", PASSWORD), "HOST_IS_SLAVE"),
        (("192.0.2.77", "root", PASSWORD), "JOINING_HOST_CONNECTION_FAILED"),
    ):
        with pytest.raises(XenAPI.Failure) as refusal:
            await _with(lone.master_url, lambda api, wish=wish: api.pool.join(*wish))
        assert refusal.value.details[0] == error
    assert len(estate.servers) == 2


async def test_a_vm_that_is_off_moves_to_the_pool_beside(estate: Estate) -> None:
    pool, lone = estate.servers
    db = lone.pool.db
    vm = next(ref for ref, row in db.rows("VM").items() if row["tags"] == ("lab",))
    disk, card = db.get("VBD", db.get("VM", vm, "VBDs")[0], "VDI"), db.get("VM", vm, "VIFs")[0]
    there = pool.pool.db
    shared = next(ref for ref, sr in there.rows("SR").items() if sr["type"] == "nfs")
    pif = next(row for row in there.rows("PIF").values() if row["management"] and row["host"] == pool.pool.master_ref)
    uuid = db.get("VM", vm, "uuid")
    dest = await _with(pool.master_url, lambda api: api.host.migrate_receive(pool.pool.master_ref, pif["network"], {}))
    wish = ({disk: shared}, {card: pif["network"]}, {}, {})
    await _with(lone.master_url, lambda api: api.VM.migrate_send(vm, dest, False, *wish))
    assert not db.has("VM", vm)
    moved = there.by_uuid("VM", uuid)
    assert moved is not None
    assert there.get("VDI", there.get("VBD", there.get("VM", moved, "VBDs")[0], "VDI"), "SR") == shared
