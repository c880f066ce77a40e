"""The main job from end to end: connect through a member, find the coordinator's address, move a VM, leave no trace."""

from __future__ import annotations

import time

from tests.e2e.facts import Facts, facts_of, migratable
from tests.e2e.program import Pool, served_pool
from tests.e2e.tree import named
from tests.e2e.window import Person, eventually, opened_window
from tests.support.accessibility import Audience, Role
from tests.support.display import Screen

_SOON_S = 6.0
_STALL_S = 0.25  # what a loaded machine adds to the window's own 22 ms must fit as well


async def test_an_admin_connects_finds_the_coordinator_and_moves_a_vm(screen: Screen, audience: Audience) -> None:
    async with served_pool("--tls", "--hosts", "4", "--vms", "20", "--pace", "2") as pool:
        facts = await facts_of(pool)
        assert await pool.sessions_of_others() == 0
        async with opened_window(screen, audience, pool) as person:
            await _connect_through_a_member(person, pool, facts)
            await _find_the_coordinator(person, facts)
            vm = await _move_a_vm(person, pool, facts)
            await _try_the_full_host(person, pool, facts, vm)
            assert await pool.sessions_of_others() == 1
            begin_s = time.monotonic()
            assert await person.close() == 0
            assert time.monotonic() - begin_s < _SOON_S
        assert await pool.sessions_of_others() == 0


async def _connect_through_a_member(person: Person, pool: Pool, facts: Facts) -> None:
    member = facts.members[0]
    shown = await person.connect(pool, pool.door(member))
    assert shown == [await pool.fingerprint(ref) for ref in (member, facts.master)]
    first_host = (await person.tree.rows())[1]
    assert named(first_host) == facts.name(facts.master)
    assert "master" in first_host.name
    await person.screen.picture("1-connected")


async def _find_the_coordinator(person: Person, facts: Facts) -> None:
    await person.tree.choose(facts.name(facts.master))
    await person.show_tab("Search")
    header = [thing.name for thing in await person.desktop.find_all(Role.COLUMN_HEADER, id_ends="search.grid")]
    rows = await person.grid()
    host = next(row for row in rows if row[0].endswith("master"))
    assert host is rows[1], "the coordinator is not the first host"
    address = host[header.index("Address")]
    assert address.partition(",")[0] == f"Address: {facts.address(facts.master)}"
    await person.screen.picture("2-search")


async def _move_a_vm(person: Person, pool: Pool, facts: Facts) -> str:
    """Returns the VM, which is now on the roomy host."""
    vm = (await migratable(pool, facts, facts.roomy, refused_by=facts.full))[0]
    name, home, target = facts.name(vm), facts.name(facts.vms[vm]["resident_on"]), facts.name(facts.roomy)
    await person.tree.unfold(home)
    held = await person.take_up(name)
    stall_s = await person.desktop.longest_silence_s(person.carry(held, facts.name(facts.full)))
    assert stall_s < _STALL_S
    refusal = await person.hint(such_that=lambda hint: facts.name(facts.full) in hint.name)
    assert "GiB" in refusal
    assert (await person.tree.row(facts.name(facts.full))).description == refusal
    await person.screen.picture("3-refused")
    await person.carry((await person.tree.row(facts.name(facts.full))).middle, target)
    assert "free after" in await person.hint(such_that=lambda hint: hint.name.startswith(target))
    await person.screen.picture("4-offered")
    await person.screen.release()
    await person.forms.asked("confirm")
    await person.screen.picture("5-asked")
    await person.screen.key("Return")
    early = await person.jobs_bar(such_that=lambda bar: name in bar.name and "%" in bar.name)
    await person.jobs_bar(such_that=lambda bar: "%" in bar.name and bar.name != early)
    await person.screen.picture("6-moving")
    await eventually(lambda: pool.witness.ask("VM.get_resident_on", vm), lambda host: host == facts.roomy)
    await person.tree.unfold(target)
    await eventually(lambda: person.tree.below(target), lambda names: name in names)
    assert name not in await person.tree.below(home)
    await person.screen.picture("7-moved")
    return vm


async def _try_the_full_host(person: Person, pool: Pool, facts: Facts, vm: str) -> None:
    held = await person.take_up(facts.name(vm))
    await person.carry(held, facts.name(facts.full))
    refusal = await person.hint(such_that=lambda hint: facts.name(facts.full) in hint.name)
    assert facts.name(vm) in refusal
    assert "GiB" in refusal
    await person.screen.release()
    await person.desktop.wait_gone(Role.TOOL_TIP)
    assert await person.desktop.find(Role.BUTTON, id_ends="confirm.proceed") is None
    assert await pool.witness.ask("VM.get_resident_on", vm) == facts.roomy
    assert (await person.tree.row(facts.name(facts.full))).description == ""
    await person.screen.picture("8-nothing-happened")
