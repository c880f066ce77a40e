"""Snapshot schedules: snapshots of all their VMs at set times or at once, the oldest making room for new ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim import dates
from lifeguard.sim.behaviour import alerts, lookup
from lifeguard.sim.behaviour.vm_making import destroy_with_disks
from lifeguard.sim.behaviour.vm_snapshots import checkpoint, snapshot
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_LEAST_KEPT, _MOST_KEPT = 1, 10
_MINUTES = ("0", "15", "30", "45")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_KEYS = {"hourly": ("min",), "daily": ("hour", "min"), "weekly": ("days", "hour", "min")}


async def create(context: Context, record: Mapping[str, Any]) -> str:
    values = {name: value for name, value in record.items() if name not in ("uuid", "VMs", "last_run_time")}
    _assert_retained(values.get("retained_snapshots", 7))
    frequency, schedule = values.get("frequency", "daily"), values.get("schedule", {})
    values["schedule"] = _complete(frequency, schedule)
    return context.db.insert("VMSS", values)


def _assert_retained(number: int) -> None:
    if not _LEAST_KEPT <= number <= _MOST_KEPT:
        raise ApiError("INVALID_VALUE", "retained_snapshots", str(number))


def _complete(frequency: str, schedule: Mapping[str, str]) -> dict[str, str]:
    """The keys that count for the frequency, those that lack with a default. Raises INVALID_VALUE."""
    whole = {"min": "0", "hour": "0", "days": "Monday", **schedule}
    for key in schedule:
        _assert_entry(key, schedule[key])
    return {key: whole[key] for key in _KEYS[frequency]}


def _assert_entry(key: str, value: str) -> None:
    good = {
        "min": value in _MINUTES,
        "hour": value.isdigit() and int(value) < 24,
        "days": bool(value) and all(day.strip() in _DAYS for day in value.split(",")),
    }
    if not good.get(key, False):
        raise ApiError("INVALID_VALUE", f"schedule:{key}", value)


async def set_retained_snapshots(context: Context, ref: str, value: int) -> None:
    _assert_retained(value)
    context.db.set("VMSS", ref, "retained_snapshots", value)


async def set_frequency(context: Context, ref: str, value: str) -> None:
    row = context.db.row("VMSS", ref)
    context.db.update("VMSS", ref, frequency=value, schedule=_complete(value, row["schedule"]))


async def set_schedule(context: Context, ref: str, value: Mapping[str, str]) -> None:
    context.db.set("VMSS", ref, "schedule", _complete(context.db.get("VMSS", ref, "frequency"), value))


async def add_to_schedule(context: Context, ref: str, key: str, value: str) -> None:
    _assert_entry(key, value)
    context.db.put("VMSS", ref, "schedule", key, value)


async def set_type(context: Context, ref: str, value: str) -> None:
    if value == "snapshot_with_quiesce":
        for vm_ref in context.db.get("VMSS", ref, "VMs"):
            raise ApiError("VM_SNAPSHOT_WITH_QUIESCE_NOT_SUPPORTED", vm_ref)
    context.db.set("VMSS", ref, "type", value)


async def destroy(context: Context, ref: str) -> None:
    """The VMs stay, without a schedule."""
    for vm_ref in context.db.get("VMSS", ref, "VMs"):
        if context.db.has("VM", vm_ref):
            context.db.set("VM", vm_ref, "snapshot_schedule", NULL_REF)
    context.db.destroy("VMSS", ref)


async def snapshot_now(context: Context, ref: str) -> str:
    """Snapshot every VM of the schedule. The result tells of those that failed."""
    db = context.db
    row = db.row("VMSS", ref)
    db.set("VMSS", ref, "last_run_time", dates.stamp(context.clock.time_s()))
    failures: list[str] = []
    for vm_ref in row["VMs"]:
        if db.has("VM", vm_ref):
            try:
                await _snapshot(context, row, vm_ref)
            except ApiError as error:
                failures.append(f"{db.get('VM', vm_ref, 'uuid')}: {','.join(error.description)}")
    name = "VMSS_SNAPSHOT_FAILED" if failures else "VMSS_SNAPSHOT_SUCCEEDED"
    if db.has("VMSS", ref):
        alerts.post(db, context.clock, name, "VMSS", ref, "\n".join(failures) or "Successfully performed snapshots")
    return "\n".join(failures)


async def _snapshot(context: Context, schedule: lookup.Row, vm_ref: str) -> None:
    db = context.db
    moment = datetime.fromtimestamp(context.clock.time_s(), UTC)
    name = f"[{schedule['name_label']}] [{db.get('VM', vm_ref, 'name_label')}] [{moment:%Y-%m-%d %H:%M:%S}]"
    if schedule["type"] == "checkpoint" and db.get("VM", vm_ref, "power_state") == "Running":
        made = await checkpoint(context, vm_ref, name)
    else:
        made = await snapshot(context, vm_ref, name)
    db.set("VM", made, "is_vmss_snapshot", True)
    for old in _superfluous(db, vm_ref, schedule["retained_snapshots"]):
        destroy_with_disks(db, old)


def _superfluous(db: Database, vm_ref: str, kept: int) -> list[str]:
    """The oldest scheduled snapshots beyond those kept. Somebody's own snapshots do not count."""
    rows = ((ref, lookup.find(db, "VM", ref)) for ref in db.get("VM", vm_ref, "snapshots"))
    found = [(row["snapshot_time"], ref) for ref, row in rows if row is not None and row["is_vmss_snapshot"]]
    return [ref for _, ref in sorted(found)[: max(0, len(found) - kept)]]


HANDLERS: dict[str, Handler] = {
    "VMSS.create": create,
    "VMSS.destroy": destroy,
    "VMSS.snapshot_now": snapshot_now,
    "VMSS.set_retained_snapshots": set_retained_snapshots,
    "VMSS.set_frequency": set_frequency,
    "VMSS.set_schedule": set_schedule,
    "VMSS.add_to_schedule": add_to_schedule,
    "VMSS.set_type": set_type,
}
