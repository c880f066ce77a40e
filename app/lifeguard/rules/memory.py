"""How much memory a VM takes and a host has left, counted as the server counts."""

from __future__ import annotations

from math import ceil

from lifeguard.datamodel.records import Host, HostMetrics, Vm
from lifeguard.inventory.answers import Facts
from lifeguard.rules.domain import NEEDS_HVM, domain_type

_MIB = 1 << 20
_PAGES_PER_MIB = 256


def overhead_bytes(facts: Facts, vm: Vm) -> int:
    """What a VM takes beside its own memory: as the server noted it, else worked out as the server would."""
    return vm.memory_overhead if vm.memory_overhead > 0 else computed_overhead_bytes(facts, vm)


def computed_overhead_bytes(facts: Facts, vm: Vm) -> int:
    """Shadow pages, a few pages per virtual CPU, the device model. Source: xapi facts, memory accounting."""
    kind = domain_type(facts, vm)
    static_max_mib = vm.memory_static_max // _MIB
    mib = ceil(38 * vm.VCPUs_max / _PAGES_PER_MIB) + 1
    if kind in NEEDS_HVM:
        shadow_mib = ceil((256 * vm.VCPUs_max + 2 * static_max_mib) / _PAGES_PER_MIB)
        mib += max(1, int(shadow_mib * vm.HVM_shadow_multiplier))
    if kind == "pv_in_pvh":
        mib += 23 + static_max_mib // 90
    return mib * _MIB


def needed_bytes(facts: Facts, vm: Vm) -> int:
    """What a host must have free to run this VM, squeezed as far as its owner allows; a shim inside which a VM runs
    cannot be squeezed."""
    own_bytes = vm.memory_static_max if vm.domain_type == "pv_in_pvh" else vm.memory_dynamic_min
    return own_bytes + overhead_bytes(facts, vm)


def total_bytes(facts: Facts, host: Host) -> int:
    metrics = facts.get(HostMetrics, host.metrics)
    return metrics.memory_total if metrics else 0


def free_memory_bytes(facts: Facts, host_ref: str) -> int:
    """What the server would answer to `host.compute_free_memory`: never below 0; 0 for a host that is not there.

    VMs on their way to the host count already, so a migration counts on both its ends.
    """
    host = facts.get(Host, host_ref)
    if host is None:
        return 0
    there = {vm.ref: vm for vm in facts.pointing_to(Vm, "resident_on", host_ref)}
    there.update((vm.ref, vm) for vm in facts.pointing_to(Vm, "scheduled_to_be_resident_on", host_ref))
    used = sum(vm.memory_dynamic_min + vm.memory_overhead for vm in there.values())
    return max(0, total_bytes(facts, host) - host.memory_overhead - used)


def free_after_bytes(facts: Facts, host_ref: str, vm_refs: tuple[str, ...]) -> int:
    """What would be left on a host after these VMs have come; below 0 when they do not fit together."""
    coming = (facts.get(Vm, ref) for ref in vm_refs)
    needed = sum(needed_bytes(facts, vm) for vm in coming if vm is not None and vm.resident_on != host_ref)
    return free_memory_bytes(facts, host_ref) - needed
