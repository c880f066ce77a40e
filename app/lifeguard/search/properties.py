"""What can be asked about an object: XenCenter's property list, each name with the way to read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from lifeguard.datamodel.records import (
    Host,
    Network,
    Pool,
    Record,
    Sr,
    Vbd,
    Vdi,
    Vif,
    Vm,
    VmAppliance,
    VmGuestMetrics,
    VmMetrics,
)
from lifeguard.inventory.addresses import addresses_of
from lifeguard.inventory.answers import Facts
from lifeguard.inventory.custom_fields import values_of
from lifeguard.inventory.folders import ancestors, folder_of, parent_of
from lifeguard.inventory.kinds import ObjectType, type_of
from lifeguard.inventory.naming import full_name
from lifeguard.inventory.relations import (
    hosts_of,
    is_real_vm,
    related,
    storage_refs_of,
    vbds_of,
    vdis_of,
    vifs_of,
    visible_pool_ref,
    vms_on,
)
from lifeguard.inventory.standing import host_state, is_ha_on

Getter = Callable[[Facts, Record], Any]
_UNKNOWN_OS = "Unknown"
_RESTART = frozenset({"restart", "0", "1", "2", "3"})


class FolderRecord(Record, frozen=True, kw_only=True):
    """A folder as an object of a search: its uuid and ref are its path."""

    name_label: str = ""


def folder_record(path: str) -> FolderRecord:
    return FolderRecord(ref=path, uuid=path, name_label=path.rpartition("/")[2])


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


def _hosts(facts: Facts, record: Record) -> tuple[str, ...]:
    return () if isinstance(record, FolderRecord | Pool | VmAppliance) else hosts_of(facts, record)


def _pool(facts: Facts, record: Record) -> str | None:
    return None if isinstance(record, FolderRecord) else visible_pool_ref(facts)


def _networks(facts: Facts, record: Record) -> tuple[str, ...]:
    if isinstance(record, Vm):
        return tuple(dict.fromkeys(vif.network for vif in vifs_of(facts, record)))
    return (record.ref,) if isinstance(record, Network) else ()


def _storage(facts: Facts, record: Record) -> tuple[str, ...]:
    match record:
        case Vm():
            return storage_refs_of(facts, record)
        case Sr():
            return (record.ref,)
        case Vdi():
            return (record.SR,)
    return ()


def _disks(facts: Facts, record: Record) -> tuple[str, ...]:
    match record:
        case Vm():
            return tuple(vbd.VDI for vbd in vbds_of(facts, record) if facts.class_of(vbd.VDI) == "VDI")
        case Sr():
            return tuple(vdi.ref for vdi in vdis_of(facts, record))
        case Vdi():
            return (record.ref,)
    return ()


def _vms(facts: Facts, record: Record) -> tuple[str, ...]:
    match record:
        case Vm():
            return (record.snapshot_of,) if record.is_a_snapshot else (record.ref,)
        case Pool():
            return tuple(vm.ref for vm in facts.all(Vm) if is_real_vm(vm))
        case Host():
            return tuple(vm.ref for vm in vms_on(facts, record.ref))
        case Vdi():
            return _users(facts, related(facts, Vbd, record.VBDs, "VDI", record.ref))
        case Sr():
            disks = vdis_of(facts, record)
            return _users(facts, [vbd for vdi in disks for vbd in related(facts, Vbd, vdi.VBDs, "VDI", vdi.ref)])
        case Network():
            return _users(facts, related(facts, Vif, record.VIFs, "network", record.ref))
    return ()


def _users(facts: Facts, devices: list[Vbd] | list[Vif]) -> tuple[str, ...]:
    """The real VMs that devices belong to, each once."""
    found = (facts.get(Vm, device.VM) for device in devices)
    return tuple(dict.fromkeys(vm.ref for vm in found if vm is not None and is_real_vm(vm)))


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
    """Optimized, OutOfDate, NotInstalled, or Unknown while it does not run."""
    if not isinstance(record, Vm) or not is_real_vm(record):
        return None
    if record.power_state != "Running":
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


def ha_priority(facts: Facts, record: Record) -> str | None:
    """Restart, BestEffort or DoNotRestart, only while HA is on."""
    if not isinstance(record, Vm) or not is_real_vm(record) or not is_ha_on(facts):
        return None
    priority = record.ha_restart_priority
    return "Restart" if priority in _RESTART else "BestEffort" if priority == "best-effort" else "DoNotRestart"


def _shared(facts: Facts, record: Record) -> bool | None:
    if isinstance(record, Vdi):
        return len(_vms(facts, record)) > 1
    return record.shared if isinstance(record, Sr) else None


def _is_not_upgraded(facts: Facts, record: Record) -> bool | None:
    if not isinstance(record, Pool):
        return None
    return any(host_state(facts, ref) == "needs-upgrade" for ref in facts.refs("host"))


def _appliance(facts: Facts, record: Record) -> str | None:
    if isinstance(record, VmAppliance):
        return record.ref
    if isinstance(record, Vm) and facts.class_of(record.appliance) == "VM_appliance":
        return record.appliance
    return None


def _in_any_appliance(facts: Facts, record: Record) -> bool | None:
    return _appliance(facts, record) is not None if isinstance(record, Vm | VmAppliance) else None


def _reads_cached(facts: Facts, record: Record) -> bool | None:
    if not isinstance(record, Vm) or not is_real_vm(record) or record.power_state != "Running":
        return None
    storages = (facts.get(Sr, ref) for ref in storage_refs_of(facts, record))
    return any(sr is not None and sr.other_config.get("o_direct") == "false" for sr in storages)


def _folder(facts: Facts, record: Record) -> str | None:
    return parent_of(record.ref) if isinstance(record, FolderRecord) else folder_of(record)


def _folders(facts: Facts, record: Record) -> tuple[str, ...]:
    path = _folder(facts, record)
    return ancestors(path) if path is not None else ()


def _ha_enabled(facts: Facts, record: Record) -> bool | None:
    return record.ha_enabled if isinstance(record, Pool) else None


PROPERTIES: Mapping[str, Getter] = MappingProxyType({
    "type": _type,
    "label": lambda facts, record: full_name(facts, record),
    "uuid": lambda facts, record: record.uuid or None,
    "description": _description,
    "tags": _tags,
    "host": _hosts,
    "pool": _pool,
    "networks": _networks,
    "storage": _storage,
    "disks": _disks,
    "vm": _vms,
    "memory": _memory,
    "os_name": os_name,
    "power_state": _power_state,
    "virtualisation_status": tools_status,
    "start_time": _start_time,
    "ha_restart_priority": ha_priority,
    "size": lambda facts, record: record.virtual_size if isinstance(record, Vdi) else None,
    "ip_address": addresses_of,
    "ha_enabled": _ha_enabled,
    "isNotFullyUpgraded": _is_not_upgraded,
    "appliance": _appliance,
    "in_any_appliance": _in_any_appliance,
    "shared": _shared,
    "read_caching_enabled": _reads_cached,
    "folder": _folder,
    "folders": _folders,
    "has_custom_fields": lambda facts, record: bool(values_of(facts, record)),
    "sr_type": lambda facts, record: record.type if isinstance(record, Sr) else None,
    "license": lambda facts, record: record.edition or None if isinstance(record, Host) else None,
    "vendor_device_state": lambda facts, record: record.has_vendor_device if isinstance(record, Vm) else None,
})  # fmt: skip
"""Property name -> how to read it. None, or an empty list, is "has none"."""

OBJECT_LISTS = frozenset({"host", "networks", "storage", "disks", "vm", "folders"})
OBJECTS = frozenset({"pool", "appliance", "folder"})


def target(facts: Facts, property_name: str, ref: str) -> Record | None:
    """The object that a property leads to."""
    return folder_record(ref) if property_name in ("folder", "folders") else facts.find(ref)
