"""Where the memory of a suspended VM is kept."""

from __future__ import annotations

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.behaviour import lookup
from lifeguard.sim.behaviour.disks import destroy_disk, use
from lifeguard.sim.behaviour.operations.refresh import refresh
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_MIB = 1024 * 1024


def suspend_sr(db: Database, vm_ref: str, host_ref: str) -> str:
    """The SR for the image: the VM's own choice, else the pool's, else the host's. Raises VM_NO_SUSPEND_SR."""
    choices = (
        db.get("VM", vm_ref, "suspend_SR"),
        lookup.pool(db)["suspend_image_SR"],
        db.get("host", host_ref, "suspend_image_sr"),
    )
    for sr_ref in choices:
        if lookup.find(db, "SR", sr_ref) is not None and host_ref in lookup.plugged_hosts(db, sr_ref):
            return str(sr_ref)
    raise ApiError("VM_NO_SUSPEND_SR", vm_ref)


def image_bytes(db: Database, vm_ref: str) -> int:
    return int(db.get("VM", vm_ref, "memory_static_max") * 1.26) + 100 * _MIB


def create_image(db: Database, vm_ref: str, sr_ref: str) -> str:
    """A new suspend disk. Raises ApiError SR_SUSPEND_SPACE_INSUFFICIENT."""
    size, sr = image_bytes(db, vm_ref), db.row("SR", sr_ref)
    if 0 < sr["physical_size"] < sr["physical_utilisation"] + size:
        raise ApiError("SR_SUSPEND_SPACE_INSUFFICIENT", sr_ref)
    ref = db.insert(
        "VDI",
        {
            "name_label": "Suspend image", "name_description": "Suspend image", "SR": sr_ref, "type": "suspend",
            "virtual_size": size, "physical_utilisation": size, "managed": True, "location": db.new_uuid(),
        },
    )  # fmt: skip
    use(db, sr_ref, size, size)
    refresh(db, "VDI", ref)
    return ref


def drop_image(db: Database, vm_ref: str) -> None:
    image = db.get("VM", vm_ref, "suspend_VDI")
    db.set("VM", vm_ref, "suspend_VDI", NULL_REF)
    if db.has("VDI", image):
        destroy_disk(db, image)
