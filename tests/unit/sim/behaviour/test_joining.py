"""A host that joins a pool: what keeps it out, in order, and what it brings along."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from lifeguard.sim.behaviour.joining import join_calls
from lifeguard.sim.behaviour.pool_members import eject_calls
from lifeguard.sim.failure import ApiError
from lifeguard.sim.neighbours import Left, Neighbour, Neighbourhood
from lifeguard.sim.sessions import Account
from tests.unit.sim.behaviour.site import Site


def _lone() -> Site:
    made = Site(seed=9)
    made.host("newcomer")
    for ref in list(made.db.rows("PBD")):
        made.db.destroy("PBD", ref)
    made.db.destroy("SR", made.shared)
    return made


@pytest.fixture
async def lone() -> AsyncIterator[Site]:
    """A host on its own with only local storage."""
    made = _lone()
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


def _only(site: Site, table: str) -> str:
    return next(iter(site.db.rows(table)))


def _differ_in_schema(site: Site, lone: Site) -> tuple[str, ...]:
    for pool, schema in ((site, "5.800"), (lone, "5.785")):
        version = pool.db.get("host", _only(pool, "host"), "software_version")
        pool.db.set("host", _only(pool, "host"), "software_version", {**version, "db_schema": schema})
    return "POOL_JOINING_HOST_MUST_HAVE_SAME_DB_SCHEMA", "5.785", "5.800"


def _differ_in_api(site: Site, lone: Site) -> tuple[str, ...]:
    site.db.update("host", _only(site, "host"), API_version_major=2, API_version_minor=21)
    lone.db.update("host", _only(lone, "host"), API_version_major=2, API_version_minor=20)
    return "POOL_JOINING_HOST_MUST_HAVE_SAME_API_VERSION", "2.20", "2.21"


def _differ_in_authority(site: Site, lone: Site) -> tuple[str, ...]:
    for pool, print_ in ((site, "aa:bb"), (lone, "cc:dd")):
        pool.db.insert("Certificate", {"type": "ca", "name": "corporate.pem", "fingerprint_sha256": print_})
    return "POOL_JOINING_HOST_CA_CERTIFICATES_CONFLICT", "corporate.pem"


def _differ_in_storage_features(site: Site, lone: Site) -> tuple[str, ...]:
    nfs = next(ref for ref, row in lone.db.rows("SM").items() if row["type"] == "nfs")
    lone.db.set("SM", nfs, "features", {"VDI_CREATE": 1})
    both = [next(row for row in pool.db.rows("SM").values() if row["type"] == "nfs") for pool in (site, lone)]
    return "POOL_JOINING_SM_FEATURES_INCOMPATIBLE", *(f"nfs: {','.join(sorted(row['features']))}" for row in both)


def _differ_in_controller(site: Site, lone: Site) -> tuple[str, ...]:
    lone.db.insert("SDN_controller", {"protocol": "ssl", "address": "10.0.0.99", "port": 6632})
    return "OPERATION_NOT_ALLOWED", "SDN controller differs"


def _differ_in_address_type(site: Site, lone: Site) -> tuple[str, ...]:
    site.db.set("PIF", _only(site, "PIF"), "primary_address_type", "IPv6")
    return "OPERATION_NOT_ALLOWED", "Primary address type differs"


def _differ_in_management_vlan(site: Site, lone: Site) -> tuple[str, ...]:
    site.db.set("PIF", _only(site, "PIF"), "VLAN", 30)
    return "POOL_JOINING_HOST_MANAGEMENT_VLAN_DOES_NOT_MATCH", "-1", "30"


def _differ_in_updates(site: Site, lone: Site) -> tuple[str, ...]:
    update = lone.db.insert("pool_update", {"enforce_homogeneity": True, "name_label": "hotfix"})
    lone.db.set("host", _only(lone, "host"), "updates", (update,))
    return "HOSTS_NOT_HOMOGENEOUS", "Updates on local host newcomer and pool host h1 differ"


def _differ_in_unlevelled_cpus(site: Site, lone: Site) -> tuple[str, ...]:
    for pool, features in ((site, "ff-ff"), (lone, "ff-f0")):
        info = {"vendor": "GenuineIntel", "cpu_count": "16", "features": features}
        pool.db.set("host", _only(pool, "host"), "cpu_info", info)
    return "HOSTS_NOT_HOMOGENEOUS", "CPUs differ"


def _are_updating(site: Site, lone: Site) -> tuple[str, ...]:
    site.db.set("pool", site.pool, "current_operations", {"task": "apply_updates"})
    return ("NOT_SUPPORTED_DURING_UPGRADE",)


def _have_two_addresses_for_the_cluster(site: Site, lone: Site) -> tuple[str, ...]:
    site.db.insert("Cluster_host", {"PIF": _only(site, "PIF"), "enabled": True, "host": _only(site, "host")})
    second = {"host": _only(lone, "host"), "network": lone.network, "IP": "10.0.0.8", "VLAN": -1, "device": "eth1"}
    lone.db.insert("PIF", second)
    return ("POOL_JOINING_HOST_MUST_HAVE_ONLY_ONE_IP_ON_CLUSTERING_NETWORK",)


_IN_THEIR_ORDER = (
    _have_two_addresses_for_the_cluster, _differ_in_unlevelled_cpus, _differ_in_updates, _differ_in_management_vlan,
    _differ_in_controller, _differ_in_address_type, _differ_in_api, _differ_in_schema, _differ_in_authority,
    _differ_in_storage_features, _are_updating,
)  # fmt: skip


@pytest.mark.parametrize("differ", _IN_THEIR_ORDER)
async def test_each_difference_keeps_a_host_out(differ: Callable[[Site, Site], tuple[str, ...]]) -> None:
    async with _pair() as (site, lone):
        expected = differ(site, lone)
        assert await _join(lone, site) == expected


@pytest.mark.parametrize("at", range(len(_IN_THEIR_ORDER) - 1))
async def test_of_two_differences_the_earlier_check_is_told(at: int) -> None:
    async with _pair() as (site, lone):
        _IN_THEIR_ORDER[at + 1](site, lone)
        expected = _IN_THEIR_ORDER[at](site, lone)
        assert await _join(lone, site) == expected


@asynccontextmanager
async def _pair() -> AsyncIterator[tuple[Site, Site]]:
    site, lone = Site(), _lone()
    site.host("h1")
    yield site, lone
    await lone.close()
    await site.close()


async def test_a_joined_host_gets_the_coordinators_bond_and_vlans_and_keeps_its_address(site: Site, lone: Site) -> None:
    h1 = site.host("h1")
    db, office = site.db, site.network
    eth0 = next(ref for ref, pif in db.rows("PIF").items() if pif["host"] == h1)
    wide, servers = (db.insert("network", {"name_label": name, "bridge": name}) for name in ("bonded", "servers"))
    eth1 = db.insert("PIF", {"host": h1, "network": db.insert("network", {"bridge": "xenbr1"}), "device": "eth1",
                             "VLAN": -1, "physical": True})  # fmt: skip
    await site.call("Bond.create", wide, (eth0, eth1), "", "lacp", {})
    bonded = next(ref for ref, pif in db.rows("PIF").items() if pif["network"] == wide)
    await site.call("VLAN.create", bonded, 110, servers)
    lone.db.insert("PIF", {"host": _only(lone, "host"), "network": lone.db.insert("network", {"bridge": "xenbr1"}),
                           "device": "eth1", "VLAN": -1, "physical": True})  # fmt: skip
    address = lone.db.get("PIF", _only(lone, "PIF"), "IP")
    assert await _join(lone, site) == ()
    await lone.clock.advance(30)
    joined = next(ref for ref in db.rows("host") if ref != h1)
    cards = {pif["network"]: pif for pif in db.rows("PIF").values() if pif["host"] == joined}
    assert (cards[wide]["IP"], cards[wide]["management"]) == (address, True)
    assert cards[servers]["VLAN"] == 110
    assert not cards[office]["management"]
    assert len(db.rows("Bond")) == 2
    assert len(db.rows("VLAN")) == 2


async def test_what_leaves_a_pool_takes_nothing_along_but_its_hardware_and_templates(site: Site) -> None:
    site.host("h1")
    h2 = site.host("h2")
    local = site.local_sr(h2)
    site.vm("stays", sr=local)
    template = site.vm("Debian", is_a_template=True, is_default_template=True)
    told: list[Left] = []
    calls = eject_calls(told.append)
    await site.pass_time(calls["pool.eject"](site.context("pool.eject"), h2))
    own = told[0].own
    assert [host["name_label"] for host in own.rows("host").values()] == ["h2"]
    assert [vm["name_label"] for vm in own.rows("VM").values()] == [site.db.get("VM", template, "name_label")]
    assert [sr["name_label"] for sr in own.rows("SR").values()] == ["local"]
    assert not own.rows("VDI")
    assert [pif["IP"] for pif in own.rows("PIF").values()] == ["10.0.0.2"]
    assert not site.db.has("SR", local)
