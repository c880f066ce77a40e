"""Memory sums: what a VM costs beside its own memory, what a host has left, what fits."""

from __future__ import annotations

from collections.abc import Iterator

from lifeguard.sim.behaviour import lookup
from lifeguard.sim.behaviour.lookup import Row
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

MIB = 1024 * 1024
_PAGES_PER_MIB = 256
_SHADOW_PAGES_PER_VCPU = 256
_SHADOW_PAGES_PER_MIB = 2
_VCPUS_WHEN_APPROXIMATE = 64


def overhead_mib(kind: str, static_max_mib: int, vcpus: int, shadow_multiplier: float) -> int:
    """What Xen needs beside the memory of a VM of this kind (hvm, pv, pvh, pv_in_pvh)."""
    shadow_pages = _SHADOW_PAGES_PER_VCPU * vcpus + _SHADOW_PAGES_PER_MIB * static_max_mib
    multiplier = 1.0 if kind == "pv" else shadow_multiplier
    shadow_mib = max(1, int(-(-shadow_pages // _PAGES_PER_MIB) * multiplier))
    xen_mib = 1 if kind == "pv" else 2
    shim_mib = 23 + static_max_mib // 90 if kind == "pv_in_pvh" else 0
    return shadow_mib + xen_mib + shim_mib


def vm_overhead_bytes(vm: Row) -> int:
    """`VM.compute_memory_overhead`."""
    static_max_mib = -(-vm["memory_static_max"] // MIB)
    kind = lookup.configured_domain_type(vm)
    return overhead_mib(kind, static_max_mib, vm["VCPUs_max"], vm["HVM_shadow_multiplier"]) * MIB


def largest_static_max_bytes(vm: Row, total_bytes: int, *, approximate: bool) -> int:
    """`VM.maximise_memory`: the most memory with which the VM and its overhead fit into `total_bytes`."""
    vcpus = _VCPUS_WHEN_APPROXIMATE if approximate else vm["VCPUs_max"]
    kind, multiplier = lookup.configured_domain_type(vm), vm["HVM_shadow_multiplier"]
    low, high = 0, total_bytes // MIB
    while low < high:
        middle = (low + high + 1) // 2
        if middle + overhead_mib(kind, middle, vcpus, multiplier) <= total_bytes // MIB:
            low = middle
        else:
            high = middle - 1
    return low * MIB


def needed_bytes(vm: Row) -> int:
    """What starting, resuming or receiving the VM takes from a host."""
    return int(vm["memory_dynamic_min"]) + vm_overhead_bytes(vm)


def planned_bytes(vm: Row) -> int:
    """What a failover plan reckons for the VM: all it may ever use."""
    return int(vm["memory_static_max"]) + vm_overhead_bytes(vm)


def occupants(db: Database, host_ref: str) -> Iterator[tuple[str, Row]]:
    """VMs that use memory of the host: those that live there and those on their way."""
    vms, residents = db.rows("VM"), db.get("host", host_ref, "resident_VMs")
    for ref in residents:
        if ref in vms:
            yield ref, vms[ref]
    for ref, vm in vms.items():
        if vm["scheduled_to_be_resident_on"] == host_ref and ref not in residents:
            yield ref, vm


def capacity_bytes(db: Database, host_ref: str) -> int:
    """The host's memory without what Xen itself takes."""
    host = db.row("host", host_ref)
    metrics = lookup.find(db, "host_metrics", host["metrics"])
    return int(metrics["memory_total"]) - int(host["memory_overhead"]) if metrics else 0


def free_bytes(db: Database, host_ref: str) -> int:
    """`host.compute_free_memory`."""
    used: int = sum(vm["memory_dynamic_min"] + vm["memory_overhead"] for _, vm in occupants(db, host_ref))
    return max(0, capacity_bytes(db, host_ref) - used)


def assert_fits(db: Database, vm: Row, host_ref: str) -> None:
    """Raises ApiError HOST_NOT_ENOUGH_FREE_MEMORY, of a VM that is there already too."""
    needed, free = needed_bytes(vm), free_bytes(db, host_ref)
    if needed > free:
        raise ApiError("HOST_NOT_ENOUGH_FREE_MEMORY", str(needed), str(free))


def assert_ordered(*, static_min: int, dynamic_min: int, dynamic_max: int, static_max: int) -> None:
    """Raises ApiError MEMORY_CONSTRAINT_VIOLATION unless each limit is at most the next."""
    if not 0 <= static_min <= dynamic_min <= dynamic_max <= static_max:
        raise ApiError(
            "MEMORY_CONSTRAINT_VIOLATION",
            "Memory limits must satisfy: static_min ≤ dynamic_min ≤ dynamic_max ≤ static_max",
        )


async def _compute_vm_overhead(context: Context, vm_ref: str) -> int:
    return vm_overhead_bytes(context.db.row("VM", vm_ref))


async def _maximise(context: Context, vm_ref: str, total: int, approximate: bool) -> int:
    return largest_static_max_bytes(context.db.row("VM", vm_ref), total, approximate=approximate)


async def _compute_free(context: Context, host_ref: str) -> int:
    return free_bytes(context.db, host_ref)


async def _compute_host_overhead(context: Context, host_ref: str) -> int:
    return int(context.db.get("host", host_ref, "memory_overhead"))


HANDLERS: dict[str, Handler] = {
    "VM.compute_memory_overhead": _compute_vm_overhead,
    "VM.maximise_memory": _maximise,
    "host.compute_free_memory": _compute_free,
    "host.compute_memory_overhead": _compute_host_overhead,
}
