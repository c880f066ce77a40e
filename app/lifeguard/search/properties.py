"""What can be asked about an object: XenCenter's property list, each name with the way to read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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
from lifeguard.inventory.folders import SEPARATOR, ancestors, folder_of, parent_of
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
from lifeguard.inventory.standing import is_ha_on

Getter = Callable[[Facts, Record], Any]
_UNKNOWN_OS = "Unknown"
_BUILD_KEYS = ("product_version", "platform_version", "build_number")
_CACHED_ON = "read-caching-enabled-on-"
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
    return () if isinstance(record, FolderRecord) else hosts_of(facts, record)


def _pool(facts: Facts, record: Record) -> str | None:
    return None if isinstance(record, FolderRecord) else visible_pool_ref(facts)


def _networks(facts: Facts, record: Record) -> tuple[str, ...]:
    match record:
        case Vm() if is_real_vm(record):
            return _there(facts, "network", (vif.network for vif in vifs_of(facts, record)))
        case Network():
            return (record.ref,)
    return ()


def _storage(facts: Facts, record: Record) -> tuple[str, ...]:
    match record:
        case Vm() if is_real_vm(record):
            return _there(facts, "SR", storage_refs_of(facts, record))
        case Sr():
            return (record.ref,)
        case Vdi():
            return _there(facts, "SR", (record.SR,))
    return ()


def _disks(facts: Facts, record: Record) -> tuple[str, ...]:
    match record:
        case Vm() if is_real_vm(record):
            return _there(facts, "VDI", (vbd.VDI for vbd in vbds_of(facts, record)))
        case Vdi():
            return (record.ref,)
    return ()


def _there(facts: Facts, class_name: str, refs: Iterable[str]) -> tuple[str, ...]:
    """Those that lead somewhere, each once."""
    return tuple(ref for ref in dict.fromkeys(refs) if facts.class_of(ref) == class_name)


def _vms(facts: Facts, record: Record) -> tuple[str, ...]:
    match record:
        case Vm():
            own = facts.get(Vm, record.snapshot_of) if record.is_a_snapshot else record
            return (own.ref,) if own is not None and is_real_vm(own) else ()
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


def ha_priority(facts: Facts, record: Record) -> str | None:
    """Restart, BestEffort or DoNotRestart, only while HA is on."""
    if not isinstance(record, Vm) or not is_real_vm(record) or not is_ha_on(facts):
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


def _appliance(facts: Facts, record: Record) -> str | None:
    if isinstance(record, VmAppliance):
        return record.ref
    if isinstance(record, Vm) and is_real_vm(record) and facts.class_of(record.appliance) == "VM_appliance":
        return record.appliance
    return None


def _in_any_appliance(facts: Facts, record: Record) -> bool | None:
    if isinstance(record, VmAppliance):
        return True
    return _appliance(facts, record) is not None if isinstance(record, Vm) and is_real_vm(record) else None


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


def _folder(facts: Facts, record: Record) -> str | None:
    """Folders at the top are in the root, which has no folder itself."""
    if not isinstance(record, FolderRecord):
        return folder_of(record)
    return None if record.ref == SEPARATOR else parent_of(record.ref) or SEPARATOR


def _folders(facts: Facts, record: Record) -> tuple[str, ...]:
    path = _folder(facts, record)
    return () if path in (None, SEPARATOR) else ancestors(path)


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
    "vendor_device_state": lambda facts, record: _has_vendor_device(record),
})  # fmt: skip
"""Property name -> how to read it. None, or an empty list, is "has none"."""

OBJECT_LISTS = frozenset({"host", "networks", "storage", "disks", "vm", "folders"})
OBJECTS = frozenset({"pool", "appliance", "folder"})


def target(facts: Facts, property_name: str, ref: str) -> Record | None:
    """The object that a property leads to."""
    return folder_record(ref) if property_name in ("folder", "folders") else facts.find(ref)
