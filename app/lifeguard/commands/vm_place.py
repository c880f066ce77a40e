"""Putting VMs on hosts: start there, resume there, move there while running."""

from __future__ import annotations

from lifeguard.commands.ask import Prompt
from lifeguard.commands.command import Command, Doing
from lifeguard.commands.judging import refuse
from lifeguard.commands.kinds import VM
from lifeguard.commands.selection import Item, Selection
from lifeguard.datamodel.records import Host, Vm
from lifeguard.rules.placement import Placement
from lifeguard.rules.verdict import ALLOWED, Verdict


class _OnHost:
    """Judges one placement; without a target, whether the VM could take the operation at all."""

    def __init__(self, operation: str) -> None:
        self.operation = operation

    def __call__(self, selection: Selection, item: Item) -> Verdict:
        rules = selection.rules(item.source)
        vm, target = rules.vm(item.ref), selection.target
        if vm is None:
            return ALLOWED
        if target is None:
            return self._judge_at_all(selection, item, rules.placement, vm)
        if target.source is not item.source:
            return refuse(selection, item, "another_pool")
        if self.operation == "pool_migrate" and vm.resident_on == target.ref:
            return refuse(selection, item, "already_there", target.ref)
        verdict = self._judge_placing(rules.placement, vm, target.ref)
        return rules.failover.judge_arrival(vm, target.ref) if verdict.allowed else verdict

    def _judge_at_all(self, selection: Selection, item: Item, placement: Placement, vm: Vm) -> Verdict:
        """Choosing a host is for VMs of one pool, and starting on one for pools that have several."""
        verdict = placement.judge_at_home(vm, self.operation)
        if not verdict.allowed:
            return verdict
        if len(selection.sources) > 1:
            return refuse(selection, item, "several_pools")
        if self.operation != "pool_migrate" and item.source.inventory.count("host") < 2:
            return refuse(selection, item, "only_one_host")
        return verdict

    def _judge_placing(self, placement: Placement, vm: Vm, host_ref: str) -> Verdict:
        if self.operation == "pool_migrate":
            return placement.judge_migrate(vm, host_ref)
        if self.operation == "start_on":
            return placement.judge_start_on(vm, host_ref)
        return placement.judge_resume_on(vm, host_ref)


async def _start_on(doing: Doing) -> None:
    await doing.task("VM.start_on", doing.item.ref, doing.target_ref, False, False)


async def _resume_on(doing: Doing) -> None:
    await doing.task("VM.resume_on", doing.item.ref, doing.target_ref, False, False)


async def _migrate(doing: Doing) -> None:
    await doing.task("VM.pool_migrate", doing.item.ref, doing.target_ref, {"live": "true"})


def _ask_to_migrate(selection: Selection) -> Prompt | None:
    if selection.target is None or not selection.items:
        return None
    words = selection.rules(selection.items[0].source).words
    host = words.name(selection.target.ref)
    names = [words.name(item.ref) for item in selection.items]
    what = names[0] if len(names) == 1 else f"{len(names)} VMs"
    verb = "Migrate" if len(names) == 1 else f"Migrate {len(names)} VMs"
    return Prompt(f"Migrate {what} to {host}?", _left_on_host(selection, host), verb=verb)


def _left_on_host(selection: Selection, host: str) -> str:
    item, target = selection.items[0], selection.target
    if target is None or target.source is not item.source:
        return ""
    rules = selection.rules(item.source)
    vms = tuple(vm for item in selection.items if (vm := rules.vm(item.ref)) is not None)
    free = rules.placement.free_after_bytes(target.ref, vms)
    if free < 0:
        return f"Together they need {rules.words.size(-free)} more than {host} has free; the last ones will be refused."
    return f"{host} will have {rules.words.size(free)} of memory free."


def _lane(selection: Selection, item: Item) -> str:
    """Migrations between two hosts run one after the other: together they would only slow each other down."""
    vm = item.record
    home = vm.resident_on if isinstance(vm, Vm) else ""
    return f"{home}>{selection.target.ref}" if selection.target is not None else ""


def _move_back(selection: Selection, item: Item) -> tuple[Command, str] | None:
    vm = item.record
    if not isinstance(vm, Vm) or item.source.inventory.get(Host, vm.resident_on) is None:
        return None
    return MOVE_BACK, vm.resident_on


START_ON = Command(
    "vm.start_on", "Start on", VM, _OnHost("start_on"), _start_on, ("VM.start_on",), "started", target="host",
    icon="start",
    phrase="Start {} on {target}",
)  # fmt: skip
RESUME_ON = Command(
    "vm.resume_on", "Resume on", VM, _OnHost("resume_on"), _resume_on, ("VM.resume_on",), "resumed", target="host",
    icon="resume",
    phrase="Resume {} on {target}",
)  # fmt: skip
MIGRATE = Command(
    "vm.migrate", "Migrate", VM, _OnHost("pool_migrate"), _migrate, ("VM.pool_migrate",), "migrated", target="host",
    icon="migrate", prompt=_ask_to_migrate, lane=_lane, take_back=_move_back,
)  # fmt: skip
MOVE_BACK = Command(
    "vm.move_back", "Move back", VM, _OnHost("pool_migrate"), _migrate, ("VM.pool_migrate",), "moved back",
    target="host", icon="migrate", lane=_lane,
    phrase="Move {} back to {target}",
)  # fmt: skip

COMMANDS = (START_ON, RESUME_ON, MIGRATE)
