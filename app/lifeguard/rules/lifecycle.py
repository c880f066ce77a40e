"""What a server says to each operation on a VM, checked in the server's own order."""

from __future__ import annotations

from typing import NamedTuple

from lifeguard.datamodel.records import Pgpu, Pool, Vgpu, VgpuType, Vm, VmGuestMetrics, VmMetrics
from lifeguard.datamodel.schema import NULL_REF
from lifeguard.inventory.inventory import Inventory
from lifeguard.rules import operations as ops
from lifeguard.rules.domain import domain_type, has_flag, is_default_template, is_dom0, loaded_vbds
from lifeguard.rules.verdict import ALLOWED, Verdict, Wording

_ITSELF = "\0vm"
_MOVABLE_VGPUS = frozenset({"nvidia", "nvidia_sriov"})
_NOT_FOR_DOM0 = "This operation is not allowed on dom0"
_NOT_FOR_CONTROL = "This operation is not allowed on a control domain"
_NOT_OFFERED = "The server does not offer this operation now"

Ruling = tuple[str, tuple[str, ...]]
_FINE: Ruling = ("", ())


class Profile(NamedTuple):
    """All that an operation on a VM depends on, but who it is: VMs with equal profiles get equal rulings."""

    power_state: str
    is_template: bool
    is_default_template: bool
    is_snapshot: bool
    is_control_domain: bool
    is_dom0: bool
    is_system_domain: bool
    blocked: tuple[tuple[str, str], ...]
    current: tuple[tuple[str, str], ...]
    listed: tuple[str, ...]
    is_immobile: bool
    has_nested_virt: bool
    needs_guest_support: bool
    guest_features: frozenset[str]
    cannot_suspend_reason: str | None
    has_reset_disk: bool
    has_cached_reset_disk: bool
    has_pci: bool
    has_fixed_vgpu: bool
    has_vusb: bool
    appliance: str
    protection_policy: str
    snapshot_schedule: str


class Lifecycle:
    """Judges operations on the VMs of one inventory as it is now. Make a new one after a change.

    `trust_lists`: the records come from a live server, whose `allowed_operations` settle whether; the rules then only
    say why not.
    """

    def __init__(self, inventory: Inventory, wording: Wording, *, trust_lists: bool) -> None:
        self._inventory = inventory
        self._wording = wording
        self._trust_lists = trust_lists
        pool = next(iter(inventory.all(Pool)), None)
        other = pool.other_config if pool else {}
        self.is_upgrading = other.get("rolling_upgrade_in_progress") == "true"
        self._clones_suspended = other.get("allow_clone_suspended_vm") == "true"
        self._of_profile: dict[Profile, dict[str, Ruling]] = {}
        self._of_vm: dict[str, tuple[Profile, dict[str, Ruling]]] = {}

    def judge(self, vm: Vm, operation: str) -> Verdict:
        """What the server would say to this operation, as far as the VM alone decides it."""
        known = self._of_vm.get(vm.ref)
        if known is None:
            params = self._wrong_state(vm, operation)
            if params is not None:
                return Verdict("VM_BAD_POWER_STATE", params, self._wording, vm.ref)
            profile = profile_of(self._inventory, vm)
            known = self._of_vm[vm.ref] = profile, self._of_profile.setdefault(profile, {})
        ruling = known[1].get(operation)
        if ruling is None:
            ruling = known[1][operation] = self._rule(known[0], operation)
        key, params = ruling
        if not key:
            return ALLOWED
        if _ITSELF in params:
            params = tuple([vm.ref if param == _ITSELF else param for param in params])
        return Verdict(key, params, self._wording, vm.ref)

    def _wrong_state(self, vm: Vm, operation: str) -> tuple[str, ...] | None:
        """The commonest refusal, told without a profile: of a plain VM in another power state. None when a closer look
        is needed."""
        valid = ops.VALID_STATES.get(operation, (vm.power_state,))
        if vm.power_state in valid or vm.blocked_operations or vm.is_control_domain:
            return None
        if operation in ops.SUSPENDED_SNAPSHOT_TOO or (self._trust_lists and operation in vm.allowed_operations):
            return None
        return vm.ref, ", ".join(valid).lower(), vm.power_state.lower()

    def _rule(self, vm: Profile, operation: str) -> Ruling:
        listed = self._trust_lists and operation not in ops.NEVER_LISTED
        if listed and operation in vm.listed:
            return _FINE
        for check in (self._state, _concurrency, _kind, _mobility, _control_domain, _guest, _devices, _membership):
            ruling = check(vm, operation)
            if ruling is not None:
                return ruling
        if self.is_upgrading and operation not in ops.DURING_UPGRADE:
            return "NOT_SUPPORTED_DURING_UPGRADE", ()
        if operation == "query_services" and not vm.is_system_domain:
            return "NOT_SYSTEM_DOMAIN", (_ITSELF,)
        return ("OPERATION_NOT_ALLOWED", (_NOT_OFFERED,)) if listed else _FINE

    def _state(self, vm: Profile, operation: str) -> Ruling | None:
        for blocked, reason in vm.blocked:
            if blocked == operation:
                return "OPERATION_BLOCKED", (_ITSELF, reason)
        valid = ops.VALID_STATES.get(operation)
        if valid is None:
            return None
        if vm.is_control_domain and operation in ops.CONTROL_DOMAIN_RUNNING_TOO:
            valid = (*valid, ops.RUNNING)
        if operation in ops.SUSPENDED_SNAPSHOT_TOO and (vm.is_snapshot or self._clones_suspended):
            valid = (*valid, ops.SUSPENDED)
        if vm.power_state in valid:
            return None
        return "VM_BAD_POWER_STATE", (_ITSELF, ", ".join(valid).lower(), vm.power_state.lower())


def profile_of(inventory: Inventory, vm: Vm) -> Profile:
    """Everything the rules want to know about one VM."""
    metrics = inventory.get(VmMetrics, vm.metrics)
    guest = inventory.get(VmGuestMetrics, vm.guest_metrics)
    running = vm.power_state == ops.RUNNING
    nested = metrics.nested_virt if running and metrics else has_flag(vm, "nested-virt")
    nomigrate = metrics.nomigrate if running and metrics else has_flag(vm, "nomigrate")
    has_drivers = guest is not None and _has_drivers(guest)
    modes = {(vdi.on_boot, vdi.allow_caching) for _, vdi in loaded_vbds(inventory, vm)}
    other = guest.other if guest else {}
    return Profile(
        power_state=vm.power_state,
        is_template=vm.is_a_template,
        is_default_template=vm.is_a_template and is_default_template(vm),
        is_snapshot=vm.is_a_snapshot,
        is_control_domain=vm.is_control_domain,
        is_dom0=vm.is_control_domain and is_dom0(inventory, vm),
        is_system_domain=vm.other_config.get("is_system_domain") == "true",
        blocked=tuple(vm.blocked_operations.items()),
        current=tuple(vm.current_operations.items()),
        listed=vm.allowed_operations,
        is_immobile=nested or nomigrate,
        has_nested_virt=nested,
        needs_guest_support=running and not has_drivers and domain_type(inventory, vm) == "hvm",
        guest_features=frozenset() if has_drivers else frozenset(name for name, on in other.items() if on == "1"),
        cannot_suspend_reason=other.get("data-cant-suspend-reason") if running else None,
        has_reset_disk=any(mode == "reset" for mode, _ in modes),
        has_cached_reset_disk=("reset", True) in modes,
        has_pci=bool(vm.attached_PCIs),
        has_fixed_vgpu=bool(vm.VGPUs) and _has_fixed_vgpu(inventory, vm),
        has_vusb=bool(vm.VUSBs),
        appliance=vm.appliance,
        protection_policy=vm.protection_policy,
        snapshot_schedule=vm.snapshot_schedule,
    )


def _has_fixed_vgpu(inventory: Inventory, vm: Vm) -> bool:
    """Whether a virtual GPU ties it to its host: only some vendors' can move, from a card that says with what it is
    compatible."""
    for vgpu in (inventory.get(Vgpu, ref) for ref in vm.VGPUs):
        kind = inventory.get(VgpuType, vgpu.type) if vgpu is not None else None
        card = inventory.get(Pgpu, vgpu.resident_on) if vgpu is not None else None
        if kind is None or kind.implementation not in _MOVABLE_VGPUS or card is None or not card.compatibility_metadata:
            return True
    return False


def _has_drivers(guest: VmGuestMetrics) -> bool:
    return "major" in guest.PV_drivers_version and "minor" in guest.PV_drivers_version


def _concurrency(vm: Profile, operation: str) -> Ruling | None:
    running = frozenset(name for _, name in vm.current)
    if ops.may_join(operation, running):
        return None
    names, tasks = [name for _, name in vm.current], [task for task, _ in vm.current]
    if len(names) == 1:
        return "OTHER_OPERATION_IN_PROGRESS", ("VM", _ITSELF, names[0], tasks[0])
    return "OTHER_OPERATION_IN_PROGRESS", ("VM", _ITSELF, f"{{{','.join(names)}}}", f"{{{','.join(tasks)}}}")


def _kind(vm: Profile, operation: str) -> Ruling | None:
    if vm.is_template and not vm.is_snapshot:
        its_own = not vm.is_default_template and operation in ops.FOR_OWN_TEMPLATES
        if operation not in ops.FOR_TEMPLATES and not its_own:
            return "VM_IS_TEMPLATE", (_ITSELF, _spoken(operation))
    if vm.is_snapshot and operation not in ops.FOR_SNAPSHOTS:
        return "VM_IS_SNAPSHOT", (_ITSELF, _spoken(operation))
    if operation == "provision" and not vm.is_template:
        return "PROVISION_ONLY_ALLOWED_ON_TEMPLATE", ()
    if operation == "revert" and not vm.is_snapshot:
        return "REVERT_ONLY_ALLOWED_ON_SNAPSHOT", ()
    return None


def _spoken(operation: str) -> str:
    if operation == "assert_operation_valid":
        return "assertoperationvalid"
    return "(unknown operation)" if operation in ops.UNSPOKEN else operation


def _mobility(vm: Profile, operation: str) -> Ruling | None:
    if operation in ops.NEEDS_SUSPEND and vm.is_immobile:
        return "VM_IS_IMMOBILE", (_ITSELF,)
    if operation == "changing_dynamic_range" and vm.has_nested_virt:
        return "VM_IS_USING_NESTED_VIRT", (_ITSELF,)
    return None


def _control_domain(vm: Profile, operation: str) -> Ruling | None:
    if vm.is_dom0 and operation in ops.NOT_FOR_DOM0:
        return "OPERATION_NOT_ALLOWED", (_NOT_FOR_DOM0,)
    if vm.is_control_domain and operation not in ops.FOR_CONTROL_DOMAINS:
        return "OPERATION_NOT_ALLOWED", (_NOT_FOR_CONTROL,)
    return None


def _guest(vm: Profile, operation: str) -> Ruling | None:
    needed = ops.NEEDS_GUEST_FEATURE.get(operation) if vm.needs_guest_support else None
    if needed is not None and operation in ops.NEEDS_SUSPEND and vm.cannot_suspend_reason is not None:
        return "VM_NON_SUSPENDABLE", (_ITSELF, vm.cannot_suspend_reason)
    if needed is not None and not vm.guest_features.intersection(needed):
        return "VM_LACKS_FEATURE", (_ITSELF,)
    if operation == "snapshot_with_quiesce":
        return "VM_SNAPSHOT_WITH_QUIESCE_NOT_SUPPORTED", (_ITSELF,)
    return None


def _devices(vm: Profile, operation: str) -> Ruling | None:
    resets = vm.has_reset_disk and operation in ops.NOT_WITH_RESET_DISKS
    if resets or (vm.has_cached_reset_disk and operation == "pool_migrate"):
        return "VDI_ON_BOOT_MODE_INCOMPATIBLE_WITH_OPERATION", ()
    if operation in ops.NEEDS_SUSPEND and vm.has_pci:
        return "VM_HAS_PCI_ATTACHED", (_ITSELF,)
    if operation in ops.NEEDS_SUSPEND and vm.has_fixed_vgpu and not _is_without_vgpu(vm, operation):
        return "VM_HAS_VGPU", (_ITSELF,)
    if operation in ops.NOT_WITH_USB and vm.has_vusb:
        return "VM_HAS_VUSBS", (_ITSELF,)
    return None


def _is_without_vgpu(vm: Profile, operation: str) -> bool:
    """Moving the disks of a halted VM and keeping what a suspended one has saved leave its virtual GPU alone."""
    return (operation, vm.power_state) in (("migrate_send", ops.HALTED), ("checkpoint", ops.SUSPENDED))


def _membership(vm: Profile, operation: str) -> Ruling | None:
    if operation != "make_into_template":
        return None
    for owner, key in (
        (vm.appliance, "VM_IS_PART_OF_AN_APPLIANCE"),
        (vm.protection_policy, "VM_ASSIGNED_TO_PROTECTION_POLICY"),
        (vm.snapshot_schedule, "VM_ASSIGNED_TO_SNAPSHOT_SCHEDULE"),
    ):
        if owner not in ("", NULL_REF):
            return key, (_ITSELF, owner)
    return None
