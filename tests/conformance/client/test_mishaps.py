"""Bad nights of whole pools, as the simulator really goes through them, seen by a client that was connected: under HA
a new master is chosen and VMs run again, toolstacks restart while something moves. Time flies for the pool alone."""

from __future__ import annotations

import asyncio

import pytest

from lifeguard.datamodel.records import Host, Message, Pool, Task, Vm
from lifeguard.link.link import Link
from lifeguard.xapi.failures import Failure
from tests.support import until
from tests.support.equality import until_equal
from tests.support.simulated import Simulated, in_quick_motion, live

_BOUND_S = 15.0


def _master(link: Link) -> str:
    return next(iter(link.inventory.all(Pool))).master


def _movable(sim: Simulated) -> tuple[str, str]:
    """A VM on a member, and another member."""
    members = sim.members()
    for ref, vm in sim.db.rows("VM").items():
        if vm["resident_on"] in members and "pool_migrate" in vm["allowed_operations"]:
            return ref, next(host for host in members if host != vm["resident_on"])
    raise AssertionError("no VM of this pool can move")


async def _ends_equal(link: Link, sim: Simulated) -> None:
    async with asyncio.timeout(_BOUND_S):
        await live(link, _BOUND_S)
        await until_equal(link.inventory, sim, _BOUND_S)


async def test_under_ha_a_killed_master_is_followed_to_the_one_the_pool_chose_and_its_vms_are_seen_to_run_again() -> (
    None
):
    async with in_quick_motion(4, 12) as (sim, link):
        old = sim.pool.master_ref
        mine = await _protected_on(link, old)
        await link.call("pool.enable_ha", (), {"timeout": "60"})
        for vm in mine:
            await link.call("VM.set_ha_restart_priority", vm, "restart")
        await link.call("pool.set_ha_host_failures_to_tolerate", _pool(link), 1)
        mine = [vm for vm in mine if await link.call("VM.get_ha_always_run", vm)]
        assert mine
        await sim.server.kill(old)
        await until(lambda: link.state.phase == "lost", 5)
        await until(lambda: link.state.phase == "live" and _master(link) != old, _BOUND_S)
        assert link.state.address == sim.dialled(_master(link))
        await until(lambda: all(_runs_elsewhere(link, vm, old) for vm in mine), _BOUND_S)
        await until(lambda: any(told.name == "POOL_MASTER_TRANSITION" for told in link.inventory.all(Message)), 5)
        await _ends_equal(link, sim)
        await sim.server.revive(old)
        await until(lambda: _is_enabled(link, old), _BOUND_S)
        assert _master(link) != old
        await _ends_equal(link, sim)


async def _protected_on(link: Link, host_ref: str) -> list[str]:
    """VMs that run there and can run elsewhere."""
    found = [
        vm.ref
        for vm in link.inventory.pointing_to(Vm, "resident_on", host_ref)
        if not vm.is_control_domain and "pool_migrate" in vm.allowed_operations
    ]
    agile: list[str] = []
    for ref in found:
        try:
            await link.call("VM.assert_agile", ref)
            agile.append(ref)
        except Failure:
            continue  # its disk is where it is
    assert agile
    return agile


def _pool(link: Link) -> str:
    return next(iter(link.inventory.all(Pool))).ref


def _runs_elsewhere(link: Link, vm_ref: str, host_ref: str) -> bool:
    vm = link.inventory.get(Vm, vm_ref)
    return vm is not None and vm.power_state == "Running" and vm.resident_on != host_ref


def _is_enabled(link: Link, host_ref: str) -> bool:
    host = link.inventory.get(Host, host_ref)
    return host is not None and host.enabled


@pytest.mark.parametrize("is_master", [True, False], ids=["master", "member"])
async def test_a_toolstack_that_restarts_in_the_middle_of_a_migration_ends_the_job_and_leaves_no_doubt(
    is_master: bool,
) -> None:
    async with in_quick_motion(3, 8) as (sim, link):
        vm, host = _movable(sim)
        here = sim.db.get("VM", vm, "resident_on")
        job = asyncio.create_task(link.run_task("VM.pool_migrate", vm, host, {"live": "true"}))
        await until(lambda: any(task.progress > 0 for task in link.inventory.all(Task)))
        await link.call("host.restart_agent", sim.pool.master_ref if is_master else here)
        with pytest.raises(Failure):
            await asyncio.wait_for(job, _BOUND_S)
        await _ends_equal(link, sim)
        assert link.inventory.get(Vm, vm).resident_on == sim.db.get("VM", vm, "resident_on")  # type: ignore[union-attr]
        await until(lambda: not any("pool_migrate" in task.name_label for task in link.inventory.all(Task)), _BOUND_S)


async def test_a_master_that_is_handed_over_on_purpose_is_followed() -> None:
    async with in_quick_motion(3, 4) as (sim, link):
        new = sim.members()[-1]
        await link.call("pool.designate_new_master", new)
        await until(lambda: link.state.phase == "live" and _master(link) == new, _BOUND_S)
        await until(lambda: link.state.address == sim.dialled(new), _BOUND_S)
        await _ends_equal(link, sim)
