"""Changing a VM's settings where a server checks more than the type."""

from __future__ import annotations

from lifeguard.sim.behaviour import domain, lookup, memory, pace
from lifeguard.sim.behaviour.forwarding import forward_home
from lifeguard.sim.behaviour.lookup import Row
from lifeguard.sim.behaviour.memory import assert_ordered
from lifeguard.sim.behaviour.operations.refresh import marked, refresh_vm
from lifeguard.sim.behaviour.operations.vm import assert_vm
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_KIB = 1024
_VBD_POSITIONS, _VIF_POSITIONS = 255, 7


async def set_memory_dynamic_range(context: Context, vm_ref: str, low: int, high: int) -> None:
    db = context.db
    assert_vm(db, vm_ref, "changing_dynamic_range")
    with marked(context, "VM", vm_ref, "changing_dynamic_range"):
        vm = db.row("VM", vm_ref)
        assert_ordered(
            static_min=vm["memory_static_min"], dynamic_min=low, dynamic_max=high, static_max=vm["memory_static_max"]
        )
        _assert_ballooning_allowed(db, vm, low, high, vm["memory_static_max"])
        if vm["power_state"] == "Running":
            await _balloon(context, vm_ref, vm, low, high)
        target = high if vm["power_state"] == "Running" else low
        db.update("VM", vm_ref, memory_dynamic_min=low, memory_dynamic_max=high, memory_target=target)


async def _balloon(context: Context, vm_ref: str, vm: Row, low: int, high: int) -> None:
    """A running guest gives or takes memory; what it takes must be there."""
    host_ref = await forward_home(context, vm_ref)
    more, free = low - vm["memory_dynamic_min"], memory.free_bytes(context.db, host_ref)
    if more > free:
        raise ApiError("HOST_NOT_ENOUGH_FREE_MEMORY", str(more // _KIB), str(free // _KIB))
    await context.clock.sleep(pace.PLUG_S)
    if context.db.has("VM_metrics", vm["metrics"]):
        context.db.set("VM_metrics", vm["metrics"], "memory_actual", high)


def _assert_ballooning_allowed(db: Database, vm: Row, low: int, high: int, static_max: int) -> None:
    restrictions = lookup.pool(db)["restrictions"]
    if restrictions.get("restrict_dmc") == "true" and not vm["is_control_domain"] and {low, high} != {static_max}:
        raise ApiError("LICENCE_RESTRICTION", "DMC")


async def set_memory_limits(
    context: Context, vm_ref: str, static_min: int, static_max: int, dynamic_min: int, dynamic_max: int
) -> None:
    db = context.db
    assert_vm(db, vm_ref, "changing_memory_limits")
    assert_ordered(
        static_min=static_min, dynamic_min=dynamic_min, dynamic_max=dynamic_max, static_max=static_max
    )
    _assert_ballooning_allowed(db, db.row("VM", vm_ref), dynamic_min, dynamic_max, static_max)
    db.update("VM", vm_ref, memory_static_min=static_min, memory_static_max=static_max)
    db.update("VM", vm_ref, memory_dynamic_min=dynamic_min, memory_dynamic_max=dynamic_max, memory_target=dynamic_max)
    domain.refresh_overhead(db, vm_ref)


async def set_memory(context: Context, vm_ref: str, value: int) -> None:
    static_min = min(value, context.db.get("VM", vm_ref, "memory_static_min"))
    await set_memory_limits(context, vm_ref, static_min, value, value, value)


async def set_memory_static_range(context: Context, vm_ref: str, low: int, high: int) -> None:
    db = context.db
    assert_vm(db, vm_ref, "changing_static_range")
    vm = db.row("VM", vm_ref)
    assert_ordered(
        static_min=low, dynamic_min=vm["memory_dynamic_min"], dynamic_max=vm["memory_dynamic_max"], static_max=high
    )
    db.update("VM", vm_ref, memory_static_min=low, memory_static_max=high)
    domain.refresh_overhead(db, vm_ref)


async def _set_dynamic_min(context: Context, vm_ref: str, value: int) -> None:
    await set_memory_dynamic_range(context, vm_ref, value, context.db.get("VM", vm_ref, "memory_dynamic_max"))


async def _set_dynamic_max(context: Context, vm_ref: str, value: int) -> None:
    await set_memory_dynamic_range(context, vm_ref, context.db.get("VM", vm_ref, "memory_dynamic_min"), value)


async def _set_static_min(context: Context, vm_ref: str, value: int) -> None:
    await set_memory_static_range(context, vm_ref, value, context.db.get("VM", vm_ref, "memory_static_max"))


async def _set_static_max(context: Context, vm_ref: str, value: int) -> None:
    await set_memory_static_range(context, vm_ref, context.db.get("VM", vm_ref, "memory_static_min"), value)


async def set_vcpus_max(context: Context, vm_ref: str, value: int) -> None:
    assert_vm(context.db, vm_ref, "changing_VCPUs")
    if value < max(1, context.db.get("VM", vm_ref, "VCPUs_at_startup")):
        raise ApiError("INVALID_VALUE", "VCPU values must satisfy: 0 < VCPUs_at_startup ≤ VCPUs_max", str(value))
    context.db.set("VM", vm_ref, "VCPUs_max", value)
    domain.refresh_overhead(context.db, vm_ref)


async def set_vcpus_at_startup(context: Context, vm_ref: str, value: int) -> None:
    assert_vm(context.db, vm_ref, "changing_VCPUs")
    if not 0 < value <= context.db.get("VM", vm_ref, "VCPUs_max"):
        raise ApiError("INVALID_VALUE", "VCPU values must satisfy: 0 < VCPUs_at_startup ≤ VCPUs_max", str(value))
    context.db.set("VM", vm_ref, "VCPUs_at_startup", value)


async def set_vcpus_live(context: Context, vm_ref: str, value: int) -> None:
    db = context.db
    assert_vm(db, vm_ref, "changing_VCPUs_live")
    if not 0 < value <= db.get("VM", vm_ref, "VCPUs_max"):
        raise ApiError("INVALID_VALUE", "VCPU values must satisfy: 0 < VCPUs ≤ VCPUs_max", str(value))
    with marked(context, "VM", vm_ref, "changing_VCPUs_live"):
        await forward_home(context, vm_ref)
        await context.clock.sleep(pace.PLUG_S)
        db.set("VM", vm_ref, "VCPUs_at_startup", value)
        metrics = db.get("VM", vm_ref, "metrics")
        if db.has("VM_metrics", metrics):
            db.set("VM_metrics", metrics, "VCPUs_number", value)


async def set_shadow_multiplier(context: Context, vm_ref: str, value: float) -> None:
    assert_vm(context.db, vm_ref, "changing_shadow_memory")
    if value < 1.0:
        raise ApiError("INVALID_VALUE", "multiplier", str(value))
    context.db.set("VM", vm_ref, "HVM_shadow_multiplier", value)
    domain.refresh_overhead(context.db, vm_ref)


async def set_is_a_template(context: Context, vm_ref: str, value: bool) -> None:
    if value:
        assert_vm(context.db, vm_ref, "make_into_template")
        context.db.set("VM", vm_ref, "ha_always_run", False)
    context.db.set("VM", vm_ref, "is_a_template", value)
    refresh_vm(context.db, vm_ref)


async def set_blocked_operations(context: Context, vm_ref: str, value: dict[str, str]) -> None:
    context.db.set("VM", vm_ref, "blocked_operations", value)
    refresh_vm(context.db, vm_ref)


async def add_to_blocked_operations(context: Context, vm_ref: str, key: str, value: str) -> None:
    if key in context.db.get("VM", vm_ref, "blocked_operations"):
        raise ApiError("MAP_DUPLICATE_KEY", "VM", "blocked_operations", vm_ref, key)
    context.db.put("VM", vm_ref, "blocked_operations", key, value)
    refresh_vm(context.db, vm_ref)


async def remove_from_blocked_operations(context: Context, vm_ref: str, key: str) -> None:
    context.db.drop("VM", vm_ref, "blocked_operations", key)
    refresh_vm(context.db, vm_ref)


async def set_appliance(context: Context, vm_ref: str, value: str) -> None:
    before = context.db.get("VM", vm_ref, "appliance")
    if not lookup.is_null(value):
        context.db.row("VM_appliance", value)
    context.db.set("VM", vm_ref, "appliance", value)
    refresh_vm(context.db, vm_ref)
    for appliance_ref in (before, value):
        refresh_appliance(context.db, appliance_ref)


def refresh_appliance(db: Database, appliance_ref: str) -> None:
    if db.has("VM_appliance", appliance_ref):
        for vm_ref in db.get("VM_appliance", appliance_ref, "VMs"):
            refresh_vm(db, vm_ref)


def _non_negative(field: str) -> Handler:
    async def write(context: Context, vm_ref: str, value: int) -> None:
        if value < 0:
            raise ApiError("INVALID_VALUE", field, str(value))
        context.db.set("VM", vm_ref, field, value)

    return write


def free_positions(db: Database, vm: Row) -> list[int]:
    """Where a further disk may go: 0 is the first."""
    used = {domain.position(vbd["userdevice"]) for _, vbd in lookup.devices(db, vm, "VBD")}
    return [number for number in range(_VBD_POSITIONS) if number not in used]


async def get_allowed_vbd_devices(context: Context, vm_ref: str) -> tuple[str, ...]:
    return tuple(str(number) for number in free_positions(context.db, context.db.row("VM", vm_ref)))


async def get_allowed_vif_devices(context: Context, vm_ref: str) -> tuple[str, ...]:
    used = {vif["device"] for _, vif in lookup.devices(context.db, context.db.row("VM", vm_ref), "VIF")}
    return tuple(str(number) for number in range(_VIF_POSITIONS) if str(number) not in used)


HANDLERS: dict[str, Handler] = {
    "VM.set_memory_dynamic_range": set_memory_dynamic_range,
    "VM.set_memory_dynamic_min": _set_dynamic_min,
    "VM.set_memory_dynamic_max": _set_dynamic_max,
    "VM.set_memory_static_range": set_memory_static_range,
    "VM.set_memory_static_min": _set_static_min,
    "VM.set_memory_static_max": _set_static_max,
    "VM.set_memory_limits": set_memory_limits,
    "VM.set_memory": set_memory,
    "VM.set_VCPUs_max": set_vcpus_max,
    "VM.set_VCPUs_at_startup": set_vcpus_at_startup,
    "VM.set_VCPUs_number_live": set_vcpus_live,
    "VM.set_HVM_shadow_multiplier": set_shadow_multiplier,
    "VM.set_is_a_template": set_is_a_template,
    "VM.set_blocked_operations": set_blocked_operations,
    "VM.add_to_blocked_operations": add_to_blocked_operations,
    "VM.remove_from_blocked_operations": remove_from_blocked_operations,
    "VM.set_appliance": set_appliance,
    "VM.set_order": _non_negative("order"),
    "VM.set_start_delay": _non_negative("start_delay"),
    "VM.set_shutdown_delay": _non_negative("shutdown_delay"),
    "VM.get_allowed_VBD_devices": get_allowed_vbd_devices,
    "VM.get_allowed_VIF_devices": get_allowed_vif_devices,
}
