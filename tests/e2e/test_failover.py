"""The coordinator dies in the middle of a migration: the window finds the host that takes over, and tells the truth."""

from __future__ import annotations

import XenAPI

from tests.e2e.facts import Facts, facts_of, migratable
from tests.e2e.program import Pool, served_pool, witness_at
from tests.e2e.window import eventually, opened_window
from tests.support.accessibility import Audience, Role
from tests.support.display import Screen

_LONG_S = 60.0


async def test_the_window_follows_a_new_coordinator_and_shows_where_the_vm_really_is(
    screen: Screen, audience: Audience
) -> None:
    async with served_pool("--hosts", "4", "--vms", "12", "--seed", "22", "--ha", "--pace", "15") as pool:
        facts = await facts_of(pool)
        vm, target = await _between_members(pool, facts)
        async with opened_window(screen, audience, pool) as person:
            await person.connect(pool, pool.master)
            home = facts.vms[vm]["resident_on"]
            await person.tree.unfold(facts.name(home))
            await person.carry(await person.take_up(facts.name(vm)), facts.name(target))
            await person.screen.release()
            await person.forms.say_yes("confirm")
            await person.jobs_bar(such_that=lambda bar: facts.name(vm) in bar.name and "%" in bar.name)
            await pool.switch({"kill": "master"})
            await person.desktop.wait_for(Role.LABEL, starts="Lost the connection", id_ends="banner.text")
            await person.screen.picture("failover-1-lost")
            new_master = await eventually(lambda: _successor(pool, facts), bool, _LONG_S)
            await person.try_now()
            await person.desktop.wait_for(Role.LABEL, "connected", id_ends="jobs.connection", timeout_s=_LONG_S)
            await person.tree.row(facts.name(new_master), such_that=lambda row: "master" in row.name)
            await person.desktop.wait_for(Role.LABEL, "1 failed", id_ends="jobs.summary", timeout_s=_LONG_S)
            async with witness_at(pool.urls[new_master], pool.user, pool.password) as witness:
                assert await witness.ask("VM.get_resident_on", vm) == home
                assert not [row for row in (await witness.records("task")).values() if row["status"] == "pending"]
            await person.tree.unfold(facts.name(home))
            await eventually(lambda: person.tree.below(facts.name(home)), lambda names: facts.name(vm) in names)
            await person.screen.picture("failover-2-followed")
            assert await person.close() == 0


async def _between_members(pool: Pool, facts: Facts) -> tuple[str, str]:
    """The running VM with most memory, so that it takes longest, that may go from a member to another."""
    moves = [
        (vm, host)
        for host in facts.members
        for vm in await migratable(pool, facts, host)
        if facts.vms[vm]["resident_on"] != facts.master
    ]
    return max(moves, key=lambda move: int(facts.vms[move[0]]["memory_dynamic_max"]))


async def _successor(pool: Pool, facts: Facts) -> str:
    """The host that leads now, which is the one that lets somebody in; empty while there is none."""
    for host in facts.members:
        try:
            async with witness_at(pool.urls[host], pool.user, pool.password):
                return host
        except (XenAPI.Failure, OSError):
            continue
    return ""
