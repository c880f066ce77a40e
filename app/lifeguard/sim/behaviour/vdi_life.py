"""Disks: create, resize, snapshot, clone, copy, move, destroy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.behaviour import lookup, pace
from lifeguard.sim.behaviour.disks import assert_room, create_disk, destroy_disk, duplicate, snapshot_disk, use
from lifeguard.sim.behaviour.operations.refresh import marked, refresh
from lifeguard.sim.behaviour.operations.sr import assert_sr, features
from lifeguard.sim.behaviour.operations.vdi import assert_vdi
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_CREATOR_FIELDS = (
    "name_label", "name_description", "SR", "virtual_size", "type", "sharable", "read_only", "other_config",
    "xenstore_data", "sm_config", "tags",
)  # fmt: skip


async def create(context: Context, record: Mapping[str, Any]) -> str:
    db = context.db
    values = {name: record[name] for name in _CREATOR_FIELDS if name in record}
    assert_sr(db, values["SR"], "vdi_create")
    _assert_plugged(db, values["SR"])
    if values.get("virtual_size", 0) < 0:
        raise ApiError("VALUE_NOT_SUPPORTED", "virtual_size", str(values["virtual_size"]), "negative")
    with marked(context, "SR", values["SR"], "vdi_create"):
        await context.clock.sleep(pace.PLUG_S)
        return create_disk(context, values)


async def destroy(context: Context, vdi_ref: str) -> None:
    assert_vdi(context.db, vdi_ref, "destroy")
    sr_ref = context.db.get("VDI", vdi_ref, "SR")
    assert_sr(context.db, sr_ref, "vdi_destroy")
    _assert_plugged(context.db, sr_ref)
    with marked(context, "VDI", vdi_ref, "destroy"):
        await context.clock.sleep(pace.PLUG_S)
    destroy_disk(context.db, vdi_ref)


async def forget(context: Context, vdi_ref: str) -> None:
    assert_vdi(context.db, vdi_ref, "forget")
    destroy_disk(context.db, vdi_ref)


async def resize(context: Context, vdi_ref: str, size: int) -> None:
    """Only ever larger."""
    db = context.db
    attached = any(vbd and vbd["currently_attached"] for vbd in
                   (lookup.find(db, "VBD", ref) for ref in db.get("VDI", vdi_ref, "VBDs")))  # fmt: skip
    assert_vdi(db, vdi_ref, "resize_online" if attached else "resize")
    vdi = db.row("VDI", vdi_ref)
    _assert_plugged(db, vdi["SR"])
    grown = size - vdi["virtual_size"]
    if grown < 0:
        raise ApiError("VDI_TOO_SMALL", vdi_ref, str(vdi["virtual_size"]))
    assert_room(context, vdi["SR"], grown)
    with marked(context, "VDI", vdi_ref, "resize"):
        await context.clock.sleep(pace.PLUG_S)
        use(db, vdi["SR"], grown, grown)
        db.update("VDI", vdi_ref, virtual_size=size, physical_utilisation=vdi["physical_utilisation"] + grown)


async def snapshot(context: Context, vdi_ref: str, parameters: Mapping[str, str]) -> str:
    assert_vdi(context.db, vdi_ref, "snapshot")
    with marked(context, "VDI", vdi_ref, "snapshot"):
        await context.clock.sleep(pace.PLUG_S)
        return snapshot_disk(context, vdi_ref)


async def clone(context: Context, vdi_ref: str, parameters: Mapping[str, str]) -> str:
    assert_vdi(context.db, vdi_ref, "clone")
    with marked(context, "VDI", vdi_ref, "clone"):
        await context.clock.sleep(pace.PLUG_S)
        return duplicate(context, vdi_ref)


async def copy(context: Context, vdi_ref: str, sr_ref: str, base_ref: str, into_ref: str) -> str:
    """A full copy on another SR, or into a disk that is there already."""
    db = context.db
    assert_vdi(db, vdi_ref, "copy")
    size = db.get("VDI", vdi_ref, "virtual_size")
    if not lookup.is_null(into_ref):
        if db.get("VDI", into_ref, "virtual_size") < size:
            raise ApiError("VDI_TOO_SMALL", into_ref, str(size))
        assert_vdi(db, into_ref, "destroy")
    with marked(context, "VDI", vdi_ref, "copy"):
        await pace.take(context, pace.copy_s(size))
        if not lookup.is_null(into_ref):
            return into_ref
        return duplicate(context, vdi_ref, sr_ref, is_full=True)


async def pool_migrate(context: Context, vdi_ref: str, sr_ref: str, options: Mapping[str, str]) -> str:
    """Move a disk while its VM runs: the new disk takes the old one's place everywhere."""
    db = context.db
    vdi = db.row("VDI", vdi_ref)
    vbds = [(ref, vbd) for ref in vdi["VBDs"] if (vbd := lookup.find(db, "VBD", ref)) and vbd["currently_attached"]]
    if not vbds:
        raise ApiError("VDI_NEEDS_VM_FOR_MIGRATE", vdi_ref)
    _assert_movable(db, vdi_ref, sr_ref, db.get("VM", vbds[0][1]["VM"], "resident_on"))
    with marked(context, "VDI", vdi_ref, "mirror"):
        context.allow_cancel()
        await pace.take(context, pace.copy_s(vdi["virtual_size"]), 0.0, 0.95)
        return move_disk(context, vdi_ref, sr_ref)


def _assert_movable(db: Database, vdi_ref: str, sr_ref: str, host_ref: str) -> None:
    vdi = db.row("VDI", vdi_ref)
    if vdi["cbt_enabled"]:
        raise ApiError("VDI_CBT_ENABLED", vdi_ref)
    if host_ref not in lookup.plugged_hosts(db, sr_ref):
        raise ApiError("HOST_CANNOT_SEE_SR", host_ref, sr_ref)
    for ref in (vdi["SR"], sr_ref):
        if "VDI_SNAPSHOT" not in features(db, db.row("SR", ref)):
            raise ApiError("SR_DOES_NOT_SUPPORT_MIGRATION", ref)


def move_disk(context: Context, vdi_ref: str, sr_ref: str) -> str:
    """Put a copy in the disk's place and remove the disk. Returns the copy."""
    db = context.db
    new_ref = duplicate(context, vdi_ref, sr_ref, is_full=True)
    for vbd_ref in tuple(db.get("VDI", vdi_ref, "VBDs")):
        if db.has("VBD", vbd_ref):
            db.set("VBD", vbd_ref, "VDI", new_ref)
    for ref in tuple(db.get("VDI", vdi_ref, "snapshots")):
        if db.has("VDI", ref):
            db.set("VDI", ref, "snapshot_of", new_ref)
    db.set("VDI", vdi_ref, "current_operations", {})
    destroy_disk(db, vdi_ref)
    refresh(db, "VDI", new_ref)
    return new_ref


def _assert_plugged(db: Database, sr_ref: str) -> None:
    if not lookup.plugged_hosts(db, sr_ref):
        raise ApiError("SR_HAS_NO_PBDS", sr_ref)


async def introduce(
    context: Context, uuid: str, name: str, description: str, sr_ref: str, kind: str, sharable: bool, read_only: bool,
    other_config: Mapping[str, str], location: str, *rest: Any,
) -> str:  # fmt: skip
    """Make a row for a disk that is on the SR already. `rest` are what only the server itself knows."""
    db = context.db
    _assert_plugged(db, sr_ref)
    if not location:
        raise ApiError("VDI_LOCATION_MISSING", sr_ref, location)
    ref = db.insert(
        "VDI",
        {"uuid": uuid or db.new_uuid(), "name_label": name, "name_description": description, "SR": sr_ref,
         "type": kind, "sharable": sharable, "read_only": read_only, "other_config": dict(other_config),
         "location": location, "managed": True, "on_boot": "persist"},
    )  # fmt: skip
    refresh(db, "VDI", ref)
    return ref


async def force_unlock(context: Context, vdi_ref: str) -> None:
    context.db.set("VDI", vdi_ref, "storage_lock", False)


async def set_on_boot(context: Context, vdi_ref: str, value: str) -> None:
    assert_vdi(context.db, vdi_ref, "set_on_boot")
    context.db.set("VDI", vdi_ref, "on_boot", value)


def _setter(field: str) -> Handler:
    async def write(context: Context, vdi_ref: str, value: object) -> None:
        if context.db.get("VDI", vdi_ref, "missing"):
            raise ApiError("VDI_MISSING", context.db.get("VDI", vdi_ref, "SR"), vdi_ref)
        context.db.set("VDI", vdi_ref, field, value)

    return write


async def update(context: Context, vdi_ref: str) -> None:
    assert_vdi(context.db, vdi_ref, "update")


async def read_database_pool_uuid(context: Context, vdi_ref: str) -> str:
    pool_ref = context.db.get("VDI", vdi_ref, "metadata_of_pool")
    return "" if pool_ref in ("", NULL_REF) else str(context.db.get("pool", pool_ref, "uuid"))


HANDLERS: dict[str, Handler] = {
    "VDI.create": create,
    "VDI.destroy": destroy,
    "VDI.forget": forget,
    "VDI.resize": resize,
    "VDI.snapshot": snapshot,
    "VDI.clone": clone,
    "VDI.copy": copy,
    "VDI.pool_migrate": pool_migrate,
    "VDI.introduce": introduce,
    "VDI.force_unlock": force_unlock,
    "VDI.set_on_boot": set_on_boot,
    "VDI.set_name_label": _setter("name_label"),
    "VDI.set_name_description": _setter("name_description"),
    "VDI.update": update,
    "VDI.read_database_pool_uuid": read_database_pool_uuid,
}
