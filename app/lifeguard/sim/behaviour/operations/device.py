"""What virtual disks' and network cards' connections (VBD, VIF) allow, by the state of their VM."""

from __future__ import annotations

from lifeguard.sim.behaviour import lookup
from lifeguard.sim.behaviour.lookup import Row
from lifeguard.sim.behaviour.operations.vm_guest import has_full_drivers
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

VBD_LISTED = ("attach", "unpause", "unplug", "unplug_force", "plug", "insert", "pause", "eject")
VIF_LISTED = ("attach", "unplug", "plug")
_STOPS_HOTPLUG = ("clean_shutdown", "hard_shutdown", "suspend", "pause")


def check_vbd(db: Database, vbd_ref: str, operation: str) -> ApiError | None:
    """The error for starting `operation` on the VBD now, None when it is valid."""
    vbd = db.row("VBD", vbd_ref)
    vm = lookup.find(db, "VM", vbd["VM"])
    if vm is None:
        return ApiError("HANDLE_INVALID", "VM", vbd["VM"])
    busy = _check_concurrency("VBD", vbd_ref, vbd)
    if busy is not None:
        return busy
    match operation:
        case "plug" | "unplug" | "unplug_force":
            return _check_vbd_plug(db, vbd_ref, vbd, vm, operation)
        case "pause" | "unpause":
            return _check_power(vbd["VM"], vm, ("Paused", "Running"))
        case "insert" | "eject":
            return _check_media(vbd_ref, vbd, vm, operation)
    return None


def check_vif(db: Database, vif_ref: str, operation: str) -> ApiError | None:
    """The error for starting `operation` on the VIF now, None when it is valid."""
    vif = db.row("VIF", vif_ref)
    vm = lookup.find(db, "VM", vif["VM"])
    if vm is None:
        return ApiError("HANDLE_INVALID", "VM", vif["VM"])
    busy = _check_concurrency("VIF", vif_ref, vif)
    if busy is not None or operation not in ("plug", "unplug"):
        return busy
    return (
        _check_power(vif["VM"], vm, ("Running",))
        or _check_attached(vif_ref, vif, operation)
        or _check_drivers(db, vif["VM"], vm, "can_use_hotplug_vif")
        or _check_vm_is_staying(vm)
    )


def assert_vbd(db: Database, vbd_ref: str, operation: str) -> None:
    error = check_vbd(db, vbd_ref, operation)
    if error is not None:
        raise error


def assert_vif(db: Database, vif_ref: str, operation: str) -> None:
    error = check_vif(db, vif_ref, operation)
    if error is not None:
        raise error


def allowed_vbd_operations(db: Database, vbd_ref: str) -> tuple[str, ...]:
    return tuple(operation for operation in VBD_LISTED if check_vbd(db, vbd_ref, operation) is None)


def allowed_vif_operations(db: Database, vif_ref: str) -> tuple[str, ...]:
    return tuple(operation for operation in VIF_LISTED if check_vif(db, vif_ref, operation) is None)


def _check_concurrency(table: str, ref: str, row: Row) -> ApiError | None:
    current = row["current_operations"]
    if not current:
        return None
    operations, tasks = "; ".join(current.values()), "; ".join(current)
    return ApiError("OTHER_OPERATION_IN_PROGRESS", table, ref, f"{{{operations}; }}", f"{{{tasks}; }}")


def _check_vbd_plug(db: Database, vbd_ref: str, vbd: Row, vm: Row, operation: str) -> ApiError | None:
    if vbd["type"] == "CD" and vm["power_state"] == "Running" and lookup.domain_type(db, vm) == "hvm":
        return ApiError("OPERATION_NOT_ALLOWED", "VBDs of type CD cannot be plugged or unplugged while an HVM VM runs")
    error = _check_power(vbd["VM"], vm, ("Running",)) or _check_attached(vbd_ref, vbd, operation)
    if error is None and operation != "plug" and not vbd["unpluggable"]:
        error = ApiError("VBD_NOT_UNPLUGGABLE", vbd_ref)
    return error or _check_drivers(db, vbd["VM"], vm, "can_use_hotplug_vbd") or _check_vm_is_staying(vm)


def _check_media(vbd_ref: str, vbd: Row, vm: Row, operation: str) -> ApiError | None:
    if vbd["type"] != "CD":
        return ApiError("VBD_NOT_REMOVABLE_MEDIA", vbd_ref)
    error = _check_power(vbd["VM"], vm, ("Halted", "Paused", "Running"))
    if error is None and operation == "insert" and not vbd["empty"]:
        error = ApiError("VBD_NOT_EMPTY", vbd_ref)
    if error is None and operation == "eject" and vbd["empty"]:
        error = ApiError("VBD_IS_EMPTY", vbd_ref)
    return error


def _check_power(vm_ref: str, vm: Row, states: tuple[str, ...]) -> ApiError | None:
    if vm["power_state"] in states:
        return None
    expected = ", ".join(state.lower() for state in states)
    return ApiError("VM_BAD_POWER_STATE", vm_ref, expected, vm["power_state"].lower())


def _check_attached(ref: str, row: Row, operation: str) -> ApiError | None:
    if operation == "plug" and row["currently_attached"]:
        return ApiError("DEVICE_ALREADY_ATTACHED", ref)
    if operation != "plug" and not row["currently_attached"]:
        return ApiError("DEVICE_ALREADY_DETACHED", ref)
    return None


def _check_drivers(db: Database, vm_ref: str, vm: Row, flag: str) -> ApiError | None:
    metrics = lookup.find(db, "VM_guest_metrics", vm["guest_metrics"])
    if has_full_drivers(db, vm) or (metrics is not None and metrics[flag] == "yes"):
        return None
    return ApiError("VM_MISSING_PV_DRIVERS", vm_ref)


def _check_vm_is_staying(vm: Row) -> ApiError | None:
    for operation in vm["current_operations"].values():
        if operation in _STOPS_HOTPLUG:
            return ApiError("OPERATION_NOT_ALLOWED", f"VM operation {operation} is in progress")
    return None
