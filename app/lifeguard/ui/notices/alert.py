"""One alert: a `message` record that calls for attention, in words. Life-cycle messages are marks on graphs instead."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lifeguard.datamodel.records import Host, Message, Network, Pool, Record, Sr, Vdi, Vm
from lifeguard.inventory.answers import Facts
from lifeguard.inventory.naming import full_name
from lifeguard.inventory.relations import hosts_of
from lifeguard.quantities import format_bytes, format_count, format_percent, format_rate
from lifeguard.ui.notices.wording import SENTENCES
from lifeguard.ui.table.instant import epoch_s

SEVERITIES = {
    1: "Data loss imminent",
    2: "Service loss imminent",
    3: "Service degraded",
    4: "Service recovered",
    5: "Informational",
}
_INFORMATIONAL = 5
_NEVER_LISTED = frozenset({
    "HA_POOL_OVERCOMMITTED",  # HA_POOL_DROP_IN_PLAN_EXISTS_FOR always comes with it and says more
    "VM_CHECKPOINTED", "VM_CLONED", "VM_CRASHED", "VM_DELETED", "VM_MIGRATED", "VM_PAUSED", "VM_REBOOTED",
    "VM_RESUMED", "VM_SHUTDOWN", "VM_SNAPSHOTTED", "VM_SNAPSHOT_REVERTED", "VM_STARTED", "VM_SUSPENDED",
    "VM_UNPAUSED",
})  # fmt: skip
_ALARM_SEVERITY = {"fs_usage": 2, "log_fs_usage": 3}
_KINDS: dict[str, type[Record]] = {
    "vm": Vm, "host": Host, "sr": Sr, "pool": Pool, "vdi": Vdi, "network": Network,
}  # fmt: skip
_VALUE = re.compile(r"value:\s*([-+0-9.eE]+)")
_NAME = re.compile(r"<name\s+value=\"([^\"]*)\"")
_PERIOD = re.compile(r"<alarm_trigger_period\s+value=\"(\d+)\"")


@dataclass(frozen=True, slots=True)
class Alert:
    """`severity` is 1 (worst) to 5; `instant_s` is the server's, UTC epoch seconds; `host` and `object_ref` are empty
    where the message is about nothing that is there."""

    ref: str
    severity: int
    title: str
    detail: str
    object_name: str
    object_ref: str
    host: str
    instant_s: float


def alert_of(facts: Facts, message_ref: str) -> Alert | None:
    """The alert that a message is, None for one that is none."""
    message = facts.get(Message, message_ref)
    if message is None or message.name.upper() in _NEVER_LISTED:
        return None
    record = _object_of(facts, message)
    name = full_name(facts, record) if record is not None else ""
    hosts = hosts_of(facts, record) if record is not None and not isinstance(record, Pool) else ()
    host = facts.get(Host, hosts[0]) if len(hosts) == 1 else None
    return Alert(
        ref=message_ref,
        severity=severity_of(message),
        title=_title(message, name),
        detail="" if message.name.upper() == "ALARM" else " ".join(message.body.split()),
        object_name=name,
        object_ref=record.ref if record is not None else "",
        host=host.name_label if host is not None else "",
        instant_s=float(epoch_s(message.timestamp) or 0),
    )


def severity_of(message: Message) -> int:
    """As the server rates it, save that a full file system of the control domain is rated by which one it is."""
    if message.name.upper() == "ALARM":
        known = _ALARM_SEVERITY.get(_first(_NAME, message.body))
        if known is not None:
            return known
    return message.priority if message.priority in SEVERITIES else _INFORMATIONAL


def _object_of(facts: Facts, message: Message) -> Record | None:
    kind = _KINDS.get(message.cls.lower())
    if kind is None or not message.obj_uuid:
        return None
    return next(iter(facts.pointing_to(kind, "uuid", message.obj_uuid)), None)


def _title(message: Message, name: str) -> str:
    key = message.name.upper()
    subject = name or "An object that is gone"
    if key == "ALARM":
        return _alarm(message.body, subject)
    sentence = SENTENCES.get(key)
    if sentence is not None:
        return sentence.replace("{object}", subject)
    words = message.name.replace("_", " ").strip().capitalize()
    return f"{subject}: {words}" if name else words or "A message without a name"


def _alarm(body: str, subject: str) -> str:
    """What was measured, against what for how long."""
    what, value = _first(_NAME, body), _number(_first(_VALUE, body))
    period = _first(_PERIOD, body)
    since = f" for {format_count(max(round(int(period) / 60), 1), 'minute')}" if period else ""
    if value is None:
        return f"{subject}: an alarm about {what.replace('_', ' ')}" if what else f"{subject}: an alarm"
    match what:
        case "cpu_usage":
            return f"{subject} uses {format_percent(value)} of its CPUs{since}"
        case "memory_free_kib":
            return f"{subject} has {format_bytes(value * 1024)} of memory free{since}"
        case "mem_usage":
            return f"The control domain of {subject} uses {format_percent(value)} of its memory{since}"
        case "network_usage":
            return f"{subject} sends and receives {format_rate(value)}{since}"
        case "disk_usage":
            return f"{subject} reads and writes {format_rate(value)}{since}"
        case "sr_io_throughput_total_per_host":
            return f"{subject} is read and written at {format_rate(value * (1 << 20))}{since}"
        case "fs_usage":
            return f"The file system of {subject} is {format_percent(value)} full"
        case "log_fs_usage":
            return f"The log file system of {subject} is {format_percent(value)} full"
        case "physical_utilisation":
            return f"{subject} is {format_percent(value)} full"
        case _:
            return f"{subject}: {what.replace('_', ' ') or 'a measured value'} is {value:g}"


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found.group(1) if found is not None else ""


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
