"""Starting, stopping, saving VMs: what stands in the database on the way and at the end."""

from __future__ import annotations

import asyncio

import pytest

from lifeguard.datamodel.schema import NULL_REF
from tests.unit.sim.behaviour.site import Site


async def test_a_started_vm_runs_on_a_host_with_devices_consoles_and_metrics(site: Site) -> None:
    host = site.host("h1")
    vm = site.vm("web")
    await site.call("VM.start", vm, False, False)
    row = site.db.row("VM", vm)
    assert (row["power_state"], row["resident_on"], row["scheduled_to_be_resident_on"]) == ("Running", host, NULL_REF)
    assert row["domid"] > 0
    assert site.db.get("console", row["consoles"][0], "location").startswith("https://10.0.0.1/console")
    assert all(site.db.get("VBD", ref, "currently_attached") for ref in row["VBDs"])
    assert site.db.get("VM_metrics", row["metrics"], "current_domain_type") == "hvm"
    assert site.messages() == ["VM_STARTED"]


async def test_tools_report_some_seconds_after_the_boot_and_only_then_allow_a_migration(site: Site) -> None:
    site.host("h1")
    vm = site.vm("web")
    await site.call("VM.start", vm, False, False)
    assert "pool_migrate" not in site.db.get("VM", vm, "allowed_operations")
    await site.clock.advance(15)
    assert "pool_migrate" in site.db.get("VM", vm, "allowed_operations")
    assert "0/ip" in site.db.get("VM_guest_metrics", site.db.get("VM", vm, "guest_metrics"), "networks")


@pytest.mark.parametrize("again", ["VM.hard_reboot", "VM.clean_reboot", "VM.hard_shutdown"])
async def test_a_guest_that_boots_again_before_its_tools_have_reported_still_has_them(site: Site, again: str) -> None:
    vm = site.vm("web", on=site.host("h1"))
    said = dict(site.db.row("VM_guest_metrics", site.db.get("VM", vm, "guest_metrics")))
    await site.call("VM.hard_reboot", vm)
    assert site.db.get("VM", vm, "guest_metrics") == NULL_REF
    if again == "VM.clean_reboot":
        await site.clock.advance(15)
    await site.call(again, vm)
    if again == "VM.hard_shutdown":
        await site.call("VM.start", vm, False, False)
    await site.clock.advance(15)
    says = site.db.row("VM_guest_metrics", site.db.get("VM", vm, "guest_metrics"))
    assert (says["os_version"], says["other"]) == (said["os_version"], said["other"])
    assert len(site.db.rows("VM_guest_metrics")) == 1


async def test_a_start_that_breaks_off_takes_no_tools_away(site: Site) -> None:
    host = site.host("h1")
    vm = site.vm("web", on=host)
    await site.call("VM.hard_shutdown", vm)
    starting, _ = site.begin("VM.start", vm, False, False)
    await site.clock.advance(0.5)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert site.db.get("VM", vm, "power_state") == "Halted"
    await site.call("VM.start", vm, False, False)
    await site.clock.advance(15)
    assert site.db.get("VM", vm, "guest_metrics") != NULL_REF


async def test_while_it_starts_the_vm_and_its_host_say_so_and_its_memory_counts(site: Site) -> None:
    host = site.host("h1")
    vm = site.vm("web", memory_gib=8)
    free = await site.call("host.compute_free_memory", host)
    work, task = site.begin("VM.start", vm, False, False)
    await site.clock.advance(1)
    assert site.db.get("VM", vm, "current_operations") == {task: "start"}
    assert site.db.get("host", host, "current_operations") == {task: "vm_start"}
    assert site.db.get("VM", vm, "allowed_operations") == ("hard_shutdown",) or not site.db.get(
        "VM", vm, "allowed_operations"
    )
    assert await site.call("host.compute_free_memory", host) < free - 8 * 2**30
    await site.clock.advance(10)
    await work
    assert site.db.get("VM", vm, "current_operations") == {}


async def test_a_start_that_fits_nowhere_fails_and_leaves_the_vm_as_it_was(site: Site) -> None:
    site.host("h1", memory_gib=4)
    vm = site.vm("web", memory_gib=16)
    assert await site.error("VM.start", vm, False, False) == ("NO_HOSTS_AVAILABLE",)
    row = site.db.row("VM", vm)
    assert (row["power_state"], row["current_operations"]) == ("Halted", {})


async def test_a_shut_down_vm_has_no_host_no_console_and_nothing_attached(site: Site) -> None:
    host = site.host("h1")
    vm = site.vm("web", on=host)
    await site.call("VM.clean_shutdown", vm)
    row = site.db.row("VM", vm)
    assert (row["power_state"], row["resident_on"], row["domid"], row["consoles"]) == ("Halted", NULL_REF, -1, ())
    assert not any(site.db.get("VIF", ref, "currently_attached") for ref in row["VIFs"])


async def test_a_guest_without_tools_refuses_a_clean_shutdown_but_not_a_hard_one(site: Site) -> None:
    host = site.host("h1")
    vm = site.vm("web", on=host)
    site.db.set("VM", vm, "guest_metrics", NULL_REF)
    assert await site.error("VM.clean_shutdown", vm) == ("VM_LACKS_FEATURE", vm)
    await site.call("VM.hard_shutdown", vm)
    assert site.db.get("VM", vm, "power_state") == "Halted"


async def test_a_hard_shutdown_cancels_a_clean_one(site: Site) -> None:
    host = site.host("h1")
    vm = site.vm("web", on=host)
    clean, _ = site.begin("VM.clean_shutdown", vm)
    await site.clock.advance(0.5)
    await site.call("VM.hard_shutdown", vm)
    assert clean.done()
    assert getattr(clean.exception(), "code", "") == "TASK_CANCELLED"
    assert site.db.get("VM", vm, "power_state") == "Halted"


async def test_a_suspended_vm_keeps_its_devices_and_comes_back_without_its_image(site: Site) -> None:
    host = site.host("h1")
    vm = site.vm("web", on=host)
    await site.call("VM.suspend", vm)
    row = site.db.row("VM", vm)
    image = row["suspend_VDI"]
    assert (row["power_state"], row["resident_on"]) == ("Suspended", NULL_REF)
    assert site.db.get("VDI", image, "type") == "suspend"
    assert site.db.get("VBD", row["VBDs"][0], "currently_attached")
    await site.call("VM.resume", vm, False, False)
    assert site.db.get("VM", vm, "power_state") == "Running"
    assert not site.db.has("VDI", image)


async def test_a_reboot_gives_a_new_domain_and_keeps_the_vm_running(site: Site) -> None:
    host = site.host("h1")
    vm = site.vm("web", on=host)
    before = site.db.get("VM", vm, "domid")
    await site.call("VM.hard_reboot", vm)
    assert site.db.get("VM", vm, "power_state") == "Running"
    assert site.db.get("VM", vm, "domid") != before


async def test_a_snapshot_hangs_between_the_vm_and_its_former_parent(site: Site) -> None:
    host = site.host("h1")
    vm = site.vm("web", on=host)
    first = await site.call("VM.snapshot", vm, "first", ())
    second = await site.call("VM.snapshot", vm, "second", ())
    assert site.db.get("VM", vm, "parent") == second
    assert site.db.get("VM", second, "parent") == first
    row = site.db.row("VM", second)
    assert (row["is_a_snapshot"], row["is_a_template"], row["snapshot_of"]) == (True, True, vm)
    disk = site.db.get("VBD", row["VBDs"][0], "VDI")
    assert site.db.get("VDI", disk, "is_a_snapshot")
    assert site.db.get("VIF", row["VIFs"][0], "MAC") == "02:00:00:00:00:01"


async def test_destroying_a_snapshot_hands_its_children_to_its_parent(site: Site) -> None:
    host = site.host("h1")
    vm = site.vm("web", on=host)
    first = await site.call("VM.snapshot", vm, "first", ())
    second = await site.call("VM.snapshot", vm, "second", ())
    await site.call("VM.destroy", second)
    assert site.db.get("VM", vm, "parent") == first


async def test_reverting_to_a_checkpoint_leaves_the_vm_suspended(site: Site) -> None:
    host = site.host("h1")
    vm = site.vm("web", on=host)
    saved = await site.call("VM.checkpoint", vm, "saved")
    assert site.db.get("VM", vm, "power_state") == "Running"
    await site.call("VM.revert", saved)
    row = site.db.row("VM", vm)
    assert (row["power_state"], row["parent"]) == ("Suspended", saved)
    await site.call("VM.resume", vm, False, False)
    assert site.db.get("VM", vm, "power_state") == "Running"


async def test_a_clone_has_its_own_disks_and_mac(site: Site) -> None:
    site.host("h1")
    vm = site.vm("web")
    clone = await site.call("VM.clone", vm, "web 2")
    row, old = site.db.row("VM", clone), site.db.row("VM", vm)
    assert site.db.get("VBD", row["VBDs"][0], "VDI") != site.db.get("VBD", old["VBDs"][0], "VDI")
    assert site.db.get("VIF", row["VIFs"][0], "MAC") != site.db.get("VIF", old["VIFs"][0], "MAC")
    assert row["allowed_operations"]


async def test_provision_makes_the_disks_a_template_describes(site: Site) -> None:
    site.host("h1")
    disks = '<provision><disk device="1" size="1073741824" sr="" bootable="true" type="system"/></provision>'
    vm = site.vm("template", is_a_template=True, other_config={"disks": disks})
    await site.call("VM.provision", vm)
    row = site.db.row("VM", vm)
    made = [ref for ref in row["VBDs"] if site.db.get("VBD", ref, "userdevice") == "1"]
    assert site.db.get("VDI", site.db.get("VBD", made[0], "VDI"), "virtual_size") == 2**30
    assert not row["is_a_template"]


async def test_memory_limits_out_of_order_are_refused(site: Site) -> None:
    site.host("h1")
    vm = site.vm("web")
    error = await site.error("VM.set_memory_limits", vm, 0, 2**30, 2**31, 2**30)
    assert error[0] == "MEMORY_CONSTRAINT_VIOLATION"
