"""What a disk allows: its back end's abilities, whether it is attached, and whether HA lives on it."""

from __future__ import annotations

from lifeguard.sim.behaviour import lookup
from lifeguard.sim.behaviour.lookup import Row
from lifeguard.sim.behaviour.operations.sr import features
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_NEEDS: dict[str, str | None] = {
    "generate_config": "VDI_GENERATE_CONFIG", "update": "VDI_UPDATE", "forget": None, "destroy": "VDI_DELETE",
    "snapshot": "VDI_SNAPSHOT", "resize_online": "VDI_RESIZE_ONLINE", "resize": "VDI_RESIZE", "copy": None,
    "clone": "VDI_CLONE", "mirror": "VDI_MIRROR", "set_on_boot": "VDI_RESET_ON_BOOT",
    "enable_cbt": "VDI_CONFIG_CBT", "disable_cbt": "VDI_CONFIG_CBT", "data_destroy": "VDI_CONFIG_CBT",
    "list_changed_blocks": "VDI_CONFIG_CBT",
}  # fmt: skip
LISTED = (
    "generate_config", "update", "forget", "destroy", "snapshot", "resize_online", "resize", "copy", "clone",
)  # fmt: skip
_WHILE_ATTACHED = frozenset({
    "snapshot", "resize_online", "clone", "mirror", "blocked", "enable_cbt", "disable_cbt", "data_destroy",
})  # fmt: skip
METADATA = "cbt_metadata"
"""The type of a disk of which only the knowledge is left which of its blocks changed."""
_NEED_DATA = frozenset({
    "copy", "snapshot", "clone", "resize", "resize_online", "mirror", "set_on_boot", "generate_config",
})  # fmt: skip
_HA_TYPES = ("ha_statefile", "redo_log")


def check_vdi(db: Database, vdi_ref: str, operation: str) -> ApiError | None:
    """The error for starting `operation` on the disk now, None when it is valid."""
    vdi = db.row("VDI", vdi_ref)
    sr = lookup.find(db, "SR", vdi["SR"])
    needed = _NEEDS.get(operation)
    return (
        _check_concurrency(vdi_ref, vdi, operation)
        or _check_attached(db, vdi_ref, vdi, operation)
        or _check_special(db, vdi_ref, vdi, sr, operation)
        or (
            ApiError("SR_OPERATION_NOT_SUPPORTED", vdi["SR"])
            if needed is not None and sr is not None and needed not in features(db, sr)
            else None
        )
    )


def assert_vdi(db: Database, vdi_ref: str, operation: str) -> None:
    error = check_vdi(db, vdi_ref, operation)
    if error is not None:
        raise error


def allowed_vdi_operations(db: Database, vdi_ref: str) -> tuple[str, ...]:
    return tuple(operation for operation in LISTED if check_vdi(db, vdi_ref, operation) is None)


def _check_concurrency(vdi_ref: str, vdi: Row, operation: str) -> ApiError | None:
    for task, current in vdi["current_operations"].items():
        if not (operation == "copy" and current == "copy"):
            return ApiError("OTHER_OPERATION_IN_PROGRESS", "VDI", vdi_ref, current, task)
    return None


def _check_attached(db: Database, vdi_ref: str, vdi: Row, operation: str) -> ApiError | None:
    if vdi["missing"] and operation not in ("forget", "update"):
        return ApiError("VDI_MISSING", vdi["SR"], vdi_ref)
    vbds = [(ref, row) for ref in vdi["VBDs"] if (row := lookup.find(db, "VBD", ref))]
    for ref, vbd in vbds:
        for task, current in vbd["current_operations"].items():
            return ApiError("OTHER_OPERATION_IN_PROGRESS", "VBD", ref, current, task)
    attached = [vbd for _, vbd in vbds if vbd["currently_attached"]]
    if operation == "copy":
        attached = [vbd for vbd in attached if vbd["mode"] == "RW"]
    if attached and operation not in _WHILE_ATTACHED:
        return ApiError("VDI_IN_USE", vdi_ref, operation)
    return None


def _check_special(db: Database, vdi_ref: str, vdi: Row, sr: Row | None, operation: str) -> ApiError | None:
    if vdi["type"] == METADATA and operation in _NEED_DATA:
        return ApiError("VDI_INCOMPATIBLE_TYPE", vdi_ref, METADATA)
    if operation in ("copy", "snapshot") and vdi["type"] in _HA_TYPES:
        return ApiError("VDI_INCOMPATIBLE_TYPE", vdi_ref, vdi["type"])
    if operation in ("destroy", "forget", "resize", "resize_online") and vdi["type"] in _HA_TYPES:
        if lookup.pool(db)["ha_enabled"]:
            return ApiError("HA_IS_ENABLED")
    if operation == "snapshot" and vdi["sharable"]:
        return ApiError("VDI_IS_SHARABLE", vdi_ref)
    if operation == "destroy" and sr is not None:
        if sr["type"] == "udev":
            return ApiError("VDI_IS_A_PHYSICAL_DEVICE", vdi_ref)
        if sr["is_tools_sr"]:
            return ApiError("SR_OPERATION_NOT_SUPPORTED", vdi["SR"])
        if vdi["type"] == "rrd":
            return ApiError("VDI_HAS_RRDS", vdi_ref)
    return None
