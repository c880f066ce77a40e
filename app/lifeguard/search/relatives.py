"""The objects that an object leads to: what a search groups by, and asks further questions of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from lifeguard.datamodel.records import Host, Network, Pool, Record, Sr, Vbd, Vdi, Vif, Vm, VmAppliance
from lifeguard.inventory.answers import Facts
from lifeguard.inventory.folders import SEPARATOR, ancestors, folder_of, parent_of
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


class FolderRecord(Record, frozen=True, kw_only=True):
    """A folder as an object of a search: its uuid and ref are its path."""

    name_label: str = ""


def folder_record(path: str) -> FolderRecord:
    return FolderRecord(ref=path, uuid=path, name_label=path.rpartition("/")[2])


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


def appliance_of(facts: Facts, record: Record) -> str | None:
    if isinstance(record, VmAppliance):
        return record.ref
    if isinstance(record, Vm) and is_real_vm(record) and facts.class_of(record.appliance) == "VM_appliance":
        return record.appliance
    return None


def _folder(facts: Facts, record: Record) -> str | None:
    """Folders at the top are in the root, which has no folder itself."""
    if not isinstance(record, FolderRecord):
        return folder_of(record)
    return None if record.ref == SEPARATOR else parent_of(record.ref) or SEPARATOR


def _folders(facts: Facts, record: Record) -> tuple[str, ...]:
    path = _folder(facts, record)
    return () if path in (None, SEPARATOR) else ancestors(path)


RELATIVES: Mapping[str, Callable[[Facts, Record], tuple[str, ...] | str | None]] = MappingProxyType({
    "host": _hosts, "networks": _networks, "storage": _storage, "disks": _disks, "vm": _vms, "folders": _folders,
    "pool": _pool, "appliance": appliance_of, "folder": _folder,
})  # fmt: skip
"""Property name -> how to read the refs of those it leads to: all that are there, or the one if there is one."""


def target(facts: Facts, property_name: str, ref: str) -> Record | None:
    """The object that a property leads to."""
    return folder_record(ref) if property_name in ("folder", "folders") else facts.find(ref)
