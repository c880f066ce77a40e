"""What back-up tools, schedules and updaters ask: changed blocks, scheduled snapshots, vApps, updates, BIOS strings."""

from __future__ import annotations

import base64

from lifeguard.datamodel.schema import NULL_REF
from tests.unit.sim.behaviour.site import GIB, Site


def _disk(site: Site, vm: str) -> str:
    return str(site.db.get("VBD", site.db.get("VM", vm, "VBDs")[0], "VDI"))


def _let_track(site: Site) -> None:
    for ref, row in list(site.db.rows("SM").items()):
        site.db.set("SM", ref, "features", {**row["features"], "VDI_CONFIG_CBT": 1})


async def test_blocks_that_changed_between_two_snapshots_are_told_even_after_their_data_is_gone(site: Site) -> None:
    h1 = site.host("h1")
    _let_track(site)
    vm = site.vm("web", on=h1)
    disk = _disk(site, vm)
    await site.call("VDI.enable_cbt", disk)
    first = await site.call("VDI.snapshot", disk, {})
    second = await site.call("VDI.snapshot", disk, {})
    assert site.db.get("VDI", first, "cbt_enabled")
    used = site.db.get("SR", site.shared, "physical_utilisation")
    await site.call("VDI.data_destroy", first)
    assert site.db.get("VDI", first, "type") == "cbt_metadata"
    assert site.db.get("SR", site.shared, "physical_utilisation") <= used
    bits = base64.b64decode(await site.call("VDI.list_changed_blocks", first, second))
    assert len(bits) * 8 == 8 * GIB // (64 * 1024)
    assert any(bits)
    same = base64.b64decode(await site.call("VDI.list_changed_blocks", second, second))
    assert not any(same)
    assert await site.error("VDI.clone", first, {}) == ("VDI_INCOMPATIBLE_TYPE", first, "cbt_metadata")


async def test_only_what_is_tracked_can_tell_and_only_snapshots_can_lose_their_data(site: Site) -> None:
    site.host("h1")
    _let_track(site)
    disk = _disk(site, site.vm("web"))
    snapshot = await site.call("VDI.snapshot", disk, {})
    assert await site.error("VDI.list_changed_blocks", snapshot, disk) == ("VDI_NO_CBT_METADATA", snapshot)
    assert (await site.error("VDI.data_destroy", disk))[0] == "OPERATION_NOT_ALLOWED"
    assert await site.error("VDI.data_destroy", snapshot) == ("VDI_NO_CBT_METADATA", snapshot)
    assert (await site.error("VDI.enable_cbt", snapshot))[0] == "OPERATION_NOT_ALLOWED"
    site.db.set("VDI", disk, "type", "suspend")
    assert await site.error("VDI.enable_cbt", disk) == ("VDI_INCOMPATIBLE_TYPE", disk, "suspend")


async def test_a_repository_that_cannot_track_says_so(site: Site) -> None:
    site.host("h1")
    disk = _disk(site, site.vm("web"))
    assert await site.error("VDI.enable_cbt", disk) == ("SR_OPERATION_NOT_SUPPORTED", site.shared)


async def test_a_schedule_keeps_the_newest_of_its_own_snapshots_and_tells_how_it_went(site: Site) -> None:
    h1 = site.host("h1")
    vm = site.vm("web", on=h1)
    schedule = await site.call("VMSS.create", {"name_label": "nightly", "type": "checkpoint", "retained_snapshots": 2,
                                               "frequency": "daily", "schedule": {"hour": "3"}})  # fmt: skip
    assert site.db.get("VMSS", schedule, "schedule") == {"hour": "3", "min": "0"}
    site.db.set("VM", vm, "snapshot_schedule", schedule)
    by_hand = await site.call("VM.snapshot", vm, "by hand", ())
    for _ in range(3):
        assert await site.call("VMSS.snapshot_now", schedule) == ""
    snapshots = [site.db.row("VM", ref) for ref in site.db.get("VM", vm, "snapshots")]
    assert sum(row["is_vmss_snapshot"] for row in snapshots) == 2
    assert site.db.has("VM", by_hand)
    assert {row["power_state"] for row in snapshots if row["is_vmss_snapshot"]} == {"Suspended"}
    assert site.messages().count("VMSS_SNAPSHOT_SUCCEEDED") == 3
    site.db.set("VM", vm, "blocked_operations", {"checkpoint": "no"})
    assert "OPERATION_BLOCKED" in await site.call("VMSS.snapshot_now", schedule)
    assert "VMSS_SNAPSHOT_FAILED" in site.messages()


async def test_a_schedule_must_make_sense_and_its_end_leaves_its_vms(site: Site) -> None:
    site.host("h1")
    vm = site.vm("web")
    error = await site.error("VMSS.create", {"retained_snapshots": 11})
    assert error == ("INVALID_VALUE", "retained_snapshots", "11")
    schedule = await site.call("VMSS.create", {"name_label": "weekly", "frequency": "weekly", "schedule": {}})
    assert await site.error("VMSS.add_to_schedule", schedule, "min", "7") == ("INVALID_VALUE", "schedule:min", "7")
    await site.call("VMSS.set_frequency", schedule, "hourly")
    assert site.db.get("VMSS", schedule, "schedule") == {"min": "0"}
    site.db.set("VM", vm, "snapshot_schedule", schedule)
    await site.call("VMSS.destroy", schedule)
    assert site.db.get("VM", vm, "snapshot_schedule") == NULL_REF


async def test_a_vapp_starts_by_order_and_delay_with_negative_orders_last_and_stops_backwards(site: Site) -> None:
    site.host("h1", memory_gib=64)
    appliance = site.db.insert("VM_appliance", {"name_label": "shop"})
    orders = {"front": 2, "database": 0, "service": 1, "whenever": -1}
    delays = {"database": 20, "service": 10}
    vms = {name: site.vm(name, order=order, start_delay=delays.get(name, 0), shutdown_delay=5, appliance=appliance)
           for name, order in orders.items()}  # fmt: skip
    begun_s = site.clock.time_s()
    await site.call("VM_appliance.start", appliance, False)
    assert site.clock.time_s() - begun_s >= 30
    rows = sorted(site.db.rows("message").values(), key=lambda row: row["timestamp"])
    names = {site.db.get("VM", ref, "uuid"): name for name, ref in vms.items()}
    assert [names[row["obj_uuid"]] for row in rows] == ["database", "service", "front", "whenever"]
    before = len(site.messages())
    await site.clock.advance(30)
    await site.call("VM_appliance.hard_shutdown", appliance)
    rows = sorted(list(site.db.rows("message").values())[before:], key=lambda row: row["timestamp"])
    assert [names[row["obj_uuid"]] for row in rows] == ["whenever", "front", "service", "database"]
    assert {site.db.get("VM", ref, "power_state") for ref in vms.values()} == {"Halted"}


async def test_an_update_is_on_each_host_once_and_can_only_be_removed_while_it_is_nowhere(site: Site) -> None:
    h1, h2 = site.host("h1"), site.host("h2")
    disk = site.db.insert("VDI", {"name_label": "XS82E001", "SR": site.shared, "virtual_size": GIB})
    update = await site.call("pool_update.introduce", disk)
    site.db.set("pool_update", update, "after_apply_guidance", ("restartHost",))
    assert (await site.error("pool_update.introduce", disk))[0] == "UPDATE_ALREADY_EXISTS"
    await site.call("pool_update.apply", update, h1)
    assert site.db.get("host", h1, "updates") == (update,)
    assert site.db.get("host", h1, "pending_guidances") == ("reboot_host",)
    assert await site.error("pool_update.precheck", update, h1) == ("UPDATE_ALREADY_APPLIED", update)
    await site.call("pool_update.pool_apply", update)
    assert site.db.get("host", h2, "updates") == (update,)
    assert await site.error("pool_update.pool_apply", update) == ("UPDATE_ALREADY_APPLIED_IN_POOL", update)
    assert await site.error("pool_update.destroy", update) == ("UPDATE_IS_APPLIED",)
    await site.call("pool_update.pool_clean", update)
    assert not site.db.has("VDI", disk)


async def test_bios_strings_are_copied_once(site: Site) -> None:
    h1 = site.host("h1")
    site.db.set("host", h1, "bios_strings", {"system-manufacturer": "Acme"})
    vm = site.vm("web")
    await site.call("VM.copy_bios_strings", vm, h1)
    assert site.db.get("VM", vm, "bios_strings") == {"system-manufacturer": "Acme"}
    assert await site.error("VM.copy_bios_strings", vm, h1) == ("VM_BIOS_STRINGS_ALREADY_SET",)


async def test_free_places_for_drives_and_cards_are_those_nobody_has(site: Site) -> None:
    site.host("h1")
    vm = site.vm("web")
    drives = await site.call("VM.get_allowed_VBD_devices", vm)
    assert (drives[0], drives[-1], len(drives)) == ("1", "254", 254)
    assert await site.call("VM.get_allowed_VIF_devices", vm) == ("1", "2", "3", "4", "5", "6")
