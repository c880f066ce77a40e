"""Every call that does more than its fields say, by name."""

from __future__ import annotations

from lifeguard.sim.behaviour import (
    agility,
    appliances,
    bios,
    bonds,
    cbt,
    device_life,
    evacuation,
    ha_planner,
    ha_priority,
    ha_switch,
    host_life,
    host_removal,
    joining,
    mastership,
    memory,
    migrate_send,
    migration,
    network_life,
    operation_calls,
    placement,
    pool_members,
    schedules,
    storage,
    updates,
    vdi_life,
    vm_config,
    vm_enquiries,
    vm_making,
    vm_snapshots,
    vm_start,
    vm_stop,
)
from lifeguard.sim.context import Handler

_MODULES = (
    agility, appliances, bios, bonds, cbt, device_life, evacuation, ha_planner, ha_priority, ha_switch, host_life,
    host_removal, joining, mastership, memory, migrate_send, migration, network_life, operation_calls, placement,
    pool_members, schedules, storage, updates, vdi_life, vm_config, vm_enquiries, vm_making, vm_snapshots,
    vm_start, vm_stop,
)  # fmt: skip

HANDLERS: dict[str, Handler] = {name: handler for module in _MODULES for name, handler in module.HANDLERS.items()}
