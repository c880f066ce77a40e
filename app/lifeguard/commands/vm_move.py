"""Moving a VM with its disks, to any host of any connected pool."""

from __future__ import annotations

from lifeguard.commands.ask import Prompt
from lifeguard.commands.command import Command, Doing
from lifeguard.commands.forms import in_short
from lifeguard.commands.judging import refuse
from lifeguard.commands.kinds import VM
from lifeguard.commands.migration import carry_out, judge_plan, propose
from lifeguard.commands.selection import Item, Selection
from lifeguard.datamodel.records import Sr, Vm
from lifeguard.inventory.inventory import Inventory
from lifeguard.rules.domain import disk_srs
from lifeguard.rules.verdict import ALLOWED, Verdict

_AT_REST = ("Halted", "Suspended")


def _judge(selection: Selection, item: Item) -> Verdict:
    """May it leave, and would the plan that we propose work? Without a target only the first."""
    rules = selection.rules(item.source)
    vm = rules.vm(item.ref)
    verdict = rules.placement.judge_at_home(vm, "migrate_send") if vm is not None else ALLOWED
    if verdict.allowed and vm is not None and _has_whole_lun(rules.inventory, vm):
        return refuse(selection, item, "disk_is_a_lun")
    if not verdict.allowed or selection.target is None or vm is None:
        return verdict
    if selection.target.source is item.source and vm.resident_on == selection.target.ref:
        return refuse(selection, item, "already_there", selection.target.ref)
    target_rules = selection.rules(selection.target.source)
    needed = rules.placement.needed_bytes(vm) if vm.power_state == "Running" else 0
    free = target_rules.placement.free_bytes(selection.target.ref)
    if needed > free:
        return refuse(selection, item, "HOST_NOT_ENOUGH_FREE_MEMORY", str(needed), str(free))
    planned = judge_plan(propose(item, selection.target), rules.words)
    return planned if planned.allowed else refuse(selection, item, planned.key, *planned.params)


def _has_whole_lun(inventory: Inventory, vm: Vm) -> bool:
    """Whether a disk is a device of its own in the storage network, which nothing can be moved out of."""
    return any(sr.type == "rawhba" for ref in disk_srs(inventory, vm) if (sr := inventory.get(Sr, ref)) is not None)


def _judge_move(selection: Selection, item: Item) -> Verdict:
    """Moving is for VMs that do not run; those that do are migrated."""
    vm = item.record
    if isinstance(vm, Vm) and vm.power_state not in _AT_REST:
        return refuse(selection, item, "VM_BAD_POWER_STATE", vm.ref, "halted, suspended", vm.power_state.lower())
    return _judge(selection, item)


def _prompt(selection: Selection) -> Prompt | None:
    target = selection.target
    if target is None:
        return None
    words = selection.rules(target.source).words
    storages = {
        words.name(sr): None
        for item in selection.items
        for vdi, sr in propose(item, target).vdis.items()
        if target.source is not item.source or sr != _storage_now(item, vdi)
    }
    what = in_short(selection, "VMs")
    where = f"Disks go to {', '.join(storages)}." if storages else "Its disks stay where they are."
    return Prompt(f"Migrate {what} to {words.name(target.ref)}?", where, verb="Migrate")


def _storage_now(item: Item, vdi_ref: str) -> str:
    return str(getattr(item.source.inventory.find(vdi_ref), "SR", ""))


async def _move(doing: Doing) -> object:
    if doing.selection.target is None:
        return None
    return await carry_out(propose(doing.item, doing.selection.target), doing.job)


MIGRATE_WITH_STORAGE = Command(
    "vm.migrate_with_storage", "Migrate with storage", VM, _judge, _move, ("VM.migrate_send",), "migrated",
    target="host", icon="migrate", prompt=_prompt, opens="migration",
)  # fmt: skip
MOVE = Command(
    "vm.move", "Move", VM, _judge_move, _move, ("VM.migrate_send",), "moved", "all", icon="migrate",
    opens="migration",
)  # fmt: skip

COMMANDS = (MIGRATE_WITH_STORAGE, MOVE)
