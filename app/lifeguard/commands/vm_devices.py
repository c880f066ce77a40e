"""A VM's CD drive, its change tracking, its vApp, and starting it from a rescue disc."""

from __future__ import annotations

from lifeguard.commands.ask import ChoiceField, Form, Option
from lifeguard.commands.command import Command, Doing
from lifeguard.commands.forms import in_short, text_of
from lifeguard.commands.judging import OfVmAnywhere, refuse
from lifeguard.commands.kinds import VM
from lifeguard.commands.selection import Item, Selection
from lifeguard.datamodel.records import Sr, Vbd, Vdi, Vm, VmAppliance
from lifeguard.datamodel.schema import NULL_REF
from lifeguard.rules.verdict import ALLOWED, Verdict


def cd_drives(item: Item) -> tuple[Vbd, ...]:
    """The CD drives of a VM, in the order of their positions."""
    vm, inventory = item.record, item.source.inventory
    vbds = (inventory.get(Vbd, ref) for ref in vm.VBDs) if isinstance(vm, Vm) else ()
    drives = [vbd for vbd in vbds if vbd is not None and vbd.type == "CD"]
    return tuple(sorted(drives, key=lambda vbd: (len(vbd.userdevice), vbd.userdevice)))


def loaded_drives(item: Item) -> tuple[Vbd, ...]:
    """The CD drives of a VM that have a disc."""
    return tuple(drive for drive in cd_drives(item) if not drive.empty)


def _judge_insert(selection: Selection, item: Item) -> Verdict:
    vm, drives = item.record, cd_drives(item)
    if not drives:
        return refuse(selection, item, "no_cd_drive")
    if isinstance(vm, Vm) and vm.power_state == "Suspended":
        return refuse(selection, item, "VM_BAD_POWER_STATE", vm.ref, "running, halted", "suspended")
    return ALLOWED


def _judge_eject(selection: Selection, item: Item) -> Verdict:
    vm, drives = item.record, cd_drives(item)
    if not drives:
        return refuse(selection, item, "no_cd_drive")
    if isinstance(vm, Vm) and vm.power_state == "Suspended":
        return refuse(selection, item, "VM_BAD_POWER_STATE", vm.ref, "running, halted", "suspended")
    return ALLOWED if loaded_drives(item) else refuse(selection, item, "no_cd")


def _insert_form(selection: Selection) -> Form | None:
    inventory, words = selection.items[0].source.inventory, selection.rules(selection.items[0].source).words
    discs = [
        Option(vdi.ref, f"{words.name(vdi.ref)} ({words.name(vdi.SR)})")
        for sr in inventory.all(Sr)
        if sr.content_type == "iso" or sr.type == "iso"
        for vdi in inventory.pointing_to(Vdi, "SR", sr.ref)
        if not vdi.missing
    ]
    discs.sort(key=lambda option: option.label.casefold())
    fields = (ChoiceField("disc", "Disc", tuple(discs)),)
    return Form(f"Insert a disc into {in_short(selection, 'VMs')}", fields, "Insert")


async def _insert(doing: Doing) -> None:
    drive = cd_drives(doing.item)[0]
    if not drive.empty:
        await doing.task("VBD.eject", drive.ref, share=(0.0, 0.5))
    await doing.task("VBD.insert", drive.ref, text_of(doing, "disc"), share=(0.5, 1.0))


async def _eject(doing: Doing) -> None:
    for drive in loaded_drives(doing.item):
        await doing.task("VBD.eject", drive.ref)


def tracked_disks(item: Item) -> tuple[Vdi, ...]:
    """The disks of a VM whose changed blocks are tracked."""
    vm, inventory = item.record, item.source.inventory
    vbds = (inventory.get(Vbd, ref) for ref in vm.VBDs) if isinstance(vm, Vm) else ()
    vdis = (inventory.get(Vdi, vbd.VDI) for vbd in vbds if vbd is not None)
    return tuple(vdi for vdi in vdis if vdi is not None and vdi.cbt_enabled)


def _judge_cbt(selection: Selection, item: Item) -> Verdict:
    return ALLOWED if tracked_disks(item) else refuse(selection, item, "no_cbt")


async def _disable_cbt(doing: Doing) -> None:
    for vdi in tracked_disks(doing.item):
        await doing.task("VDI.disable_cbt", vdi.ref)


def _appliance_form(selection: Selection) -> Form | None:
    inventory = selection.items[0].source.inventory
    options = (Option(NULL_REF, "None"), *(Option(one.ref, one.name_label) for one in inventory.all(VmAppliance)))
    vm = selection.items[0].record
    present = vm.appliance if isinstance(vm, Vm) and len(selection.items) == 1 else NULL_REF
    fields = (ChoiceField("appliance", "vApp", options, present),)
    return Form(f"Assign {in_short(selection, 'VMs')} to a vApp", fields, "Assign")


def _judge_appliance(selection: Selection, item: Item) -> Verdict:
    first = selection.items[0].source
    return ALLOWED if item.source is first else refuse(selection, item, "another_pool")


async def _assign(doing: Doing) -> None:
    await doing.call("VM.set_appliance", doing.item.ref, text_of(doing, "appliance", NULL_REF))


async def _start_recovery(doing: Doing) -> None:
    """Boot from disc, then network, this once: the settings are put back as soon as it has started."""
    vm = doing.item.record
    if not isinstance(vm, Vm):
        return
    await doing.call("VM.set_HVM_boot_policy", vm.ref, "BIOS order")
    await doing.call("VM.set_HVM_boot_params", vm.ref, {**vm.HVM_boot_params, "order": "DN"})
    try:
        await doing.task("VM.start", vm.ref, False, False)
    finally:
        await doing.call("VM.set_HVM_boot_policy", vm.ref, vm.HVM_boot_policy)
        await doing.call("VM.set_HVM_boot_params", vm.ref, dict(vm.HVM_boot_params))


INSERT_CD = Command(
    "vm.insert_cd", "Insert CD", VM, _judge_insert, _insert, ("VBD.insert", "VBD.eject"), "given the disc",
    icon="disc", form=_insert_form,
    phrase="Insert a CD into {}",
)  # fmt: skip
EJECT_CD = Command(
    "vm.eject_cd", "Eject CD", VM, _judge_eject, _eject, ("VBD.eject",), "freed of its disc", icon="disc",
    phrase="Eject the CD of {}",
)  # fmt: skip
DISABLE_CBT = Command(
    "vm.disable_cbt", "Disable changed-block tracking", VM, _judge_cbt, _disable_cbt, ("VDI.disable_cbt",),
    "freed of tracking",
    phrase="Disable changed-block tracking of {}",
)  # fmt: skip
APPLIANCE = Command(
    "vm.appliance", "Assign to vApp", VM, _judge_appliance, _assign, ("VM.set_appliance",), "assigned",
    icon="appliance", form=_appliance_form,
    phrase="Assign {} to a vApp",
)  # fmt: skip
START_RECOVERY = Command(
    "vm.start_recovery", "Start in recovery mode", VM, OfVmAnywhere("start"), _start_recovery,
    ("VM.start", "VM.set_HVM_boot_policy", "VM.set_HVM_boot_params"), "started", "one", icon="start",
    phrase="Start {} in recovery mode",
)  # fmt: skip

COMMANDS = (INSERT_CD, EJECT_CD, DISABLE_CBT, APPLIANCE, START_RECOVERY)
