"""Every verb that VMs, snapshots, templates, vApps and hosts know, one by one: the command runs through the real
client, and the server tells what came of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from lifeguard.commands.ask import Answer
from lifeguard.commands.jobs import Job, JobBoard
from lifeguard.commands.perform import perform
from lifeguard.commands.registry import command
from lifeguard.commands.selection import Item, Selection
from lifeguard.datamodel.schema import NULL_REF
from lifeguard.link.link import Link
from lifeguard.sim.database import Database
from tests.support.asking import Script
from tests.support.simulated import Simulated, in_quick_motion
from tests.support.waiting import until


@dataclass
class Stage:
    """A pool, its server's database, and whoever acts on it."""

    served: Simulated
    link: Link
    board: JobBoard = field(default_factory=JobBoard)
    ask: Script = field(default_factory=Script)

    @property
    def db(self) -> Database:
        return self.served.db

    async def do(
        self, name: str, *refs: str, target: str = "", kind: str = "", answers: Mapping[str, Answer] | None = None
    ) -> Job:
        """Run a command to its end, and wait until the client has heard of what it changed."""
        one = command(name)
        assert one is not None
        self.ask = Script(answers=answers or {})
        aim = Item(self.link, target, kind) if target else None
        selection = Selection(tuple(Item(self.link, ref) for ref in refs), aim)
        await until(lambda: all(verdict.allowed for verdict in one.judge(selection.renewed())), 20)
        outcome = await perform(one, selection, self.board, self.ask)
        assert not outcome.left_out, [verdict.refusal for _, verdict in outcome.left_out]
        (job,) = outcome.jobs
        await until(lambda: job.is_over, 30)
        assert job.error is None, job.error.sentence
        assert job.status == "done"
        await self.catch_up(*refs)
        return job

    async def catch_up(self, *refs: str) -> None:
        for ref in refs:
            await until(partial(self._is_known, ref), 10)

    def _is_known(self, ref: str) -> bool:
        """Whether the client sees the object as it is at the server."""
        record, kind = self.link.inventory.find(ref), self.link.inventory.class_of(ref)
        if record is None or kind is None or ref not in self.db.rows(kind):
            return (record is None) == (kind is None or ref not in self.db.rows(kind))
        row = self.db.rows(kind)[ref]
        fields = ("power_state", "name_label", "resident_on", "tags", "other_config", "enabled", "is_a_template")
        known = [name for name in fields if name in row]
        allowed = set(getattr(record, "allowed_operations", ())) == set(row.get("allowed_operations", ()))
        same = all(_plain(getattr(record, name)) == _plain(row[name]) for name in known)
        return same and allowed and not row.get("current_operations")

    def vm(self, name: str) -> str:
        return next(ref for ref, row in self.db.rows("VM").items() if row["name_label"] == name)

    def state(self, ref: str) -> str:
        return str(self.db.get("VM", ref, "power_state"))

    def made(self, name: str) -> Mapping[str, Any]:
        """The VM, template or snapshot of this name, as the server has it."""
        return self.db.rows("VM")[self.vm(name)]

    def other_host(self, vm: str, name: str) -> str:
        """A host where this command may take the VM."""
        one = command(name)
        assert one is not None
        hosts = (ref for ref in self.db.rows("host") if ref != self.db.get("VM", vm, "resident_on"))
        return next(ref for ref in hosts if one.judge(Selection.of(self.link, [vm], ref))[0].allowed)


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, tuple | list) else value


@asynccontextmanager
async def stage(hosts: int = 3, vms: int = 12) -> AsyncIterator[Stage]:
    async with in_quick_motion(hosts, vms) as (served, link):
        acting = Stage(served, link)
        try:
            yield acting
        finally:
            await acting.board.close()


async def test_power_in_every_form() -> None:
    async with stage() as on:
        vm = on.vm("desktop")
        for name, state in (
            ("vm.pause", "Paused"), ("vm.unpause", "Running"), ("vm.suspend", "Suspended"), ("vm.resume", "Running"),
            ("vm.reboot", "Running"), ("vm.force_reboot", "Running"), ("vm.shutdown", "Halted"),
            ("vm.start", "Running"), ("vm.force_shutdown", "Halted"),
        ):  # fmt: skip
            await on.do(name, vm)
            assert on.state(vm) == state, name
            if state == "Running":  # a guest whose tools are not up yet cannot be asked for anything
                await until(lambda: "clean_shutdown" in on.db.get("VM", vm, "allowed_operations"), 10)


async def test_starting_and_resuming_on_a_host_of_ones_choice() -> None:
    async with stage() as on:
        vm = on.vm("desktop")
        await on.do("vm.shutdown", vm)
        host = on.other_host(vm, "vm.start_on")
        await on.do("vm.start_on", vm, target=host)
        assert on.db.get("VM", vm, "resident_on") == host
        await on.do("vm.suspend", vm)
        other = next(one for one in on.db.rows("host") if one != host)
        await on.do("vm.resume_on", vm, target=other)
        assert on.db.get("VM", vm, "resident_on") == other


async def test_starting_in_recovery_mode_boots_from_disc_this_once() -> None:
    async with stage() as on:
        vm = on.vm("desktop")
        await on.do("vm.shutdown", vm)
        before = on.db.get("VM", vm, "HVM_boot_params")
        await on.do("vm.start_recovery", vm)
        assert on.state(vm) == "Running"
        assert on.db.get("VM", vm, "HVM_boot_params") == before


async def test_snapshots_are_taken_gone_back_to_and_made_into_vms() -> None:
    async with stage() as on:
        vm = on.vm("desktop")
        await on.do("vm.snapshot", vm, answers={"name": "first", "description": "before it all"})
        assert on.made("first")["snapshot_of"] == vm
        assert on.made("first")["name_description"] == "before it all"
        await on.do("vm.checkpoint", vm, answers={"name": "awake"})
        assert on.made("awake")["power_state"] == "Suspended"
        first, awake = on.vm("first"), on.vm("awake")
        await on.catch_up(first, awake, vm)
        await on.do("snapshot.revert", first, answers={"keep": True})
        assert "Take a snapshot of the present state first" in [one.label for one in on.ask.forms[0].fields]
        assert on.made("Before reverting to first")["snapshot_of"] == vm
        await until(lambda: on.state(vm) == "Running")
        await on.catch_up(awake, vm)
        await on.do("snapshot.revert", awake, answers={"keep": False})
        await until(lambda: on.state(vm) == "Running")
        await on.do("snapshot.new_vm", first, answers={"name": "from first"})
        assert (on.made("from first")["is_a_template"], on.made("from first")["is_a_snapshot"]) == (False, False)
        await on.do("snapshot.new_template", first, answers={"name": "mould"})
        assert (on.made("mould")["is_a_template"], on.made("mould")["is_a_snapshot"]) == (True, False)
        disks = {on.db.get("VBD", vbd, "VDI") for vbd in on.made("first")["VBDs"]}
        await on.do("snapshot.delete", first)
        assert first not in on.db.rows("VM")
        assert not disks & on.db.rows("VDI").keys()


async def test_what_is_made_of_a_vm_is_described_as_its_form_says_even_by_nothing() -> None:
    async with stage() as on:
        vm = on.vm("desktop")
        described = on.db.get("VM", vm, "name_description")
        assert described
        await on.do("vm.snapshot", vm, answers={"name": "first", "description": ""})
        assert on.made("first")["name_description"] == ""
        await on.do("vm.shutdown", vm)
        await on.do("vm.clone", vm, answers={"name": "twin", "description": "a twin"})
        assert on.made("twin")["name_description"] == "a twin"
        assert described in [field.value for field in on.ask.forms[0].fields]
        twin = on.vm("twin")
        await on.catch_up(twin)
        await on.do("vm.to_template", twin)
        await on.do("template.quick_create", twin, answers={"name": "quick", "description": "made quickly"})
        assert on.made("quick")["name_description"] == "made quickly"


async def test_copies_templates_and_vms_from_them() -> None:
    async with stage() as on:
        vm = on.vm("desktop")
        await on.do("vm.shutdown", vm)
        await on.do("vm.copy", vm, answers={"name": "clone", "sr": ""})
        nfs = next(ref for ref, row in on.db.rows("SR").items() if row["name_label"] == "NFS archive")
        await on.do("vm.copy", vm, answers={"name": "full", "sr": nfs})
        disks = [on.db.get("VBD", vbd, "VDI") for vbd in on.made("full")["VBDs"]]
        assert {on.db.get("VDI", vdi, "SR") for vdi in disks if vdi != NULL_REF} == {nfs}
        clone = on.vm("clone")
        await on.catch_up(clone)
        await on.do("vm.to_template", clone)
        assert on.made("clone")["is_a_template"] is True
        await on.do("template.copy", clone, answers={"name": "another mould", "sr": ""})
        assert on.made("another mould")["is_a_template"] is True
        await on.do("template.quick_create", clone, answers={"name": "quick"})
        assert (on.made("quick")["is_a_template"], on.made("quick")["power_state"]) == (False, "Running")
        await on.do("template.delete", clone)
        assert clone not in on.db.rows("VM")


async def test_a_vm_is_deleted_with_the_disks_and_snapshots_that_were_chosen() -> None:
    async with stage() as on:
        vm = on.vm("shop-db")
        await on.do("vm.snapshot", vm, answers={"name": "of the db"})
        await on.do("vm.force_shutdown", vm)
        await on.catch_up(on.vm("of the db"))
        vbds = [vbd for vbd in on.db.get("VM", vm, "VBDs") if on.db.get("VBD", vbd, "type") == "Disk"]
        gone, kept = (str(on.db.get("VBD", vbd, "VDI")) for vbd in vbds)
        chosen = {f"disk:{gone}": True, f"disk:{kept}": False, "snapshots": True}
        snapshot = on.vm("of the db")
        await on.do("vm.delete", vm, answers=chosen)
        assert not {vm, snapshot} & on.db.rows("VM").keys()
        assert (gone in on.db.rows("VDI"), kept in on.db.rows("VDI")) == (False, True)


async def test_names_tags_folders_custom_fields_and_vapps() -> None:
    async with stage() as on:
        vm = on.vm("desktop")
        await on.do("object.rename", vm, answers={"name": "reception", "description": "by the door"})
        assert (on.made("reception")["name_description"]) == "by the door"
        await on.do("object.tags", vm, answers={"tags": "gold, front desk"})
        assert sorted(on.db.get("VM", vm, "tags")) == ["front desk", "gold"]
        await on.do("object.tags", vm, answers={"tags": "gold"})
        assert list(on.db.get("VM", vm, "tags")) == ["gold"]
        await on.do("object.add_tag", vm, target="silver", kind="tag")
        assert sorted(on.db.get("VM", vm, "tags")) == ["gold", "silver"]
        await on.do("object.folder", vm, answers={"folder": "/Rooms/Hall"})
        assert on.db.get("VM", vm, "other_config")["folder"] == "/Rooms/Hall"
        await on.do("object.out_of_folder", vm)
        assert "folder" not in on.db.get("VM", vm, "other_config")
        await on.do("object.custom_field", vm, answers={"field": "Owner", "value": "Finance"})
        assert on.db.get("VM", vm, "other_config")["XenCenter.CustomFields.Owner"] == "Finance"
        await on.do("object.custom_field", vm, answers={"field": "Rack", "value": "B12"})
        listed = str(on.db.get("pool", on.served.pool.pool_ref, "gui_config")["XenCenter.CustomFields"])
        assert 'name="Rack"' in listed
        assert listed.count('name="Owner"') == 1
        await on.do("object.custom_field", vm, answers={"field": "Owner", "value": ""})
        assert "XenCenter.CustomFields.Owner" not in on.db.get("VM", vm, "other_config")
        shop = next(ref for ref, row in on.db.rows("VM_appliance").items() if row["name_label"] == "Shop")
        await on.do("vm.appliance", vm, answers={"appliance": shop})
        assert on.db.get("VM", vm, "appliance") == shop
        await on.do("vm.appliance", vm, answers={"appliance": NULL_REF})
        assert on.db.get("VM", vm, "appliance") == NULL_REF


async def test_discs_go_in_and_out_and_tracking_of_blocks_ends() -> None:
    async with stage() as on:
        vm = on.vm("desktop")
        disc = next(ref for ref, row in on.db.rows("VDI").items() if row["name_label"].startswith("debian-12"))
        drive = next(vbd for vbd in on.db.get("VM", vm, "VBDs") if on.db.get("VBD", vbd, "type") == "CD")
        await on.do("vm.insert_cd", vm, answers={"disc": disc})
        assert on.db.get("VBD", drive, "VDI") == disc
        await until(lambda: not getattr(on.link.inventory.find(drive), "empty", True))
        await on.do("vm.eject_cd", vm)
        assert on.db.get("VBD", drive, "empty") is True
        disk = next(
            str(on.db.get("VBD", vbd, "VDI")) for vbd in on.db.get("VM", vm, "VBDs") if vbd != drive
        )
        on.db.set("VDI", disk, "cbt_enabled", True)
        await until(lambda: bool(getattr(on.link.inventory.find(disk), "cbt_enabled", False)))
        await on.do("vm.disable_cbt", vm)
        assert on.db.get("VDI", disk, "cbt_enabled") is False


async def test_a_vapp_is_shut_down_and_started() -> None:
    async with stage() as on:
        shop = next(ref for ref, row in on.db.rows("VM_appliance").items() if row["name_label"] == "Shop")
        members = [ref for ref, row in on.db.rows("VM").items() if row["appliance"] == shop]
        await on.do("appliance.shutdown", shop)
        assert {on.state(vm) for vm in members} == {"Halted"}
        await on.catch_up(*members)
        await on.do("appliance.start", shop)
        assert {on.state(vm) for vm in members} == {"Running"}
        await on.do("object.rename", shop, answers={"name": "Boutique", "description": ""})
        assert on.db.get("VM_appliance", shop, "name_label") == "Boutique"


async def test_maintenance_mode_sends_vms_away_remembers_them_and_brings_them_back() -> None:
    async with stage() as on:
        host = on.served.members()[0]
        there = [ref for ref, row in on.db.rows("VM").items() if row["resident_on"] == host]
        guests = [ref for ref in there if not on.db.get("VM", ref, "is_control_domain")]
        assert guests
        await on.do("host.enter_maintenance", host)
        assert on.db.get("host", host, "enabled") is False
        assert not any(on.db.get("VM", ref, "resident_on") == host for ref in guests)
        await on.catch_up(*guests)
        await on.do("host.exit_maintenance", host)
        assert on.db.get("host", host, "enabled") is True
        assert all(on.db.get("VM", ref, "resident_on") == host for ref in guests)
        assert "MAINTENANCE_MODE" not in on.db.get("host", host, "other_config")


async def test_a_coordinator_in_maintenance_mode_hands_over() -> None:
    async with stage() as on:
        master = on.served.pool.master_ref
        await on.do("host.enter_maintenance", master)
        await until(lambda: on.db.get("pool", on.served.pool.pool_ref, "master") != master, 15)


async def test_hosts_restart_stop_are_woken_rescanned_renamed_and_removed() -> None:
    async with stage() as on:
        host = on.served.members()[0]
        await on.do("object.rename", host, answers={"name": "hv-old", "description": ""})
        assert on.db.get("host", host, "name_label") == "hv-old"
        await on.do("host.rescan_nics", host)
        await on.do("host.reboot", host)
        metrics = str(on.db.get("host", host, "metrics"))
        await until(lambda: on.db.get("host_metrics", metrics, "live") is True, 30)
        await until(lambda: on.db.get("host", host, "enabled") is True, 30)
        await on.catch_up(host)
        on.db.set("host", host, "power_on_mode", "wake-on-lan")
        await until(lambda: getattr(on.link.inventory.find(host), "power_on_mode", "") == "wake-on-lan")
        await on.do("host.shutdown", host)
        await until(lambda: on.db.get("host_metrics", metrics, "live") is False, 30)
        await until(lambda: not getattr(on.link.inventory.find(metrics), "live", True))
        await on.do("host.power_on", host)
        await until(lambda: on.db.get("host_metrics", metrics, "live") is True, 30)
        await on.do("host.restart_toolstack", on.served.members()[1])


async def test_a_dead_host_is_removed_with_its_local_storage() -> None:
    async with stage() as on:
        host = on.served.members()[0]
        local = [
            row["SR"] for row in on.db.rows("PBD").values()
            if row["host"] == host and not on.db.get("SR", row["SR"], "shared")
        ]  # fmt: skip
        metrics = str(on.db.get("host", host, "metrics"))
        await on.do("host.shutdown", host)
        await until(lambda: on.db.get("host_metrics", metrics, "live") is False, 30)
        await until(lambda: not getattr(on.link.inventory.find(metrics), "live", True))
        await on.do("host.destroy", host)
        assert host not in on.db.rows("host")
        assert not set(local) & on.db.rows("SR").keys()
