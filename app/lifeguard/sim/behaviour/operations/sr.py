"""What a storage repository allows: what its back end can do, and what its PBDs and disks leave open."""

from __future__ import annotations

from lifeguard.sim.behaviour import lookup
from lifeguard.sim.behaviour.lookup import Row
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_NEEDS: dict[str, str | None] = {
    "vdi_introduce": "VDI_INTRODUCE", "vdi_mirror": "VDI_MIRROR",
    "vdi_enable_cbt": "VDI_CONFIG_CBT", "vdi_list_changed_blocks": "VDI_CONFIG_CBT",
    "unplug": None, "plug": None, "pbd_create": None,
    "vdi_disable_cbt": "VDI_CONFIG_CBT", "update": "SR_UPDATE", "pbd_destroy": None, "vdi_resize": "VDI_RESIZE",
    "vdi_clone": None, "vdi_data_destroy": "VDI_CONFIG_CBT", "scan": None, "vdi_snapshot": "VDI_SNAPSHOT",
    "vdi_create": "VDI_CREATE", "vdi_destroy": "VDI_DELETE", "vdi_set_on_boot": "VDI_RESET_ON_BOOT",
    "forget": None, "destroy": None,
}  # fmt: skip
"""Operation -> the feature of the back end that it needs."""


def features(db: Database, sr: Row) -> set[str]:
    """What the SR's back end can do. Old ones list capabilities without versions."""
    able: set[str] = set()
    for backend in db.rows("SM").values():
        if backend["type"] == sr["type"]:
            able |= {*backend["features"], *backend["capabilities"]}
    return able


def check_sr(db: Database, sr_ref: str, operation: str) -> ApiError | None:
    """The error for starting `operation` on the SR now, None when it is valid."""
    sr = db.row("SR", sr_ref)
    for task, current in sr["current_operations"].items():
        if not (operation == "plug" and current == "plug"):
            return ApiError("OTHER_OPERATION_IN_PROGRESS", "SR", sr_ref, current, task)
    needed = _NEEDS.get(operation)
    if needed is not None and needed not in features(db, sr):
        return ApiError("SR_OPERATION_NOT_SUPPORTED", sr_ref)
    if operation in ("destroy", "forget"):
        return _check_removal(db, sr_ref, sr, operation)
    return None


def assert_sr(db: Database, sr_ref: str, operation: str) -> None:
    error = check_sr(db, sr_ref, operation)
    if error is not None:
        raise error


def allowed_sr_operations(db: Database, sr_ref: str) -> tuple[str, ...]:
    return tuple(operation for operation in _NEEDS if check_sr(db, sr_ref, operation) is None)


def _check_removal(db: Database, sr_ref: str, sr: Row, operation: str) -> ApiError | None:
    if lookup.plugged_hosts(db, sr_ref):
        return ApiError("SR_HAS_PBD", sr_ref)
    if operation == "forget":
        return None
    pbds = [ref for ref in sr["PBDs"] if db.has("PBD", ref)]
    if sr["other_config"].get("indestructible") == "true":
        return ApiError("SR_INDESTRUCTIBLE", sr_ref)
    if not pbds:
        return ApiError("SR_HAS_NO_PBDS", sr_ref)
    if any(vdi and vdi["managed"] for vdi in (lookup.find(db, "VDI", ref) for ref in sr["VDIs"])):
        return ApiError("SR_NOT_EMPTY")
    if len(pbds) > 1:
        return ApiError("SR_HAS_MULTIPLE_PBDS", pbds[0])
    return None
