"""What an object is to its user: one word per sort of thing, and the sorts that views and searches choose from."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum, unique

from lifeguard.datamodel.records import Record, Sr, Vm

_LOCAL_TYPES = frozenset({"local", "ext", "lvm", "udev", "egeneracd", "dummy"})


@unique
class ObjectType(Enum):
    """The sorts of things, in the order of the view by type. The value is XenCenter's word in saved searches."""

    POOL = "Pool"
    HOST = "Server"
    DISCONNECTED_SERVER = "DisconnectedServer"
    VM = "VM"
    SNAPSHOT = "Snapshot"
    CUSTOM_TEMPLATE = "UserTemplate"
    DEFAULT_TEMPLATE = "DefaultTemplate"
    REMOTE_SR = "RemoteSR"
    LOCAL_SR = "LocalSR"
    VDI = "VDI"
    NETWORK = "Network"
    FOLDER = "Folder"
    APPLIANCE = "Appliance"
    CONTAINER = "DockerContainer"


TITLES = {
    ObjectType.POOL: "Pools",
    ObjectType.HOST: "Servers",
    ObjectType.DISCONNECTED_SERVER: "Disconnected Servers",
    ObjectType.VM: "VMs",
    ObjectType.SNAPSHOT: "Snapshots",
    ObjectType.CUSTOM_TEMPLATE: "Custom Templates",
    ObjectType.DEFAULT_TEMPLATE: "Default Templates",
    ObjectType.REMOTE_SR: "Remote SRs",
    ObjectType.LOCAL_SR: "Local SRs",
    ObjectType.VDI: "Virtual Disks",
    ObjectType.NETWORK: "Networks",
    ObjectType.FOLDER: "Folders",
    ObjectType.APPLIANCE: "vApps",
    ObjectType.CONTAINER: "Containers",
}
EVERYTHING = frozenset(ObjectType)
ALL_BUT_FOLDERS = EVERYTHING - {ObjectType.FOLDER}

KIND_OF = {
    ObjectType.POOL: "pool",
    ObjectType.HOST: "host",
    ObjectType.DISCONNECTED_SERVER: "server",
    ObjectType.VM: "vm",
    ObjectType.SNAPSHOT: "snapshot",
    ObjectType.CUSTOM_TEMPLATE: "template",
    ObjectType.DEFAULT_TEMPLATE: "template",
    ObjectType.REMOTE_SR: "sr",
    ObjectType.LOCAL_SR: "sr",
    ObjectType.VDI: "vdi",
    ObjectType.NETWORK: "network",
    ObjectType.FOLDER: "folder",
    ObjectType.APPLIANCE: "appliance",
    ObjectType.CONTAINER: "container",
}

SEARCHABLE_CLASSES = ("pool", "host", "VM", "SR", "VDI", "network", "VM_appliance")
_CLASS_OF_TYPE = {
    ObjectType.POOL: "pool", ObjectType.HOST: "host", ObjectType.VM: "VM", ObjectType.SNAPSHOT: "VM",
    ObjectType.CUSTOM_TEMPLATE: "VM", ObjectType.DEFAULT_TEMPLATE: "VM", ObjectType.REMOTE_SR: "SR",
    ObjectType.LOCAL_SR: "SR", ObjectType.VDI: "VDI", ObjectType.NETWORK: "network",
    ObjectType.APPLIANCE: "VM_appliance",
}  # fmt: skip
_TYPE_OF_CLASS = {
    "Pool": ObjectType.POOL,
    "Host": ObjectType.HOST,
    "Vdi": ObjectType.VDI,
    "Network": ObjectType.NETWORK,
    "VmAppliance": ObjectType.APPLIANCE,
}


def classes_of(scope: Collection[ObjectType]) -> tuple[str, ...]:
    """The XenAPI classes in which things of these sorts are found; a folder may stand in any."""
    if ObjectType.FOLDER in scope:
        return SEARCHABLE_CLASSES
    wanted = {_CLASS_OF_TYPE[sort] for sort in scope if sort in _CLASS_OF_TYPE}
    return tuple(name for name in SEARCHABLE_CLASSES if name in wanted)


def type_of(record: Record) -> ObjectType | None:
    """The sort of thing a record is, None for records that are no things of their own (a VBD, a task).

    Local or remote storage goes by the SR's type, whatever its `shared` says.
    """
    if isinstance(record, Vm):
        return _type_of_vm(record)
    if isinstance(record, Sr):
        return ObjectType.LOCAL_SR if record.type in _LOCAL_TYPES else ObjectType.REMOTE_SR
    return _TYPE_OF_CLASS.get(type(record).__name__)


def _type_of_vm(vm: Vm) -> ObjectType:
    if vm.is_a_snapshot:
        return ObjectType.SNAPSHOT
    if not vm.is_a_template:
        return ObjectType.VM
    return ObjectType.DEFAULT_TEMPLATE if is_default_template(vm) else ObjectType.CUSTOM_TEMPLATE


def is_default_template(vm: Vm) -> bool:
    """Whether the vendor made this template: newer servers have a field for it, older ones a key in other_config."""
    return vm.is_default_template or vm.other_config.get("default_template", "").lower() == "true"
