"""What a context menu offers for a selection, and why some of it is greyed."""

from itertools import pairwise

import pytest

from lifeguard.commands.layout import CONTEXT, MENU_BAR, TOOLBAR
from lifeguard.commands.menus import Entry, context_menu, context_of, host_menu, menu_bar, toolbar
from lifeguard.commands.palette import find_commands, find_objects, rank
from lifeguard.commands.registry import all_commands, command
from lifeguard.commands.selection import Item, Selection
from lifeguard.commands.shortcuts import meant_by, shortcuts
from tests.support.building import build_pool, ref
from tests.unit.commands.recording import RecordingPool


def pool() -> RecordingPool:
    builder = build_pool().host("h1").host("h2").host("dead", live=False).sr("nfs", "h1", "h2").network("lan", "h1")
    builder.vm("on", on="h1", srs=("nfs",)).vm("off", srs=("nfs",)).vm("sleeps", power_state="Suspended")
    builder.change("VM_appliance", "app", name_label="app").vm("tpl2", is_a_template=True)
    builder.vm("snap2", is_a_snapshot=True, is_a_template=True)
    builder.vm("tpl", is_a_template=True).vm("snap", is_a_snapshot=True, is_a_template=True, snapshot_of=ref("on"))
    return RecordingPool(builder)


def entries(selection: Selection) -> dict[str, Entry]:
    return {line.id: line for line in context_menu(selection) if line is not None}


def test_a_running_vm_can_be_stopped_and_says_why_it_cannot_be_started() -> None:
    menu = entries(pool().select("on"))
    assert menu["vm.shutdown"].allowed
    assert menu["vm.start"].refusal == "on: it is running, this needs it halted. Change its power state first."
    assert list(menu)[:2] == ["vm.start", "vm.shutdown"]


def test_separators_stand_between_groups_only() -> None:
    lines = context_menu(pool().select("on"))
    assert lines[0] is not None
    assert lines[-1] is not None
    assert all(not (one is None and two is None) for one, two in pairwise(lines))


def test_several_vms_offer_what_any_of_them_can() -> None:
    menu = entries(pool().select("on", "off"))
    assert menu["vm.start"].allowed
    assert menu["vm.shutdown"].allowed
    assert not menu["vm.resume"].allowed
    assert "vm.snapshot" not in menu


def test_each_sort_of_object_has_its_own_menu() -> None:
    source = pool()
    kinds = {
        ("on",): "vm", ("on", "off"): "vms", ("tpl",): "template", ("on", "tpl"): "vms_and_templates",
        ("snap",): "snapshot", ("h1",): "host", ("dead",): "dead_host", ("h1", "h2"): "hosts", ("nfs",): "sr",
        ("lan",): "network", ("on", "h1"): "mixed", (): "root", ("pool",): "pool",
    }  # fmt: skip
    assert {names: context_of(source.select(*names)) for names in kinds} == kinds
    assert list(entries(source.select("on", "h1"))) == ["object.tags"]
    assert next(iter(entries(source.select("snap")))) == "snapshot.revert"


def test_every_laid_out_command_that_exists_is_shown_for_its_kind() -> None:
    layouts = (*CONTEXT.values(), *MENU_BAR.values(), TOOLBAR)
    laid_out = {name for groups in layouts for group in groups for name in group}
    hidden = {one.id for one in all_commands()} - laid_out
    assert hidden == {"vm.clone", "object.add_tag", "object.into_folder"}, "drops and doubles only"


def test_the_host_menu_gives_each_host_one_reason() -> None:
    source, one = pool(), command("vm.migrate")
    assert one is not None
    hosts = tuple(Item(source, ref(name)) for name in ("h1", "h2", "dead"))
    shown = {item.ref: verdict.short for item, verdict in host_menu(one, source.select("on"), hosts)}
    assert shown == {
        ref("h1"): "It already runs there", ref("h2"): None, ref("dead"): "dead cannot be reached",
    }  # fmt: skip


def test_menu_bar_and_toolbar_keep_what_is_for_other_objects_greyed() -> None:
    bar = dict(menu_bar(pool().select("h1")))
    assert list(bar) == ["Pool", "Server", "VM", "Storage", "Templates"]
    start = next(line for line in bar["VM"] if line is not None and line.id == "vm.start")
    assert start.refusal == "h1: this is not for objects of this kind."
    assert next(line for line in toolbar(pool().select()) if line is not None).refusal is not None


_BUTTONS = {
    ("on",): "vm.shutdown vm.reboot vm.suspend",
    ("off",): "vm.start vm.reboot vm.suspend",
    ("sleeps",): "vm.shutdown vm.reboot vm.resume vm.force_shutdown",
    ("stuck",): "vm.shutdown vm.reboot vm.suspend vm.force_shutdown vm.force_reboot",
    ("on", "stuck"): "vm.shutdown vm.reboot vm.suspend",
    ("on", "off"): "vm.shutdown vm.start vm.reboot vm.suspend",
    ("h1",): "host.shutdown host.reboot vm.suspend host.enter_maintenance",
    ("resting",): "host.shutdown host.reboot vm.suspend host.exit_maintenance",
    ("dead",): "host.power_on host.reboot vm.suspend host.enter_maintenance",
    ("nfs",): "vm.shutdown vm.reboot vm.suspend",
    (): "vm.shutdown vm.reboot vm.suspend",
}


@pytest.mark.parametrize("names", _BUTTONS, ids=" ".join)
def test_the_toolbar_shows_of_those_that_share_a_place_the_ones_that_can_run(names: tuple[str, ...]) -> None:
    source = pool()
    source.builder.vm("stuck", on="h1", srs=("nfs",), blocked_operations={"clean_shutdown": "", "clean_reboot": ""})
    source.builder.host("resting", enabled=False).change("host", "dead", power_on_mode="wake-on-lan")
    shown = [line.id for line in toolbar(source.select(*names)) if line is not None]
    assert shown[0] == "pool.new"
    assert " ".join(one for one in shown[1:] if one not in ("vm.migrate", "vm.snapshot")) == _BUTTONS[names]


def test_the_palette_puts_what_can_run_first() -> None:
    hits = find_commands("s", pool().select("on"))
    assert [hit.verdict.allowed for hit in hits] == sorted((hit.verdict.allowed for hit in hits), reverse=True)
    assert "Shut down" in [hit.command.title for hit in hits]
    assert [hit.name for hit in find_objects("h", [pool()])][:2] == ["h1", "h2"]
    assert find_objects("  ", [pool()]) == ()


def test_typing_ranks_beginnings_before_middles_before_scattered_letters() -> None:
    assert [rank("web", name) for name in ("web-01", "my-web", "cobweb", "wide elbow", "db")] == [0, 1, 2, 3, None]


def test_shared_keys_mean_the_command_that_can_run() -> None:
    lines = shortcuts({"vm.pause": "Ctrl+P"})
    source = pool()
    assert meant_by("Ctrl+Y", source.select("on"), lines) is command("vm.suspend")
    assert meant_by("Ctrl+Y", source.select("sleeps"), lines) is command("vm.resume")
    assert meant_by("Ctrl+P", source.select("on"), lines) is command("vm.pause")
    assert meant_by("Ctrl+E", source.select("h1"), lines) is command("host.shutdown")
    assert [line.command.id for line in lines if line.is_changed] == ["vm.pause"]


_ORDERS = {
    ("on",): (
        "vm.start", "vm.suspend", "vm.resume", "vm.reboot", "vm.start_recovery", "vm.force_shutdown",
        "vm.force_reboot", "|", "vm.resume_on", "vm.start_on", "vm.migrate", "|", "vm.appliance", "|", "vm.copy",
        "vm.move", "vm.snapshot", "vm.to_template", "|", "vm.disable_cbt", "|", "vm.delete",
    ),
    ("on", "off"): (
        "vm.shutdown", "vm.start", "vm.resume", "vm.suspend", "vm.reboot", "|", "vm.force_shutdown", "vm.force_reboot",
        "|", "vm.start_on", "vm.resume_on", "vm.migrate", "vm.appliance", "|", "vm.delete", "object.tags",
    ),
    ("h1",): (
        "host.enter_maintenance", "|", "host.reboot", "host.shutdown", "host.restart_toolstack", "|", "host.eject", "|",
        "object.rename",
    ),
    ("h1", "h2"): (
        "host.join_pool", "server.disconnect", "host.reboot", "host.shutdown", "host.restart_toolstack", "|",
        "object.tags",
    ),
    ("dead",): ("host.power_on", "host.destroy"),
    ("snap", "snap2"): ("snapshot.delete", "object.tags"),
    ("tpl", "tpl2"): ("template.delete", "object.tags"),
    ("app",): ("appliance.start", "appliance.shutdown", "|", "object.rename"),
    ("lan",): ("network.delete", "|", "object.rename", "object.tags"),
    ("on-nfs",): ("vdi.delete", "|", "object.rename", "object.tags"),
    ("snap", "on"): ("object.tags",),
    ("pool", "h1"): ("object.tags",),
    ("pool",): ("pool.ha_disable", "|", "pool.add_server", "server.disconnect"),
    ("tpl",): ("template.quick_create", "|", "template.copy", "|", "template.delete"),
    ("snap",): ("snapshot.new_vm", "snapshot.new_template", "snapshot.delete"),
    ("nfs",): (
        "sr.repair", "sr.set_default", "|", "sr.detach", "sr.forget", "sr.destroy",
    ),
    ("on", "tpl"): ("vm.delete", "object.tags"),
    ("on", "h1"): ("object.tags",),
}  # fmt: skip


@pytest.mark.parametrize("names", _ORDERS, ids=" ".join)
def test_order_and_groups_are_those_that_admins_know(names: tuple[str, ...]) -> None:
    shown = ["|" if line is None else line.id for line in context_menu(pool().select(*names))]
    rest = iter(shown)
    assert [one for one in _ORDERS[names] if one not in rest] == [], shown


def test_a_host_that_died_beside_one_that_lives_has_the_menu_of_both() -> None:
    assert context_of(pool().select("h1", "dead")) == "hosts"
    assert context_of(pool().select("dead", "dead")) == "dead_host"


def test_a_host_that_stands_alone_offers_what_a_pool_would_and_a_member_does_not() -> None:
    alone = RecordingPool(build_pool().pool(name_label="").host("h1"))
    named = RecordingPool(build_pool().host("h1"))
    assert context_of(alone.select("h1")) == "standalone_host"
    assert context_of(named.select("h1")) == "host"
    pools = {"host.join_pool", "server.disconnect", "server.reconnect_as", "host.power_on"}
    assert pools <= set(entries(alone.select("h1")))
    assert pools.isdisjoint(entries(named.select("h1")))
    assert "host.eject" not in entries(alone.select("h1"))


def test_what_several_share_is_all_that_different_sorts_of_objects_offer() -> None:
    source = pool()
    for names in (("on", "nfs"), ("pool", "on"), ("h1", "lan"), ("snap", "tpl"), ("nfs", "on-nfs"), ("app", "on")):
        assert list(entries(source.select(*names))) == ["object.tags"], names
    assert context_menu(source.select("web-drive")) == ()


def test_vms_and_templates_go_together_only_to_be_deleted_or_tagged() -> None:
    menu = entries(pool().select("on", "tpl"))
    assert list(menu) == ["vm.delete", "object.tags"]
    assert menu["vm.delete"].allowed, "the template can go, even while the VM runs"
    default = RecordingPool(
        build_pool().host("h1").vm("on", on="h1").vm("t", is_a_template=True, is_default_template=True)
    )
    assert not entries(default.select("on", "t"))["vm.delete"].allowed


def test_a_host_can_be_chosen_where_there_are_several_and_for_vms_of_one_pool() -> None:
    lone = RecordingPool(build_pool().host("h1").vm("off").vm("on", on="h1"))
    assert entries(lone.select("off"))["vm.start_on"].refusal == (
        "off: there is no other server to choose. Start or resume it without choosing one."
    )
    assert entries(lone.select("on"))["vm.migrate"].allowed
    two, other = pool(), RecordingPool(build_pool().host("x1").host("x2").vm("far", on="x1"))
    both = Selection((Item(two, ref("on")), Item(other, ref("far"))))
    assert entries(both)["vm.migrate"].refusal == "on: the VMs belong to several pools. Select VMs of one pool."
    assert entries(both)["vm.shutdown"].allowed


def test_snapshots_and_disks_are_deleted_only_if_all_of_them_can_be() -> None:
    source = pool()
    assert entries(source.select("snap", "snap2"))["snapshot.delete"].allowed
    source.builder.change("VM", "snap2", blocked_operations={"destroy": "kept for the auditors"})
    refusal = entries(source.select("snap", "snap2"))["snapshot.delete"].refusal
    assert refusal is not None
    assert "kept for the auditors" in refusal


def test_a_disk_that_is_a_whole_lun_stays_where_it_is() -> None:
    source = RecordingPool(build_pool().host("h1").sr("hba", "h1", type="rawhba").vm("off", srs=("hba",)))
    for name in ("vm.move", "vm.migrate_with_storage"):
        assert "a whole LUN" in (entries(source.select("off"))[name].refusal or "")
