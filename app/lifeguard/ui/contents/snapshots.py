"""What the Snapshots tab lists: the snapshots of a VM by what came from what, or by date."""

from __future__ import annotations

from lifeguard.datamodel.records import Record, Vdi, Vm
from lifeguard.inventory.answers import Facts
from lifeguard.inventory.natural import natural_key
from lifeguard.inventory.relations import is_real_vm, related, vbds_of
from lifeguard.inventory.standing import state_of
from lifeguard.quantities import UNKNOWN, format_bytes, format_count
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.glyphs import glyph_of
from lifeguard.ui.table.instant import epoch_s, exact_time, local_time
from lifeguard.ui.table.line import GONE, Cell, Column, Line, Table, number, text

NOW = "now"
_COLUMNS = (
    Column("Name", 48, gives_way=True),
    Column("Created", 24),
    Column("Age", 18),
    Column("Contains", 20),
    Column("Size", 12),
    Column("Tags", 18, gives_way=True),
    Column("Description", 36, gives_way=True),
)
_CONTAINS = {
    "disk": "Disks",
    "memory": "Disks and memory",
    "scheduled": "Disks, by schedule",
    "scheduled-memory": "Disks and memory, by schedule",
}


def _snapshots(facts: Facts, vm_ref: str) -> tuple[str, ...]:
    vm = facts.get(Vm, vm_ref)
    if vm is None:
        return ()
    return tuple(one.ref for one in related(facts, Vm, vm.snapshots, "snapshot_of", vm_ref) if one.is_a_snapshot)


def _first_ones(facts: Facts, subject: str) -> tuple[str, ...]:
    """Snapshots whose parent is none of this VM's: the oldest, and those whose parent was deleted."""
    own = _snapshots(facts, subject)
    firsts = tuple(ref for ref in own if _parent(facts, ref) not in own)
    vm = facts.get(Vm, subject)
    return (*firsts, NOW) if own and vm is not None and vm.parent not in own else firsts


def _later_ones(facts: Facts, subject: str, key: str) -> tuple[str, ...]:
    own = _snapshots(facts, subject)
    vm = facts.get(Vm, subject)
    later = tuple(ref for ref in own if ref != key and _parent(facts, ref) == key)
    return (*later, NOW) if vm is not None and vm.parent == key else later


def _parent(facts: Facts, ref: str) -> str:
    vm = facts.get(Vm, ref)
    return vm.parent if vm is not None else ""


def _line(facts: Facts, subject: str, key: str) -> Line:
    if key == NOW:
        return Line((Cell("Now", glyph=Glyph("vm-running", "accent")), *[Cell("")] * 6), "", (1 << 62, ""))
    vm = facts.get(Vm, key)
    if vm is None:
        return GONE
    taken_s = epoch_s(vm.snapshot_time)
    state = state_of(facts, vm)
    size = size_bytes(facts, vm)
    cells = (
        text(vm.name_label, "It has no name", glyph_of("snapshot", state)),
        Cell(local_time(taken_s), taken_s, exact_time(taken_s) if taken_s else "The server does not tell"),
        Cell(UNKNOWN, taken_s, instant_s=taken_s),
        text(_CONTAINS.get(state, "Disks")),
        number(size, format_bytes(size), "What its disks and memory take on their storage"),
        text(", ".join(sorted(vm.tags, key=natural_key)), "None"),
        text(vm.name_description, "None was given"),
    )
    return Line(cells, vm.ref, (taken_s or 0, vm.ref))


def size_bytes(facts: Facts, vm: Vm) -> int | None:
    """What a snapshot's disks and saved memory take on storage; None when no storage tells."""
    disks = [facts.get(Vdi, vbd.VDI) for vbd in vbds_of(facts, vm) if vbd.type != "CD"]
    disks.append(facts.get(Vdi, vm.suspend_VDI))
    sizes = [vdi.physical_utilisation for vdi in disks if vdi is not None and vdi.physical_utilisation >= 0]
    return sum(sizes) if sizes else None


def _summary(facts: Facts, subject: str) -> str:
    refs = _snapshots(facts, subject)
    return format_count(len(refs), "snapshot") if refs else ""


_EMPTY = "This VM has no snapshot. Take one before something is changed, to be able to go back."
_TAKE = ("vm.snapshot", "vm.checkpoint")
_USE = ("snapshot.revert", "snapshot.new_vm", "snapshot.new_template", "snapshot.delete")
TREE = Table("snapshots.tree", "Snapshots", _COLUMNS, _first_ones, _line, _EMPTY, _later_ones, _summary, _TAKE, _USE)
LIST = Table(
    "snapshots.list", "Snapshots", _COLUMNS, _snapshots, _line, _EMPTY, summary=_summary, own_commands=_TAKE,
    commands=_USE,
)  # fmt: skip


def snapshot_tables(facts: Facts, record: Record, *, as_list: bool = False) -> tuple[Table, ...]:
    if not (isinstance(record, Vm) and is_real_vm(record)):
        return ()
    return (LIST,) if as_list else (TREE,)
