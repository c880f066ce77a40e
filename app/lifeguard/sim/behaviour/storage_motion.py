"""Moving a VM with its disks: what must be true first, and which disk goes where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lifeguard.sim.behaviour import lookup
from lifeguard.sim.behaviour.cpu import assert_compatible
from lifeguard.sim.behaviour.operations.sr import features
from lifeguard.sim.behaviour.operations.vm import assert_vm
from lifeguard.sim.behaviour.placement import assert_can_boot_here
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_MOST_AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller of `VM.migrate_send` asks for. `host_ref` is the destination, in whichever pool it is."""

    host_ref: str
    is_live: bool
    disks: Mapping[str, str]
    cards: Mapping[str, str]
    force: bool
    is_copy: bool


def vm_disks(db: Database, vm_ref: str) -> list[str]:
    """The VM's own disks, without media in its drives."""
    vbds = [vbd for _, vbd in lookup.devices(db, db.row("VM", vm_ref), "VBD")]
    return [vbd["VDI"] for vbd in vbds if vbd["type"] == "Disk" and db.has("VDI", vbd["VDI"])]


def destinations(source: Database, target: Database, vm_ref: str, wish: Wish) -> dict[str, str]:
    """Disk -> SR of the destination pool. A disk nobody mapped stays where it is if the host reaches it, else goes to
    the default SR. Raises ApiError VDI_NOT_IN_MAP."""
    chosen: dict[str, str] = {}
    for disk in vm_disks(source, vm_ref):
        home, default = source.get("VDI", disk, "SR"), lookup.pool(target)["default_SR"]
        candidates = [wish.disks[disk]] if disk in wish.disks else ([home] if source is target else []) + [default]
        seen = [sr for sr in candidates if target.has("SR", sr) and wish.host_ref in lookup.plugged_hosts(target, sr)]
        if disk in wish.disks and not seen:
            raise ApiError("HOST_CANNOT_SEE_SR", wish.host_ref, wish.disks[disk])
        if not seen:
            raise ApiError("VDI_NOT_IN_MAP", disk)
        chosen[disk] = seen[0]
    return chosen


def assert_can_leave(db: Database, vm_ref: str, wish: Wish, moved: Mapping[str, str]) -> None:
    """What the source pool asks. `moved` are the disks that change their SR."""
    assert_vm(db, vm_ref, "migrate_send", force=wish.force)
    vm = db.row("VM", vm_ref)
    if lookup.pool(db)["restrictions"].get("restrict_storage_xen_motion") == "true" and moved:
        raise ApiError("LICENCE_RESTRICTION", "Storage_motion")
    busy = sum("migrate_send" in row["current_operations"].values() for row in db.rows("VM").values())
    if busy >= _MOST_AT_ONCE:
        raise ApiError("TOO_MANY_STORAGE_MIGRATES", str(_MOST_AT_ONCE))
    for disk in moved:
        vdi = db.row("VDI", disk)
        if vdi["cbt_enabled"]:
            raise ApiError("VDI_CBT_ENABLED", disk)
        if vdi["on_boot"] == "reset":
            raise ApiError("VDI_ON_BOOT_MODE_INCOMPATIBLE_WITH_OPERATION")
        if vm["power_state"] != "Halted" and "VDI_SNAPSHOT" not in features(db, db.row("SR", vdi["SR"])):
            raise ApiError("SR_DOES_NOT_SUPPORT_MIGRATION", vdi["SR"])
    if moved and vm["power_state"] == "Running":
        _assert_few_snapshots(db, vm_ref, vm["snapshots"])


def _assert_few_snapshots(db: Database, vm_ref: str, refs: tuple[str, ...]) -> None:
    snapshots = [row for ref in refs if (row := lookup.find(db, "VM", ref))]
    if len(snapshots) > 1:
        raise ApiError("VM_HAS_TOO_MANY_SNAPSHOTS", vm_ref)
    if any(row["power_state"] == "Suspended" for row in snapshots):
        raise ApiError("VM_HAS_CHECKPOINT", vm_ref)


def assert_inside_pool(db: Database, vm_ref: str, wish: Wish) -> None:
    """What only a move inside one pool must obey."""
    if wish.cards:
        raise ApiError("OPERATION_NOT_ALLOWED", "VIF mapping is not allowed for intra-pool migration")
    if wish.is_copy:
        raise ApiError("OPERATION_NOT_ALLOWED", "Copy mode is disallowed in intra pool storage migration")
    if not lookup.is_live(db, wish.host_ref):
        raise ApiError("HOST_NOT_LIVE")
    if not db.get("host", wish.host_ref, "enabled"):
        raise ApiError("HOST_DISABLED", wish.host_ref)
    if db.get("VM", vm_ref, "power_state") == "Halted":
        return
    if not wish.force:
        assert_compatible(db, vm_ref, wish.host_ref)
    assert_can_boot_here(db, vm_ref, wish.host_ref, check_cpu=False, check_storage=False)
