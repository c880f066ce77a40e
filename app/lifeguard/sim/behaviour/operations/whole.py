"""What hosts, pools and appliances allow as a whole."""

from __future__ import annotations

from collections.abc import Iterable

from lifeguard.sim.behaviour import lookup
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

HOST_LISTED = (
    "vm_migrate", "provision", "vm_resume", "apply_updates", "reboot", "evacuate", "vm_start", "power_on", "shutdown",
)  # fmt: skip
POOL_LISTED = (
    "cluster_create", "sync_updates", "tls_verification_enable", "designate_new_master",
    "exchange_ca_certificates_on_join", "configure_repositories", "apply_updates", "ha_enable", "get_updates",
    "cert_refresh", "ha_disable", "copy_primary_host_certs", "exchange_certificates_on_join",
)  # fmt: skip
APPLIANCE_LISTED = ("start", "clean_shutdown", "hard_shutdown", "shutdown")
_BRINGS_VMS = frozenset({"vm_start", "vm_resume", "vm_migrate", "provision"})
_TAKES_HOST_AWAY = frozenset({"evacuate", "shutdown", "reboot", "power_on", "apply_updates"})
_EXCLUSIVE_ON_POOL = (
    "ha_enable", "ha_disable", "cluster_create", "designate_new_master", "tls_verification_enable",
    "configure_repositories", "sync_updates", "apply_updates",
)  # fmt: skip


def check_host(db: Database, host_ref: str, operation: str) -> ApiError | None:
    """The error for starting `operation` on the host now, None when it is valid."""
    host = db.row("host", host_ref)
    busy = _check_host_concurrency(host_ref, host["current_operations"].items(), operation)
    if busy is not None:
        return busy
    if operation in ("shutdown", "reboot", "apply_updates") and host["enabled"]:
        return ApiError("HOST_NOT_DISABLED")
    if operation == "power_on":
        if lookup.is_live(db, host_ref):
            return ApiError("HOST_IS_LIVE", host_ref)
        if not host["power_on_mode"]:
            return ApiError("HOST_POWER_ON_MODE_DISABLED")
    return None


def check_pool(db: Database, operation: str) -> ApiError | None:
    """The error for starting `operation` on the pool now, None when it is valid."""
    pool = lookup.pool(db)
    for current in pool["current_operations"].values():
        if current in _EXCLUSIVE_ON_POOL:
            return ApiError(f"{current.upper()}_IN_PROGRESS")
    if pool["ha_enabled"] and operation in ("ha_enable", "cluster_create", "tls_verification_enable"):
        return ApiError("HA_IS_ENABLED")
    if not pool["ha_enabled"] and operation == "ha_disable":
        return ApiError("HA_NOT_ENABLED")
    if operation == "cluster_create" and db.rows("Cluster"):
        return ApiError("CLUSTER_ALREADY_EXISTS")
    return None


def check_appliance(db: Database, appliance_ref: str, operation: str) -> ApiError | None:
    """The error for starting `operation` on the appliance now, None when it is valid."""
    appliance = db.row("VM_appliance", appliance_ref)
    for task, current in appliance["current_operations"].items():
        return ApiError("OTHER_OPERATION_IN_PROGRESS", "VM_appliance", appliance_ref, current, task)
    states = {vm["power_state"] for vm in (lookup.find(db, "VM", ref) for ref in appliance["VMs"]) if vm}
    useless = {"Running"} if operation == "start" else {"Halted"}
    if states <= useless:
        return ApiError("OPERATION_PARTIALLY_FAILED", operation)
    return None


def allowed_host_operations(db: Database, host_ref: str) -> tuple[str, ...]:
    return tuple(operation for operation in HOST_LISTED if check_host(db, host_ref, operation) is None)


def allowed_pool_operations(db: Database) -> tuple[str, ...]:
    return tuple(operation for operation in POOL_LISTED if check_pool(db, operation) is None)


def allowed_appliance_operations(db: Database, appliance_ref: str) -> tuple[str, ...]:
    return tuple(op for op in APPLIANCE_LISTED if check_appliance(db, appliance_ref, op) is None)


def _check_host_concurrency(host_ref: str, current: Iterable[tuple[str, str]], wanted: str) -> ApiError | None:
    """Bringing VMs may go on side by side; taking the host away may not, and not beside bringing VMs."""
    for task, running in current:
        both_bring = wanted in _BRINGS_VMS and running in _BRINGS_VMS
        conflicting = wanted in _TAKES_HOST_AWAY or running in _TAKES_HOST_AWAY
        if conflicting and not both_bring:
            return ApiError("OTHER_OPERATION_IN_PROGRESS", "host", host_ref, running, task)
    return None
