"""A host that joins a pool: what keeps it out, in order, and what it brings along."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from lifeguard.sim.behaviour.joining import join_calls
from lifeguard.sim.failure import ApiError
from lifeguard.sim.neighbours import Neighbour, Neighbourhood
from lifeguard.sim.sessions import Account
from tests.unit.sim.behaviour.site import Site


@pytest.fixture
async def lone() -> AsyncIterator[Site]:
    """A host on its own with only local storage."""
    made = Site(seed=9)
    made.host("newcomer")
    for ref in list(made.db.rows("PBD")):
        made.db.destroy("PBD", ref)
    made.db.destroy("SR", made.shared)
    yield made
    await made.close()


async def _join(lone: Site, pool: Site | None) -> tuple[str, ...]:
    calls = join_calls(lambda address, user, password: pool.db if pool else None)
    try:
        await lone.pass_time(calls["pool.join"](lone.context("pool.join"), "10.0.0.1", "root", "secret"))
    except ApiError as error:
        return error.description
    return ()


async def test_a_host_that_joins_brings_its_machine_disks_and_vms_and_names_its_master(site: Site, lone: Site) -> None:
    site.host("h1")
    host = next(iter(lone.db.rows("host")))
    vm = lone.vm("web", sr=lone.local_sr(host))
    uuids = lone.db.get("host", host, "uuid"), lone.db.get("VM", vm, "uuid")
    assert await _join(lone, site) == ()
    there, moved = site.db.by_uuid("host", uuids[0]), site.db.by_uuid("VM", uuids[1])
    assert there is not None
    assert moved is not None
    assert not site.db.get("host", there, "enabled")
    await lone.clock.advance(30)
    assert site.db.get("host", there, "enabled")
    assert site.shared in {site.db.get("PBD", pbd, "SR") for pbd in site.db.get("host", there, "PBDs")}
    disk = site.db.get("VBD", site.db.get("VM", moved, "VBDs")[0], "VDI")
    pbds = site.db.get("SR", site.db.get("VDI", disk, "SR"), "PBDs")
    assert [site.db.get("PBD", pbd, "host") for pbd in pbds] == [there]
    assert site.db.get("VIF", site.db.get("VM", moved, "VIFs")[0], "network") == site.network
    master = lone.db.get("pool", lone.pool, "master")
    assert lone.db.get("host", master, "address") == "10.0.0.1"


async def test_nobody_answering_is_told_before_anything_else(lone: Site) -> None:
    lone.vm("web", on=next(iter(lone.db.rows("host"))), sr=lone.local_sr(next(iter(lone.db.rows("host")))))
    assert await _join(lone, None) == ("JOINING_HOST_CONNECTION_FAILED",)


async def test_running_vms_are_told_before_another_cpu_vendor_and_that_before_shared_storage(
    site: Site, lone: Site
) -> None:
    site.host("h1")
    host = next(iter(lone.db.rows("host")))
    vm = lone.vm("web", on=host, sr=lone.local_sr(host))
    lone.db.set("host", host, "cpu_info", {"vendor": "AuthenticAMD"})
    lone.db.insert("SR", {"type": "nfs", "shared": True})
    assert await _join(lone, site) == ("JOINING_HOST_CANNOT_HAVE_RUNNING_VMS",)
    await lone.call("VM.hard_shutdown", vm)
    assert await _join(lone, site) == ("HOSTS_NOT_COMPATIBLE",)
    lone.db.set("host", host, "cpu_info", {"vendor": "GenuineIntel"})
    assert await _join(lone, site) == ("JOINING_HOST_CANNOT_CONTAIN_SHARED_SRS",)


async def test_a_pool_under_ha_takes_nobody(site: Site, lone: Site) -> None:
    site.host("h1")
    site.db.set("pool", site.pool, "ha_enabled", True)
    assert await _join(lone, site) == ("HA_IS_ENABLED",)


async def test_another_version_is_refused_unless_forced(site: Site, lone: Site) -> None:
    site.host("h1")
    lone.db.set("host", next(iter(lone.db.rows("host"))), "software_version", {"platform_version": "3.2.0"})
    assert await _join(lone, site) == ("HOSTS_NOT_HOMOGENEOUS", "Software version differs")


async def test_a_neighbour_is_found_by_its_coordinators_address_and_wants_its_password(site: Site) -> None:
    host = site.host("h1")
    neighbourhood = Neighbourhood([Neighbour(site.db, {"root": Account("secret")})])
    assert neighbourhood.at("10.0.0.1", "root", "secret") is site.db
    assert neighbourhood.at("10.9.9.9", "root", "secret") is None
    assert neighbourhood.with_host(host) is site.db
    with pytest.raises(ApiError, match="SESSION_AUTHENTICATION_FAILED"):
        neighbourhood.at("10.0.0.1", "root", "wrong")
