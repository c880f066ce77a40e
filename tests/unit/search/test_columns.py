"""Cells of the grid: text, order, bars; unknown is a dash that says why."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lifeguard.inventory.change import Event
from lifeguard.inventory.inventory import Inventory
from lifeguard.quantities import UNKNOWN
from lifeguard.search.columns import (
    Cell,
    Column,
    Load,
    Moment,
    cell,
    default_columns,
    sort_keys,
    title_of,
)
from lifeguard.search.query import Sort

_GIB = 1024**3
_FIELDS = '<CustomFieldDefinitions><CustomFieldDefinition name="Scan" type="Date" /></CustomFieldDefinitions>'


class _Numbers:
    def load(self, ref: str) -> Load | None:
        return {
            "busy": Load(0.934, 4, 3 * _GIB, 4 * _GIB, (12_000, 30_000), (2_500_000, 9_000_000)),
            "idle": Load(0.01, 1),
            "even": Load(disk_bytes_per_s=(5_000, 5_000)),
        }.get(ref)


_MOMENT = Moment(datetime(2026, 3, 15, 12, tzinfo=UTC), _Numbers())


def _inventory() -> Inventory:
    inventory = Inventory()
    running = {"power_state": "Running", "metrics": "m"}
    rows = {
        "pool": {"p": {"name_label": "P", "master": "h", "ha_enabled": True, "ha_plan_exists_for": 1,
                       "ha_statefiles": ["d"], "gui_config": {"XenCenter.CustomFields": _FIELDS}}},
        "host": {"h": {"name_label": "h", "other_config": {"boot_time": "1773565200."}},
                 "twice": {"name_label": "twice"}},
        "VM": {"busy": {**running, "name_label": "busy", "ha_restart_priority": "best-effort"},
               "idle": {**running, "name_label": "idle",
                        "other_config": {"XenCenter.CustomFields.Scan": "2026-03-10T07:35:24"}},
               "even": {**running, "name_label": "even", "guest_metrics": "t"},
               "off": {"name_label": "off"}},
        "VM_metrics": {"m": {"start_time": "20260313T08:58:00Z"}},
        "VM_guest_metrics": {"t": {"PV_drivers_detected": True}},
        "PIF": {"i": {"host": "h", "IP": "10.0.0.1"}, "j": {"host": "twice", "IP": "10.0.0.2"},
                "k": {"host": "twice", "IP": "10.0.1.2"}},
        "SR": {"s": {"name_label": "s"}},
        "VDI": {"d": {"SR": "s"}},
    }  # fmt: skip
    inventory.apply(Event(table, ref, "add", row) for table, found in rows.items() for ref, row in found.items())
    return inventory


def _cell(ref: str, column: str, moment: Moment = _MOMENT) -> Cell:
    inventory = _inventory()
    record = inventory.find(ref)
    assert record is not None
    return cell(inventory, record, column, moment)


@pytest.mark.parametrize(
    ("ref", "column", "text", "fraction"),
    [
        ("busy", "cpu", "93 % of 4 CPUs", 0.934), ("idle", "cpu", "1 % of 1 CPU", 0.01),
        ("busy", "memory", "3.0 GiB of 4.0 GiB", 0.75), ("idle", "memory", UNKNOWN, None), ("off", "memory", "", None),
        ("busy", "disks", "12.0 kB/s avg / 30.0 kB/s max", None),
        ("busy", "network", "2.5 MB/s avg / 9.0 MB/s max", None),
        ("h", "ip", "10.0.0.1", None), ("busy", "ip", UNKNOWN, None), ("s", "ip", "", None),
        ("busy", "uptime", "2 days 3 hours 2 minutes", None), ("h", "uptime", "3 hours", None),
        ("off", "uptime", "", None),
        ("p", "ha", "1 failure tolerated", None), ("busy", "ha", "Best effort", None), ("h", "ha", "", None),
        ("off", "ha", "Do not restart", None), ("s", "ha", "Heartbeat", None),
        ("idle", "CustomField:Scan", "2026-03-10 07:35:24", None), ("busy", "CustomField:Scan", "", None),
        ("busy", "of_another_version", "", None),
    ],
)  # fmt: skip
def test_cells(ref: str, column: str, text: str, fraction: float | None) -> None:
    shown = _cell(ref, column)
    assert (shown.text, shown.fraction) == (text, fraction)
    assert bool(shown.hint) == (text == UNKNOWN)


@pytest.mark.parametrize(
    ("ref", "column", "brief"),
    [("busy", "disks", "12.0 kB/s / 30.0 kB/s"), ("even", "disks", "5.0 kB/s"), ("busy", "uptime", "2 days"),
     ("h", "uptime", "3 h 0 min"), ("busy", "cpu", ""), ("twice", "ip", "10.0.0.2 +1"), ("h", "ip", ""),
     ("busy", "ip", "")],
)  # fmt: skip
def test_a_narrow_column_shows_what_matters_of_a_long_text(ref: str, column: str, brief: str) -> None:
    assert _cell(ref, column).brief == brief


def test_without_numbers_a_running_vm_says_that_there_are_none_yet() -> None:
    assert _cell("busy", "cpu", Moment(_MOMENT.now)).text == UNKNOWN
    assert _cell("off", "cpu", Moment(_MOMENT.now)).text == ""


def test_what_has_no_value_sorts_first_and_in_a_descending_column_last() -> None:
    inventory = _inventory()
    records = [record for ref in ("busy", "idle", "off") if (record := inventory.find(ref)) is not None]

    def order(*sorting: Sort) -> list[str]:
        return [one.ref for one in sorted(records, key=lambda one: sort_keys(sorting, inventory, one, _MOMENT))]

    assert order(Sort("cpu")) == ["off", "idle", "busy"]
    assert order(Sort("memory")) == ["idle", "off", "busy"]
    assert order(Sort("ip"), Sort("name")) == ["busy", "idle", "off"]
    assert order(Sort("cpu", is_ascending=False)) == ["busy", "idle", "off"]
    assert order(Sort("uptime", is_ascending=False), Sort("name", is_ascending=False)) == ["idle", "busy", "off"]


def test_without_numbers_what_runs_and_could_be_measured_sorts_after_what_cannot() -> None:
    inventory, nobody = _inventory(), Moment(_MOMENT.now)
    records = [record for ref in ("even", "off", "idle", "h") if (record := inventory.find(ref)) is not None]

    def order(column: str, *, ascending: bool = True) -> list[str]:
        sorting = (Sort(column, ascending),)
        return [one.ref for one in sorted(records, key=lambda one: sort_keys(sorting, inventory, one, nobody))]

    assert order("cpu") == ["off", "even", "idle", "h"]
    assert order("cpu", ascending=False) == ["even", "idle", "h", "off"]
    assert order("memory") == ["off", "idle", "even", "h"]
    assert order("disks") == ["off", "idle", "h", "even"]


def test_the_columns_of_a_new_grid_know_ha_and_custom_fields() -> None:
    columns = default_columns([_inventory()])
    assert [title_of(column.name) for column in columns] == [
        "Name", "CPU", "Memory", "Disks", "Network", "Address", "HA", "Uptime", "Scan",
    ]  # fmt: skip
    assert "ha" not in {column.name for column in default_columns([Inventory()])}
    assert columns[0] == Column("name", 250)
