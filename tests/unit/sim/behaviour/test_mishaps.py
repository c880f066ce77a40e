"""Hosts that die, vanish or restart their toolstack in the middle of something: where the VMs end, what tasks say."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from lifeguard.datamodel.schema import NULL_REF
from tests.unit.sim.behaviour.site import Site

_HALF_WAY_S = 2.0


def _code(work: asyncio.Task[Any]) -> str:
    """The error a call ended with."""
    assert work.done()
    return str(getattr(work.exception(), "code", "no error"))


def _where(site: Site, vm: str) -> tuple[str, str, str]:
    row = site.db.row("VM", vm)
    return row["power_state"], row["resident_on"], row["scheduled_to_be_resident_on"]


def _is_idle(site: Site, *hosts: str) -> bool:
    return not any(site.db.get("host", host, "current_operations") for host in hosts)


@pytest.mark.parametrize("silence", ["dead", "cut off"])
async def test_a_destination_that_is_lost_leaves_the_vm_running_where_it_was(site: Site, silence: str) -> None:
    h1, h2 = site.host("h1"), site.host("h2")
    vm = site.vm("web", on=h1)
    work, _ = site.begin("VM.pool_migrate", vm, h2, {})
    await site.clock.advance(_HALF_WAY_S)
    faults = site.faults.of(h2)
    faults.is_dead, faults.is_cut_off = silence == "dead", silence == "cut off"
    await site.clock.advance(1)
    assert _code(work) == "VM_MIGRATE_FAILED"
    assert _where(site, vm) == ("Running", h1, NULL_REF)
    assert site.db.get("VM", vm, "current_operations") == {}
    assert _is_idle(site, h1, h2)


async def test_without_ha_a_vm_of_a_lost_source_stays_running_in_the_database_until_it_is_reset(site: Site) -> None:
    site.host("h1")
    h2, h3 = site.host("h2"), site.host("h3")
    vm = site.vm("web", on=h2)
    site.watch()
    work, _ = site.begin("VM.pool_migrate", vm, h3, {})
    await site.clock.advance(_HALF_WAY_S)
    site.faults.of(h2).is_dead = True
    await site.clock.advance(1)
    assert _code(work) == "CANNOT_CONTACT_HOST"
    assert _where(site, vm) == ("Running", h2, NULL_REF)
    await site.clock.advance(700)
    assert await site.error("VM.clean_shutdown", vm) == ("HOST_OFFLINE", h2)
    assert _where(site, vm)[0] == "Running"
    await site.call("VM.power_state_reset", vm)
    assert _where(site, vm) == ("Halted", NULL_REF, NULL_REF)


@pytest.mark.parametrize("is_lost_the_source", [True, False])
async def test_under_ha_a_vm_whose_migration_is_cut_short_by_a_failure_runs_again_once(
    site: Site, is_lost_the_source: bool
) -> None:
    site.host("h1")
    h2, h3 = site.host("h2"), site.host("h3")
    vm = site.vm("web", on=h2)
    await site.call("pool.enable_ha", (site.shared,), {"timeout": "60"})
    await site.call("VM.set_ha_restart_priority", vm, "restart")
    await site.call("pool.set_ha_host_failures_to_tolerate", site.pool, 1)
    site.watch()
    work, _ = site.begin("VM.pool_migrate", vm, h3, {})
    await site.clock.advance(_HALF_WAY_S)
    lost, other = (h2, h3) if is_lost_the_source else (h3, h2)
    site.faults.of(lost).is_dead = True
    await site.clock.advance(120)
    assert _code(work) in ("CANNOT_CONTACT_HOST", "VM_MIGRATE_FAILED")
    state, home, scheduled = _where(site, vm)
    assert (state, scheduled) == ("Running", NULL_REF)
    assert home != lost
    assert home == other or is_lost_the_source
    assert site.messages().count("VM_STARTED") == int(is_lost_the_source)


async def test_restarting_the_coordinators_toolstack_fails_the_tasks_and_ends_the_sessions(site: Site) -> None:
    h1, h2 = site.host("h1"), site.host("h2")
    vm = site.vm("web", on=h1)
    site.watch()
    site.db.insert("session", {})
    work, task = site.begin("VM.pool_migrate", vm, h2, {})
    site.db.set("task", task, "resident_on", h1)
    await site.clock.advance(_HALF_WAY_S)
    site.faults.toolstack_restarted.emit(h1)
    await site.clock.advance(1)
    assert _code(work) != "no error"
    assert site.db.get("task", task, "status") == "failure"
    assert site.db.get("task", task, "error_info")[0] == "INTERNAL_ERROR"
    assert not site.db.rows("session")
    assert _where(site, vm) == ("Running", h1, NULL_REF)
    assert _is_idle(site, h1, h2)


async def test_a_coordinator_that_is_back_has_forgotten_what_it_did_but_not_what_it_is_told_next(site: Site) -> None:
    h1, h2 = site.host("h1"), site.host("h2")
    before, after = site.vm("before", on=h1), site.vm("after", on=h1)
    site.watch()
    old, old_task = site.begin("VM.pool_migrate", before, h2, {})
    site.db.set("task", old_task, "resident_on", h1)
    await site.clock.advance(_HALF_WAY_S)
    for host in (h1, h2):
        site.faults.of(host).is_dead = True
    await site.clock.advance(20)
    session = site.db.insert("session", {})
    for host in (h1, h2):
        site.faults.of(host).is_dead = False
    assert not site.db.has("session", session)
    session = site.db.insert("session", {})
    new, new_task = site.begin("VM.pool_migrate", after, h2, {})
    site.db.set("task", new_task, "resident_on", h1)
    await site.clock.advance(30)
    assert _code(old) != "no error"
    assert site.db.get("task", old_task, "status") == "failure"
    assert _where(site, before) == ("Running", h1, NULL_REF)
    assert _code(new) == "no error"
    assert site.db.get("task", new_task, "status") != "failure"
    assert site.db.has("session", session)
    assert _where(site, after) == ("Running", h2, NULL_REF)


async def test_restarting_a_members_toolstack_fails_only_what_it_was_doing(site: Site) -> None:
    h1 = site.host("h1")
    h2, h3 = site.host("h2"), site.host("h3")
    moving, other = site.vm("moving", on=h2), site.vm("other", on=h3)
    session = site.db.insert("session", {})
    works = [site.begin("VM.pool_migrate", vm, h1, {})[0] for vm in (moving, other)]
    await site.clock.advance(_HALF_WAY_S)
    await site.call("host.restart_agent", h2)
    await site.clock.advance(30)
    assert _code(works[0]) == "CANNOT_CONTACT_HOST"
    assert works[1].exception() is None
    assert _where(site, moving)[:2] == ("Running", h2)
    assert _where(site, other)[:2] == ("Running", h1)
    assert site.db.has("session", session)


async def test_an_evacuation_under_faults_ends_with_the_first_error_and_nothing_half_moved(site: Site) -> None:
    h1, h2 = site.host("h1"), site.host("h2", memory_gib=64)
    vms = [site.vm(f"web {number}", on=h1) for number in range(6)]
    work, _ = site.begin("host.evacuate", h1, NULL_REF, 3)
    await site.clock.advance(7)
    moved = [vm for vm in vms if site.db.get("VM", vm, "resident_on") == h2]
    assert len(moved) == 3
    site.faults.of(h2).is_cut_off = True
    await site.clock.advance(10)
    assert _code(work) == "VM_MIGRATE_FAILED"
    assert [_where(site, vm) for vm in vms] == [("Running", h2 if vm in moved else h1, NULL_REF) for vm in vms]
    assert _is_idle(site, h1, h2)
    assert [task["name_label"] for task in site.db.rows("task").values()] == ["host.evacuate"]


async def test_a_vm_that_halts_by_itself_during_an_evacuation_is_not_missed(site: Site) -> None:
    h1, h2 = site.host("h1"), site.host("h2")
    vms = [site.vm(f"web {number}", on=h1) for number in range(3)]
    work, _ = site.begin("host.evacuate", h1, NULL_REF, 1)
    await site.clock.advance(1)
    await site.call("VM.hard_shutdown", vms[2])
    await site.pass_time(work)
    assert [site.db.get("VM", vm, "resident_on") for vm in vms] == [h2, h2, NULL_REF]


@pytest.mark.parametrize("method", ["VM.clean_shutdown", "VM.suspend", "VM.clean_reboot", "VM.hard_reboot", "VM.pause"])
async def test_what_a_dying_host_was_doing_to_a_vm_does_not_happen(site: Site, method: str) -> None:
    site.host("h1")
    h2 = site.host("h2")
    vm = site.vm("web", on=h2)
    disks = len(site.db.rows("VDI"))
    work, _ = site.begin(method, vm)
    await site.clock.advance(0.1)
    site.faults.of(h2).is_dead = True
    await site.clock.advance(30)
    assert _code(work) == "CANNOT_CONTACT_HOST"
    assert _where(site, vm) == ("Running", h2, NULL_REF)
    assert len(site.db.rows("VDI")) == disks


async def test_a_vm_starting_on_a_host_that_dies_stays_halted_with_its_devices_detached(site: Site) -> None:
    site.host("h1", memory_gib=2)
    h2 = site.host("h2")
    vm = site.vm("web")
    work, _ = site.begin("VM.start", vm, False, False)
    await site.clock.advance(1)
    assert _where(site, vm) == ("Halted", NULL_REF, h2)
    site.faults.of(h2).is_dead = True
    await site.clock.advance(3)
    assert _code(work) == "CANNOT_CONTACT_HOST"
    assert _where(site, vm) == ("Halted", NULL_REF, NULL_REF)
    assert not site.db.get("VBD", site.db.get("VM", vm, "VBDs")[0], "currently_attached")


async def test_a_killed_coordinator_without_ha_comes_back_with_failed_tasks_and_the_vm_where_it_was(site: Site) -> None:
    h1, h2, h3 = site.host("h1"), site.host("h2"), site.host("h3")
    vm = site.vm("web", on=h2)
    site.watch()
    work, task = site.begin("VM.pool_migrate", vm, h3, {})
    site.db.set("task", task, "resident_on", h1)
    await site.clock.advance(_HALF_WAY_S)
    site.faults.of(h1).is_dead = True
    await site.clock.advance(60)
    assert _code(work) == "INTERNAL_ERROR"
    assert site.faults.of(h2).emergency == ("HOST_STILL_BOOTING",)
    site.faults.of(h1).is_dead = False
    await site.clock.advance(10)
    assert site.faults.of(h2).emergency == ()
    assert site.db.get("pool", site.pool, "master") == h1
    assert site.db.get("task", task, "status") == "failure"
    assert _where(site, vm) == ("Running", h2, NULL_REF)


async def test_a_killed_coordinator_under_ha_is_followed_by_another_that_knows_its_tasks_have_failed(
    site: Site,
) -> None:
    h1, h2, h3 = site.host("h1"), site.host("h2"), site.host("h3")
    vm = site.vm("web", on=h2)
    await site.call("pool.enable_ha", (site.shared,), {"timeout": "60"})
    site.watch()
    work, task = site.begin("VM.pool_migrate", vm, h3, {})
    site.db.set("task", task, "resident_on", h1)
    await site.clock.advance(_HALF_WAY_S)
    site.faults.of(h1).is_dead = True
    await site.clock.advance(90)
    assert _code(work) != "no error"
    assert site.db.get("pool", site.pool, "master") in (h2, h3)
    assert site.db.get("task", task, "status") == "failure"
    assert _where(site, vm) == ("Running", h2, NULL_REF)
    assert site.messages().count("POOL_MASTER_TRANSITION") == 1


async def test_a_partitioned_coordinator_under_ha_is_fenced_and_joins_again_as_a_member(site: Site) -> None:
    h1, h2, _ = site.host("h1"), site.host("h2"), site.host("h3")
    await site.call("pool.enable_ha", (site.shared,), {"timeout": "60"})
    site.watch()
    site.faults.of(h1).is_cut_off = True
    await site.clock.advance(90)
    master = site.db.get("pool", site.pool, "master")
    assert master != h1
    site.faults.of(h1).is_cut_off = False
    await site.clock.advance(20)
    assert site.db.get("pool", site.pool, "master") == master
    assert "HA_HOST_WAS_FENCED" in site.messages()
    assert site.db.get("host", h2, "enabled")


async def test_ha_warns_of_late_heartbeats_before_it_gives_a_host_up(site: Site) -> None:
    site.host("h1")
    h2 = site.host("h2")
    await site.call("pool.enable_ha", (site.shared,), {"timeout": "60"})
    site.watch()
    site.faults.of(h2).is_cut_off = True
    await site.clock.advance(40)
    assert site.messages() == ["HA_HEARTBEAT_APPROACHING_TIMEOUT"]
    site.faults.of(h2).is_cut_off = False
    await site.clock.advance(60)
    assert site.messages() == ["HA_HEARTBEAT_APPROACHING_TIMEOUT"]


async def test_ha_tells_of_a_lost_state_file_and_that_it_is_back_and_fences_nobody(site: Site) -> None:
    hosts = [site.host("h1"), site.host("h2")]
    await site.call("pool.enable_ha", (site.shared,), {"timeout": "60"})
    site.watch()
    site.faults.lost_srs.add(site.shared)
    await site.clock.advance(100)
    told = site.messages()
    assert told.count("HA_STATEFILE_APPROACHING_TIMEOUT") == len(hosts)
    assert told.count("HA_STATEFILE_LOST") == len(hosts)
    assert told.count("METADATA_LUN_BROKEN") == 1
    site.faults.lost_srs.clear()
    await site.clock.advance(30)
    assert site.messages()[len(told) :] == ["METADATA_LUN_HEALTHY"]
    assert "HA_HOST_FAILED" not in told


async def test_ha_tells_of_a_slow_toolstack_and_of_a_bond_with_a_link_down(site: Site) -> None:
    h1, h2 = site.host("h1"), site.host("h2")
    card = next(ref for ref, pif in site.db.rows("PIF").items() if pif["host"] == h1)
    site.db.insert("Bond", {"master": card, "links_up": 1})
    bond = next(iter(site.db.rows("Bond")))
    for name in ("eth1", "eth2"):
        site.db.insert("PIF", {"device": name, "host": h1, "bond_slave_of": bond})
    await site.call("pool.enable_ha", (site.shared,), {"timeout": "60"})
    site.watch()
    site.faults.of(h2).delay_s = 45.0
    await site.clock.advance(20)
    assert sorted(site.messages()) == ["HA_NETWORK_BONDING_ERROR", "HA_XAPI_HEALTHCHECK_APPROACHING_TIMEOUT"]
