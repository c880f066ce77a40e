"""What a VM allows: the checks of a server in its order, shared by real calls and by `allowed_operations`."""

from __future__ import annotations

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.behaviour import lookup
from lifeguard.sim.behaviour.lookup import Row
from lifeguard.sim.behaviour.operations.vm_guest import check_guest
from lifeguard.sim.behaviour.operations.vm_tables import (
    ALLOWED_DURING_UPGRADE,
    ALLOWED_ON_CONTROL_DOMAIN,
    ALLOWED_ON_SNAPSHOT,
    ALLOWED_ON_TEMPLATE,
    CONCURRENT_GROUPS,
    JOINS_MIGRATE_SEND,
    LISTED,
    MOVES_OR_SAVES,
    POWER_STATES,
    spelled,
)
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError


def check_vm(db: Database, vm_ref: str, operation: str, *, force: bool = False) -> ApiError | None:
    """The error for starting `operation` now, None when it is valid. `force` moves VMs that say they cannot."""
    vm = db.row("VM", vm_ref)
    return (
        _check_blocked(vm_ref, vm, operation)
        or _check_power_state(db, vm_ref, vm, operation)
        or _check_concurrency(vm_ref, vm, operation)
        or _check_kind(vm_ref, vm, operation)
        or _check_mobility(db, vm_ref, vm, operation, force)
        or _check_control_domain(db, vm_ref, vm, operation)
        or _check_system_domain(vm_ref, vm, operation)
        or (None if force else check_guest(db, vm_ref, vm, operation))
        or _check_disks(db, vm, operation)
        or _check_passed_through(db, vm_ref, vm, operation)
        or _check_memberships(vm_ref, vm, operation)
        or _check_upgrade(db, operation)
    )


def assert_vm(db: Database, vm_ref: str, operation: str, *, force: bool = False) -> None:
    """Raises the ApiError for an operation that is not valid now."""
    error = check_vm(db, vm_ref, operation, force=force)
    if error is not None:
        raise error


def allowed_vm_operations(db: Database, vm_ref: str) -> tuple[str, ...]:
    """The list for `VM.allowed_operations`, in a server's order."""
    return tuple(operation for operation in LISTED if check_vm(db, vm_ref, operation) is None)


def _check_blocked(vm_ref: str, vm: Row, operation: str) -> ApiError | None:
    reason = vm["blocked_operations"].get(operation)
    return None if reason is None else ApiError("OPERATION_BLOCKED", vm_ref, reason)


def _check_power_state(db: Database, vm_ref: str, vm: Row, operation: str) -> ApiError | None:
    states = _power_states(db, vm, operation)
    if states is None or vm["power_state"] in states:
        return None
    expected = ", ".join(state.lower() for state in states)
    return ApiError("VM_BAD_POWER_STATE", vm_ref, expected, vm["power_state"].lower())


def _power_states(db: Database, vm: Row, operation: str) -> tuple[str, ...] | None:
    clones_suspended = lookup.pool(db)["other_config"].get("allow_clone_suspended_vm") == "true"
    if operation in ("clone", "copy") and (vm["is_a_snapshot"] or clones_suspended):
        return ("Halted", "Suspended")
    if vm["is_control_domain"] and operation in ("changing_VCPUs", "changing_static_range", "changing_memory_limits"):
        return ("Halted", "Running")
    return POWER_STATES.get(operation)


def _check_concurrency(vm_ref: str, vm: Row, operation: str) -> ApiError | None:
    current: dict[str, str] = vm["current_operations"]
    if not current or _may_join(operation, set(current.values())):
        return None
    operations, tasks = list(current.values()), list(current)
    if len(current) == 1:
        return ApiError("OTHER_OPERATION_IN_PROGRESS", "VM", vm_ref, operations[0], tasks[0])
    return ApiError(
        "OTHER_OPERATION_IN_PROGRESS", "VM", vm_ref, "{" + ",".join(operations) + "}", "{" + ",".join(tasks) + "}"
    )


def _may_join(operation: str, current: set[str]) -> bool:
    if operation == "hard_shutdown":
        return "hard_shutdown" not in current
    if operation == "hard_reboot":
        return not current & {"hard_shutdown", "hard_reboot"}
    if current == {"migrate_send"} and operation in JOINS_MIGRATE_SEND:
        return True
    return any(operation in group and current <= group for group in CONCURRENT_GROUPS)


def _check_kind(vm_ref: str, vm: Row, operation: str) -> ApiError | None:
    """Templates and snapshots allow little; some operations are for them alone."""
    if vm["is_a_template"] and not vm["is_a_snapshot"]:
        allowed = operation in ALLOWED_ON_TEMPLATE
        if operation in ("destroy", "migrate_send"):
            allowed = not lookup.is_default_template(vm)
        if not allowed:
            return ApiError("VM_IS_TEMPLATE", vm_ref, spelled(operation))
    if vm["is_a_snapshot"] and operation not in ALLOWED_ON_SNAPSHOT:
        return ApiError("VM_IS_SNAPSHOT", vm_ref, spelled(operation))
    if operation == "provision" and not vm["is_a_template"]:
        return ApiError("PROVISION_ONLY_ALLOWED_ON_TEMPLATE")
    if operation == "revert" and not vm["is_a_snapshot"]:
        return ApiError("REVERT_ONLY_ALLOWED_ON_SNAPSHOT")
    return None


def _check_mobility(db: Database, vm_ref: str, vm: Row, operation: str, force: bool) -> ApiError | None:
    metrics = lookup.find(db, "VM_metrics", vm["metrics"])
    has_domain = vm["power_state"] != "Halted" and metrics is not None
    nested = metrics["nested_virt"] if has_domain and metrics else _says_yes(vm, "nested-virt")
    fixed = metrics["nomigrate"] if has_domain and metrics else _says_yes(vm, "nomigrate")
    if operation in MOVES_OR_SAVES and (nested or fixed) and not force:
        return ApiError("VM_IS_IMMOBILE", vm_ref)
    if operation == "changing_dynamic_range" and nested and has_domain:
        return ApiError("VM_IS_USING_NESTED_VIRT", vm_ref)
    return None


def _says_yes(vm: Row, key: str) -> bool:
    return vm["platform"].get(key, "false").lower() in ("true", "1")


def _check_control_domain(db: Database, vm_ref: str, vm: Row, operation: str) -> ApiError | None:
    if not vm["is_control_domain"]:
        return None
    if operation in ("changing_VCPUs", "destroy"):
        if not lookup.is_domain_zero(db, vm_ref):
            return None
        return ApiError("OPERATION_NOT_ALLOWED", "This operation is not allowed on dom0")
    if operation in ALLOWED_ON_CONTROL_DOMAIN:
        return None
    return ApiError("OPERATION_NOT_ALLOWED", "This operation is not allowed on a control domain")


def _check_system_domain(vm_ref: str, vm: Row, operation: str) -> ApiError | None:
    if operation == "query_services" and vm["other_config"].get("is_system_domain") != "true":
        return ApiError("NOT_SYSTEM_DOMAIN", vm_ref)
    return None


def _check_disks(db: Database, vm: Row, operation: str) -> ApiError | None:
    """Disks that forget everything at the next start cannot be saved; cached ones cannot move either."""
    if operation not in ("checkpoint", "snapshot", "suspend", "pool_migrate"):
        return None
    for _, vbd in lookup.devices(db, vm, "VBD"):
        vdi = lookup.find(db, "VDI", vbd["VDI"])
        if vdi is None or vdi["on_boot"] != "reset":
            continue
        if operation != "pool_migrate" or vdi["allow_caching"]:
            return ApiError("VDI_ON_BOOT_MODE_INCOMPATIBLE_WITH_OPERATION")
    return None


def _check_passed_through(db: Database, vm_ref: str, vm: Row, operation: str) -> ApiError | None:
    if operation in MOVES_OR_SAVES:
        if vm["attached_PCIs"]:
            return ApiError("VM_HAS_PCI_ATTACHED", vm_ref)
        if any(not _is_migratable(db, vgpu) for _, vgpu in lookup.devices(db, vm, "VGPU")):
            return ApiError("VM_HAS_VGPU", vm_ref)
    if operation in (*MOVES_OR_SAVES, "snapshot") and vm["VUSBs"]:
        return ApiError("VM_HAS_VUSBS", vm_ref)
    return None


def _is_migratable(db: Database, vgpu: Row) -> bool:
    kind = lookup.find(db, "VGPU_type", vgpu["type"])
    return kind is not None and kind["implementation"] in ("nvidia", "nvidia_sriov", "gvt_g", "mxgpu")


def _check_memberships(vm_ref: str, vm: Row, operation: str) -> ApiError | None:
    if operation != "make_into_template":
        return None
    if not lookup.is_null(vm["appliance"]):
        return ApiError("VM_IS_PART_OF_AN_APPLIANCE", vm_ref, vm["appliance"])
    if vm["protection_policy"] not in ("", NULL_REF):
        return ApiError("VM_ASSIGNED_TO_PROTECTION_POLICY", vm_ref, vm["protection_policy"])
    if not lookup.is_null(vm["snapshot_schedule"]):
        return ApiError("VM_ASSIGNED_TO_SNAPSHOT_SCHEDULE", vm_ref, vm["snapshot_schedule"])
    return None


def _check_upgrade(db: Database, operation: str) -> ApiError | None:
    if operation not in ALLOWED_DURING_UPGRADE and lookup.is_in_rolling_upgrade(db):
        return ApiError("NOT_SUPPORTED_DURING_UPGRADE")
    return None
