"""What to offer beside a failed job: the step that clears its way, after which the work is tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from lifeguard.commands.command import OURS
from lifeguard.commands.selection import Item
from lifeguard.commands.vm_devices import loaded_drives, tracked_disks
from lifeguard.commands.work import JobError, Remedy, Report
from lifeguard.datamodel.records import Pool, Sr
from lifeguard.quantities import format_count
from lifeguard.rules.words import Words

CLEARED_IN_WIZARD = frozenset({"VDI_CBT_ENABLED"})
"""Refusals of a migration that do not close a place: its wizard offers to clear them."""
_LABELS = {OURS: "job"}
WAIT_S = 10.0
"""How long to leave a host alone that carries as many disks as it can."""


def remedies_for(item: Item) -> Callable[[JobError], tuple[Remedy, ...]]:
    """The remedies for failures of work on this object, as it is when it fails."""

    def remedies(error: JobError) -> tuple[Remedy, ...]:
        offer = _OFFERS.get(error.code or "")
        return tuple(filter(None, [offer(item, error)])) if offer is not None else ()

    return remedies


def _eject_discs(item: Item, error: JobError) -> Remedy | None:
    drives = loaded_drives(item)
    if not drives or not _is_about_a_disc(item, error):
        return None

    async def run(job: Report) -> None:
        for drive in loaded_drives(item):
            await item.source.run_task("VBD.eject", drive.ref, labels=_LABELS)

    return Remedy(f"Eject the disc of {_name(item)} and try again", run)


def _is_about_a_disc(item: Item, error: JobError) -> bool:
    """VM_REQUIRES_SR is about any storage; only one of discs can be done without."""
    if error.code != "VM_REQUIRES_SR" or len(error.params) < 2:
        return True
    sr = item.source.inventory.get(Sr, error.params[1])
    return sr is None or sr.content_type == "iso" or sr.type in ("iso", "udev")


def _stop_tracking(item: Item, error: JobError) -> Remedy | None:
    if not tracked_disks(item):
        return None

    async def run(job: Report) -> None:
        for vdi in tracked_disks(item):
            await item.source.run_task("VDI.disable_cbt", vdi.ref, labels=_LABELS)

    return Remedy("Disable changed-block tracking and try again", run)


def _wait(item: Item, error: JobError) -> Remedy | None:
    async def run(job: Report) -> None:
        await asyncio.sleep(WAIT_S)

    return Remedy(f"Wait {WAIT_S:.0f} s and try again", run)


def _tolerate_less(item: Item, error: JobError) -> Remedy | None:
    pool = next(iter(item.source.inventory.all(Pool)), None)
    if pool is None or pool.ha_host_failures_to_tolerate < 1:
        return None
    fewer, ref = pool.ha_host_failures_to_tolerate - 1, pool.ref

    async def run(job: Report) -> None:
        await item.source.call("pool.set_ha_host_failures_to_tolerate", ref, fewer)

    return Remedy(f"Tolerate {format_count(fewer, 'server failure')} instead of {fewer + 1} and try again", run)


def _name(item: Item) -> str:
    return Words(item.source.inventory).name(item.ref)


_OFFERS: dict[str, Callable[[Item, JobError], Remedy | None]] = {
    "VM_REQUIRES_SR": _eject_discs,
    "VDI_MISSING": _eject_discs,
    "VM_MIGRATE_FAILED": _eject_discs,
    "VDI_CBT_ENABLED": _stop_tracking,
    "TOO_MANY_STORAGE_MIGRATES": _wait,
    "HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN": _tolerate_less,
}
