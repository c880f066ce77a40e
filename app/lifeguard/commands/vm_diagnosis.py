"""Why a VM does not start: what stands in its way on each host."""

from __future__ import annotations

from collections.abc import Iterable

from lifeguard.commands.command import Command, Doing
from lifeguard.commands.jobs import Job
from lifeguard.commands.judging import refuse
from lifeguard.commands.kinds import VM
from lifeguard.commands.selection import Item, Selection
from lifeguard.commands.source import Source
from lifeguard.commands.vm_place import RESUME_ON, START_ON
from lifeguard.datamodel.records import Vm
from lifeguard.rules.verdict import ALLOWED, Verdict

_WAYS = {"Halted": START_ON, "Suspended": RESUME_ON}
_DEPENDS_ON_HOST = frozenset({
    "NO_HOSTS_AVAILABLE", "HOST_NOT_ENOUGH_FREE_MEMORY", "HOST_NOT_ENOUGH_PCPUS", "HOST_DISABLED", "HOST_NOT_LIVE",
    "HOST_CANNOT_ATTACH_NETWORK", "HOST_EVACUATE_IN_PROGRESS", "VM_REQUIRES_SR", "VM_REQUIRES_VDI",
    "VM_REQUIRES_NETWORK", "VM_REQUIRES_GPU", "VM_REQUIRES_VGPU", "VM_REQUIRES_IOMMU", "VM_REQUIRES_VUSB",
    "VM_HVM_REQUIRED", "VM_INCOMPATIBLE_WITH_THIS_HOST", "VM_HOST_INCOMPATIBLE_VERSION",
    "VM_HOST_INCOMPATIBLE_VIRTUAL_HARDWARE_PLATFORM_VERSION",
})  # fmt: skip
"""Failures for which another host may be the answer."""


def way_on(selection: Selection) -> Command:
    """How the VM would come to run on a host of one's choice."""
    vm = selection.items[0].record
    return _WAYS.get(vm.power_state, START_ON) if isinstance(vm, Vm) else START_ON


def explained(job: Job, sources: Iterable[Source]) -> Selection | None:
    """The VM whose hosts are worth a look after a job about it has failed."""
    if job.error is None or job.error.code not in _DEPENDS_ON_HOST or len(job.work.subjects) != 1:
        return None
    ref = job.work.subjects[0]
    source = next((source for source in sources if ref in source.inventory), None)
    selection = Selection.of(source, [ref]) if source is not None else None
    return selection if selection is not None and DIAGNOSE.sum_up(selection).allowed else None


def _judge(selection: Selection, item: Item) -> Verdict:
    vm = item.record
    if isinstance(vm, Vm) and vm.power_state not in _WAYS:
        return refuse(selection, item, "VM_BAD_POWER_STATE", vm.ref, "halted, suspended", vm.power_state.lower())
    return ALLOWED


async def _ask(doing: Doing) -> None:
    """The window asks while it shows the answers."""


DIAGNOSE = Command(
    "vm.diagnose_start", "Start diagnosis", VM, _judge, _ask, ("VM.assert_can_boot_here",), scope="one",
    icon="question", opens="diagnosis",
)  # fmt: skip

COMMANDS = (DIAGNOSE,)
