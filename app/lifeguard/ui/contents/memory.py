"""What the Memory tab lists: how a host's memory is shared out, and the range that each VM's may move in."""

from __future__ import annotations

from dataclasses import replace

from lifeguard.datamodel.records import Host, Record, Vm, VmMetrics
from lifeguard.inventory.answers import Facts
from lifeguard.inventory.natural import natural_key
from lifeguard.inventory.relations import control_domain_of, is_live, is_real_vm, master_ref, vms_on
from lifeguard.inventory.standing import marks_of, state_of
from lifeguard.quantities import UNKNOWN, format_bytes, format_used_of
from lifeguard.rules.memory import free_memory_bytes, overhead_bytes, total_bytes
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.glyphs import glyph_of
from lifeguard.ui.table.line import GONE, Cell, Column, Line, Share, Span, Table, number, text

_COLUMNS = (
    Column("Name", 36, gives_way=True),
    Column("In use", 24),
    Column("Shared out", 34, is_steady=True, gives_way=True),
    Column("Dynamic minimum", 18),
    Column("Dynamic maximum", 18),
    Column("Static maximum", 17),
    Column("Available", 14),
)
_OF_VM = (*_COLUMNS[:2], Column("Range", 34, is_steady=True, gives_way=True), *_COLUMNS[3:6])
_NONE = Cell("")
_TEMPLATE = "It takes memory once a VM made from it runs"


def _all_hosts(facts: Facts, subject: str) -> tuple[str, ...]:
    return tuple(facts.refs("host"))


def _itself(facts: Facts, subject: str) -> tuple[str, ...]:
    return (subject,)


def _residents(facts: Facts, subject: str, key: str) -> tuple[str, ...]:
    host = facts.get(Host, key)
    if host is None:
        return ()
    domain = control_domain_of(facts, host)
    return (*((domain.ref,) if domain is not None else ()), *(vm.ref for vm in vms_on(facts, key)))


def _line(facts: Facts, subject: str, key: str) -> Line:
    record = facts.find(key)
    if isinstance(record, Host):
        return _host_line(facts, record)
    return _vm_line(facts, record) if isinstance(record, Vm) else GONE


def _host_line(facts: Facts, host: Host) -> Line:
    total = total_bytes(facts, host)
    available = free_memory_bytes(facts, host.ref)
    parts = shares(facts, host)
    used = sum(size for size, _ in parts)
    order = (master_ref(facts) != host.ref, natural_key(host.name_label), host.ref)
    name = text(host.name_label, glyph=_glyph(facts, host, "host"))
    if not is_live(facts, host.ref) or total <= 0:
        unknown = Cell(UNKNOWN, hint=f"{host.name_label} does not answer")
        return Line((name, unknown, _NONE, _NONE, _NONE, unknown, unknown), host.ref, order, is_quiet=True)
    xen, domain, guests = (size / total for size, _ in parts)
    bar = Share(((xen, "off", "hypervisor"), (domain, "busy", "control domain"), (guests, "accent", "VMs")))
    words = ", ".join(f"{what} {format_bytes(size)}" for size, what in parts)
    words += f", free {format_bytes(max(total - used, 0))}"
    cells = (
        name,
        number(used, format_used_of(used, total)),
        Cell("", used / total, words, bar=bar),
        _NONE,
        _NONE,
        number(total, format_bytes(total), "All that the server has"),
        number(available, format_bytes(available), "With every VM at its dynamic minimum"),
    )
    return Line(cells, host.ref, order)


def shares(facts: Facts, host: Host) -> tuple[tuple[int, str], ...]:
    """Who has how many bytes of a host: the hypervisor with what each VM costs it, the control domain, the VMs."""
    domain = control_domain_of(facts, host)
    guests = vms_on(facts, host.ref)
    overheads = host.memory_overhead + sum(overhead_bytes(facts, vm) for vm in guests)
    return (
        (overheads, "hypervisor"),
        (actual_bytes(facts, domain) if domain is not None else 0, "control domain"),
        (sum(actual_bytes(facts, vm) for vm in guests), "VMs"),
    )


def actual_bytes(facts: Facts, vm: Vm) -> int:
    """What a VM has now; as long as nobody measured, what it is to have."""
    metrics = facts.get(VmMetrics, vm.metrics)
    measured = metrics.memory_actual if metrics is not None else 0
    return measured or vm.memory_target or vm.memory_dynamic_max


def _vm_line(facts: Facts, vm: Vm) -> Line:
    most = max(vm.memory_static_max, vm.memory_dynamic_max, 1)
    runs = vm.power_state in ("Running", "Paused") and not (vm.is_a_template or vm.is_a_snapshot)
    actual = actual_bytes(facts, vm) if runs else None
    low, high = vm.memory_dynamic_min, vm.memory_dynamic_max
    span = Span(low / most, high / most, actual / most if actual is not None else None)
    why = _TEMPLATE if vm.is_a_template or vm.is_a_snapshot else f"It is {vm.power_state.lower()}"
    is_fixed = low == high
    name = "Control domain" if vm.is_control_domain else vm.name_label
    kind = "control_domain" if vm.is_control_domain else "vm"
    now = "" if actual is None else f"{format_bytes(actual)} now. "
    told = "Fixed" if is_fixed else f"May be from {format_bytes(low)} to {format_bytes(high)}"
    cells = (
        text(name, glyph=_glyph(facts, vm, kind)),
        Cell(format_bytes(actual), actual, "" if actual is not None else why),
        Cell("Fixed" if is_fixed else "", 0, f"{now}{told}", bar=None if is_fixed else span),
        number(low, format_bytes(low)),
        number(high, format_bytes(high)),
        number(vm.memory_static_max, format_bytes(vm.memory_static_max)),
        _NONE,
    )
    return Line(cells, vm.ref, (not vm.is_control_domain, natural_key(name), vm.ref))


def _lone_vm(facts: Facts, subject: str, key: str) -> Line:
    """A VM without the column that only hosts have."""
    line = _line(facts, subject, key)
    return replace(line, cells=line.cells[: len(_OF_VM)])


def _glyph(facts: Facts, record: Record, kind: str) -> Glyph:
    if isinstance(record, Vm) and record.is_a_snapshot:
        kind = "snapshot"
    elif isinstance(record, Vm) and record.is_a_template:
        kind = "template"
    return glyph_of(kind, state_of(facts, record), marks_of(facts, record))


def _pool_summary(facts: Facts, subject: str) -> str:
    hosts = [host for host in facts.all(Host) if is_live(facts, host.ref)]
    total = sum(total_bytes(facts, host) for host in hosts)
    available = sum(free_memory_bytes(facts, host.ref) for host in hosts)
    return f"{format_bytes(available)} available of {format_bytes(total)}" if total else ""


def _host_summary(facts: Facts, subject: str) -> str:
    host = facts.get(Host, subject)
    if host is None or not total_bytes(facts, host):
        return ""
    words = " · ".join(f"{what} {format_bytes(size)}" for size, what in shares(facts, host) if size)
    return f"{words} · {format_bytes(free_memory_bytes(facts, subject))} available"


def _vm_summary(facts: Facts, subject: str) -> str:
    vm = facts.get(Vm, subject)
    if vm is None or not is_real_vm(vm):
        return ""
    return f"{format_bytes(overhead_bytes(facts, vm))} more for the hypervisor while it runs"


POOL_MEMORY = Table(
    "memory.pool", "Memory of the pool", _COLUMNS, _all_hosts, _line, "No server is known yet.", _residents,
    _pool_summary,
)  # fmt: skip
HOST_MEMORY = Table(
    "memory.host", "Memory of the server", _COLUMNS, _itself, _line, "The server is gone.", _residents, _host_summary
)
VM_MEMORY = Table("memory.vm", "Memory", _OF_VM, _itself, _lone_vm, "The VM is gone.", summary=_vm_summary)


def memory_tables(facts: Facts, record: Record) -> tuple[Table, ...]:
    """The tables for an object; none where memory is nothing it has."""
    match record:
        case Vm():
            return (VM_MEMORY,)
        case Host() if is_live(facts, record.ref):
            return (HOST_MEMORY,)
        case _:
            return (POOL_MEMORY,) if type(record).__name__ == "Pool" else ()
