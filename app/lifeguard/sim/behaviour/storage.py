"""Storage repositories and their connections to hosts: made, probed, scanned, plugged, forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.behaviour import lookup, pace
from lifeguard.sim.behaviour.forwarding import forward
from lifeguard.sim.behaviour.operations.refresh import marked, refresh
from lifeguard.sim.behaviour.operations.sr import assert_sr
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_DEFAULT_BYTES = 500 * 2**30
_NEEDED_CONFIG = {"nfs": ("server", "serverpath"), "lvmoiscsi": ("target",), "smb": ("server",), "iso": ("location",),
                  "lvmohba": ("SCSIid",), "ext": ("device",), "lvm": ("device",)}  # fmt: skip
_MISSING_PARAMETER = "SR_BACKEND_FAILURE_90"
_CANNOT_SHARE = ("lvm", "ext", "udev", "xfs", "zfs", "file")


async def create(
    context: Context, host_ref: str, device_config: Mapping[str, str], size: int, name: str, description: str,
    kind: str, content_type: str, shared: bool, sm_config: Mapping[str, str],
) -> str:  # fmt: skip
    """Make an SR and plug it: everywhere when it is shared, else on that host."""
    db = context.db
    _assert_driver(db, kind)
    if shared and kind in _CANNOT_SHARE:
        raise ApiError("SR_NOT_SHARABLE", kind)
    await forward(context, host_ref)
    _assert_config(kind, device_config)
    await pace.take(context, pace.START_S)
    sr_ref = db.insert(
        "SR",
        {
            "name_label": name, "name_description": description, "type": kind, "content_type": content_type,
            "shared": shared, "sm_config": dict(sm_config), "physical_size": size or _DEFAULT_BYTES,
        },
    )  # fmt: skip
    for target in list(db.rows("host")) if shared else [host_ref]:
        db.insert(
            "PBD",
            {"host": target, "SR": sr_ref, "device_config": dict(device_config),
             "currently_attached": lookup.is_live(db, target)},
        )  # fmt: skip
    refresh(db, "SR", sr_ref)
    return sr_ref


async def introduce(
    context: Context, uuid: str, name: str, description: str, kind: str, content_type: str, shared: bool,
    sm_config: Mapping[str, str],
) -> str:  # fmt: skip
    db = context.db
    _assert_driver(db, kind)
    if uuid and db.by_uuid("SR", uuid) is not None:
        raise ApiError("SR_UUID_EXISTS", uuid)
    values: dict[str, Any] = {
        "uuid": uuid or db.new_uuid(), "name_label": name, "name_description": description, "type": kind,
        "content_type": content_type, "shared": shared, "sm_config": dict(sm_config), "physical_size": _DEFAULT_BYTES,
    }  # fmt: skip
    sr_ref = db.insert("SR", values)
    refresh(db, "SR", sr_ref)
    return sr_ref


async def destroy(context: Context, sr_ref: str) -> None:
    assert_sr(context.db, sr_ref, "destroy")
    with marked(context, "SR", sr_ref, "destroy"):
        await pace.take(context, pace.SNAPSHOT_S)
    _remove(context.db, sr_ref)


async def forget(context: Context, sr_ref: str) -> None:
    assert_sr(context.db, sr_ref, "forget")
    _remove(context.db, sr_ref)


def _remove(db: Database, sr_ref: str) -> None:
    sr = db.row("SR", sr_ref)
    for table, refs in (("VDI", tuple(sr["VDIs"])), ("PBD", tuple(sr["PBDs"]))):
        for ref in refs:
            if db.has(table, ref):
                db.destroy(table, ref)
    pool_ref = lookup.pool_ref(db)
    for field in ("default_SR", "suspend_image_SR", "crash_dump_SR"):
        if db.get("pool", pool_ref, field) == sr_ref:
            db.set("pool", pool_ref, field, NULL_REF)
    db.destroy("SR", sr_ref)


async def scan(context: Context, sr_ref: str) -> None:
    """Look what is there; the sums come out of what is."""
    db = context.db
    assert_sr(db, sr_ref, "scan")
    _assert_plugged(db, sr_ref)
    with marked(context, "SR", sr_ref, "scan"):
        await pace.take(context, pace.SCAN_S)
        disks = [vdi for ref in db.get("SR", sr_ref, "VDIs") if (vdi := lookup.find(db, "VDI", ref))]
        if db.get("SR", sr_ref, "physical_size") > 0:
            db.set("SR", sr_ref, "virtual_allocation", sum(vdi["virtual_size"] for vdi in disks))


async def update(context: Context, sr_ref: str) -> None:
    assert_sr(context.db, sr_ref, "update")
    _assert_plugged(context.db, sr_ref)


async def probe(
    context: Context, host_ref: str, device_config: Mapping[str, str], kind: str, sm_config: Mapping[str, str]
) -> str:
    """What a back end finds at a place, in its own XML: SRs of this pool that lie there."""
    db = context.db
    _assert_driver(db, kind)
    await forward(context, host_ref)
    _assert_config(kind, device_config)
    found = {
        row["SR"] for row in db.rows("PBD").values()
        if all(row["device_config"].get(key) == value for key, value in device_config.items())
    }  # fmt: skip
    uuids = [sr["uuid"] for ref in found if (sr := lookup.find(db, "SR", ref)) and sr["type"] == kind]
    body = "".join(f"\n\t<SR>\n\t\t<UUID>\n\t\t\t{escape(uuid)}\n\t\t</UUID>\n\t</SR>" for uuid in uuids)
    return f'<?xml version="1.0" ?>\n<SRlist>{body}\n</SRlist>\n'


async def probe_ext(
    context: Context, host_ref: str, device_config: Mapping[str, str], kind: str, sm_config: Mapping[str, str]
) -> tuple[Mapping[str, Any], ...]:
    _assert_driver(context.db, kind)
    await forward(context, host_ref)
    _assert_config(kind, device_config)
    return ()


async def get_supported_types(context: Context) -> tuple[str, ...]:
    return tuple(sorted({backend["type"] for backend in context.db.rows("SM").values()}))


async def get_live_hosts(context: Context, sr_ref: str) -> tuple[str, ...]:
    context.db.row("SR", sr_ref)
    return tuple(ref for ref in lookup.plugged_hosts(context.db, sr_ref) if lookup.is_available(context.db, ref))


async def assert_can_host_ha_statefile(context: Context, sr_ref: str) -> None:
    db = context.db
    if not (db.get("SR", sr_ref, "shared") and set(db.rows("host")) <= lookup.plugged_hosts(db, sr_ref)):
        raise ApiError("HA_CONSTRAINT_VIOLATION_SR_NOT_SHARED", sr_ref)


def _assert_driver(db: Database, kind: str) -> None:
    if db.rows("SM") and kind not in {backend["type"] for backend in db.rows("SM").values()}:
        raise ApiError("SR_UNKNOWN_DRIVER", kind)


def _assert_config(kind: str, device_config: Mapping[str, str]) -> None:
    for key in _NEEDED_CONFIG.get(kind, ()):
        if key not in device_config:
            raise ApiError(_MISSING_PARAMETER, "", f"The request is missing the {key} parameter", "")


def _assert_plugged(db: Database, sr_ref: str) -> None:
    if not lookup.plugged_hosts(db, sr_ref):
        raise ApiError("SR_HAS_NO_PBDS", sr_ref)


async def create_pbd(context: Context, record: Mapping[str, Any]) -> str:
    db = context.db
    db.row("host", record["host"])
    db.row("SR", record["SR"])
    for ref, pbd in db.rows("PBD").items():
        if (pbd["host"], pbd["SR"]) == (record["host"], record["SR"]):
            raise ApiError("PBD_EXISTS", record["SR"], record["host"], ref)
    pbd_ref = db.insert("PBD", {**record, "currently_attached": False})
    refresh(db, "SR", record["SR"])
    return pbd_ref


async def destroy_pbd(context: Context, pbd_ref: str) -> None:
    pbd = context.db.row("PBD", pbd_ref)
    if pbd["currently_attached"]:
        raise ApiError("SR_HAS_PBD", pbd["SR"])
    context.db.destroy("PBD", pbd_ref)
    refresh(context.db, "SR", pbd["SR"])


async def plug(context: Context, pbd_ref: str) -> None:
    pbd = context.db.row("PBD", pbd_ref)
    if pbd["currently_attached"]:
        return
    assert_sr(context.db, pbd["SR"], "plug")
    with marked(context, "SR", pbd["SR"], "plug"):
        await forward(context, pbd["host"])
        await context.clock.sleep(pace.PLUG_S)
        context.db.set("PBD", pbd_ref, "currently_attached", True)


async def unplug(context: Context, pbd_ref: str) -> None:
    """Not while HA's state file is there, nor while a VM on that host uses a disk of it."""
    db = context.db
    pbd = db.row("PBD", pbd_ref)
    if not pbd["currently_attached"]:
        return
    assert_sr(db, pbd["SR"], "unplug")
    disks = [ref for ref in db.get("SR", pbd["SR"], "VDIs") if db.has("VDI", ref)]
    if lookup.pool(db)["ha_enabled"] and any(db.get("VDI", ref, "type") == "ha_statefile" for ref in disks):
        raise ApiError("HA_IS_ENABLED")
    used = [ref for ref in disks if _is_used_on(db, ref, pbd["host"])]
    if used:
        raise ApiError("VDI_IN_USE", *used)
    with marked(context, "SR", pbd["SR"], "unplug"):
        await context.clock.sleep(pace.PLUG_S)
        db.set("PBD", pbd_ref, "currently_attached", False)


def _is_used_on(db: Database, vdi_ref: str, host_ref: str) -> bool:
    vbds = (lookup.find(db, "VBD", ref) for ref in db.get("VDI", vdi_ref, "VBDs"))
    users = (lookup.find(db, "VM", vbd["VM"]) for vbd in vbds if vbd and vbd["currently_attached"])
    return any(vm and vm["resident_on"] == host_ref for vm in users)


HANDLERS: dict[str, Handler] = {
    "SR.create": create,
    "SR.introduce": introduce,
    "SR.destroy": destroy,
    "SR.forget": forget,
    "SR.scan": scan,
    "SR.update": update,
    "SR.probe": probe,
    "SR.probe_ext": probe_ext,
    "SR.get_supported_types": get_supported_types,
    "SR.get_live_hosts": get_live_hosts,
    "SR.assert_can_host_ha_statefile": assert_can_host_ha_statefile,
    "PBD.create": create_pbd,
    "PBD.destroy": destroy_pbd,
    "PBD.plug": plug,
    "PBD.unplug": unplug,
}
