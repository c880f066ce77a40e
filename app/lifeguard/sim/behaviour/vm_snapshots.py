"""Snapshots: a VM's disks, and with a checkpoint its memory, as they were; and going back to them."""

from __future__ import annotations

from typing import Any

from lifeguard.datamodel import attribute
from lifeguard.datamodel.schema import NULL_REF, Type
from lifeguard.datamodel.tables import CLASSES
from lifeguard.sim import dates
from lifeguard.sim.behaviour import alerts, domain, lookup, pace, suspension
from lifeguard.sim.behaviour.choice import storage_host
from lifeguard.sim.behaviour.disks import destroy_disk, duplicate, snapshot_disk
from lifeguard.sim.behaviour.drives import remove_drive
from lifeguard.sim.behaviour.duplication import copy_devices, create_like, drop_devices, settings
from lifeguard.sim.behaviour.forwarding import forward
from lifeguard.sim.behaviour.operations.refresh import marked, refresh_vm
from lifeguard.sim.behaviour.operations.vm import assert_vm
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_TEXT_PAIRS = Type("map", of=(Type("string"), Type("string")))
_STAYS_ON_REVERT = ("name_label", "name_description", "is_a_template", "affinity", "tags", "blocked_operations")


async def snapshot(context: Context, vm_ref: str, name: str, ignored_vdis: tuple[str, ...] = ()) -> str:
    db = context.db
    assert_vm(db, vm_ref, "snapshot")
    with marked(context, "VM", vm_ref, "snapshot"):
        await forward(context, storage_host(db, vm_ref))
        await pace.take(context, pace.SNAPSHOT_S)
        ref = _make(context, vm_ref, name, ignored_vdis)
    alerts.vm_event(context, "VM_SNAPSHOTTED", vm_ref, f"snapshotted to '{name}'")
    return ref


async def checkpoint(context: Context, vm_ref: str, name: str) -> str:
    """With memory: the VM stops for a moment and goes on where it was; the snapshot can be resumed."""
    db = context.db
    assert_vm(db, vm_ref, "checkpoint")
    if lookup.pool(db)["restrictions"].get("restrict_checkpoint") == "true":
        raise ApiError("LICENCE_RESTRICTION", "Checkpoint")
    with marked(context, "VM", vm_ref, "checkpoint"):
        host_ref = storage_host(db, vm_ref)
        await forward(context, host_ref)
        is_saved = db.get("VM", vm_ref, "power_state") == "Suspended"
        if is_saved:
            image = duplicate(context, db.get("VM", vm_ref, "suspend_VDI"), is_full=True)
        else:
            image = suspension.create_image(db, vm_ref, suspension.suspend_sr(db, vm_ref, host_ref))
        try:
            await pace.take(context, pace.SUSPEND_S, on=(host_ref,))
        except BaseException:
            destroy_disk(db, image)
            raise
        ref = _make(context, vm_ref, name, ())
        db.update("VM", ref, power_state="Suspended", suspend_VDI=image)
        refresh_vm(db, ref)
    alerts.vm_event(context, "VM_CHECKPOINTED", vm_ref, f"checkpointed to '{name}'")
    return ref


def _make(context: Context, vm_ref: str, name: str, ignored_vdis: tuple[str, ...]) -> str:
    db, vm = context.db, context.db.row("VM", vm_ref)
    ref = create_like(
        db, vm_ref,
        {
            "name_label": name, "is_a_snapshot": True, "is_a_template": True, "snapshot_of": vm_ref,
            "snapshot_time": dates.stamp(context.clock.time_s()),
            "snapshot_info": {
                "power-state-at-snapshot": vm["power_state"], "disk-snapshot-type": "crash_consistent",
            },
            "snapshot_metadata": _metadata(db, vm_ref), "parent": vm["parent"], "blocked_operations": {},
            "last_boot_CPU_flags": vm["last_boot_CPU_flags"],
        },
    )  # fmt: skip
    copy_devices(
        context, vm_ref, ref, lambda disk: disk if disk in ignored_vdis else snapshot_disk(context, disk),
        keeps_macs=True,
    )  # fmt: skip
    for vbd_ref in tuple(db.get("VM", ref, "VBDs")):
        if db.get("VBD", vbd_ref, "VDI") in ignored_vdis:
            remove_drive(db, vbd_ref)
    db.set("VM", vm_ref, "parent", ref)
    refresh_vm(db, ref)
    return ref


def _metadata(db: Database, vm_ref: str) -> str:
    """The whole row as a server keeps it in a snapshot: pairs of field and text."""
    vm, fields = db.row("VM", vm_ref), CLASSES["VM"].fields
    return attribute.write(_TEXT_PAIRS, {name: attribute.write(fields[name].type, vm[name]) for name in sorted(vm)})


async def revert(context: Context, snapshot_ref: str) -> None:
    """The VM becomes again what it was; what it is now is lost."""
    db = context.db
    assert_vm(db, snapshot_ref, "revert")
    vm_ref = db.get("VM", snapshot_ref, "snapshot_of")
    if not db.has("VM", vm_ref):
        raise ApiError("VM_REVERT_FAILED", NULL_REF, snapshot_ref)
    assert_vm(db, vm_ref, "reverting")
    with marked(context, "VM", snapshot_ref, "revert"), marked(context, "VM", vm_ref, "reverting"):
        await forward(context, storage_host(db, snapshot_ref))
        if db.get("VM", vm_ref, "power_state") in ("Running", "Paused"):
            domain.go_halted(db, vm_ref)
        elif db.get("VM", vm_ref, "power_state") == "Suspended":
            suspension.drop_image(db, vm_ref)
        await pace.take(context, pace.SNAPSHOT_S, 0.2, 0.9)
        _go_back(context, vm_ref, snapshot_ref)
    alerts.vm_event(context, "VM_SNAPSHOT_REVERTED", vm_ref, "reverted to a snapshot")


def _go_back(context: Context, vm_ref: str, snapshot_ref: str) -> None:
    db, then = context.db, context.db.row("VM", snapshot_ref)
    old_disks = [vbd["VDI"] for _, vbd in lookup.devices(db, db.row("VM", vm_ref), "VBD") if vbd["type"] == "Disk"]
    drop_devices(db, vm_ref)
    values: dict[str, Any] = {
        name: value for name, value in settings(db, snapshot_ref).items() if name not in _STAYS_ON_REVERT
    }
    db.update("VM", vm_ref, **values)
    copy_devices(context, snapshot_ref, vm_ref, lambda disk: duplicate(context, disk), keeps_macs=True)
    for disk in old_disks:
        if db.has("VDI", disk) and not db.get("VDI", disk, "VBDs"):
            destroy_disk(db, disk)
    db.update("VM", vm_ref, power_state="Halted", suspend_VDI=NULL_REF, domid=-1, parent=snapshot_ref)
    if then["power_state"] == "Suspended" and db.has("VDI", then["suspend_VDI"]):
        db.set("VM", vm_ref, "suspend_VDI", duplicate(context, then["suspend_VDI"], is_full=True))
        db.set("VM", vm_ref, "power_state", "Suspended")
    refresh_vm(db, vm_ref)


HANDLERS: dict[str, Handler] = {"VM.snapshot": snapshot, "VM.checkpoint": checkpoint, "VM.revert": revert}
