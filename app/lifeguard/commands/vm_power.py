"""Starting, stopping and pausing VMs."""

from __future__ import annotations

from lifeguard.commands.ask import Prompt
from lifeguard.commands.command import Command, Doing
from lifeguard.commands.forms import in_short
from lifeguard.commands.judging import OfVm, OfVmAnywhere
from lifeguard.commands.kinds import VM
from lifeguard.commands.selection import Item, Selection
from lifeguard.datamodel.records import Pool, Task, Vm
from lifeguard.rules.verdict import ALLOWED, Verdict


async def _start(doing: Doing) -> None:
    await doing.task("VM.start", doing.item.ref, False, False)


async def _resume(doing: Doing) -> None:
    await doing.task("VM.resume", doing.item.ref, False, False)


async def _shut_down(doing: Doing) -> None:
    await doing.task("VM.clean_shutdown", doing.item.ref)


async def _reboot(doing: Doing) -> None:
    await doing.task("VM.clean_reboot", doing.item.ref)


async def _suspend(doing: Doing) -> None:
    await doing.task("VM.suspend", doing.item.ref)


async def _pause(doing: Doing) -> None:
    await doing.task("VM.pause", doing.item.ref)


async def _unpause(doing: Doing) -> None:
    await doing.task("VM.unpause", doing.item.ref)


async def _force_shut_down(doing: Doing) -> None:
    await _cancel_tasks(doing)
    await doing.task("VM.hard_shutdown", doing.item.ref)


async def _force_reboot(doing: Doing) -> None:
    await _cancel_tasks(doing)
    await doing.task("VM.hard_reboot", doing.item.ref)


async def _cancel_tasks(doing: Doing) -> None:
    """What still runs on the VM would only stand in the way of a forced stop."""
    vm = doing.item.record
    for ref in _cancellable(doing.item) if isinstance(vm, Vm) else ():
        await doing.call("task.cancel", ref)


def _cancellable(item: Item) -> tuple[str, ...]:
    vm, inventory = item.record, item.source.inventory
    if not isinstance(vm, Vm):
        return ()
    tasks = (inventory.get(Task, ref) for ref in vm.current_operations)
    return tuple(task.ref for task in tasks if task is not None and "cancel" in task.allowed_operations)


class _Forced(OfVm):
    """Forcing works also where a task that runs on the VM can be cancelled first."""

    def __call__(self, selection: Selection, item: Item) -> Verdict:
        verdict = super().__call__(selection, item)
        return ALLOWED if not verdict.allowed and _cancellable(item) else verdict


def _protected(selection: Selection) -> str:
    """A warning about VMs that high availability keeps running."""
    names = [
        vm.name_label
        for item in selection.items
        if isinstance(vm := item.record, Vm) and vm.ha_restart_priority and vm.ha_always_run
        if any(pool.ha_enabled for pool in item.source.inventory.all(Pool))
    ]
    return f"High availability protects {', '.join(names)}; it will not be restarted." if names else ""


class _Asking:
    """Asks before a VM stops: shortly, or about the danger."""

    def __init__(self, verb: str, detail: str = "", *, danger: bool = False) -> None:
        self._verb = verb
        self._detail = detail
        self._danger = danger

    def __call__(self, selection: Selection) -> Prompt | None:
        detail = " ".join(filter(None, (self._detail, _protected(selection))))
        return Prompt(f"{self._verb} {in_short(selection, 'VMs')}?", detail, self._danger, self._verb)


_LOSS = "It stops as if its power were cut: what it has not written to disk is lost."

START = Command(
    "vm.start", "Start", VM, OfVmAnywhere("start"), _start, ("VM.start",), "started", shortcut="Ctrl+B", icon="start"
)
RESUME = Command(
    "vm.resume", "Resume", VM, OfVmAnywhere("resume"), _resume, ("VM.resume",), "resumed", shortcut="Ctrl+Y",
    icon="resume",
)  # fmt: skip
SHUT_DOWN = Command(
    "vm.shutdown", "Shut down", VM, OfVm("clean_shutdown"), _shut_down, ("VM.clean_shutdown",), "shut down",
    shortcut="Ctrl+E", icon="shutdown", prompt=_Asking("Shut down"),
)  # fmt: skip
REBOOT = Command(
    "vm.reboot", "Reboot", VM, OfVm("clean_reboot"), _reboot, ("VM.clean_reboot",), "rebooted", shortcut="Ctrl+R",
    icon="reboot", prompt=_Asking("Reboot"),
)  # fmt: skip
SUSPEND = Command(
    "vm.suspend", "Suspend", VM, OfVm("suspend"), _suspend, ("VM.suspend",), "suspended", shortcut="Ctrl+Y",
    icon="suspend", prompt=_Asking("Suspend"),
)  # fmt: skip
PAUSE = Command("vm.pause", "Pause", VM, OfVm("pause"), _pause, ("VM.pause",), "paused", icon="pause")
UNPAUSE = Command("vm.unpause", "Continue", VM, OfVm("unpause"), _unpause, ("VM.unpause",), "continued", icon="resume")
FORCE_SHUT_DOWN = Command(
    "vm.force_shutdown", "Force shut down", VM, _Forced("hard_shutdown"), _force_shut_down, ("VM.hard_shutdown",),
    "shut down", icon="force-shutdown", danger=True, prompt=_Asking("Force shut down", _LOSS, danger=True),
)  # fmt: skip
FORCE_REBOOT = Command(
    "vm.force_reboot", "Force reboot", VM, _Forced("hard_reboot"), _force_reboot, ("VM.hard_reboot",), "rebooted",
    icon="force-reboot", danger=True, prompt=_Asking("Force reboot", _LOSS, danger=True),
)  # fmt: skip

COMMANDS = (START, RESUME, SHUT_DOWN, REBOOT, SUSPEND, PAUSE, UNPAUSE, FORCE_SHUT_DOWN, FORCE_REBOOT)
