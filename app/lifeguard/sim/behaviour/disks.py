"""Making disk rows: new ones, snapshots and clones of others, and whether an SR has room."""

from __future__ import annotations

from typing import Any

from lifeguard.datamodel.schema import EPOCH, NULL_REF
from lifeguard.sim import dates
from lifeguard.sim.behaviour import lookup
from lifeguard.sim.behaviour.drives import remove_drive
from lifeguard.sim.behaviour.operations.refresh import refresh
from lifeguard.sim.context import Context
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_KEPT = (
    "name_label", "name_description", "virtual_size", "physical_utilisation", "type", "sharable", "read_only",
    "other_config", "xenstore_data", "sm_config", "tags", "allow_caching", "on_boot", "SR",
)  # fmt: skip
_SNAPSHOT_SHARE = 0.02
"""What a copy-on-write disk takes at first, as a share of its size."""


def assert_room(context: Context, sr_ref: str, size_bytes: int) -> None:
    """Raises ApiError SR_FULL when the SR cannot take that many bytes more."""
    sr = context.db.row("SR", sr_ref)
    free = sr["physical_size"] - sr["physical_utilisation"]
    if sr_ref in context.faults.full_srs or (sr["physical_size"] > 0 and size_bytes > free):
        raise ApiError("SR_FULL", str(size_bytes), str(max(0, free)))


def create_disk(context: Context, values: dict[str, Any]) -> str:
    """A new disk of `virtual_size` bytes on `SR`. Raises ApiError SR_FULL."""
    db, size = context.db, int(values["virtual_size"])
    taken = int(values.get("physical_utilisation", size))
    assert_room(context, values["SR"], taken)
    location = db.new_uuid()
    defaults = {"managed": True, "location": location, "uuid": location, "on_boot": "persist", "type": "user"}
    ref = db.insert("VDI", {**defaults, "physical_utilisation": taken, "snapshot_time": EPOCH, **values})
    use(db, values["SR"], taken, size)
    refresh(db, "VDI", ref)
    return ref


def destroy_disk(db: Database, vdi_ref: str) -> None:
    """Remove a disk with its connections, and give its room back."""
    vdi = db.row("VDI", vdi_ref)
    sr_ref, taken, size = vdi["SR"], vdi["physical_utilisation"], vdi["virtual_size"]
    for vbd_ref in vdi["VBDs"]:
        if db.has("VBD", vbd_ref):
            remove_drive(db, vbd_ref)
    db.destroy("VDI", vdi_ref)
    if db.has("SR", sr_ref):
        use(db, sr_ref, -taken, -size)


def use(db: Database, sr_ref: str, taken_bytes: int, size_bytes: int) -> None:
    """Count bytes in the SR's sums; negative ones are given back."""
    sr = db.row("SR", sr_ref)
    if sr["physical_size"] > 0:
        db.set("SR", sr_ref, "physical_utilisation", max(0, sr["physical_utilisation"] + taken_bytes))
        db.set("SR", sr_ref, "virtual_allocation", max(0, sr["virtual_allocation"] + size_bytes))
    refresh(db, "SR", sr_ref)


def duplicate(context: Context, vdi_ref: str, sr_ref: str | None = None, *, is_full: bool = False) -> str:
    """An independent disk with the same content: a thin clone, or a full copy into `sr_ref`."""
    vdi = context.db.row("VDI", vdi_ref)
    values = {name: vdi[name] for name in _KEPT} | {"is_a_snapshot": False, "snapshot_of": NULL_REF}
    if not is_full:
        values["physical_utilisation"] = int(vdi["virtual_size"] * _SNAPSHOT_SHARE)
    return create_disk(context, values | {"SR": sr_ref or vdi["SR"]})


def snapshot_disk(context: Context, vdi_ref: str) -> str:
    """A snapshot of the disk on the same SR."""
    vdi = context.db.row("VDI", vdi_ref)
    values = {name: vdi[name] for name in _KEPT}
    values["physical_utilisation"] = int(vdi["virtual_size"] * _SNAPSHOT_SHARE)
    ref = create_disk(context, values)
    context.db.update(
        "VDI", ref, is_a_snapshot=True, snapshot_of=vdi_ref, snapshot_time=dates.stamp(context.clock.time_s()),
        cbt_enabled=vdi["cbt_enabled"],
    )
    return ref


def default_sr(db: Database) -> str:
    """The pool's default SR. Raises ApiError DEFAULT_SR_NOT_FOUND."""
    sr_ref = str(lookup.pool(db)["default_SR"])
    if not db.has("SR", sr_ref):
        raise ApiError("DEFAULT_SR_NOT_FOUND", sr_ref)
    return sr_ref
