"""What admins do all day, in the real window by mouse and keys, each checked at the server by another client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
import XenAPI

from tests.e2e.facts import Facts, migratable
from tests.e2e.program import BRISKLY, Pool, witness_at
from tests.e2e.scene import Scene, open_scene
from tests.e2e.window import Person, eventually
from tests.support.accessibility import Role, State

pytestmark = pytest.mark.asyncio(loop_scope="module")
_LONG_S = 60.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened() -> AsyncIterator[Scene]:
    async with open_scene("--hosts", "4", "--vms", "12", "--seed", "22", *BRISKLY) as scene:
        yield scene


@pytest_asyncio.fixture(loop_scope="module")
async def act(opened: Scene) -> Act:
    """The acts follow each other in one window; the last one gives the pool another coordinator."""
    await opened.person.settle()
    return Act(opened.pool, await opened.facts(), opened.person)


@dataclass(frozen=True, slots=True)
class Act:
    pool: Pool
    facts: Facts
    person: Person


async def test_three_vms_are_moved_by_one_drag(act: Act) -> None:
    pool, facts, person = act.pool, act.facts, act.person
    home, vms = await _three_of_one_host(pool, facts)
    await person.tree.unfold(facts.name(home))
    await person.tree.choose_several(facts.name(vm) for vm in vms)
    held = await person.take_up(facts.name(vms[-1]))
    await person.carry(held, facts.name(facts.roomy))
    assert "free after" in await person.hint(such_that=lambda hint: hint.name.startswith(facts.name(facts.roomy)))
    await person.screen.picture("three-1-offered")
    await person.screen.release()
    await person.forms.asked("confirm")
    await person.screen.picture("three-2-asked")
    await person.screen.key("Return")
    await person.jobs_bar(such_that=lambda bar: "%" in bar.name)
    await person.screen.key("ctrl+j")
    await person.desktop.wait_for(Role.CELL, id_ends="jobs.list")
    await person.screen.picture("three-3-moving")
    await person.screen.key("ctrl+j")
    await eventually(lambda: pool.witness.ask("host.get_resident_VMs", facts.roomy), {*vms}.issubset, _LONG_S)
    await person.tree.unfold(facts.name(facts.roomy))
    moved = {*map(facts.name, vms)}
    await eventually(lambda: person.tree.below(facts.name(facts.roomy)), moved.issubset)
    await person.screen.picture("three-4-moved")


async def test_escape_ends_a_drag_and_nothing_moves(act: Act) -> None:
    pool, facts, person = act.pool, act.facts, act.person
    vm = (await migratable(pool, facts, facts.roomy))[0]
    home = facts.vms[vm]["resident_on"]
    await person.tree.unfold(facts.name(home))
    held = await person.take_up(facts.name(vm))
    await person.carry(held, facts.name(facts.roomy))
    await person.hint(such_that=lambda hint: hint.name.startswith(facts.name(facts.roomy)))
    await person.screen.key("Escape")
    await person.desktop.wait_gone(Role.TOOL_TIP)
    await person.screen.release()
    assert (await person.tree.row(facts.name(facts.roomy))).description == ""
    assert await person.desktop.find(Role.BUTTON, id_ends="confirm.proceed") is None
    assert await pool.witness.ask("VM.get_resident_on", vm) == home


async def test_a_snapshot_is_taken_and_gone_back_to(act: Act) -> None:
    pool, facts, person = act.pool, act.facts, act.person
    vm = next(ref for ref, one in facts.vms.items() if not one["snapshots"] and one["power_state"] == "Running")
    await person.tree.unfold(facts.name(facts.vms[vm]["resident_on"]))
    await person.tree.choose(facts.name(vm))
    await person.choose_in_menu_bar("VM", "Take snapshot")
    await person.desktop.wait_for(Role.TEXT, id_ends="fill.name", such_that=lambda thing: State.FOCUSED in thing.states)
    await person.screen.key("ctrl+a")
    await person.screen.type("before the upgrade")
    await person.screen.picture("snapshot-1-named")
    await person.forms.say_yes("fill")
    (snapshot,) = await eventually(lambda: pool.witness.ask("VM.get_snapshots", vm), bool)
    assert await pool.witness.ask("VM.get_name_label", snapshot) == "before the upgrade"
    disks_before = await _disks(pool, vm)
    await person.press_view("Objects")
    await person.tree.unfold("Snapshots")
    await person.tree.choose("before the upgrade")
    await person.choose_in_menu_bar("VM", "Revert to this snapshot")
    await person.forms.asked("fill")
    await person.screen.picture("snapshot-2-asked")
    await person.forms.say_yes("fill")
    await eventually(lambda: _disks(pool, vm), lambda disks: bool(disks) and not disks & disks_before, _LONG_S)
    await eventually(lambda: pool.witness.ask("VM.get_power_state", vm), lambda state: state == "Running", _LONG_S)
    await person.screen.picture("snapshot-3-gone-back")


async def test_a_halted_vm_is_deleted_with_its_disks(act: Act) -> None:
    pool, facts, person = act.pool, act.facts, act.person
    vm = next(ref for ref, one in facts.vms.items() if not one["snapshots"] and one["power_state"] == "Halted")
    disks = await _disks(pool, vm)
    assert disks
    await person.press_view("Infrastructure")
    await person.tree.choose(facts.name(vm))
    await person.choose_in_menu_bar("VM", "Delete")
    await person.forms.asked("fill")
    await person.screen.picture("delete-1-asked")
    await person.forms.say_yes("fill")
    await eventually(lambda: pool.witness.ask("VM.get_all"), lambda left: vm not in left)
    await eventually(lambda: pool.witness.ask("VDI.get_all"), lambda left: not disks & set(left))
    await eventually(person.tree.names, lambda names: facts.name(vm) not in names)
    await person.screen.picture("delete-2-gone")


async def test_a_vm_is_tagged_by_dropping_it_on_a_tag(act: Act) -> None:
    pool, facts, person = act.pool, act.facts, act.person
    names = {*map(facts.name, facts.vms)}
    tags = {tag for vm in facts.vms.values() for tag in vm["tags"]} - names
    vm, tag = next((vm, tag) for vm in facts.vms for tag in sorted(tags - {*facts.vms[vm]["tags"]}))
    own = next(own for own in facts.vms[vm]["tags"] if own not in names)
    await person.choose_organisation("Tags")
    await person.tree.unfold(own)
    await person.carry(await person.take_up(facts.name(vm)), tag)
    assert await person.hint(such_that=lambda hint: tag in hint.name)
    await person.screen.picture("tag-1-offered")
    await person.screen.release()
    await eventually(lambda: pool.witness.ask("VM.get_tags", vm), lambda now: {*now} == {*facts.vms[vm]["tags"], tag})
    await person.tree.unfold(tag)
    await eventually(lambda: person.tree.below(tag), lambda below: facts.name(vm) in below)
    await person.screen.picture("tag-2-tagged")


async def test_a_vm_is_put_into_a_folder_by_dropping_it_there(act: Act) -> None:
    pool, facts, person = act.pool, act.facts, act.person
    folders = {ref: vm["other_config"]["folder"] for ref, vm in facts.vms.items() if "folder" in vm["other_config"]}
    vm = next(ref for ref, path in folders.items() if path.count("/") == 1)
    target = next(path for path in folders.values() if path.count("/") == 1 and path != folders[vm])
    await person.choose_organisation("Folders")
    await person.tree.unfold(folders[vm].removeprefix("/"))
    await person.carry(await person.take_up(facts.name(vm)), target.removeprefix("/"))
    await person.screen.picture("folder-1-offered")
    await person.screen.release()
    await eventually(lambda: pool.witness.ask("VM.get_other_config", vm), lambda config: config.get("folder") == target)
    await person.tree.unfold(target.removeprefix("/"))
    await eventually(lambda: person.tree.below(target.removeprefix("/")), lambda below: facts.name(vm) in below)
    await person.screen.picture("folder-2-moved")


async def test_the_coordinator_goes_into_maintenance_mode_and_another_takes_over(act: Act) -> None:
    pool, facts, person = act.pool, act.facts, act.person
    await person.press_view("Infrastructure")
    await person.tree.choose(facts.name(facts.master))
    await person.choose_in_menu_bar("Server", "Enter maintenance mode")
    await person.forms.asked("fill")
    await person.screen.picture("maintenance-1-plan")
    await person.forms.say_yes("fill")
    await person.jobs_bar(such_that=lambda bar: "%" in bar.name)
    await person.screen.picture("maintenance-2-emptying")

    new_master = await eventually(lambda: _master_of(pool, facts), lambda master: master != facts.master, _LONG_S)
    async with witness_at(pool.urls[new_master], pool.user, pool.password) as witness:
        record = await witness.ask("host.get_record", facts.master)
        assert record["enabled"] is False
        vms = await witness.records("VM")
        assert not [vm for vm in record["resident_VMs"] if not vms[vm]["is_control_domain"]]
    await person.tree.row(facts.name(new_master), such_that=lambda row: "master" in row.name)
    await person.tree.row(facts.name(facts.master), such_that=lambda row: "maintenance" in row.name)
    await person.screen.picture("maintenance-3-another-coordinator")


async def _three_of_one_host(pool: Pool, facts: Facts) -> tuple[str, list[str]]:
    """The smallest three VMs that are together on a host and can go to the roomy one."""
    by_home: dict[str, list[str]] = {}
    for vm in await migratable(pool, facts, facts.roomy):
        together = by_home.setdefault(facts.vms[vm]["resident_on"], [])
        together.append(vm)
        if len(together) == 3:
            return facts.vms[vm]["resident_on"], together
    raise AssertionError("no host of this pool has three VMs for this test")


async def _master_of(pool: Pool, facts: Facts) -> str:
    """Who coordinates now: asked of the host that did, which names its successor."""
    try:
        (record,) = (await pool.witness.records("pool")).values()
    except XenAPI.Failure as failure:
        code, address = failure.details
        return next(ref for ref in facts.hosts if (code, facts.address(ref)) == ("HOST_IS_SLAVE", address))
    return str(record["master"])


async def _disks(pool: Pool, vm: str) -> set[str]:
    """The disks of a VM, discs apart."""
    vbds = await pool.witness.records("VBD")
    return {vbd["VDI"] for vbd in vbds.values() if vbd["VM"] == vm and vbd["type"] == "Disk"}
