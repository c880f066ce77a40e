"""The words of the one-line language: what can stand before a colon, and what each makes of its value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from lifeguard.inventory.kinds import ObjectType

Sort = Literal["text", "enum", "list", "objects", "object", "folder", "amount", "address", "date", "bool", "has"]

TYPE_WORDS: Mapping[str, str] = MappingProxyType({
    "pool": ObjectType.POOL.value,
    "host": ObjectType.HOST.value,
    "server": ObjectType.DISCONNECTED_SERVER.value,
    "vm": ObjectType.VM.value,
    "snapshot": ObjectType.SNAPSHOT.value,
    "template": ObjectType.CUSTOM_TEMPLATE.value,
    "default-template": ObjectType.DEFAULT_TEMPLATE.value,
    "sr": ObjectType.REMOTE_SR.value,
    "local-sr": ObjectType.LOCAL_SR.value,
    "vdi": ObjectType.VDI.value,
    "network": ObjectType.NETWORK.value,
    "folder": ObjectType.FOLDER.value,
    "vapp": ObjectType.APPLIANCE.value,
})  # fmt: skip
STATE_WORDS: Mapping[str, str] = MappingProxyType(
    {word.lower(): word for word in ("Running", "Halted", "Suspended", "Paused")}
)
HA_WORDS: Mapping[str, str] = MappingProxyType(
    {"restart": "Restart", "best-effort": "BestEffort", "no-restart": "DoNotRestart"}
)
TOOLS_WORDS: Mapping[str, str] = MappingProxyType(
    {"optimized": "Optimized", "out-of-date": "OutOfDate", "missing": "NotInstalled", "unknown": "Unknown"}
)
DAY_WORDS = ("today", "yesterday", "thisweek", "lastweek")
HAS_WORDS: Mapping[str, str] = MappingProxyType({
    key: key
    for key in ("tag", "folder", "os", "ip", "memory", "vapp", "disk", "network", "vm", "host", "sr", "pool")
})  # fmt: skip
"""The keys of what an object may have or not have at all."""


@dataclass(frozen=True, slots=True)
class Word:
    """One key: what sort of value follows, which property it asks, and the values it knows by name."""

    sort: Sort
    property: str
    explanation: str
    values: Mapping[str, str] = field(default_factory=dict)


KEYS: Mapping[str, Word] = MappingProxyType({
    "name": Word("text", "label", "the name contains"),
    "description": Word("text", "description", "the description contains"),
    "uuid": Word("text", "uuid", "the UUID contains"),
    "os": Word("text", "os_name", "the guest's system contains"),
    "srtype": Word("text", "sr_type", "the storage is of type"),
    "type": Word("enum", "type", "is a", TYPE_WORDS),
    "state": Word("enum", "power_state", "the VM is", STATE_WORDS),
    "ha": Word("enum", "ha_restart_priority", "HA treats the VM as", HA_WORDS),
    "tools": Word("enum", "virtualisation_status", "the guest tools are", TOOLS_WORDS),
    "tag": Word("list", "tags", "has the tag"),
    "host": Word("objects", "host", "is on a host whose name contains"),
    "network": Word("objects", "networks", "is on a network whose name contains"),
    "sr": Word("objects", "storage", "is on a storage whose name contains"),
    "disk": Word("objects", "disks", "has a disk whose name contains"),
    "vm": Word("objects", "vm", "belongs to a VM whose name contains"),
    "pool": Word("object", "pool", "is in a pool whose name contains"),
    "vapp": Word("object", "appliance", "is in a vApp whose name contains"),
    "folder": Word("folder", "folders", "is in this folder or below"),
    "memory": Word("amount", "memory", "uses memory: memory>4G"),
    "size": Word("amount", "size", "the disk is of size: size<10G"),
    "ip": Word("address", "ip_address", "has the address: ip:10.0.*"),
    "started": Word("date", "start_time", "was started: started:today, started>2026-01-31"),
    "shared": Word("bool", "shared", "storage of several hosts: shared:yes"),
    "invapp": Word("bool", "in_any_appliance", "is in some vApp: invapp:yes"),
    "has": Word("has", "", "has any: has:tag", HAS_WORDS),
})  # fmt: skip
FIELD_KEY = "field"
SYNONYMS: Mapping[str, str] = MappingProxyType({
    "label": "name", "desc": "description", "kind": "type", "power": "state", "tags": "tag", "server": "host",
    "storage": "sr", "networks": "network", "ram": "memory", "address": "ip", "appliance": "vapp",
})  # fmt: skip

_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgtp]?)(?:i?b)?", re.IGNORECASE)
_POWER = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}


def amount_of(text: str) -> int | None:
    """A number of bytes written as 4G, 512MiB or 1.5t; None for other text."""
    match = _AMOUNT.fullmatch(text)
    return None if match is None else round(float(match.group(1)) * 1024 ** _POWER[match.group(2).lower()])


def amount_text(value_bytes: int) -> str:
    """A number of bytes in the largest unit that says it exactly."""
    for letter, power in reversed(_POWER.items()):
        if value_bytes and value_bytes % 1024**power == 0:
            return f"{value_bytes // 1024**power}{letter.upper()}"
    return str(value_bytes)
