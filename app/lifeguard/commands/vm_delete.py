"""Deleting VMs, templates and snapshots, with a choice of what goes with them."""

from __future__ import annotations

from lifeguard.commands.ask import CheckField, Form
from lifeguard.commands.command import Command, Doing
from lifeguard.commands.forms import in_short, name_of
from lifeguard.commands.judging import OfVm
from lifeguard.commands.kinds import SNAPSHOT, TEMPLATE, VM
from lifeguard.commands.selection import Item, Selection
from lifeguard.datamodel.records import Vbd, Vdi, Vm
from lifeguard.inventory.inventory import Inventory

_DISK = "disk:"
_ALL_DISKS = "disks"
_SNAPSHOTS = "snapshots"


def own_disks(inventory: Inventory, vm: Vm) -> tuple[tuple[Vdi, bool], ...]:
    """The disks of a VM that nothing else uses, and whether they were made for it."""
    found = []
    for ref in vm.VBDs:
        vbd = inventory.get(Vbd, ref)
        vdi = inventory.get(Vdi, vbd.VDI) if vbd is not None and vbd.type == "Disk" else None
        if vbd is None or vdi is None:
            continue
        if all(other.VM == vm.ref for other in inventory.pointing_to(Vbd, "VDI", vdi.ref)):
            found.append((vdi, "owner" in vbd.other_config or vm.is_a_snapshot))
    return tuple(found)


def snapshots_of(inventory: Inventory, vm: Vm) -> tuple[Vm, ...]:
    return tuple(inventory.pointing_to(Vm, "snapshot_of", vm.ref)) if not vm.is_a_snapshot else ()


def _form(selection: Selection) -> Form | None:
    vms = [(item, vm) for item in selection.items if isinstance(vm := item.record, Vm)]
    fields: list[CheckField] = []
    if len(vms) == 1:
        item, vm = vms[0]
        words = selection.rules(item.source).words
        for vdi, is_owned in own_disks(item.source.inventory, vm):
            label = f"Delete its disk {words.name(vdi.ref)}, {words.size(vdi.virtual_size)} on {words.name(vdi.SR)}"
            fields.append(CheckField(f"{_DISK}{vdi.ref}", label, is_owned))
    elif any(own_disks(item.source.inventory, vm) for item, vm in vms):
        fields.append(CheckField(_ALL_DISKS, "Delete their disks", True))
    snapshots = [name_of(selection, Item(item.source, one.ref))
                 for item, vm in vms for one in snapshots_of(item.source.inventory, vm)]  # fmt: skip
    if snapshots:
        fields.append(CheckField(_SNAPSHOTS, f"Delete {len(snapshots)} snapshots as well", False, ", ".join(snapshots)))
    title = f"Delete {in_short(selection, 'VMs')}?"
    return Form(title, tuple(fields), "Delete", "This cannot be taken back.", danger=True)


async def _delete(doing: Doing) -> None:
    vm, inventory = doing.item.record, doing.item.source.inventory
    if not isinstance(vm, Vm):
        return
    if doing.answers.get(_SNAPSHOTS):
        for snapshot in snapshots_of(inventory, vm):
            await _remove(doing, snapshot, tuple(vdi.ref for vdi, _ in own_disks(inventory, snapshot)))
    everything = doing.answers.get(_ALL_DISKS, vm.is_a_snapshot)
    chosen = [vdi.ref for vdi, _ in own_disks(inventory, vm) if everything or doing.answers.get(f"{_DISK}{vdi.ref}")]
    await _remove(doing, vm, tuple(chosen))


async def _remove(doing: Doing, vm: Vm, disks: tuple[str, ...]) -> None:
    """The VM, then its disks: whoever is interrupted in between has lost no disk of a VM that is still there."""
    if vm.power_state == "Suspended":
        await doing.task("VM.hard_shutdown", vm.ref, share=(0.0, 0.3))
    await doing.task("VM.destroy", vm.ref, share=(0.3, 0.5))
    for number, ref in enumerate(disks, start=1):
        await doing.task("VDI.destroy", ref, share=(0.5, 0.5 + 0.5 * number / len(disks)))


DELETE = Command(
    "vm.delete", "Delete", VM | TEMPLATE, OfVm("destroy"), _delete, ("VM.destroy", "VDI.destroy"), "deleted",
    icon="delete", danger=True, form=_form,
)  # fmt: skip
DELETE_TEMPLATE = Command(
    "template.delete", "Delete", TEMPLATE, OfVm("destroy"), _delete, ("VM.destroy", "VDI.destroy"), "deleted",
    icon="delete", danger=True, form=_form,
)  # fmt: skip
DELETE_SNAPSHOT = Command(
    "snapshot.delete", "Delete", SNAPSHOT, OfVm("destroy"), _delete, ("VM.destroy", "VDI.destroy"), "deleted", "all",
    icon="delete", danger=True, form=_form,
)  # fmt: skip

COMMANDS = (DELETE, DELETE_TEMPLATE, DELETE_SNAPSHOT)
