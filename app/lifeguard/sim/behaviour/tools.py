"""The guest's own tools: what they report some seconds after a boot, and when there are none."""

from __future__ import annotations

from typing import Any

from lifeguard.datamodel.schema import EPOCH, NULL_REF
from lifeguard.sim import dates
from lifeguard.sim.behaviour import lookup, pace
from lifeguard.sim.behaviour.lookup import Row
from lifeguard.sim.behaviour.operations.refresh import refresh_vm
from lifeguard.sim.context import Context
from lifeguard.sim.database import Database

_FEATURES = ("feature-suspend", "feature-poweroff", "feature-reboot", "feature-vcpu-hotplug", "feature-balloon")
_VERSION = {"major": "9", "minor": "4", "micro": "0", "build": "146"}
_UNKNOWN_SYSTEM = {"name": "Debian GNU/Linux 12 (bookworm)", "uname": "6.1.0-18-amd64", "distro": "debian",
                   "major": "12", "minor": "5"}  # fmt: skip


def take_away(db: Database, vm_ref: str) -> None:
    """A boot begins: no record says any more what the tools said. The guest still has them, however often it boots
    before they can say it again."""
    vm, known_ref = db.row("VM", vm_ref), db.get("VM", vm_ref, "guest_metrics")
    known = lookup.find(db, "VM_guest_metrics", known_ref)
    if known is not None:
        db.unsaid[vm_ref] = dict(known)
        db.set("VM", vm_ref, "guest_metrics", NULL_REF)
        db.destroy("VM_guest_metrics", known_ref)
    elif not _has_run_before(db, vm):
        db.unsaid[vm_ref] = _first_report()


async def report_later(context: Context, vm_ref: str, delay_s: float) -> None:
    """Write the tools' report once the guest is up, unless that boot is over by then."""
    db, domid = context.db, context.db.get("VM", vm_ref, "domid")
    await context.clock.sleep(delay_s)
    vm = lookup.find(db, "VM", vm_ref)
    if vm is None:
        db.unsaid.pop(vm_ref, None)
        return
    is_up = vm["domid"] == domid and vm["power_state"] in ("Running", "Paused")
    report = db.unsaid.pop(vm_ref, None) if is_up else None
    if report is None:
        return
    values = {name: value for name, value in report.items() if name != "uuid"}
    values |= {"last_updated": dates.stamp(context.clock.time_s()), "live": True}
    values["networks"] = values.get("networks") or _addresses(db, vm)
    db.set("VM", vm_ref, "guest_metrics", db.insert("VM_guest_metrics", values))
    refresh_vm(db, vm_ref)


def report_soon(context: Context, vm_ref: str) -> None:
    if vm_ref in context.db.unsaid:
        delay_s = pace.TOOLS_REPORT_S * context.rng.uniform(0.6, 1.4)
        context.spawn(report_later(context, vm_ref, delay_s))


def _has_run_before(db: Database, vm: Row) -> bool:
    metrics = lookup.find(db, "VM_metrics", vm["metrics"])
    return metrics is not None and metrics["start_time"] not in ("", EPOCH)


def _first_report() -> dict[str, Any]:
    """A fresh installation brings its tools along."""
    return {
        "os_version": _UNKNOWN_SYSTEM,
        "PV_drivers_version": _VERSION,
        "PV_drivers_detected": True,
        "PV_drivers_up_to_date": True,
        "other": dict.fromkeys(_FEATURES, "1"),
        "can_use_hotplug_vbd": "yes",
        "can_use_hotplug_vif": "yes",
    }


def _addresses(db: Database, vm: Row) -> dict[str, str]:
    """An IPv4 address per card, made from its MAC so that it stays the same from boot to boot."""
    found: dict[str, str] = {}
    for _, vif in lookup.devices(db, vm, "VIF"):
        numbers = [int(part, 16) for part in vif["MAC"].split(":") if part]
        if len(numbers) == 6:
            address = f"10.{numbers[3]}.{numbers[4]}.{max(1, min(254, numbers[5]))}"
            found[f"{vif['device']}/ip"] = found[f"{vif['device']}/ipv4/0"] = address
    return found
