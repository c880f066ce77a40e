"""What the software inside a VM must offer before some operations are possible."""

from __future__ import annotations

from lifeguard.sim.behaviour import lookup
from lifeguard.sim.behaviour.lookup import Row
from lifeguard.sim.behaviour.operations.vm_tables import MOVES_OR_SAVES
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_NEEDS_ONE_OF: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(MOVES_OR_SAVES, ("feature-suspend",)),
    "clean_shutdown": ("feature-shutdown", "feature-poweroff"),
    "clean_reboot": ("feature-shutdown", "feature-reboot"),
    "changing_VCPUs_live": ("feature-vcpu-hotplug",),
}


def check_guest(db: Database, vm_ref: str, vm: Row, operation: str) -> ApiError | None:
    """Running guests without full drivers can do only what they say they can; quiescing is gone altogether."""
    metrics = lookup.find(db, "VM_guest_metrics", vm["guest_metrics"])
    if vm["power_state"] == "Running" and not has_full_drivers(db, vm):
        said = metrics["other"] if metrics else {}
        if operation in MOVES_OR_SAVES and "data-cant-suspend-reason" in said:
            return ApiError("VM_NON_SUSPENDABLE", vm_ref, said["data-cant-suspend-reason"])
        needed = _NEEDS_ONE_OF.get(operation)
        if needed and all(said.get(feature) != "1" for feature in needed):
            return ApiError("VM_LACKS_FEATURE", vm_ref)
    if operation == "snapshot_with_quiesce":
        return ApiError("VM_SNAPSHOT_WITH_QUIESCE_NOT_SUPPORTED", vm_ref)
    return None


def has_full_drivers(db: Database, vm: Row) -> bool:
    """Whether every feature may be taken for granted: paravirtual guests always, others once their drivers report."""
    if lookup.domain_type(db, vm) != "hvm":
        return True
    metrics = lookup.find(db, "VM_guest_metrics", vm["guest_metrics"])
    return metrics is not None and {"major", "minor"} <= set(metrics["PV_drivers_version"])
