"""Making and removing VMs: create, clone, copy, provision, destroy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from lifeguard.datamodel.schema import EPOCH, NULL_REF
from lifeguard.datamodel.tables import CLASSES
from lifeguard.sim.behaviour import alerts, domain, lookup, memory, pace
from lifeguard.sim.behaviour.choice import storage_host
from lifeguard.sim.behaviour.disks import create_disk, default_sr, destroy_disk, duplicate
from lifeguard.sim.behaviour.drives import add_drive
from lifeguard.sim.behaviour.duplication import copy_devices, create_like, drop_devices
from lifeguard.sim.behaviour.forwarding import forward
from lifeguard.sim.behaviour.operations.refresh import marked, refresh, refresh_vm
from lifeguard.sim.behaviour.operations.vm import assert_vm
from lifeguard.sim.behaviour.suspension import drop_image
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError


async def create(context: Context, record: Mapping[str, Any]) -> str:
    """A VM from a record: halted, without devices."""
    settable = {field.name for field in CLASSES["VM"].fields.values() if field.access != "RO/runtime"}
    values = {name: value for name, value in record.items() if name in settable}
    if values.get("VCPUs_at_startup", 1) > values.get("VCPUs_max", 1) or values.get("VCPUs_max", 1) < 1:
        raise ApiError("INVALID_VALUE", "VCPU values must satisfy: 0 < VCPUs_at_startup ≤ VCPUs_max")
    memory.assert_ordered(
        static_min=values.get("memory_static_min", 0), dynamic_min=values.get("memory_dynamic_min", 0),
        dynamic_max=values.get("memory_dynamic_max", 0), static_max=values.get("memory_static_max", 0),
    )  # fmt: skip
    db = context.db
    values |= {"power_state": "Halted", "suspend_VDI": NULL_REF, "resident_on": NULL_REF, "domid": -1}
    values["other_config"] = {"mac_seed": db.new_uuid(), **values.get("other_config", {})}
    ref = db.insert("VM", values)
    metrics = db.insert("VM_metrics", {"start_time": EPOCH, "current_domain_type": "unspecified"})
    db.update("VM", ref, metrics=metrics, domain_type=lookup.configured_domain_type(db.row("VM", ref)))
    domain.refresh_overhead(db, ref)
    refresh_vm(db, ref)
    return ref


async def clone(context: Context, vm_ref: str, name: str) -> str:
    """Thin clones of the disks, where they are."""
    assert_vm(context.db, vm_ref, "clone")
    with marked(context, "VM", vm_ref, "clone"):
        await forward(context, storage_host(context.db, vm_ref))
        await pace.take(context, pace.SNAPSHOT_S)
        ref = _copy_row(context.db, vm_ref, name)
        copy_devices(context, vm_ref, ref, lambda disk: duplicate(context, disk), keeps_macs=False)
        _copy_image(context, vm_ref, ref)
    if not context.db.get("VM", vm_ref, "is_a_template"):
        alerts.vm_event(context, "VM_CLONED", vm_ref, f"cloned to '{name}' (uuid: {context.db.get('VM', ref, 'uuid')})")
    return ref


async def copy(context: Context, vm_ref: str, name: str, sr_ref: str) -> str:
    """Full copies of the disks, on one SR if it is named."""
    db = context.db
    assert_vm(db, vm_ref, "copy")
    with marked(context, "VM", vm_ref, "copy"):
        await forward(context, storage_host(db, vm_ref))
        sizes = [vdi["virtual_size"] for _, vbd in lookup.devices(db, db.row("VM", vm_ref), "VBD")
                 if vbd["type"] == "Disk" and (vdi := lookup.find(db, "VDI", vbd["VDI"]))]  # fmt: skip
        await pace.take(context, pace.copy_s(sum(sizes)))
        ref = _copy_row(db, vm_ref, name)
        target = None if lookup.is_null(sr_ref) else sr_ref
        copy_devices(context, vm_ref, ref, lambda disk: duplicate(context, disk, target, is_full=True),
                     keeps_macs=False)  # fmt: skip
        _copy_image(context, vm_ref, ref)
    return ref


def _copy_row(db: Database, vm_ref: str, name: str) -> str:
    vm = db.row("VM", vm_ref)
    other_config = {key: value for key, value in vm["other_config"].items() if key != "default_template"}
    other_config["mac_seed"] = db.new_uuid()
    if vm["is_a_template"] and not vm["is_a_snapshot"]:
        other_config.setdefault("base_template_name", vm["name_label"])
    return create_like(db, vm_ref, {"name_label": name, "other_config": other_config})


def _copy_image(context: Context, vm_ref: str, to_ref: str) -> None:
    """A copy of a suspended VM or checkpoint can be resumed too."""
    db, vm = context.db, context.db.row("VM", vm_ref)
    if vm["power_state"] == "Suspended" and db.has("VDI", vm["suspend_VDI"]):
        db.set("VM", to_ref, "suspend_VDI", duplicate(context, vm["suspend_VDI"], is_full=True))
        db.update("VM", to_ref, power_state="Suspended", last_boot_CPU_flags=vm["last_boot_CPU_flags"])
        refresh_vm(db, to_ref)


async def provision(context: Context, vm_ref: str) -> None:
    """Make the disks a template describes; it is a template no longer."""
    db = context.db
    assert_vm(db, vm_ref, "provision")
    with marked(context, "VM", vm_ref, "provision"):
        wanted = _wanted_disks(db, vm_ref)
        await pace.take(context, pace.SNAPSHOT_S)
        for device, size, sr_ref, bootable, kind in wanted:
            name = f"{db.get('VM', vm_ref, 'name_label')} {device}"
            disk = create_disk(
                context, {"name_label": name, "virtual_size": size, "SR": sr_ref, "type": kind,
                          "physical_utilisation": 0},
            )  # fmt: skip
            add_drive(
                db,
                {"VM": vm_ref, "VDI": disk, "userdevice": device, "bootable": bootable, "mode": "RW", "type": "Disk",
                 "empty": False, "other_config": {"owner": "true"}},
            )  # fmt: skip
        db.drop("VM", vm_ref, "other_config", "disks")
        db.set("VM", vm_ref, "is_a_template", False)


def _wanted_disks(db: Database, vm_ref: str) -> list[tuple[str, int, str, bool, str]]:
    """Device, size, SR, bootable and type of each disk that other_config:disks describes."""
    text = db.get("VM", vm_ref, "other_config").get("disks", "")
    try:
        root: Element | None = fromstring(text) if text else None
    except (ParseError, DefusedXmlException):
        raise ApiError("INTERNAL_ERROR", "the template's description of its disks is not readable") from None
    found: list[tuple[str, int, str, bool, str]] = []
    for disk in root if root is not None else ():
        sr_ref = db.by_uuid("SR", disk.get("sr", "")) or default_sr(db)
        device, size, kind = disk.get("device", "0"), int(disk.get("size", "0")), disk.get("type", "system")
        found.append((device, size, sr_ref, disk.get("bootable") == "true", kind))
    return found


async def destroy(context: Context, vm_ref: str) -> None:
    """The VM, its drives and cards; not its disks. Those who descended from it now descend from its parent."""
    db = context.db
    assert_vm(db, vm_ref, "destroy")
    vm = db.row("VM", vm_ref)
    if vm["power_state"] == "Suspended":
        drop_image(db, vm_ref)
    for child in tuple(vm["children"]):
        if db.has("VM", child):
            db.set("VM", child, "parent", vm["parent"])
    disks = [vbd["VDI"] for _, vbd in lookup.devices(db, vm, "VBD")]
    drop_devices(db, vm_ref)
    for disk in disks:
        refresh(db, "VDI", disk)
    for table, ref in (("VM_metrics", vm["metrics"]), ("VM_guest_metrics", vm["guest_metrics"])):
        if db.has(table, ref):
            db.destroy(table, ref)
    db.destroy("VM", vm_ref)


def destroy_with_disks(db: Database, vm_ref: str) -> None:
    """Undo a half-made VM."""
    for _, vbd in list(lookup.devices(db, db.row("VM", vm_ref), "VBD")):
        if vbd["type"] == "Disk" and db.has("VDI", vbd["VDI"]):
            destroy_disk(db, vbd["VDI"])
    drop_devices(db, vm_ref)
    db.destroy("VM", vm_ref)


HANDLERS: dict[str, Handler] = {
    "VM.create": create,
    "VM.clone": clone,
    "VM.copy": copy,
    "VM.provision": provision,
    "VM.destroy": destroy,
}
