"""What the Storage tab lists: a VM's disks and drives, a storage's disks, the storages of a host or pool."""

from __future__ import annotations

from lifeguard.datamodel.records import Host, Pool, Record, Sr, Vbd, Vdi, Vm
from lifeguard.inventory.answers import Facts, question
from lifeguard.inventory.naming import name_of, short_name
from lifeguard.inventory.natural import natural_key
from lifeguard.inventory.relations import is_live, related, storage_home, storages_of, vbds_of
from lifeguard.inventory.standing import marks_of, state_of
from lifeguard.inventory.visibility import is_shown
from lifeguard.quantities import UNKNOWN, format_bytes, format_count, format_percent
from lifeguard.ui.contents.sr_types import sr_type_name
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.glyphs import glyph_of
from lifeguard.ui.table.line import GONE, Cell, Column, Fill, Line, Table, number, text, yes_no

_DISK = Glyph("vdi")
_STATES = {"broken": "Broken", "detached": "Detached", "disabled": "Disabled", "default": "Default"}
_WHY = {
    "broken": "It is not attached to every server that should have it",
    "detached": "It is attached to no server",
    "default": "Attached, and where new disks go unless another storage is chosen",
}
_LAST = 1 << 20

_VM_DISKS = (
    Column("Position", 10),
    Column("Name", 26, gives_way=True),
    Column("Description", 26, gives_way=True),
    Column("Storage", 24, gives_way=True),
    Column("Size", 12),
    Column("Used", 12),
    Column("Read only", 11),
    Column("Priority", 10),
    Column("Active", 9),
    Column("Device", 14, is_code=True),
)
_VM_DRIVES = (
    Column("Position", 10),
    Column("Disc", 34, gives_way=True),
    Column("Storage", 26, gives_way=True),
    Column("Active", 9),
    Column("Device", 14, is_code=True),
)
_SR_DISKS = (
    Column("Name", 40, gives_way=True),
    Column("Description", 30, gives_way=True),
    Column("Size", 12),
    Column("Used", 12),
    Column("VM", 28, gives_way=True),
    Column("Kind", 36, gives_way=True),
    Column("Changed-block tracking", 22, gives_way=True),
)
_STORAGES = (
    Column("Name", 38, gives_way=True),
    Column("Description", 32, gives_way=True),
    Column("Server", 24, gives_way=True),
    Column("Type", 18, gives_way=True),
    Column("Shared", 9),
    Column("Usage", 26, is_steady=True),
    Column("Size", 12),
    Column("Virtual allocation", 18),
    Column("State", 14),
)
_KINDS = {
    "user": "Disk",
    "system": "System disk",
    "suspend": "Suspended memory",
    "crashdump": "Crash dump",
    "ha_statefile": "HA heartbeat",
    "redo_log": "Metadata log",
    "metadata": "Metadata",
    "rrd": "Statistics",
    "pvs_cache": "PVS cache",
    "cbt_metadata": "Changed blocks only",
    "ephemeral": "Ephemeral",
}


def _disks_of_vm(facts: Facts, subject: str) -> tuple[str, ...]:
    vm = facts.get(Vm, subject)
    return tuple(vbd.ref for vbd in vbds_of(facts, vm) if vbd.type != "CD") if vm is not None else ()


def _drives_of_vm(facts: Facts, subject: str) -> tuple[str, ...]:
    vm = facts.get(Vm, subject)
    return tuple(vbd.ref for vbd in vbds_of(facts, vm) if vbd.type == "CD") if vm is not None else ()


def _place(vbd: Vbd) -> tuple[int, str]:
    return (int(vbd.userdevice) if vbd.userdevice.isdigit() else _LAST, vbd.ref)


def _position(vbd: Vbd) -> Cell:
    return Cell(vbd.userdevice or UNKNOWN, _place(vbd)[0])


def _active(vbd: Vbd, vm: Vm | None) -> Cell:
    why = f"{vm.name_label} is {vm.power_state.lower()}" if vm is not None and vm.power_state != "Running" else ""
    return yes_no(vbd.currently_attached, why)


def _device(vbd: Vbd) -> Cell:
    return text(f"/dev/{vbd.device}" if vbd.device else "", "It has one while the VM runs")


def _vm_disk(facts: Facts, subject: str, key: str) -> Line:
    vbd = facts.get(Vbd, key)
    if vbd is None:
        return GONE
    vdi = facts.get(Vdi, vbd.VDI)
    size = vdi.virtual_size if vdi is not None else None
    used = vdi.physical_utilisation if vdi is not None and vdi.physical_utilisation >= 0 else None
    is_missing = vdi is None or vdi.missing
    cells = (
        _position(vbd),
        text(vdi.name_label if vdi is not None else "Missing", "It is not on its storage" if is_missing else "", _DISK),
        text(vdi.name_description if vdi is not None else "", "None was given"),
        text(name_of(facts, vdi.SR) if vdi is not None else "", "Unknown"),
        number(size, format_bytes(size)),
        number(used, format_bytes(used)),
        yes_no(vbd.mode == "RO" or (vdi is not None and vdi.read_only)),
        text(_priority(vbd), "The usual one"),
        _active(vbd, facts.get(Vm, vbd.VM)),
        _device(vbd),
    )
    return Line(cells, vdi.ref if vdi is not None else "", _place(vbd), is_quiet=is_missing)


def _priority(vbd: Vbd) -> str:
    if vbd.qos_algorithm_type != "ionice":
        return ""
    return vbd.qos_algorithm_params.get("class") or vbd.qos_algorithm_params.get("sched", "")


def _vm_drive(facts: Facts, subject: str, key: str) -> Line:
    vbd = facts.get(Vbd, key)
    if vbd is None:
        return GONE
    vdi = facts.get(Vdi, vbd.VDI) if not vbd.empty else None
    cells = (
        _position(vbd),
        text(short_name(facts, vdi) if vdi is not None else "Empty", glyph=Glyph("sr-iso")),
        text(name_of(facts, vdi.SR) if vdi is not None else "", "The drive is empty"),
        _active(vbd, facts.get(Vm, vbd.VM)),
        _device(vbd),
    )
    return Line(cells, vdi.ref if vdi is not None else "", _place(vbd), is_quiet=vdi is None)


def _disks_of_sr(facts: Facts, subject: str) -> tuple[str, ...]:
    """Refs from the storage's own set where it has one: a disk that changes does not concern the others."""
    sr = facts.get(Sr, subject)
    if sr is None:
        return ()
    refs = sr.VDIs or tuple(vdi.ref for vdi in related(facts, Vdi, (), "SR", subject))
    return tuple(ref for ref in refs if _is_listed(facts, ref))


@question
def _is_listed(facts: Facts, vdi_ref: str) -> bool:
    vdi = facts.get(Vdi, vdi_ref)
    return vdi is not None and is_shown(facts, vdi)


def _sr_disk(facts: Facts, subject: str, key: str) -> Line:
    vdi = facts.get(Vdi, key)
    if vdi is None:
        return GONE
    users = _users(facts, vdi)
    name = short_name(facts, vdi)
    cells = (
        text(name, "It has no name", _DISK),
        text(vdi.name_description, "None was given"),
        number(vdi.virtual_size, format_bytes(vdi.virtual_size)),
        number(vdi.physical_utilisation, format_bytes(vdi.physical_utilisation)),
        text(", ".join(users), "No VM uses it"),
        text(disk_kind(facts, vdi)),
        yes_no(vdi.cbt_enabled),
    )
    return Line(cells, vdi.ref, (vdi.is_a_snapshot, natural_key(name), vdi.ref), is_quiet=vdi.is_a_snapshot)


def _users(facts: Facts, vdi: Vdi) -> list[str]:
    vbds = related(facts, Vbd, vdi.VBDs, "VDI", vdi.ref)
    names = dict.fromkeys(name for vbd in vbds if (name := _user_name(facts, vbd.VM)))
    return sorted(names, key=natural_key)


@question
def _user_name(facts: Facts, vm_ref: str) -> str:
    vm = facts.get(Vm, vm_ref)
    if vm is None:
        return ""
    return f"{vm.name_label} (snapshot)" if vm.is_a_snapshot else short_name(facts, vm)


def disk_kind(facts: Facts, vdi: Vdi) -> str:
    """What a disk is for, in a word or two."""
    if vdi.is_a_snapshot:
        origin = facts.get(Vdi, vdi.snapshot_of)
        return f"Snapshot of {origin.name_label}" if origin is not None and origin.name_label else "Snapshot"
    sr = facts.get(Sr, vdi.SR)
    if sr is not None and sr.content_type == "iso":
        return "Disc image"
    return _KINDS.get(vdi.type, vdi.type.replace("_", " ").capitalize())


def _sr_summary(facts: Facts, subject: str) -> str:
    sr = facts.get(Sr, subject)
    if sr is None:
        return ""
    count = format_count(len(_disks_of_sr(facts, subject)), "disk")
    if sr.physical_size <= 0:
        return count
    free = max(sr.physical_size - sr.physical_utilisation, 0)
    return f"{count} · {format_bytes(free)} free of {format_bytes(sr.physical_size)}"


def _storages_of_pool(facts: Facts, subject: str) -> tuple[str, ...]:
    return tuple(ref for ref in facts.refs("SR") if _is_storage_listed(facts, ref))


def _storages_of_host(facts: Facts, subject: str) -> tuple[str, ...]:
    refs = dict.fromkeys(sr.ref for sr in storages_of(facts, subject))
    return tuple(ref for ref in refs if _is_storage_listed(facts, ref))


@question
def _is_storage_listed(facts: Facts, sr_ref: str) -> bool:
    sr = facts.get(Sr, sr_ref)
    return sr is not None and is_shown(facts, sr)


def _storage(facts: Facts, subject: str, key: str) -> Line:
    sr = facts.get(Sr, key)
    if sr is None:
        return GONE
    name = name_of(facts, key)
    state = state_of(facts, sr)
    home = storage_home(facts, key)
    size = sr.physical_size if sr.physical_size > 0 else None
    fraction = sr.physical_utilisation / size if size else None
    allocated = sr.virtual_allocation if sr.virtual_allocation >= 0 and size else None
    watched = sr.content_type != "iso" and sr.type != "udev"
    words = f"{format_percent(fraction)} ({format_bytes(sr.physical_utilisation)} used)"
    cells = (
        text(name, glyph=glyph_of("sr", state, marks_of(facts, sr))),
        text(sr.name_description, "None was given"),
        text(name_of(facts, home) if home is not None else "All" if sr.shared else "", "It is connected to none"),
        text(sr_type_name(sr), sr.type),
        yes_no(sr.shared),
        number(fraction, words, "The storage does not tell", Fill(fraction, watched) if fraction is not None else None),
        number(size, format_bytes(size), "" if size else "The storage does not tell"),
        number(allocated, format_bytes(allocated), "" if size else "The storage does not tell"),
        text(_STATES.get(state, "Attached"), _WHY.get(state, "")),
    )
    order = (not sr.shared, natural_key(name), natural_key(name_of(facts, home) if home is not None else ""), sr.ref)
    return Line(cells, sr.ref, order, is_quiet=state in ("detached", "disabled"))


VM_DISKS = Table(
    "storage.vm", "Virtual disks", _VM_DISKS, _disks_of_vm, _vm_disk, "This VM has no disk.", commands=("vdi.delete",)
)
VM_DRIVES = Table(
    "storage.drives", "DVD drives", _VM_DRIVES, _drives_of_vm, _vm_drive, "This VM has no DVD drive.",
    own_commands=("vm.insert_cd", "vm.eject_cd"),
)  # fmt: skip
SR_DISKS = Table(
    "storage.sr", "Virtual disks", _SR_DISKS, _disks_of_sr, _sr_disk, "There is no virtual disk on this storage.",
    summary=_sr_summary, own_commands=("sr.rescan",), commands=("vdi.move", "vdi.migrate", "vdi.delete"),
)  # fmt: skip
_OF_STORAGES = ("sr.rescan", "sr.set_default", "sr.repair", "sr.detach")
HOST_STORAGES = Table(
    "storage.host", "Storage of the server", _STORAGES, _storages_of_host, _storage,
    "This server has no storage attached.", commands=_OF_STORAGES,
)  # fmt: skip
POOL_STORAGES = Table(
    "storage.pool", "Storage of the pool", _STORAGES, _storages_of_pool, _storage, "This pool has no storage.",
    commands=_OF_STORAGES,
)  # fmt: skip


def storage_tables(facts: Facts, record: Record) -> tuple[Table, ...]:
    """The tables for an object. A template whose disks are made only when it is used has none to show."""
    match record:
        case Vm():
            is_for_disks = not record.is_a_snapshot and not ("disks" in record.other_config and record.is_a_template)
            return (VM_DISKS, VM_DRIVES) if is_for_disks else ()
        case Sr():
            return (SR_DISKS,)
        case Host() if is_live(facts, record.ref):
            return (HOST_STORAGES,)
        case Pool():
            return (POOL_STORAGES,)
        case _:
            return ()
