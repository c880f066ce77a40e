"""A VM that arrives from another pool: what its new pool asks, and the rows it gets there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.behaviour import domain, lookup, memory
from lifeguard.sim.behaviour.cpu import host_features, is_subset
from lifeguard.sim.behaviour.disks import create_disk
from lifeguard.sim.behaviour.drives import add_drive
from lifeguard.sim.behaviour.duplication import settings
from lifeguard.sim.behaviour.operations.refresh import refresh_vm
from lifeguard.sim.behaviour.storage_motion import Wish
from lifeguard.sim.context import Context
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_OF_DISK = ("name_label", "name_description", "virtual_size", "physical_utilisation", "type", "read_only",
            "other_config", "tags")  # fmt: skip
_NOT_OF_DEVICE = ("uuid", "allowed_operations", "current_operations", "VM", "VDI", "network", "metrics")


def assert_can_arrive(source: Database, target: Database, vm_ref: str, wish: Wish) -> None:
    """Raises the ApiError with which the destination refuses the VM."""
    vm, host = source.row("VM", vm_ref), target.row("host", wish.host_ref)
    if not host["enabled"]:
        raise ApiError("HOST_DISABLED", wish.host_ref)
    if not lookup.is_live(target, wish.host_ref):
        raise ApiError("HOST_NOT_LIVE")
    for ref, _ in lookup.devices(source, vm, "VIF"):
        if not target.has("network", wish.cards.get(ref, "")):
            raise ApiError("VIF_NOT_IN_MAP", ref)
    if vm["power_state"] == "Halted":
        return
    if wish.is_copy:
        raise ApiError("VM_BAD_POWER_STATE", vm_ref, "halted", vm["power_state"].lower())
    seen = vm["last_boot_CPU_flags"].get("features", "")
    if not wish.force and seen and not is_subset(seen, host_features(target, vm, host)):
        reason = "VM last booted on a CPU with features this host's CPU does not have."
        raise ApiError("VM_INCOMPATIBLE_WITH_THIS_HOST", vm_ref, wish.host_ref, reason)
    memory.assert_fits(target, vm, wish.host_ref)


def arrive(context: Context, target: Database, vm_ref: str, wish: Wish, disks: Mapping[str, str]) -> str:
    """Write the VM into its new pool, with the uuid it had unless it was copied. Returns its new ref."""
    source, there = context.db, replace(context, db=target, task_ref=None)
    vm = source.row("VM", vm_ref)
    own = {"uuid": target.new_uuid() if wish.is_copy else vm["uuid"], "affinity": NULL_REF, "suspend_SR": NULL_REF}
    ref = target.insert("VM", {**settings(source, vm_ref), **own, "power_state": "Halted", "domid": -1})
    for _, vbd in lookup.devices(source, vm, "VBD"):
        values = {name: value for name, value in vbd.items() if name not in _NOT_OF_DEVICE}
        disk = NULL_REF
        if vbd["VDI"] in disks:
            row = source.row("VDI", vbd["VDI"])
            disk = create_disk(there, {name: row[name] for name in _OF_DISK} | {"SR": disks[vbd["VDI"]]})
        add_drive(target, values | {"VM": ref, "VDI": disk, "empty": disk == NULL_REF})
    for vif_ref, vif in lookup.devices(source, vm, "VIF"):
        values = {name: value for name, value in vif.items() if name not in _NOT_OF_DEVICE}
        target.insert("VIF", values | {"VM": ref, "network": wish.cards[vif_ref]})
    known = lookup.find(source, "VM_guest_metrics", vm["guest_metrics"])
    if known is not None:
        tools = target.insert("VM_guest_metrics", {name: value for name, value in known.items() if name != "uuid"})
        target.set("VM", ref, "guest_metrics", tools)
    if vm["power_state"] == "Running":
        domain.appear(there, ref, wish.host_ref)
        target.set("VM", ref, "power_state", "Running")
    refresh_vm(target, ref)
    return ref
