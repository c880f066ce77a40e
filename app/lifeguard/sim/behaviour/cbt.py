"""Changed block tracking: which parts of a disk differ between two moments, so that back-ups copy only those."""

from __future__ import annotations

import base64
import random

from lifeguard.sim.behaviour import lookup, pace
from lifeguard.sim.behaviour.disks import use
from lifeguard.sim.behaviour.drives import remove_drive
from lifeguard.sim.behaviour.operations.refresh import marked, refresh_vm
from lifeguard.sim.behaviour.operations.vdi import METADATA, assert_vdi
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_TRACKED = ("user", "system")
_BLOCK_BYTES = 64 * 1024
_METADATA_BYTES = 4 * 1024 * 1024
_CHANGED_SHARE = 0.04


async def enable_cbt(context: Context, vdi_ref: str) -> None:
    await _set_cbt(context, vdi_ref, "enable_cbt", True)


async def disable_cbt(context: Context, vdi_ref: str) -> None:
    await _set_cbt(context, vdi_ref, "disable_cbt", False)


async def _set_cbt(context: Context, vdi_ref: str, operation: str, value: bool) -> None:
    db = context.db
    _assert_trackable(db, vdi_ref)
    assert_vdi(db, vdi_ref, operation)
    if db.get("VDI", vdi_ref, "cbt_enabled") == value:
        return
    with marked(context, "VDI", vdi_ref, operation):
        await context.clock.sleep(pace.PLUG_S)
        if db.has("VDI", vdi_ref):
            db.set("VDI", vdi_ref, "cbt_enabled", value)


def _assert_trackable(db: Database, vdi_ref: str) -> None:
    """Raises the ApiError for a disk that cannot be tracked whatever its repository can do."""
    vdi = db.row("VDI", vdi_ref)
    if vdi["is_a_snapshot"]:
        raise ApiError("OPERATION_NOT_ALLOWED", f"VDI is a snapshot: {vdi_ref}")
    if vdi["type"] not in _TRACKED:
        raise ApiError("VDI_INCOMPATIBLE_TYPE", vdi_ref, vdi["type"])
    if vdi["on_boot"] == "reset":
        raise ApiError("VDI_ON_BOOT_MODE_INCOMPATIBLE_WITH_OPERATION")


async def data_destroy(context: Context, vdi_ref: str) -> None:
    """Drop what a snapshot holds and keep only what is known of its blocks."""
    db = context.db
    vdi = db.row("VDI", vdi_ref)
    if not vdi["is_a_snapshot"]:
        raise ApiError("OPERATION_NOT_ALLOWED", f"VDI is not a snapshot: {vdi_ref}")
    if vdi["type"] == METADATA:
        return
    if not vdi["cbt_enabled"]:
        raise ApiError("VDI_NO_CBT_METADATA", vdi_ref)
    vbds = [(ref, vbd) for ref in vdi["VBDs"] if (vbd := lookup.find(db, "VBD", ref))]
    if any(vbd["currently_attached"] for _, vbd in vbds):
        raise ApiError("VDI_IN_USE", vdi_ref, "data_destroy")
    assert_vdi(db, vdi_ref, "data_destroy")
    with marked(context, "VDI", vdi_ref, "data_destroy"):
        await context.clock.sleep(pace.PLUG_S)
        for ref, vbd in vbds:
            _drop_drive(db, ref, vbd["VM"])
        use(db, vdi["SR"], _METADATA_BYTES - vdi["physical_utilisation"], 0)
        db.update("VDI", vdi_ref, type=METADATA, physical_utilisation=_METADATA_BYTES)


def _drop_drive(db: Database, vbd_ref: str, vm_ref: str) -> None:
    if db.has("VBD", vbd_ref):
        remove_drive(db, vbd_ref)
    refresh_vm(db, vm_ref)


async def list_changed_blocks(context: Context, from_ref: str, to_ref: str) -> str:
    """A bit for each 64 KiB of the later disk, 1 where it may differ, in base64. The same two always differ alike."""
    db = context.db
    for ref in (from_ref, to_ref):
        vdi = db.row("VDI", ref)
        if not vdi["cbt_enabled"] and vdi["type"] != METADATA:
            raise ApiError("VDI_NO_CBT_METADATA", ref)
    assert_vdi(db, from_ref, "list_changed_blocks")
    earlier, later = db.row("VDI", from_ref), db.row("VDI", to_ref)
    blocks = -(-later["virtual_size"] // _BLOCK_BYTES)
    bits = bytearray(-(-blocks // 8))
    chance = random.Random(f"{earlier['uuid']} {later['uuid']}")
    for _ in range(int(blocks * _CHANGED_SHARE) if from_ref != to_ref else 0):
        at = chance.randrange(blocks)
        bits[at // 8] |= 0x80 >> at % 8
    for at in range(-(-earlier["virtual_size"] // _BLOCK_BYTES), blocks):
        bits[at // 8] |= 0x80 >> at % 8
    return base64.b64encode(bytes(bits)).decode()


async def get_nbd_info(context: Context, vdi_ref: str) -> tuple[()]:
    """Nobody offers disks over NBD here."""
    vdi = context.db.row("VDI", vdi_ref)
    if vdi["type"] == METADATA:
        raise ApiError("VDI_INCOMPATIBLE_TYPE", vdi_ref, METADATA)
    return ()


HANDLERS: dict[str, Handler] = {
    "VDI.enable_cbt": enable_cbt,
    "VDI.disable_cbt": disable_cbt,
    "VDI.data_destroy": data_destroy,
    "VDI.list_changed_blocks": list_changed_blocks,
    "VDI.get_nbd_info": get_nbd_info,
}
