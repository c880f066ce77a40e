"""Which VM operation the server accepts in which state: its own table, as data."""

from __future__ import annotations

HALTED, PAUSED, RUNNING, SUSPENDED = "Halted", "Paused", "Running", "Suspended"

VALID_STATES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("start", "start_on", "provision", "make_into_template", "changing_shadow_memory", "changing_NVRAM",
         "create_vtpm", "changing_VCPUs", "changing_static_range", "changing_memory_limits", "clone", "copy"),
        (HALTED,),
    ),
    "changing_dynamic_range": (HALTED, RUNNING),
    **dict.fromkeys(("create_template", "destroy", "export"), (HALTED, SUSPENDED)),
    "migrate_send": (HALTED, SUSPENDED, RUNNING),
    "unpause": (PAUSED,),
    **dict.fromkeys(("csvm", "resume", "resume_on"), (SUSPENDED,)),
    **dict.fromkeys(
        ("pause", "suspend", "clean_shutdown", "clean_reboot", "pool_migrate", "changing_VCPUs_live",
         "changing_memory_live", "changing_shadow_memory_live", "awaiting_memory_live", "send_sysrq", "send_trigger",
         "data_source_op", "call_plugin", "snapshot_with_quiesce", "sysprep"),
        (RUNNING,),
    ),
    "hard_reboot": (PAUSED, RUNNING),
    **dict.fromkeys(("hard_shutdown", "shutdown", "checkpoint", "get_boot_record"), (PAUSED, SUSPENDED, RUNNING)),
    "import": (),
}  # fmt: skip
"""Operations missing here are valid in every state."""

CONTROL_DOMAIN_RUNNING_TOO = frozenset({"changing_VCPUs", "changing_static_range", "changing_memory_limits"})
SUSPENDED_SNAPSHOT_TOO = frozenset({"clone", "copy"})

FOR_TEMPLATES = frozenset({
    "changing_dynamic_range", "changing_static_range", "changing_memory_limits", "changing_shadow_memory",
    "changing_VCPUs", "changing_NVRAM", "clone", "copy", "export", "metadata_export", "provision",
})  # fmt: skip
FOR_OWN_TEMPLATES = frozenset({"destroy", "migrate_send"})
FOR_SNAPSHOTS = frozenset({"revert", "clone", "copy", "export", "destroy", "hard_shutdown", "metadata_export"})
FOR_CONTROL_DOMAINS = frozenset({
    "data_source_op", "metadata_export", "start", "start_on", "changing_VCPUs", "destroy", "changing_memory_live",
    "awaiting_memory_live", "changing_memory_limits", "changing_static_range", "changing_dynamic_range",
})  # fmt: skip
NOT_FOR_DOM0 = frozenset({"changing_VCPUs", "destroy"})

NEEDS_SUSPEND = frozenset({"suspend", "checkpoint", "pool_migrate", "migrate_send"})
NEEDS_GUEST_FEATURE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(NEEDS_SUSPEND, ("feature-suspend",)),
    "clean_shutdown": ("feature-shutdown", "feature-poweroff"),
    "clean_reboot": ("feature-shutdown", "feature-reboot"),
    "changing_VCPUs_live": ("feature-vcpu-hotplug",),
}
NOT_WITH_RESET_DISKS = frozenset({"checkpoint", "snapshot", "suspend"})
NOT_WITH_USB = NEEDS_SUSPEND | {"snapshot"}
DURING_UPGRADE = frozenset({
    "assert_operation_valid", "changing_memory_live", "changing_shadow_memory", "changing_shadow_memory_live",
    "changing_VCPUs", "changing_VCPUs_live", "clean_reboot", "clean_shutdown", "clone", "copy", "create_template",
    "csvm", "data_source_op", "destroy", "export", "get_boot_record", "hard_reboot", "hard_shutdown", "import",
    "make_into_template", "migrate_send", "pause", "pool_migrate", "power_state_reset", "provision", "resume",
    "resume_on", "send_sysrq", "send_trigger", "shutdown", "start", "start_on", "suspend", "unpause",
    "update_allowed_operations",
})  # fmt: skip
"""What may be done while a pool is upgraded host by host."""

NEVER_LISTED = frozenset({
    "create_template", "power_state_reset", "csvm", "get_boot_record", "send_sysrq", "send_trigger", "query_services",
    "shutdown", "call_plugin", "changing_memory_live", "awaiting_memory_live", "changing_memory_limits",
    "changing_shadow_memory_live", "changing_VCPUs", "assert_operation_valid", "data_source_op",
    "update_allowed_operations", "import", "reverting", "metadata_export",
})  # fmt: skip
"""What a server accepts without ever saying so in `allowed_operations`."""

TOGETHER: tuple[frozenset[str], ...] = (
    frozenset({"clone", "copy", "export"}),
    frozenset({"snapshot", "checkpoint"}),
    frozenset({"get_boot_record"}),
)
DURING_MIGRATE_SEND = frozenset({"metadata_export", "clean_shutdown", "clean_reboot"})

UNSPOKEN = frozenset({"create_template", "query_services", "changing_memory_limits", "changing_VCPUs", "shutdown"})
"""Operations that the server has no name for in its own errors."""


def may_join(operation: str, running: frozenset[str]) -> bool:
    """Whether an operation may begin while others run on the same VM."""
    if not running:
        return True
    if operation == "hard_shutdown":
        return "hard_shutdown" not in running
    if operation == "hard_reboot":
        return not running & {"hard_shutdown", "hard_reboot"}
    if running == {"migrate_send"} and operation in DURING_MIGRATE_SEND:
        return True
    return any(operation in group and running <= group for group in TOGETHER)
