"""Whether a VM's own settings make sense: the server looks at them before it looks at any host."""

from __future__ import annotations

from lifeguard.datamodel.records import Vm
from lifeguard.rules.domain import NEEDS_HVM
from lifeguard.rules.verdict import Obstacle

_COREDUMPS = frozenset({"coredump_and_destroy", "coredump_and_restart"})
_CRASH = "VM.actions_after_crash"
_NO_COREDUMP = "cannot invoke a coredump of an HVM, PVH or PV-in-PVH domain"
_LEAKS = "option would leak a domain; VMs and not domains are managed by this API"


def configuration_obstacle(vm: Vm, kind: str) -> Obstacle | None:
    """What no host could put up with, in the server's words; `kind` is the VM's domain type."""
    return _vcpu_obstacle(vm) or _memory_obstacle(vm) or _crash_obstacle(vm, kind)


def _vcpu_obstacle(vm: Vm) -> Obstacle | None:
    if vm.VCPUs_max < 1:
        return "INVALID_VALUE", ("VCPUs_max", str(vm.VCPUs_max))
    if vm.VCPUs_at_startup < 1:
        return "INVALID_VALUE", ("VCPUs-at-startup", str(vm.VCPUs_at_startup))
    if vm.VCPUs_at_startup > vm.VCPUs_max:
        return "VALUE_NOT_SUPPORTED", ("VCPUs-at-startup", str(vm.VCPUs_at_startup), "value greater than VCPUs-max")
    return None


def _memory_obstacle(vm: Vm) -> Obstacle | None:
    """A dynamic range beyond the static one is cut down silently; only a range that is upside down is refused."""
    if vm.memory_static_max < vm.memory_static_min or vm.memory_dynamic_max < vm.memory_dynamic_min:
        return "MEMORY_CONSTRAINT_VIOLATION", ()
    if vm.HVM_shadow_multiplier < 1:
        return "INVALID_VALUE", ("HVM_shadow_multiplier", str(vm.HVM_shadow_multiplier))
    return None


def _crash_obstacle(vm: Vm, kind: str) -> Obstacle | None:
    action = vm.actions_after_crash
    if action == "rename_restart":
        return "VALUE_NOT_SUPPORTED", (_CRASH, action, _LEAKS)
    if action in _COREDUMPS and kind in NEEDS_HVM:
        return "VALUE_NOT_SUPPORTED", (_CRASH, action, _NO_COREDUMP)
    return None
