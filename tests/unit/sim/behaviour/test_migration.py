"""Moving VMs: order of writes, memory meanwhile, cancelling, failing, disks that move along."""

from __future__ import annotations

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.behaviour.migrate_send import migrate_calls
from tests.unit.sim.behaviour.site import GIB, Site


async def test_a_migrated_vm_is_counted_on_both_hosts_until_it_has_moved(site: Site) -> None:
    h1, h2 = site.host("h1"), site.host("h2")
    vm = site.vm("web", on=h1, memory_gib=8)
    free = [await site.call("host.compute_free_memory", host) for host in (h1, h2)]
    work, task = site.begin("VM.pool_migrate", vm, h2, {"live": "true"})
    await site.clock.advance(3)
    assert site.db.get("VM", vm, "current_operations") == {task: "pool_migrate"}
    assert site.db.get("VM", vm, "scheduled_to_be_resident_on") == h2
    assert site.db.get("host", h2, "current_operations") == {task: "vm_migrate"}
    assert 0 < site.db.get("task", task, "progress") < 1
    assert await site.call("host.compute_free_memory", h1) == free[0]
    assert await site.call("host.compute_free_memory", h2) < free[1] - 8 * GIB
    await site.clock.advance(30)
    await work
    row = site.db.row("VM", vm)
    assert (row["power_state"], row["resident_on"], row["scheduled_to_be_resident_on"]) == ("Running", h2, NULL_REF)
    assert row["current_operations"] == {}
    assert site.db.get("host", h2, "current_operations") == {}
    assert "10.0.0.2" in site.db.get("console", row["consoles"][0], "location")
    assert site.messages() == ["VM_MIGRATED"]


async def test_a_cancelled_migration_leaves_the_vm_where_it_was(site: Site) -> None:
    h1, h2 = site.host("h1"), site.host("h2")
    vm = site.vm("web", on=h1)
    work, task = site.begin("VM.pool_migrate", vm, h2, {})
    await site.clock.advance(2)
    site.db.put("task", task, "current_operations", "cancel-task", "cancel")
    await site.clock.advance(2)
    assert getattr(work.exception(), "code", "") == "TASK_CANCELLED"
    row = site.db.row("VM", vm)
    assert (row["resident_on"], row["scheduled_to_be_resident_on"], row["current_operations"]) == (h1, NULL_REF, {})
    assert site.db.get("host", h2, "current_operations") == {}


async def test_a_migration_made_to_fail_at_half_way_fails_there(site: Site) -> None:
    h1, h2 = site.host("h1"), site.host("h2")
    vm = site.vm("web", on=h1)
    site.faults.fail_migration_at = 0.5
    assert (await site.error("VM.pool_migrate", vm, h2, {}))[:4] == ("VM_MIGRATE_FAILED", vm, h1, h2)
    assert site.db.get("VM", vm, "resident_on") == h1


async def test_a_host_without_room_is_refused_before_anything_is_written(site: Site) -> None:
    h1, small = site.host("h1"), site.host("small", memory_gib=4)
    vm = site.vm("web", on=h1, memory_gib=8)
    generation = site.db.generation
    error = await site.error("VM.pool_migrate", vm, small, {})
    assert error[0] == "HOST_NOT_ENOUGH_FREE_MEMORY"
    assert site.db.get("VM", vm, "scheduled_to_be_resident_on") == NULL_REF
    assert site.db.generation > generation


async def test_migrate_send_takes_the_disk_from_local_to_shared_storage(site: Site) -> None:
    h1, h2 = site.host("h1"), site.host("h2")
    vm = site.vm("web", on=h1, sr=site.local_sr(h1))
    disk = site.db.get("VBD", site.db.get("VM", vm, "VBDs")[0], "VDI")
    dest = await site.call("host.migrate_receive", h2, site.network, {})
    assert dest["host"] == h2
    ref = await site.call("VM.migrate_send", vm, dest, True, {disk: site.shared}, {}, {}, {}, {})
    new_disk = site.db.get("VBD", site.db.get("VM", vm, "VBDs")[0], "VDI")
    assert (ref, site.db.get("VM", vm, "resident_on")) == (vm, h2)
    assert site.db.get("VDI", new_disk, "SR") == site.shared
    assert not site.db.has("VDI", disk)


async def test_migrate_send_to_an_unknown_pool_is_refused(site: Site) -> None:
    h1 = site.host("h1")
    vm = site.vm("web", on=h1)
    error = await site.error("VM.migrate_send", vm, {"host": "OpaqueRef:elsewhere"}, True, {}, {}, {}, {}, {})
    assert error == ("VM_MIGRATE_CONTACT_REMOTE_SERVICE_FAILED",)


async def test_a_vm_moves_to_a_pool_beside_with_its_uuid_and_is_gone_here(site: Site) -> None:
    h1 = site.host("h1")
    vm = site.vm("web", on=h1)
    uuid, card = site.db.get("VM", vm, "uuid"), site.db.get("VM", vm, "VIFs")[0]
    other = Site(seed=8)
    there = other.host("far")
    calls = migrate_calls(lambda host: other.db if other.db.has("host", host) else None)
    wish = ({"host": there}, True, {}, {card: other.network}, {}, {}, {})
    new_ref = await site.pass_time(calls["VM.migrate_send"](site.context("VM.migrate_send"), vm, *wish))
    assert not site.db.has("VM", vm)
    row = other.db.row("VM", new_ref)
    assert (row["uuid"], row["power_state"], row["resident_on"]) == (uuid, "Running", there)
    assert other.db.get("VIF", row["VIFs"][0], "network") == other.network
