"""What can be asked about an object: XenCenter's property list, each name with the way to read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from lifeguard.datamodel.records import (
    Host,
    Pool,
    Record,
    Sr,
    Vbd,
    Vdi,
    Vm,
    VmAppliance,
    VmGuestMetrics,
    VmMetrics,
)
from lifeguard.inventory.addresses import addresses_of
from lifeguard.inventory.answers import Facts
from lifeguard.inventory.custom_fields import values_of
from lifeguard.inventory.kinds import ObjectType, type_of
from lifeguard.inventory.naming import full_name
from lifeguard.inventory.relations import is_real_vm, related, vbds_of
from lifeguard.inventory.standing import is_ha_on
from lifeguard.search.relatives import RELATIVES, FolderRecord, appliance_of

Getter = Callable[[Facts, Record], Any]
_UNKNOWN_OS = "Unknown"
_BUILD_KEYS = ("product_version", "platform_version", "build_number")
_CACHED_ON = "read-caching-enabled-on-"
_RESTART = frozenset({"restart", "0", "1", "2", "3"})


def searched_type(record: Record) -> ObjectType | None:
    """The sort of thing a record is, folders included."""
    return ObjectType.FOLDER if isinstance(record, FolderRecord) else type_of(record)


def _type(facts: Facts, record: Record) -> str | None:
    sort = searched_type(record)
    return sort.value if sort is not None else None


def _description(facts: Facts, record: Record) -> str:
    return str(getattr(record, "name_description", ""))


def _tags(facts: Facts, record: Record) -> tuple[str, ...]:
    return tuple(getattr(record, "tags", ()))


def _memory(facts: Facts, record: Record) -> int | None:
    metrics = _metrics(facts, record)
    return metrics.memory_actual if metrics is not None else None


def _metrics(facts: Facts, record: Record) -> VmMetrics | None:
    return facts.get(VmMetrics, record.metrics) if isinstance(record, Vm) and is_real_vm(record) else None


def os_name(facts: Facts, record: Record) -> str | None:
    """The guest's system as its tools tell it, without the vendor's flourish."""
    if not isinstance(record, Vm) or not is_real_vm(record):
        return None
    guest = facts.get(VmGuestMetrics, record.guest_metrics)
    name = guest.os_version.get("name", "").split("|")[0] if guest is not None else ""
    for flourish in ("Microsoft®", "Microsoft(R)", "Microsoft"):
        name = name.removeprefix(flourish).lstrip()
    return name.strip() or _UNKNOWN_OS


def _power_state(facts: Facts, record: Record) -> str | None:
    return record.power_state if isinstance(record, Vm) and is_real_vm(record) else None


def tools_status(facts: Facts, record: Record) -> str | None:
    """Optimized, OutOfDate, NotInstalled, or Unknown while it does not run or nobody measures it."""
    if not isinstance(record, Vm) or not is_real_vm(record):
        return None
    if record.power_state != "Running" or _metrics(facts, record) is None:
        return "Unknown"
    guest = facts.get(VmGuestMetrics, record.guest_metrics)
    if guest is None or not (guest.PV_drivers_version or guest.PV_drivers_detected):
        return "NotInstalled"
    return "Optimized" if guest.PV_drivers_up_to_date or guest.PV_drivers_detected else "OutOfDate"


def _start_time(facts: Facts, record: Record) -> str | None:
    metrics = _metrics(facts, record)
    if metrics is not None:
        return metrics.start_time
    return "00010101T00:00:00Z" if isinstance(record, Vm) and is_real_vm(record) else None


def _ha_priority(facts: Facts, record: Record) -> str | None:
    """What HA does for a VM, only while it is on."""
    return ha_priority(record) if is_ha_on(facts) else None


def ha_priority(record: Record) -> str | None:
    """What HA would do for a VM: Restart, BestEffort or DoNotRestart."""
    if not isinstance(record, Vm) or not is_real_vm(record):
        return None
    priority = record.ha_restart_priority
    return "Restart" if priority in _RESTART else "BestEffort" if priority == "best-effort" else "DoNotRestart"


def _shared(facts: Facts, record: Record) -> bool | None:
    if isinstance(record, Vdi):
        devices = related(facts, Vbd, record.VBDs, "VDI", record.ref)
        return sum(facts.class_of(vbd.VM) == "VM" for vbd in devices) > 1
    return record.shared if isinstance(record, Sr) else None


def _is_not_upgraded(facts: Facts, record: Record) -> bool | None:
    """Whether some host runs another build than the master, whatever else its state says."""
    if not isinstance(record, Pool):
        return None
    builds = {ref: _build(facts, ref) for ref in (*facts.refs("host"), record.master)}
    return any(build != builds[record.master] for build in builds.values())


def _build(facts: Facts, host_ref: str) -> tuple[str | None, ...]:
    host = facts.get(Host, host_ref)
    return tuple(host.software_version.get(key) for key in _BUILD_KEYS) if host is not None else ()


def _in_any_appliance(facts: Facts, record: Record) -> bool | None:
    if isinstance(record, VmAppliance):
        return True
    return appliance_of(facts, record) is not None if isinstance(record, Vm) and is_real_vm(record) else None


def _reads_cached(facts: Facts, record: Record) -> bool | None:
    """Whether the host that a VM runs on caches what it reads from one of its disks."""
    if not isinstance(record, Vm) or not is_real_vm(record):
        return None
    host = facts.get(Host, record.resident_on)
    if host is None:
        return False
    disks = (facts.get(Vdi, vbd.VDI) for vbd in vbds_of(facts, record) if vbd.currently_attached)
    return any(vdi is not None and vdi.sm_config.get(_CACHED_ON + host.uuid) == "true" for vdi in disks)


def _has_vendor_device(record: Record) -> bool | None:
    return record.has_vendor_device if isinstance(record, Vm) and is_real_vm(record) else None


def _ha_enabled(facts: Facts, record: Record) -> bool | None:
    return record.ha_enabled if isinstance(record, Pool) else None


PROPERTIES: Mapping[str, Getter] = MappingProxyType({
    **RELATIVES,
    "type": _type,
    "label": lambda facts, record: full_name(facts, record),
    "uuid": lambda facts, record: record.uuid or None,
    "description": _description,
    "tags": _tags,
    "memory": _memory,
    "os_name": os_name,
    "power_state": _power_state,
    "virtualisation_status": tools_status,
    "start_time": _start_time,
    "ha_restart_priority": _ha_priority,
    "size": lambda facts, record: record.virtual_size if isinstance(record, Vdi) else None,
    "ip_address": addresses_of,
    "ha_enabled": _ha_enabled,
    "isNotFullyUpgraded": _is_not_upgraded,
    "in_any_appliance": _in_any_appliance,
    "shared": _shared,
    "read_caching_enabled": _reads_cached,
    "has_custom_fields": lambda facts, record: bool(values_of(facts, record)),
    "sr_type": lambda facts, record: record.type if isinstance(record, Sr) else None,
    "license": lambda facts, record: record.edition or None if isinstance(record, Host) else None,
    "vendor_device_state": lambda facts, record: _has_vendor_device(record),
})  # fmt: skip
"""Property name -> how to read it. None, or an empty list, is "has none"."""
