"""What can be asked about an object: each property means the same as in XenCenter, for every sort of thing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from lifeguard.inventory.change import Event
from lifeguard.inventory.inventory import Inventory
from lifeguard.search.properties import PROPERTIES
from lifeguard.search.relatives import folder_record

_ON_H1 = {"power_state": "Running", "resident_on": "h1"}
_ROWS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "pool": {"p": {"name_label": "Paris", "master": "h1"}},
    "host": {
        "h1": {
            "name_label": "one",
            "uuid": "u1",
            "software_version": {"product_version": "8.2", "build_number": "10x"},
        },
        "h2": {
            "name_label": "two",
            "uuid": "u2",
            "software_version": {"product_version": "8.2", "build_number": "10x"},
        },
    },
    "network": {"n": {"name_label": "LAN"}, "inner": {"name_label": "inner"}},
    "PIF": {"nic": {"network": "n", "host": "h1"}},
    "SR": {"s": {"type": "nfs", "shared": True}, "bound": {"type": "lvm"}},
    "PBD": {"b": {"SR": "bound", "host": "h2"}},
    "VDI": {
        "d": {"SR": "s", "sm_config": {"read-caching-enabled-on-u1": "true"}},
        "e": {"SR": "bound"},
        "lost": {"SR": "gone"},
    },
    "VBD": {
        "b1": {"VM": "vm", "VDI": "d", "currently_attached": True},
        "b2": {"VM": "vm", "VDI": "d"},
        "b3": {"VM": "vm", "VDI": "gone"},
        "b4": {"VM": "template", "VDI": "e"},
        "b5": {"VM": "snap", "VDI": "e"},
    },
    "VIF": {
        "v1": {"VM": "vm", "network": "n"},
        "v2": {"VM": "vm", "network": "n"},
        "v3": {"VM": "vm", "network": "gone"},
        "v4": {"VM": "template", "network": "n"},
    },
    "VM_metrics": {"m": {}},
    "VM_guest_metrics": {
        "none": {},
        "old": {"PV_drivers_version": {"major": "6", "minor": "0"}},
        "new": {"PV_drivers_version": {"major": "6", "minor": "1"}, "PV_drivers_up_to_date": True},
    },
    "VM": {
        "vm": {**_ON_H1, "metrics": "m", "guest_metrics": "new", "has_vendor_device": True},
        "late": {**_ON_H1, "metrics": "m", "guest_metrics": "old", "has_vendor_device": False},
        "bare": {**_ON_H1, "metrics": "m", "guest_metrics": "none"},
        "dark": {**_ON_H1, "guest_metrics": "new"},
        "off": {"metrics": "m", "guest_metrics": "new"},
        "template": {"is_a_template": True, "has_vendor_device": True},
        "snap": {"is_a_snapshot": True, "is_a_template": True, "snapshot_of": "vm"},
        "orphan": {"is_a_snapshot": True, "is_a_template": True, "snapshot_of": "gone"},
        "dom0": {"is_control_domain": True, **_ON_H1},
    },
    "VM_appliance": {"app": {"name_label": "shop"}},
}


def _inventory(**more: Mapping[str, Mapping[str, Any]]) -> Inventory:
    inventory = Inventory()
    for tables in (_ROWS, more):
        inventory.apply(Event(table, ref, "mod", row) for table, rows in tables.items() for ref, row in rows.items())
    return inventory


def _value(name: str, ref: str, inventory: Inventory | None = None) -> Any:
    known = inventory or _inventory()
    record = folder_record(ref) if ref.startswith("/") else known.find(ref)
    assert record is not None
    return PROPERTIES[name](known, record)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("networks", {"vm": ("n",), "template": (), "snap": (), "n": ("n",), "s": (), "h1": ()}),
        ("storage", {"vm": ("s",), "template": (), "snap": (), "s": ("s",), "d": ("s",), "lost": (), "n": ()}),
        ("disks", {"vm": ("d",), "template": (), "snap": (), "d": ("d",), "s": (), "h1": ()}),
        ("host", {"vm": ("h1",), "snap": ("h1",), "orphan": (), "template": (), "s": (), "bound": ("h2",), "d": (),
                  "e": ("h2",), "lost": (), "h2": ("h2",), "n": (), "inner": ("h1", "h2"), "p": (), "app": (),
                  "/a": ()}),
        ("pool", {"vm": "p", "p": "p", "h1": "p", "app": "p", "/a": None}),
        ("vm", {"vm": ("vm",), "snap": ("vm",), "orphan": (), "template": (), "dom0": (), "d": ("vm",), "e": (),
                "s": ("vm",), "bound": (), "n": ("vm",), "h1": ("vm", "late", "bare", "dark"), "app": (),
                "p": ("vm", "late", "bare", "dark", "off")}),
        ("shared", {"s": True, "bound": False, "d": True, "e": True, "lost": False, "vm": None}),
        ("virtualisation_status", {"vm": "Optimized", "late": "OutOfDate", "bare": "NotInstalled", "dark": "Unknown",
                                   "off": "Unknown", "template": None, "dom0": None, "h1": None}),
        ("read_caching_enabled", {"vm": True, "late": False, "off": False, "template": None, "d": None}),
        ("vendor_device_state", {"vm": True, "late": False, "template": None, "snap": None, "h1": None}),
        ("isNotFullyUpgraded", {"p": False, "h1": None}),
        ("folder", {"/a/b": "/a", "/a": "/", "/": None, "vm": None}),
        ("folders", {"/a/b": ("/a",), "/a": (), "/": (), "/a/b/c": ("/a", "/a/b")}),
        ("in_any_appliance", {"app": True, "vm": False, "template": None, "h1": None}),
    ],
)  # fmt: skip
def test_each_property_of_each_sort_of_thing(name: str, values: Mapping[str, Any]) -> None:
    assert {ref: _value(name, ref) for ref in values} == values


def test_everything_of_a_standalone_host_is_on_it() -> None:
    inventory = _inventory(pool={"p": {"name_label": "", "master": "h1"}})
    inventory.apply([Event("host", "h2", "del")])
    refs = ("vm", "off", "template", "s", "bound", "d", "n", "inner", "h1", "app")
    assert {_value("host", ref, inventory) for ref in refs} == {("h1",)}
    assert {_value("pool", ref, inventory) for ref in refs} == {None}


def test_a_pool_is_not_fully_upgraded_while_any_host_runs_another_build_whatever_its_state() -> None:
    newer = {
        "name_label": "two",
        "enabled": False,
        "software_version": {"product_version": "8.2", "build_number": "11"},
    }
    assert _value("isNotFullyUpgraded", "p", _inventory(host={"h2": newer})) is True
