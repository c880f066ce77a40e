"""The tables behind a VM's operations: power states, kinds of VM, what may run side by side, what is ever listed."""

from __future__ import annotations

_HALTED = ("Halted",)
_RUNNING = ("Running",)
_SUSPENDED = ("Suspended",)
_WITH_DOMAIN = ("Paused", "Suspended", "Running")

POWER_STATES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "start", "start_on", "provision", "make_into_template", "changing_shadow_memory", "changing_NVRAM",
            "create_vtpm", "changing_VCPUs", "changing_static_range", "changing_memory_limits", "clone", "copy",
        ),
        _HALTED,
    ),
    "changing_dynamic_range": ("Halted", "Running"),
    **dict.fromkeys(("create_template", "destroy", "export"), ("Halted", "Suspended")),
    "migrate_send": ("Halted", "Suspended", "Running"),
    "unpause": ("Paused",),
    **dict.fromkeys(("csvm", "resume", "resume_on"), _SUSPENDED),
    **dict.fromkeys(
        (
            "pause", "suspend", "clean_shutdown", "clean_reboot", "pool_migrate", "changing_VCPUs_live",
            "changing_memory_live", "changing_shadow_memory_live", "awaiting_memory_live", "send_sysrq",
            "send_trigger", "data_source_op", "call_plugin", "snapshot_with_quiesce", "sysprep",
        ),
        _RUNNING,
    ),
    "hard_reboot": ("Paused", "Running"),
    **dict.fromkeys(("hard_shutdown", "shutdown", "checkpoint", "get_boot_record"), _WITH_DOMAIN),
    "import": (),
}  # fmt: skip
"""Operation -> power states in which it is valid; operations not named here are valid in every state."""

ALLOWED_ON_TEMPLATE = frozenset({
    "changing_dynamic_range", "changing_static_range", "changing_memory_limits", "changing_shadow_memory",
    "changing_VCPUs", "changing_NVRAM", "clone", "copy", "export", "metadata_export", "provision",
})  # fmt: skip
ALLOWED_ON_SNAPSHOT = frozenset({"revert", "clone", "copy", "export", "destroy", "hard_shutdown", "metadata_export"})
ALLOWED_ON_CONTROL_DOMAIN = frozenset({
    "data_source_op", "changing_memory_live", "awaiting_memory_live", "changing_dynamic_range",
    "changing_static_range", "changing_memory_limits", "metadata_export", "start", "start_on",
})  # fmt: skip
MOVES_OR_SAVES = ("suspend", "checkpoint", "pool_migrate", "migrate_send")
JOINS_MIGRATE_SEND = frozenset({"metadata_export", "clean_shutdown", "clean_reboot"})
CONCURRENT_GROUPS = (
    frozenset({"clone", "copy", "export"}), frozenset({"snapshot", "checkpoint"}), frozenset({"get_boot_record"}),
)  # fmt: skip

ALLOWED_DURING_UPGRADE = frozenset({
    "assert_operation_valid", "changing_memory_live", "changing_shadow_memory", "changing_shadow_memory_live",
    "changing_VCPUs", "changing_VCPUs_live", "clean_reboot", "clean_shutdown", "clone", "copy", "create_template",
    "csvm", "data_source_op", "destroy", "export", "get_boot_record", "hard_reboot", "hard_shutdown",
    "migrate_send", "pause", "pool_migrate", "power_state_reset", "resume", "resume_on", "send_sysrq",
    "send_trigger", "shutdown", "start", "start_on", "suspend", "unpause", "update_allowed_operations",
})  # fmt: skip
"""While hosts of different versions share the pool."""

LISTED = (
    "create_vtpm", "changing_NVRAM", "changing_dynamic_range", "changing_shadow_memory", "changing_static_range",
    "make_into_template", "migrate_send", "provision", "destroy", "export", "pool_migrate", "changing_VCPUs_live",
    "suspend", "resume_on", "resume", "hard_reboot", "hard_shutdown", "clean_reboot", "clean_shutdown", "unpause",
    "pause", "start_on", "start", "revert", "checkpoint", "clone", "copy", "snapshot", "snapshot_with_quiesce",
)  # fmt: skip
"""Operations that `allowed_operations` may name, in a server's order."""

_UNSPELLED = frozenset({
    "create_template", "query_services", "shutdown", "changing_VCPUs", "changing_memory_limits",
})  # fmt: skip


def spelled(operation: str) -> str:
    """The operation as VM_IS_TEMPLATE and VM_IS_SNAPSHOT name it: servers never learned the names of some."""
    if operation == "assert_operation_valid":
        return "assertoperationvalid"
    return "(unknown operation)" if operation in _UNSPELLED else operation
