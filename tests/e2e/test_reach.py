"""What is reached without the mouse, what is copied, and what goes from one pool to another; checked at the servers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.e2e.facts import Facts, migratable
from tests.e2e.program import Beside, Pool, Witness, witness_at
from tests.e2e.scene import Scene, open_scene
from tests.e2e.window import Person, eventually
from tests.support.accessibility import Role, State

pytestmark = pytest.mark.asyncio(loop_scope="module")
_LONG_S = 60.0
_LONE, _SECOND = "hv-lab-01", "hv-lab-02"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened() -> AsyncIterator[Scene]:
    beside = ("--beside", "standalone:2", "--beside", "pool:2")
    async with open_scene("--hosts", "3", "--vms", "9", "--seed", "23", *beside, "--pace", "10") as scene:
        yield scene


@pytest_asyncio.fixture(loop_scope="module")
async def act(opened: Scene) -> Act:
    await opened.person.settle()
    return Act(opened.pool, await opened.facts(), opened.person)


@dataclass(frozen=True, slots=True)
class Act:
    pool: Pool
    facts: Facts
    person: Person

    def lone(self, name: str) -> Beside:
        return self.pool.beside[(_LONE, _SECOND).index(name)]

    @property
    def annex(self) -> Beside:
        return self.pool.beside[-1]


async def test_an_object_is_found_by_part_of_its_name(act: Act) -> None:
    vm = next(ref for ref, one in act.facts.vms.items() if one["power_state"] == "Running")
    name = act.facts.name(vm)
    offers = await act.person.open_palette(name)
    await act.person.screen.picture("palette-1-found")
    assert name in offers
    await act.person.screen.key("Return")
    await act.person.header(name)


async def test_a_command_is_done_by_typing_part_of_it(act: Act) -> None:
    vm = next(ref for ref, one in act.facts.vms.items() if one["power_state"] == "Halted")
    await act.person.tree.choose(act.facts.name(vm))
    offers = await act.person.open_palette("start")
    assert offers[0] == "Start"
    await act.person.screen.picture("palette-2-command")
    await act.person.screen.key("Return")
    await eventually(lambda: act.pool.witness.ask("VM.get_power_state", vm), lambda state: state == "Running", _LONG_S)


async def test_a_vm_is_migrated_by_the_keyboard_alone(act: Act) -> None:
    vm, arrived = await _smallest_move(act.pool, act.facts)
    await act.person.go_by_palette(act.facts.name(vm))
    await act.person.tree.focus()
    await act.person.screen.key("alt+v")
    await act.person.walk_menu("Migrate", act.facts.name(arrived))
    await act.person.forms.asked("confirm")
    await act.person.screen.key("Return")
    await eventually(lambda: act.pool.witness.ask("VM.get_resident_on", vm), lambda host: host == arrived, _LONG_S)


async def test_the_address_of_a_host_is_copied_by_one_click(act: Act) -> None:
    await act.person.tree.choose(act.facts.name(act.facts.master))
    copy = await act.person.desktop.wait_for(Role.BUTTON, id_ends="header.address")
    await act.person.screen.click(copy.middle)
    await act.person.screen.key("ctrl+f", "ctrl+v")
    field = await act.person.desktop.wait_for(
        Role.TEXT, id_ends="resources.filter", such_that=lambda field: State.FOCUSED in field.states
    )
    assert await act.person.desktop.text(field) == act.facts.address(act.facts.master)
    await act.person.screen.picture("address-pasted")
    await act.person.screen.key("Escape")


async def test_a_host_that_stands_alone_is_dragged_into_the_pool(act: Act) -> None:
    person = act.person
    await person.connect_besides(act.pool, act.lone(_LONE).master, _LONE)
    held = await person.take_up(_LONE)
    (pool,) = (await act.pool.witness.records("pool")).values()
    await person.carry(held, pool["name_label"])
    await person.screen.picture("join-1-offered")
    await person.screen.release()
    await person.desktop.wait_for(Role.PASSWORD, id_ends="fill.password")
    await person.screen.picture("join-2-asked")
    await person.forms.fill("fill.password", act.pool.password)
    await person.forms.say_yes("fill")
    hosts = await eventually(
        lambda: act.pool.witness.records("host"),
        lambda hosts: any(host["name_label"] == _LONE for host in hosts.values()),
        _LONG_S,
    )
    assert len(hosts) == len(act.facts.hosts) + 1
    await eventually(lambda: person.tree.below(pool["name_label"]), lambda names: _LONE in names, _LONG_S)
    await eventually(person.tree.names, lambda names: names.count(_LONE) == 1)
    await person.screen.picture("join-3-joined")


async def test_a_host_is_dragged_out_of_its_pool(act: Act) -> None:
    person, host = act.person, await _joined(act, _LONE)
    held = await person.take_up(_LONE)
    await person.carry_beside(held)
    assert await person.hint() == "Remove from pool"
    await person.screen.picture("eject-1-offered")
    await person.screen.release()
    await person.forms.asked("confirm")
    await person.screen.picture("eject-2-asked")
    await person.forms.say_yes("confirm")
    await _until_gone(act, host, _LONE)


async def test_a_host_is_removed_from_its_pool_by_the_menu(act: Act) -> None:
    host = await _joined(act, _SECOND)
    await act.person.tree.choose(_SECOND)
    await act.person.choose_in_menu_bar("Pool", "Remove from pool")
    await act.person.forms.say_yes("confirm")
    await _until_gone(act, host, _SECOND)


async def test_a_vm_goes_to_another_pool_by_the_wizard(act: Act) -> None:
    facts, person = act.facts, act.person
    vm = await _with_least_to_carry(act.pool, facts)
    uuid = facts.vms[vm]["uuid"]
    await person.go_by_palette(facts.name(vm))
    await person.connect_besides(act.pool, act.annex.master, "Marmot annex 2")
    await person.screen.key("alt+Left")
    await person.header(facts.name(vm))
    await person.open_palette("migrate with storage")
    await person.screen.key("Return")
    await person.desktop.wait_for(Role.COMBO_BOX, id_ends="migration.destination")
    await person.forms.choose_from("migration.destination", "annex")
    for page in ("1-destination", "2-storage", "3-networks"):
        await person.screen.picture(f"wizard-{page}")
        await person.forms.press_in("migration.next")
    await person.screen.picture("wizard-4-summary")
    await person.forms.press_in("migration.proceed")
    async with witness_at(act.annex.master, act.pool.user, act.pool.password) as witness:
        await eventually(lambda: _running(witness), lambda uuids: uuid in uuids, _LONG_S)
    await eventually(lambda: act.pool.witness.ask("VM.get_all"), lambda vms: vm not in vms, _LONG_S)
    await person.screen.picture("wizard-5-arrived")


async def _joined(act: Act, name: str) -> str:
    """A host that stood alone and is an enabled member of the pool, if need be by what another client does now."""
    ask, lone = act.pool.witness.ask, act.lone(name)
    if not await ask("host.get_by_name_label", name):
        async with witness_at(lone.master, act.pool.user, act.pool.password) as witness:
            await witness.ask("pool.join", act.facts.address(act.facts.master), act.pool.user, act.pool.password)
    (host,) = await eventually(lambda: ask("host.get_by_name_label", name), bool)
    await eventually(lambda: ask("host.get_enabled", host), bool, _LONG_S)
    await act.person.tree.row(name)
    return str(host)


async def _until_gone(act: Act, host: str, name: str) -> None:
    """From the pool and from the window; and the host answers for itself where it always did."""
    await eventually(lambda: act.pool.witness.ask("host.get_all"), lambda hosts: host not in hosts)
    await eventually(act.person.tree.names, lambda names: name not in names)
    assert {*await act.pool.witness.ask("host.get_all")} >= {*act.facts.hosts} - {host}
    await eventually(lambda: _stands_alone(act, name), bool, _LONG_S)


async def _stands_alone(act: Act, name: str) -> bool:
    try:
        async with witness_at(act.lone(name).master, act.pool.user, act.pool.password) as witness:
            return [one["name_label"] for one in (await witness.records("host")).values()] == [name]
    except OSError:
        return False


async def _smallest_move(pool: Pool, facts: Facts) -> tuple[str, str]:
    """The running VM with least memory that may go to another host, and that host."""
    moves = [(vm, host) for host in facts.hosts for vm in (await migratable(pool, facts, host))[:1]]
    return min(moves, key=lambda move: int(facts.vms[move[0]]["memory_dynamic_max"]))


async def _with_least_to_carry(pool: Pool, facts: Facts) -> str:
    """The running VM without snapshots that has the smallest disks."""
    vbds, vdis = await pool.witness.records("VBD"), await pool.witness.records("VDI")
    sizes = {
        ref: sum(int(vdis[vbds[vbd]["VDI"]]["virtual_size"]) for vbd in vm["VBDs"] if vbds[vbd]["type"] == "Disk")
        for ref, vm in facts.vms.items()
        if vm["power_state"] == "Running" and "migrate_send" in vm["allowed_operations"] and not vm["snapshots"]
    }
    return min(sizes, key=lambda ref: sizes[ref])


async def _running(witness: Witness) -> set[str]:
    vms = await witness.records("VM")
    return {vm["uuid"] for vm in vms.values() if vm["power_state"] == "Running"}
