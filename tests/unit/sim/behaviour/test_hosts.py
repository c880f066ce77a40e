"""Hosts and the pool: maintenance, power, masters, HA."""

from __future__ import annotations

import pytest

from lifeguard.datamodel.schema import NULL_REF
from tests.unit.sim.behaviour.site import Site


def _is_live(site: Site, host: str) -> bool:
    return bool(site.db.get("host_metrics", site.db.get("host", host, "metrics"), "live"))


async def test_evacuating_a_host_moves_every_vm_and_none_when_one_cannot(site: Site) -> None:
    h1, h2, h3 = site.host("h1"), site.host("h2"), site.host("h3")
    vms = [site.vm(f"web {number}", on=h1) for number in range(3)]
    stuck = site.vm("stuck", on=h1, sr=site.local_sr(h1))
    blockers = await site.call("host.get_vms_which_prevent_evacuation", h1)
    assert set(blockers) == {stuck}
    assert blockers[stuck][0] == "VM_REQUIRES_SR"
    assert (await site.error("host.evacuate", h1, NULL_REF, 0))[0] == "VM_REQUIRES_SR"
    assert {site.db.get("VM", vm, "resident_on") for vm in vms} == {h1}
    await site.call("VM.hard_shutdown", stuck)
    await site.call("host.evacuate", h1, NULL_REF, 2)
    assert {site.db.get("VM", vm, "resident_on") for vm in vms} <= {h2, h3}


async def test_a_host_must_be_disabled_and_empty_to_reboot_and_then_comes_back_enabled(site: Site) -> None:
    site.host("h1")
    h2 = site.host("h2")
    vm = site.vm("web", on=h2)
    assert await site.error("host.reboot", h2) == ("HOST_NOT_DISABLED",)
    await site.call("host.disable", h2, True)
    assert await site.error("host.reboot", h2) == ("HOST_IN_USE", h2, "VM", vm)
    await site.call("VM.hard_shutdown", vm)
    await site.call("host.reboot", h2)
    assert _is_live(site, h2)
    await site.clock.advance(15)
    assert not _is_live(site, h2)
    assert site.faults.of(h2).is_dead
    await site.clock.advance(80)
    assert _is_live(site, h2)
    assert site.db.get("host", h2, "enabled")


async def test_only_a_dead_host_that_is_not_master_can_be_destroyed(site: Site) -> None:
    h1, h2 = site.host("h1"), site.host("h2")
    vm = site.vm("web", on=h2)
    assert await site.error("host.destroy", h1) == ("HOST_CANNOT_DESTROY_SELF", h1)
    assert await site.error("host.destroy", h2) == ("HOST_IS_LIVE", h2)
    await site.call("host.declare_dead", h2)
    assert site.db.get("VM", vm, "power_state") == "Halted"
    await site.call("host.destroy", h2)
    assert not site.db.has("host", h2)
    assert {pbd["host"] for pbd in site.db.rows("PBD").values()} == {h1}


async def test_calls_for_a_vm_on_a_dead_host_fail_until_its_state_is_reset(site: Site) -> None:
    site.host("h1")
    h2 = site.host("h2")
    vm = site.vm("web", on=h2)
    site.db.set("host_metrics", site.db.get("host", h2, "metrics"), "live", False)
    assert await site.error("VM.clean_shutdown", vm) == ("HOST_OFFLINE", h2)
    await site.call("VM.power_state_reset", vm)
    assert site.db.get("VM", vm, "power_state") == "Halted"


async def test_a_new_master_ends_all_sessions(site: Site) -> None:
    site.host("h1")
    h2 = site.host("h2")
    site.db.insert("session", {})
    await site.call("pool.designate_new_master", h2)
    assert site.db.get("pool", site.pool, "master") == h2
    assert not site.db.rows("session")
    assert site.messages() == ["POOL_MASTER_TRANSITION"]


async def test_without_ha_members_of_a_dead_master_wait_until_one_is_made_master(site: Site) -> None:
    h1, h2, h3 = site.host("h1"), site.host("h2"), site.host("h3")
    site.watch()
    site.faults.of(h1).is_dead = True
    await site.clock.advance(60)
    assert site.faults.of(h2).emergency == ("HOST_STILL_BOOTING",)
    assert site.db.get("pool", site.pool, "master") == h1
    await site.call("pool.emergency_transition_to_master", host=h2)
    assert site.db.get("pool", site.pool, "master") == h2
    assert await site.call("pool.recover_slaves", host=h2) == (h3,)


@pytest.fixture
async def guarded(site: Site) -> tuple[Site, list[str], list[str]]:
    """Three hosts under HA, VMs of two orders on the first one, and one that HA restarts only if it can."""
    hosts = [site.host(f"h{number}") for number in (1, 2, 3)]
    vms = [site.vm("db", on=hosts[0], order=0, start_delay=10), site.vm("web", on=hosts[0], order=1)]
    spare = site.vm("spare", on=hosts[0])
    await site.call("pool.enable_ha", (site.shared,), {})
    for vm in vms:
        await site.call("VM.set_ha_restart_priority", vm, "restart")
    await site.call("VM.set_ha_restart_priority", spare, "best-effort")
    await site.call("pool.set_ha_host_failures_to_tolerate", site.pool, 1)
    site.watch()
    return site, hosts, [*vms, spare]


async def test_ha_elects_a_master_and_restarts_vms_in_their_order(
    guarded: tuple[Site, list[str], list[str]],
) -> None:
    site, hosts, vms = guarded
    site.faults.of(hosts[0]).is_dead = True
    await site.clock.advance(120)
    assert site.db.get("pool", site.pool, "master") in hosts[1:]
    assert not _is_live(site, hosts[0])
    assert [site.db.get("VM", vm, "power_state") for vm in vms] == ["Running"] * 3
    told = [row for row in site.db.rows("message").values() if row["name"] == "VM_STARTED"]
    begun = {row["obj_uuid"]: row["timestamp"] for row in told}
    times = [begun[site.db.get("VM", vm, "uuid")] for vm in vms]
    assert times[0] < times[1] < times[2]
    assert {"POOL_MASTER_TRANSITION", "HA_HOST_FAILED"} <= set(site.messages())


async def test_a_fenced_host_that_comes_back_says_so(guarded: tuple[Site, list[str], list[str]]) -> None:
    site, hosts, _ = guarded
    site.faults.of(hosts[2]).is_dead = True
    await site.clock.advance(90)
    site.faults.of(hosts[2]).is_dead = False
    await site.clock.advance(10)
    assert _is_live(site, hosts[2])
    assert "HA_HOST_WAS_FENCED" in site.messages()


async def test_a_vm_its_administrator_shut_down_stays_down_under_ha(
    guarded: tuple[Site, list[str], list[str]],
) -> None:
    site, _, vms = guarded
    await site.call("VM.clean_shutdown", vms[1])
    await site.clock.advance(60)
    assert site.db.get("VM", vms[1], "power_state") == "Halted"


async def test_when_nothing_is_left_to_fail_the_pool_is_overcommitted(
    guarded: tuple[Site, list[str], list[str]],
) -> None:
    site, hosts, _ = guarded
    for host in hosts[1:]:
        site.faults.of(host).is_dead = True
    await site.clock.advance(120)
    assert site.db.get("pool", site.pool, "ha_overcommitted")
    assert site.db.get("pool", site.pool, "ha_plan_exists_for") == 0
    assert {"HA_POOL_OVERCOMMITTED", "HA_POOL_DROP_IN_PLAN_EXISTS_FOR"} <= set(site.messages())


async def test_ha_refuses_to_start_twice_to_eject_a_host_and_to_tolerate_what_it_cannot(
    guarded: tuple[Site, list[str], list[str]],
) -> None:
    site, hosts, _ = guarded
    assert await site.error("pool.enable_ha", (site.shared,), {}) == ("HA_IS_ENABLED",)
    assert await site.error("pool.eject", hosts[1]) == ("HA_IS_ENABLED",)
    error = await site.error("pool.set_ha_host_failures_to_tolerate", site.pool, 3)
    assert error == ("HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN",)


async def test_cancelling_an_evacuation_leaves_the_vms_that_have_not_moved(site: Site) -> None:
    h1, _ = site.host("h1"), site.host("h2", memory_gib=64)
    vms = [site.vm(f"web {number}", on=h1, memory_gib=4) for number in range(4)]
    work, task = site.begin("host.evacuate", h1, NULL_REF, 2)
    await site.clock.advance(2)
    site.db.put("task", task, "current_operations", "cancel-task", "cancel")
    await site.clock.advance(5)
    assert getattr(work.exception(), "code", "") == "TASK_CANCELLED"
    assert [site.db.get("VM", vm, "resident_on") for vm in vms] == [h1] * 4
    assert {site.db.get("VM", vm, "scheduled_to_be_resident_on") for vm in vms} == {NULL_REF}
    assert list(site.db.rows("task")) == [task]


async def test_ha_refuses_to_disable_a_host_it_needs(guarded: tuple[Site, list[str], list[str]]) -> None:
    site, hosts, _ = guarded
    await site.call("pool.set_ha_host_failures_to_tolerate", site.pool, 2)
    assert await site.error("host.disable", hosts[1], True) == ("HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN",)
    await site.call("pool.set_ha_host_failures_to_tolerate", site.pool, 1)
    await site.call("host.disable", hosts[1], True)
    assert not site.db.get("host", hosts[1], "enabled")
