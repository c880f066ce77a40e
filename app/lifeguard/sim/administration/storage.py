"""Disks and repositories beside their life: caches, the redo log, what is asked about them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.administration.shapes import accepted, refused
from lifeguard.sim.behaviour import disks, lookup
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.failure import ApiError

_REDO_LOG_BYTES = 256 << 20


async def _revert(context: Context, snapshot_ref: str) -> None:
    snapshot = context.db.row("VDI", snapshot_ref)
    if not (snapshot["is_a_snapshot"] and context.db.has("VDI", snapshot["snapshot_of"])):
        raise ApiError("OPERATION_NOT_ALLOWED", "VDI is not a snapshot")
    context.db.update("VDI", snapshot["snapshot_of"], virtual_size=snapshot["virtual_size"])


async def _checksum(context: Context, vdi_ref: str) -> str:
    uuid = str(context.db.get("VDI", vdi_ref, "uuid"))
    return hashlib.md5(uuid.encode(), usedforsecurity=False).hexdigest()


async def _generate_config(context: Context, host_ref: str, vdi_ref: str) -> str:
    context.db.row("host", host_ref)
    return f"<config><vdi uuid=\"{context.db.get('VDI', vdi_ref, 'uuid')}\"/></config>"


async def _enable_redo_log(context: Context, sr_ref: str) -> None:
    pool_ref = lookup.pool_ref(context.db)
    if context.db.get("pool", pool_ref, "redo_log_enabled"):
        raise ApiError("REDO_LOG_IS_ENABLED")
    if not context.db.get("SR", sr_ref, "shared"):
        raise ApiError("CANNOT_ENABLE_REDO_LOG", "the repository is not shared")
    values = {"name_label": "Redo log", "virtual_size": _REDO_LOG_BYTES, "SR": sr_ref, "type": "redo_log"}
    vdi = disks.create_disk(context, values)
    context.db.update("pool", pool_ref, redo_log_enabled=True, redo_log_vdi=vdi)


async def _disable_redo_log(context: Context) -> None:
    pool_ref = lookup.pool_ref(context.db)
    vdi = context.db.get("pool", pool_ref, "redo_log_vdi")
    if context.db.has("VDI", vdi):
        disks.destroy_disk(context.db, vdi)
    context.db.update("pool", pool_ref, redo_log_enabled=False, redo_log_vdi=NULL_REF)


async def _enable_cache(context: Context, host_ref: str, sr_ref: str) -> None:
    if context.db.get("SR", sr_ref, "shared") or host_ref not in lookup.plugged_hosts(context.db, sr_ref):
        raise ApiError("SR_OPERATION_NOT_SUPPORTED", sr_ref)
    await _disable_cache(context, host_ref)
    context.db.set("host", host_ref, "local_cache_sr", sr_ref)
    context.db.set("SR", sr_ref, "local_cache_enabled", True)


async def _disable_cache(context: Context, host_ref: str) -> None:
    sr_ref = context.db.get("host", host_ref, "local_cache_sr")
    if context.db.has("SR", sr_ref):
        context.db.set("SR", sr_ref, "local_cache_enabled", False)
    context.db.set("host", host_ref, "local_cache_sr", NULL_REF)


async def _enable_caches(context: Context, pool_ref: str) -> None:
    """On every host that has a repository of files of its own."""
    for host_ref in list(context.db.rows("host")):
        for sr_ref, sr in list(context.db.rows("SR").items()):
            if sr["type"] == "ext" and host_ref in lookup.plugged_hosts(context.db, sr_ref) and not sr["shared"]:
                await _enable_cache(context, host_ref, sr_ref)
                break


async def _disable_caches(context: Context, pool_ref: str) -> None:
    for host_ref in list(context.db.rows("host")):
        await _disable_cache(context, host_ref)


async def _force_unplug(context: Context, vbd_ref: str) -> None:
    context.db.set("VBD", vbd_ref, "currently_attached", False)


async def _pause(context: Context, vbd_ref: str) -> str:
    return str(context.db.get("VBD", vbd_ref, "uuid"))


async def _open_database(context: Context, vdi_ref: str) -> str:
    if context.db.get("VDI", vdi_ref, "type") != "metadata":
        raise ApiError("VDI_INCOMPATIBLE_TYPE", vdi_ref, str(context.db.get("VDI", vdi_ref, "type")))
    raise ApiError("COULD_NOT_IMPORT_DATABASE", "nothing was written on this disk")


async def _deprecated(context: Context, *args: object) -> None:
    raise ApiError("MESSAGE_DEPRECATED", context.method)


HANDLERS: Mapping[str, Handler] = {
    "VDI.revert": _revert,
    "VDI.checksum": _checksum,
    "VDI.generate_config": _generate_config,
    "VDI.open_database": _open_database,
    "pool.enable_redo_log": _enable_redo_log,
    "pool.disable_redo_log": _disable_redo_log,
    "host.enable_local_storage_caching": _enable_cache,
    "host.disable_local_storage_caching": _disable_cache,
    "pool.enable_local_storage_caching": _enable_caches,
    "pool.disable_local_storage_caching": _disable_caches,
    "VBD.unplug_force_no_safety_check": _force_unplug,
    "VBD.pause": _pause,
    "SR.make": _deprecated,
    **accepted("VBD.unpause", "SR.disable_database_replication"),
    **refused("SR_OPERATION_NOT_SUPPORTED", "SR.assert_supports_database_replication",
              "SR.enable_database_replication", about_first=True),
    **refused("FEATURE_RESTRICTED", "LVHD.enable_thin_provisioning"),
}  # fmt: skip
