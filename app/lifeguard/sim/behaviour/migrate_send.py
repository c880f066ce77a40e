"""`VM.migrate_send` and what belongs to it: with its disks, to a host of this pool or of one that lies beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lifeguard.sim.behaviour import alerts, lookup, pace
from lifeguard.sim.behaviour.cross_pool import arrive, assert_can_arrive
from lifeguard.sim.behaviour.migration import switch_over
from lifeguard.sim.behaviour.operations.refresh import marked
from lifeguard.sim.behaviour.placement import network_pifs
from lifeguard.sim.behaviour.presence import Presence
from lifeguard.sim.behaviour.storage_motion import Wish, assert_can_leave, assert_inside_pool, destinations
from lifeguard.sim.behaviour.vdi_life import move_disk
from lifeguard.sim.behaviour.vm_making import destroy_with_disks
from lifeguard.sim.behaviour.vm_start import reserved
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

Neighbours = Callable[[str], Database | None]
"""The database of the other pool that has a host of this ref, when it lives in the same process."""


async def migrate_receive(
    context: Context, host_ref: str, network_ref: str, options: Mapping[str, str]
) -> dict[str, str]:
    """What the sending side must know. Raises ApiError when the host has no address on that network."""
    db = context.db
    cards = [(ref, pif) for ref, pif in db.rows("PIF").items()
             if pif["host"] == host_ref and pif in network_pifs(db, network_ref)]  # fmt: skip
    if not cards:
        raise ApiError("HOST_CANNOT_ATTACH_NETWORK", host_ref, network_ref)
    pif_ref, pif = cards[0]
    if pif["ip_configuration_mode"] == "None":
        raise ApiError("PIF_HAS_NO_NETWORK_CONFIGURATION", pif_ref)
    if not pif["IP"]:
        raise ApiError("INTERFACE_HAS_NO_IP", pif["device"])
    session = db.insert("session", {"this_host": host_ref, "is_local_superuser": True, "originator": "migration"})
    address, master = pif["IP"], db.get("host", lookup.pool(db)["master"], "address")
    return {
        "host": host_ref,
        "SM": f"http://{address}/services/SM?session_id={session}",
        "xenops": f"http://{address}/services/xenops?session_id={session}",
        "session_id": session,
        "master": f"http://{master}",
    }


def read_wish(
    dest: Mapping[str, str], live: bool, disks: Mapping[str, str], cards: Mapping[str, str], options: Mapping[str, str]
) -> Wish:
    if "host" not in dest:
        raise ApiError("INVALID_VALUE", "dest", "host")
    return Wish(dest["host"], live, disks, cards, options.get("force") == "true", options.get("copy") == "true")


def migrate_calls(neighbours: Neighbours) -> dict[str, Handler]:
    """The calls, knowing which pools lie beside this one."""

    def pool_of(context: Context, wish: Wish) -> Database:
        found = context.db if context.db.has("host", wish.host_ref) else neighbours(wish.host_ref)
        if found is None:
            raise ApiError("VM_MIGRATE_CONTACT_REMOTE_SERVICE_FAILED")
        return found

    def checked(context: Context, vm_ref: str, wish: Wish) -> dict[str, str]:
        """Where each disk goes. Raises the ApiError that forbids the move."""
        db, target = context.db, pool_of(context, wish)
        if target is db:
            assert_inside_pool(db, vm_ref, wish)
        plan = destinations(db, target, vm_ref, wish)
        moved = {disk: sr for disk, sr in plan.items() if target is not db or db.get("VDI", disk, "SR") != sr}
        assert_can_leave(db, vm_ref, wish, moved)
        if target is not db:
            assert_can_arrive(db, target, vm_ref, wish)
        return moved

    async def assert_can_migrate(
        context: Context, vm_ref: str, dest: Mapping[str, str], live: bool, vdi_map: Mapping[str, str],
        vif_map: Mapping[str, str], options: Mapping[str, str], vgpu_map: Mapping[str, str],
    ) -> None:  # fmt: skip
        checked(context, vm_ref, read_wish(dest, live, vdi_map, vif_map, options))

    async def migrate_send(
        context: Context, vm_ref: str, dest: Mapping[str, str], live: bool, vdi_map: Mapping[str, str],
        vif_map: Mapping[str, str], options: Mapping[str, str], vgpu_map: Mapping[str, str],
        format_map: Mapping[str, str],
    ) -> str:  # fmt: skip
        wish = read_wish(dest, live, vdi_map, vif_map, options)
        moved, target = checked(context, vm_ref, wish), pool_of(context, wish)
        with marked(context, "VM", vm_ref, "migrate_send"):
            context.allow_cancel()
            if target is context.db:
                await _inside(context, vm_ref, wish.host_ref, moved)
                return vm_ref
            new_ref = await _across(context, target, vm_ref, wish, moved)
        if not wish.is_copy:
            destroy_with_disks(context.db, vm_ref)
        return new_ref

    return {
        "host.migrate_receive": migrate_receive,
        "VM.assert_can_migrate": assert_can_migrate,
        "VM.migrate_send": migrate_send,
    }


async def _inside(context: Context, vm_ref: str, host_ref: str, moved: Mapping[str, str]) -> None:
    db = context.db
    if db.get("VM", vm_ref, "power_state") != "Running":
        await _copy(context, vm_ref, moved)
        _put_disks(context, moved)
        return
    with reserved(context, vm_ref, host_ref, "vm_migrate"):
        extra_s = pace.migration_s(db.get("VM", vm_ref, "memory_dynamic_max"))
        await _copy(context, vm_ref, moved, extra_s, on=(host_ref,))
        _put_disks(context, moved)
        switch_over(context, vm_ref, host_ref)
    alerts.vm_event(context, "VM_MIGRATED", vm_ref, f"migrated with its disks to {alerts.on_host(db, host_ref)}")


async def _across(context: Context, target: Database, vm_ref: str, wish: Wish, moved: Mapping[str, str]) -> str:
    """Into another pool, which is asked again once all is there. Returns the new VM's ref."""
    await _copy(context, vm_ref, moved)
    assert_can_arrive(context.db, target, vm_ref, wish)
    return arrive(context, target, vm_ref, wish, moved)


async def _copy(
    context: Context, vm_ref: str, moved: Mapping[str, str], extra_s: float = 0.0, on: Sequence[str] = ()
) -> None:
    """The disks are mirrored until all is there. Raises the ApiError of whatever happens to the VM or the hosts."""
    db, steps, fails_at = context.db, 10, context.faults.fail_migration_at
    before = _whereabouts(db, vm_ref)
    presence = Presence(context, (*on, db.get("VM", vm_ref, "resident_on")))
    size = sum(db.get("VDI", disk, "virtual_size") for disk in moved)
    for step in range(1, steps + 1):
        await context.clock.sleep((pace.copy_s(size) + extra_s) / steps)
        presence.check()
        _assert_unchanged(db, vm_ref, before, moved)
        if fails_at is not None and step / steps >= fails_at:
            raise ApiError("MIRROR_FAILED", next(iter(moved), ""))
        await context.progress(0.95 * step / steps)


def _whereabouts(db: Database, vm_ref: str) -> tuple[str, str]:
    vm = db.row("VM", vm_ref)
    return vm["power_state"], vm["resident_on"]


def _assert_unchanged(db: Database, vm_ref: str, before: tuple[str, str], moved: Mapping[str, str]) -> None:
    """The guest may have ended, or somebody may have taken a disk away."""
    if _whereabouts(db, vm_ref) != before:
        raise ApiError("VM_HALTED", vm_ref)
    for disk in moved:
        if not db.has("VDI", disk):
            raise ApiError("MIRROR_FAILED", disk)


def _put_disks(context: Context, moved: Mapping[str, str]) -> None:
    for disk, sr_ref in moved.items():
        move_disk(context, disk, sr_ref)


HANDLERS: dict[str, Handler] = migrate_calls(lambda host_ref: None)
