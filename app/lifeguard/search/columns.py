"""What the grid shows of an object: text, what to sort by, and how full a bar is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import total_ordering
from types import MappingProxyType
from typing import Any, Protocol

from lifeguard.datamodel.records import Host, Pool, Record, Sr, Vdi, Vm, VmMetrics
from lifeguard.inventory.addresses import addresses_of
from lifeguard.inventory.answers import Facts
from lifeguard.inventory.custom_fields import FieldDefinition, field_definitions, readable_value, value_of
from lifeguard.inventory.instants import instant_s
from lifeguard.inventory.naming import full_name
from lifeguard.inventory.natural import address_list_key, natural_key
from lifeguard.inventory.placing import Group
from lifeguard.inventory.relations import is_live, is_real_vm, the_pool
from lifeguard.inventory.standing import is_ha_on
from lifeguard.quantities import (
    UNKNOWN,
    format_cpu_load,
    format_duration,
    format_percent,
    format_rate,
    format_span,
    format_used_of,
)
from lifeguard.search.properties import ha_priority, tools_status
from lifeguard.search.query import Column, Sort

FIELD_PREFIX = "CustomField:"
_PRIORITY = {"Restart": "Restart", "BestEffort": "Best effort", "DoNotRestart": "Do not restart"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `sort_value` is what it is sorted by, in the order of `sort_with` where that is not its own; most cells
    are only looked at. `fraction` is how full its bar is, None for no bar; `hint` says why a value is unknown; `brief`
    is what a narrow column shows of a long text."""

    text: str
    sort_value: Any = None
    fraction: float | None = None
    hint: str = ""
    brief: str = ""
    sort_with: Callable[[Any], Any] | None = None

    @property
    def sort_key(self) -> Any:
        """What is compared, None for what has no value."""
        if self.sort_with is None or self.sort_value is None:
            return self.sort_value
        return self.sort_with(self.sort_value)


@dataclass(frozen=True, slots=True)
class Load:
    """What an object does right now; None is unknown. Rates are (mean, maximum) over its devices, both directions."""

    cpu_fraction: float | None = None
    cpu_count: int = 0
    memory_used_bytes: float | None = None
    memory_total_bytes: float | None = None
    disk_bytes_per_s: tuple[float, float] | None = None
    network_bytes_per_s: tuple[float, float] | None = None


class Meters(Protocol):
    """Whoever knows the live numbers."""

    def load(self, ref: str) -> Load | None: ...


@dataclass(frozen=True, slots=True)
class Moment:
    """When the grid is looked at: the server's time, and the live numbers if there are any."""

    now: datetime
    meters: Meters | None = None

    def load(self, ref: str) -> Load:
        return (self.meters.load(ref) if self.meters is not None else None) or Load()


Maker = Callable[[Facts, Record, Moment], Cell]
_NOTHING = Cell("")
_NO_READING = -1.0
"""Where what runs but has not been measured sorts: after what does not run, before all that was measured."""


def _name(facts: Facts, record: Record, moment: Moment) -> Cell:
    name = full_name(facts, record)
    return Cell(name, name, sort_with=natural_key)


def _cpu(facts: Facts, record: Record, moment: Moment) -> Cell:
    if not _runs(facts, record):
        return _NOTHING
    load = moment.load(record.ref)
    if load.cpu_fraction is None:
        return Cell(UNKNOWN, _NO_READING, hint="No readings yet")
    count = load.cpu_count
    text = format_cpu_load(load.cpu_fraction, count) if count else format_percent(load.cpu_fraction)
    return Cell(text, load.cpu_fraction, load.cpu_fraction)


def _memory(facts: Facts, record: Record, moment: Moment) -> Cell:
    if not _runs(facts, record):
        return _NOTHING
    load = moment.load(record.ref)
    used, total = load.memory_used_bytes, load.memory_total_bytes
    if used is None or not total:
        return _unmeasured(facts, record)
    return Cell(format_used_of(used, total), used, used / total)


def _disks(facts: Facts, record: Record, moment: Moment) -> Cell:
    return _rates(facts, record, moment.load(record.ref).disk_bytes_per_s) if _runs(facts, record, Vm) else _NOTHING


def _network(facts: Facts, record: Record, moment: Moment) -> Cell:
    return _rates(facts, record, moment.load(record.ref).network_bytes_per_s) if _runs(facts, record) else _NOTHING


def _rates(facts: Facts, record: Record, rates: tuple[float, float] | None) -> Cell:
    if rates is None:
        return _unmeasured(facts, record)
    mean, maximum = map(format_rate, rates)
    brief = mean if mean == maximum else f"{mean} / {maximum}"
    return Cell(f"{mean} avg / {maximum} max", rates[0], brief=brief)


def _unmeasured(facts: Facts, record: Record) -> Cell:
    """Of what runs without anybody to measure it; what has no tools for that sorts like what does not run."""
    if isinstance(record, Vm) and tools_status(facts, record) != "Optimized":
        return Cell(UNKNOWN, hint="No guest tools")
    return Cell(UNKNOWN, _NO_READING, hint="No readings yet")


def _runs(facts: Facts, record: Record, *kinds: type[Record]) -> bool:
    if isinstance(record, Vm):
        return is_real_vm(record) and record.power_state == "Running"
    return isinstance(record, Host) and not kinds and is_live(facts, record.ref)


def _address(facts: Facts, record: Record, moment: Moment) -> Cell:
    addresses = addresses_of(facts, record)
    if addresses is not None:
        first, *others = addresses or ("",)
        brief = f"{first} +{len(others)}" if others else ""
        return Cell(", ".join(addresses), addresses or None, brief=brief, sort_with=address_list_key)
    if isinstance(record, Vm) and is_real_vm(record):
        return Cell(UNKNOWN, hint="No guest tools")
    return _NOTHING


def _ha(facts: Facts, record: Record, moment: Moment) -> Cell:
    text = ""
    if isinstance(record, Pool):
        count = record.ha_plan_exists_for
        text = f"{count} failure{'' if count == 1 else 's'} tolerated" if record.ha_enabled else "Disabled"
    elif isinstance(record, Vm):
        text = _PRIORITY.get(ha_priority(record) or "", "")
    elif isinstance(record, Sr) and is_ha_on(facts):
        pool = the_pool(facts)
        files = (facts.get(Vdi, ref) for ref in (pool.ha_statefiles if pool is not None else ()))
        text = "Heartbeat" if any(vdi is not None and vdi.SR == record.ref for vdi in files) else ""
    return Cell(text, text or None, sort_with=natural_key)


def _uptime(facts: Facts, record: Record, moment: Moment) -> Cell:
    started_s = _started_s(facts, record) if _runs(facts, record) else None
    if started_s is None:
        return _NOTHING
    seconds = max(0, int(moment.now.timestamp() - started_s))
    return Cell(format_span(seconds), seconds, brief=format_duration(seconds))


def _started_s(facts: Facts, record: Record) -> float | None:
    if isinstance(record, Host):
        try:
            return float(record.other_config.get("boot_time", "").rstrip("."))
        except ValueError:
            return None
    metrics = facts.get(VmMetrics, record.metrics) if isinstance(record, Vm) else None
    return instant_s(metrics.start_time) if metrics is not None else None


_MAKERS: Mapping[str, Maker] = MappingProxyType({
    "name": _name, "cpu": _cpu, "memory": _memory, "disks": _disks, "network": _network, "ip": _address, "ha": _ha,
    "uptime": _uptime,
})  # fmt: skip
TITLES: Mapping[str, str] = MappingProxyType({
    "name": "Name", "cpu": "CPU", "memory": "Memory", "disks": "Disks", "network": "Network", "ip": "Address",
    "ha": "HA", "uptime": "Uptime",
})  # fmt: skip
_WIDTHS = {"name": 250, "cpu": 115, "memory": 125, "disks": 120, "network": 120, "ip": 120, "ha": 120, "uptime": 170}
_FIELD_WIDTH = 100
LIVE_COLUMNS = frozenset({"cpu", "memory", "disks", "network", "uptime"})
"""Columns whose cells change without any change of the inventory."""


def default_columns(pools: Iterable[Facts]) -> tuple[Column, ...]:
    """The columns of a grid nobody has changed: HA where some pool has it on, and the pools' custom fields."""
    known = list(pools)
    has_ha = any(is_ha_on(facts) for facts in known)
    fields = dict.fromkeys(field.name for facts in known for field in field_definitions(facts))
    own = (Column(name, width) for name, width in _WIDTHS.items() if name != "ha" or has_ha)
    return (*own, *(Column(FIELD_PREFIX + name, _FIELD_WIDTH) for name in fields))


def title_of(column: str) -> str:
    """What a column's header says."""
    return TITLES.get(column, column.removeprefix(FIELD_PREFIX))


def cell(facts: Facts, record: Record, column: str, moment: Moment) -> Cell:
    """What a column shows of an object; empty for columns of another version."""
    if column.startswith(FIELD_PREFIX):
        return _field_cell(facts, record, column.removeprefix(FIELD_PREFIX))
    maker = _MAKERS.get(column)
    return maker(facts, record, moment) if maker is not None else _NOTHING


def _field_cell(facts: Facts, record: Record, name: str) -> Cell:
    value = value_of(record, name)
    if value is None:
        return _NOTHING
    known = next((field for field in field_definitions(facts) if field.name == name), FieldDefinition(name))
    return Cell(readable_value(known, value), value, sort_with=None if known.is_date else natural_key)


@total_ordering
class _Descending:
    """Turns an order round."""

    __slots__ = ("key",)

    def __init__(self, key: Any) -> None:
        self.key = key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Descending) and bool(self.key == other.key)

    def __lt__(self, other: _Descending) -> bool:
        return bool(other.key < self.key)

    def __hash__(self) -> int:
        return hash(self.key)


def sort_keys(sorting: tuple[Sort, ...], facts: Facts, record: Record, moment: Moment) -> tuple[Any, ...]:
    """What the chosen columns sort an object by. What has no value comes first, or last in a descending column."""
    return tuple(_key(sort, cell(facts, record, sort.column, moment).sort_key) for sort in sorting)


def group_sort_keys(sorting: tuple[Sort, ...], heading: Group) -> tuple[Any, ...]:
    """The same of a heading: its value is its name, and it has no other columns."""
    name = heading.label if heading.kind == "folder" else heading.key
    return tuple(_key(sort, natural_key(name) if sort.column == "name" else None) for sort in sorting)


def _key(sort: Sort, value: Any) -> Any:
    key = (0,) if value is None else (1, value)
    return key if sort.is_ascending else _Descending(key)
