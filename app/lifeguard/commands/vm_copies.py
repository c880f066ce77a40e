"""Snapshots, copies and templates: making VMs out of others, and deleting them."""

from __future__ import annotations

from lifeguard.commands.ask import CheckField, ChoiceField, Form, Option, TextField
from lifeguard.commands.command import Command, Doing
from lifeguard.commands.forms import asking, description_field, description_of, name_of, naming, text_of
from lifeguard.commands.judging import OfVm, OfVmDisks, enabled_hosts, refuse
from lifeguard.commands.kinds import SNAPSHOT, TEMPLATE, VM
from lifeguard.commands.selection import Item, Selection
from lifeguard.datamodel.records import Pbd, Sr, Vm
from lifeguard.rules.domain import is_default_template
from lifeguard.rules.verdict import Verdict

_FAST = ""


async def _snapshot(doing: Doing) -> None:
    ref = await doing.task("VM.snapshot", doing.item.ref, text_of(doing, "name"))
    await _describe(doing, ref)


async def _checkpoint(doing: Doing) -> None:
    ref = await doing.task("VM.checkpoint", doing.item.ref, text_of(doing, "name"))
    await _describe(doing, ref)


async def _describe(doing: Doing, ref: str) -> None:
    """A server gives what it makes the description of what it was made from: say what was asked for, even nothing."""
    if "description" in doing.answers:
        await doing.call("VM.set_name_description", ref, text_of(doing, "description"))


async def _revert(doing: Doing) -> None:
    """Go back to a snapshot, then run again if it ran before."""
    snapshot = doing.item.record
    if not isinstance(snapshot, Vm):
        return
    vm = doing.item.source.inventory.get(Vm, snapshot.snapshot_of)
    share = (0.0, 0.9)
    if vm is not None and doing.answers.get("keep"):
        name = f"Before reverting to {snapshot.name_label}"
        await doing.task("VM.snapshot", vm.ref, name, share=(0.0, 0.3))
        share = (0.3, 0.9)
    ran = vm is not None and vm.power_state == "Running"
    await doing.task("VM.revert", doing.item.ref, share=share)
    if ran and vm is not None:
        state = await doing.call("VM.get_power_state", vm.ref)
        start = {"Halted": "VM.start", "Suspended": "VM.resume"}.get(state)
        if start is not None:
            await doing.task(start, vm.ref, False, False, share=(0.9, 1.0))


def _revert_form(selection: Selection) -> Form | None:
    snapshot = selection.items[0].record
    rules = selection.rules(selection.items[0].source)
    vm = rules.vm(snapshot.snapshot_of) if isinstance(snapshot, Vm) else None
    can_keep = vm is not None and rules.lifecycle.judge(vm, "snapshot").allowed
    keep = CheckField("keep", "Take a snapshot of the present state first", can_keep)
    name = vm.name_label if vm is not None else "The VM"
    return Form(
        f"Revert to {name_of(selection, selection.items[0])}?",
        (keep,) if can_keep else (),
        "Revert",
        f"{name} loses everything that changed since then.",
        danger=True,
    )


class _Revert(OfVm):
    """A snapshot whose VM is still there."""

    def __call__(self, selection: Selection, item: Item) -> Verdict:
        snapshot = item.record
        if isinstance(snapshot, Vm) and item.source.inventory.get(Vm, snapshot.snapshot_of) is None:
            return refuse(selection, item, "no_parent_vm")
        return super().__call__(selection, item)


async def _copy(doing: Doing) -> None:
    name, sr = text_of(doing, "name"), text_of(doing, "sr", _FAST)
    if sr == _FAST:
        ref = await doing.task("VM.clone", doing.item.ref, name)
    else:
        ref = await doing.task("VM.copy", doing.item.ref, name, sr)
    await _describe(doing, ref)


def _copy_form(selection: Selection) -> Form | None:
    item = selection.items[0]
    name = name_of(selection, item)
    where = ChoiceField("sr", "Disks", (Option(_FAST, "Fast clone on the same storage"), *_sr_options(selection, item)))
    fields = (TextField("name", "Name", f"{name} copy"), description_field(description_of(item)), where)
    return Form(f"Copy {name}", fields, "Copy")


def _sr_options(selection: Selection, item: Item) -> tuple[Option, ...]:
    """The storages that could take full copies of disks."""
    inventory, words = item.source.inventory, selection.rules(item.source).words
    options = []
    for sr in inventory.all(Sr):
        if sr.content_type == "iso" or sr.type in ("iso", "udev"):
            continue
        attached = any(pbd.currently_attached for pbd in inventory.pointing_to(Pbd, "SR", sr.ref))
        free = words.size(max(0, sr.physical_size - sr.physical_utilisation))
        options.append(Option(sr.ref, f"Full copy on {words.name(sr.ref)} ({free} free)",
                              None if attached else "No server is connected to it"))  # fmt: skip
    return tuple(options)


async def _to_template(doing: Doing) -> None:
    await doing.call("VM.set_is_a_template", doing.item.ref, True)


async def _new_vm_from_snapshot(doing: Doing) -> None:
    ref = await doing.task("VM.clone", doing.item.ref, text_of(doing, "name"), share=(0.0, 0.9))
    await _describe(doing, ref)
    await doing.call("VM.set_is_a_template", ref, False)


async def _new_template(doing: Doing) -> None:
    ref = await doing.task("VM.clone", doing.item.ref, text_of(doing, "name"))
    await _describe(doing, ref)


async def _quick_create(doing: Doing) -> None:
    ref = await doing.task("VM.clone", doing.item.ref, text_of(doing, "name"), share=(0.0, 0.4))
    await _describe(doing, ref)
    await doing.task("VM.provision", ref, share=(0.4, 0.8))
    await doing.task("VM.start", ref, False, False, share=(0.8, 1.0))


class _QuickCreate(OfVmDisks):
    """Only templates that need no answers: our own ones, and those marked as instant."""

    def __call__(self, selection: Selection, item: Item) -> Verdict:
        vm = item.record
        if isinstance(vm, Vm) and is_default_template(vm) and vm.other_config.get("instant") != "true":
            return refuse(selection, item, "no_instant_template")
        if not enabled_hosts(selection.rules(item.source)):
            return refuse(selection, item, "NO_HOSTS_AVAILABLE")
        return super().__call__(selection, item)


SNAPSHOT_DISKS = Command(
    "vm.snapshot", "Take snapshot", VM, OfVmDisks("snapshot"), _snapshot, ("VM.snapshot",), "snapshotted", "one",
    icon="snapshot", form=naming("Take a snapshot of {}", "Take snapshot", "{} snapshot", is_described=False),
    phrase="Take a snapshot of {}",
)  # fmt: skip
CHECKPOINT = Command(
    "vm.checkpoint", "Take snapshot with memory", VM, OfVmDisks("checkpoint"), _checkpoint, ("VM.checkpoint",),
    "snapshotted", "one", icon="snapshot",
    form=naming("Take a snapshot of {} with its memory", "Take snapshot", "{} snapshot", is_described=False),
    phrase="Take a snapshot of {} with its memory",
)  # fmt: skip
REVERT = Command(
    "snapshot.revert", "Revert to this snapshot", SNAPSHOT, _Revert("revert"), _revert, ("VM.revert",),
    "reverted to", "one", icon="revert", danger=True, form=_revert_form,
    phrase="Revert to {}",
)  # fmt: skip
COPY = Command(
    "vm.copy", "Copy", VM, OfVmDisks("copy"), _copy, ("VM.copy", "VM.clone"), "copied", "one", icon="copy",
    form=_copy_form,
)  # fmt: skip
CLONE = Command(
    "vm.clone", "Clone", VM, OfVmDisks("clone"), _new_template, ("VM.clone",), "cloned", "one", icon="copy",
    form=naming("Clone {}", "Clone", "{} clone"),
)  # fmt: skip
COPY_TEMPLATE = Command(
    "template.copy", "Copy", TEMPLATE, OfVmDisks("copy"), _copy, ("VM.copy", "VM.clone"), "copied", "one", icon="copy",
    form=_copy_form,
)  # fmt: skip
TO_TEMPLATE = Command(
    "vm.to_template", "Convert to template", VM, OfVm("make_into_template"), _to_template, ("VM.set_is_a_template",),
    "converted", icon="template",
    prompt=asking(
        "Convert to template", "VMs", "It cannot be started any more; new VMs can be made from it.",
        about="Convert {} to a template",
    ),
    phrase="Convert {} to a template",
)  # fmt: skip
NEW_VM = Command(
    "snapshot.new_vm", "New VM from snapshot", SNAPSHOT, OfVmDisks("clone"), _new_vm_from_snapshot,
    ("VM.clone", "VM.set_is_a_template"), "made into a VM", "one", icon="vm",
    form=naming("New VM from {}", "Create VM", "{} VM"),
    phrase="Create a VM from {}",
)  # fmt: skip
NEW_TEMPLATE = Command(
    "snapshot.new_template", "Create template from snapshot", SNAPSHOT, OfVmDisks("clone"), _new_template,
    ("VM.clone",), "made into a template", "one", icon="template",
    form=naming("Create a template from {}", "Create template", "{} template"),
    phrase="Create a template from {}",
)  # fmt: skip
QUICK_CREATE = Command(
    "template.quick_create", "Quick create", TEMPLATE, _QuickCreate("clone"), _quick_create,
    ("VM.clone", "VM.provision", "VM.start"), "made into a VM", "one", icon="vm",
    form=naming("Create a VM from {}", "Create VM", "{} VM"),
    phrase="Create a VM from {}",
)  # fmt: skip

COMMANDS = (
    SNAPSHOT_DISKS, CHECKPOINT, REVERT, COPY, CLONE, COPY_TEMPLATE, TO_TEMPLATE, NEW_VM, NEW_TEMPLATE, QUICK_CREATE,
)  # fmt: skip
