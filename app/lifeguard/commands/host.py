"""Hosts: power, toolstack, NICs, and who belongs to the pool."""

from __future__ import annotations

from dataclasses import dataclass

from lifeguard.commands.command import Command, Doing
from lifeguard.commands.forms import asking
from lifeguard.commands.judging import refuse
from lifeguard.commands.kinds import HOST
from lifeguard.commands.selection import Item, Selection, is_dead
from lifeguard.datamodel.records import Host, Pbd, Pool, Sr, Vm
from lifeguard.inventory.inventory import Inventory
from lifeguard.rules.domain import is_live
from lifeguard.rules.verdict import ALLOWED, Verdict


@dataclass(frozen=True, slots=True)
class Departed:
    """What comes of removing a host: it has left the pool of this inventory, boots, and stands alone then."""

    inventory: Inventory
    uuid: str
    name: str
    hostname: str
    address: str
    pool_uuid: str


def pool_of(item: Item) -> Pool | None:
    return next(iter(item.source.inventory.all(Pool)), None)


def is_master(item: Item) -> bool:
    pool = pool_of(item)
    return pool is not None and pool.master == item.ref


def guests_of(item: Item) -> tuple[Vm, ...]:
    """The VMs that run on a host, without its control domain."""
    vms = item.source.inventory.pointing_to(Vm, "resident_on", item.ref)
    return tuple(vm for vm in vms if not vm.is_control_domain and is_live(vm))


def has_ha(item: Item) -> bool:
    pool = pool_of(item)
    return pool is not None and pool.ha_enabled


def judge_live(selection: Selection, item: Item) -> Verdict:
    """For what any host that answers can do."""
    return refuse(selection, item, "needs_live_host") if is_dead(item) else ALLOWED


def _judge_stop(selection: Selection, item: Item) -> Verdict:
    verdict = judge_live(selection, item)
    host = item.record
    if not verdict.allowed or not isinstance(host, Host):
        return verdict
    busy = next((name for name in host.current_operations.values() if name in ("shutdown", "reboot", "evacuate")), None)
    if busy is None:
        return selection.rules(item.source).failover.judge_closing(host.ref) if host.enabled else ALLOWED
    task = next(iter(host.current_operations))
    return refuse(selection, item, "OTHER_OPERATION_IN_PROGRESS", "host", host.ref, busy, task)


def _judge_power_on(selection: Selection, item: Item) -> Verdict:
    host = item.record
    if not is_dead(item):
        return refuse(selection, item, "HOST_IS_LIVE", item.ref)
    if isinstance(host, Host) and not host.power_on_mode:
        return refuse(selection, item, "HOST_POWER_ON_MODE_DISABLED")
    return ALLOWED


def _judge_destroy(selection: Selection, item: Item) -> Verdict:
    if is_master(item):
        return refuse(selection, item, "is_master")
    if not is_dead(item):
        return refuse(selection, item, "HOST_IS_LIVE", item.ref)
    if has_ha(item):
        return refuse(selection, item, "HA_IS_ENABLED")
    if guests_of(item):
        return refuse(selection, item, "HOST_HAS_RESIDENT_VMS", item.ref)
    return ALLOWED


def _judge_eject(selection: Selection, item: Item) -> Verdict:
    if item.source.inventory.count("host") < 2:
        return refuse(selection, item, "not_in_a_pool")
    if has_ha(item):
        return refuse(selection, item, "HA_IS_ENABLED")
    if is_master(item):
        return refuse(selection, item, "is_master")
    if is_dead(item):
        return refuse(selection, item, "needs_live_host")
    guests = guests_of(item)
    if guests:
        return refuse(selection, item, "runs_vms", ", ".join(vm.name_label for vm in guests))
    return ALLOWED


async def _stop_guests(doing: Doing) -> None:
    """Shut down every VM of the host: cleanly where the guest can, by force where it cannot."""
    rules = doing.selection.renewed().rules(doing.item.source)
    guests = guests_of(doing.item)
    for number, vm in enumerate(guests):
        clean = rules.lifecycle.judge(vm, "clean_shutdown").allowed
        share = 0.8 * number / len(guests), 0.8 * (number + 1) / len(guests)
        await doing.task("VM.clean_shutdown" if clean else "VM.hard_shutdown", vm.ref, share=share)


async def _stop(doing: Doing, method: str) -> None:
    host = doing.item.record
    was_enabled = isinstance(host, Host) and host.enabled
    await doing.call("host.disable", doing.item.ref)
    stopped = False
    try:
        await _stop_guests(doing)
        await doing.task(method, doing.item.ref, share=(0.8, 1.0))
        stopped = True
    finally:
        if was_enabled and not stopped:
            await doing.call("host.enable", doing.item.ref)


async def _reboot(doing: Doing) -> None:
    await _stop(doing, "host.reboot")


async def _shut_down(doing: Doing) -> None:
    await _stop(doing, "host.shutdown")


async def _power_on(doing: Doing) -> None:
    await doing.task("host.power_on", doing.item.ref)


async def _restart_toolstack(doing: Doing) -> None:
    await doing.task("host.restart_agent", doing.item.ref)


async def _rescan_nics(doing: Doing) -> None:
    await doing.task("PIF.scan", doing.item.ref)


async def _eject(doing: Doing) -> Departed | None:
    host, pool = doing.item.record, pool_of(doing.item)
    await doing.task("pool.eject", doing.item.ref)
    if not isinstance(host, Host) or pool is None:
        return None
    return Departed(doing.item.source.inventory, host.uuid, host.name_label, host.hostname, host.address, pool.uuid)


async def _destroy(doing: Doing) -> None:
    """Forget a dead host, and the storage that nobody else can reach."""
    inventory = doing.item.source.inventory
    lost = [pbd.SR for pbd in inventory.pointing_to(Pbd, "host", doing.item.ref)]
    lost = [ref for ref in lost if (sr := inventory.get(Sr, ref)) is not None and not sr.shared]
    await doing.task("host.destroy", doing.item.ref, share=(0.0, 0.7))
    for ref in lost:
        if not any(pbd.host != doing.item.ref for pbd in inventory.pointing_to(Pbd, "SR", ref)):
            await doing.task("SR.forget", ref, share=(0.7, 1.0))


_STOPS = "Its running VMs are shut down first."

REBOOT = Command(
    "host.reboot", "Reboot", HOST, _judge_stop, _reboot, ("host.reboot", "host.disable", "VM.clean_shutdown"),
    "rebooted", shortcut="Ctrl+R", icon="reboot", danger=True, prompt=asking("Reboot", "servers", _STOPS, danger=True),
)  # fmt: skip
SHUT_DOWN = Command(
    "host.shutdown", "Shut down", HOST, _judge_stop, _shut_down, ("host.shutdown", "host.disable", "VM.clean_shutdown"),
    "shut down", shortcut="Ctrl+E", icon="shutdown", danger=True,
    prompt=asking("Shut down", "servers", _STOPS, danger=True),
)  # fmt: skip
POWER_ON = Command(
    "host.power_on", "Power on", HOST, _judge_power_on, _power_on, ("host.power_on",), "switched on",
    shortcut="Ctrl+B", icon="start",
)  # fmt: skip
RESTART_TOOLSTACK = Command(
    "host.restart_toolstack", "Restart toolstack", HOST, judge_live, _restart_toolstack, ("host.restart_agent",),
    "restarted", icon="restart",
    prompt=asking(
        "Restart toolstack", "servers", "Its VMs run on meanwhile.", about="Restart the toolstack of {}"
    ),
    phrase="Restart the toolstack of {}",
)  # fmt: skip
RESCAN_NICS = Command(
    "host.rescan_nics", "Rescan NICs", HOST, judge_live, _rescan_nics, ("PIF.scan",), "rescanned",
    phrase="Rescan the NICs of {}",
)  # fmt: skip
EJECT = Command(
    "host.eject", "Remove from pool", HOST, _judge_eject, _eject, ("pool.eject",), "removed from its pool",
    danger=True,
    prompt=asking(
        "Remove from pool", "servers", "Everything on its local storage is erased.", danger=True,
        about="Remove {} from the pool",
    ),
    phrase="Remove {} from its pool",
)  # fmt: skip
DESTROY = Command(
    "host.destroy", "Remove dead server", HOST, _judge_destroy, _destroy, ("host.destroy", "SR.forget"), "removed",
    "all", icon="delete", danger=True,
    prompt=asking(
        "Remove", "servers", "Its local storage is forgotten with it.", danger=True, about="Remove {} as dead"
    ),
    phrase="Remove the dead server {}",
)  # fmt: skip

COMMANDS = (REBOOT, SHUT_DOWN, POWER_ON, RESTART_TOOLSTACK, RESCAN_NICS, EJECT, DESTROY)
