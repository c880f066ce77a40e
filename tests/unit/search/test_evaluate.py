"""Three-valued logic and every type of query."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from lifeguard.datamodel.records import Vm
from lifeguard.inventory.change import Event
from lifeguard.inventory.custom_fields import FieldDefinition
from lifeguard.inventory.inventory import Inventory
from lifeguard.search.evaluate import as_test, matches_date
from lifeguard.search.query import (
    BooleanQuery,
    CustomFieldDateQuery,
    CustomFieldQuery,
    DatePropertyQuery,
    DummyQuery,
    EnumPropertyQuery,
    GroupQuery,
    IntPropertyQuery,
    IPAddressQuery,
    ListEmptyQuery,
    NullQuery,
    Query,
    RecursiveXMOListPropertyQuery,
    RecursiveXMOPropertyQuery,
    StringListContainsQuery,
    StringPropertyQuery,
    ValuePropertyQuery,
    XenModelObjectListContainsNameQuery,
    XenModelObjectListContainsQuery,
    XenModelObjectPropertyQuery,
)

_NOW = datetime(2026, 3, 15, 12, 0, tzinfo=UTC)
_YES, _NO, _INDIFFERENT = StringPropertyQuery("label", "web"), StringPropertyQuery("label", "db"), DummyQuery()
_FIELD = {"XenCenter.CustomFields.Owner": "Ann", "XenCenter.CustomFields.Scan": "2026-03-10T07:35:24"}
_ROWS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "pool": {"p": {"name_label": "Paris", "master": "h", "uuid": "pool-uuid", "ha_enabled": True}},
    "host": {"h": {"name_label": "h 3", "uuid": "host-uuid"}},
    "VM": {
        "vm": {
            "name_label": "Web-01", "name_description": "front", "power_state": "Running", "resident_on": "h",
            "tags": ["prod"], "metrics": "m", "guest_metrics": "g", "other_config": {"folder": "/a/b", **_FIELD},
            "ha_restart_priority": "restart", "uuid": "vm-uuid",
        },
        "plain": {"name_label": "plain"},
    },
    "VM_metrics": {"m": {"memory_actual": 4 * 1024**3, "start_time": "20260314T23:30:00Z"}},
    "VM_guest_metrics": {"g": {"os_version": {"name": "Microsoft Windows 11|C:|x"}, "networks": {"0/ip": "10.0.0.7"}}},
    "VIF": {"v": {"VM": "vm", "network": "n", "device": "0"}},
    "network": {"n": {"name_label": "LAN", "uuid": "net-uuid"}},
    "SR": {"s": {"name_label": "nas", "shared": True, "type": "nfs"}},
    "VDI": {"d": {"SR": "s", "virtual_size": 10, "managed": True}},
    "VBD": {"b": {"VM": "vm", "VDI": "d"}},
}  # fmt: skip


def _inventory() -> Inventory:
    inventory = Inventory()
    inventory.apply(Event(table, ref, "add", row) for table, rows in _ROWS.items() for ref, row in rows.items())
    return inventory


def _says(query: Query, ref: str = "vm") -> bool | None:
    inventory = _inventory()
    record = inventory.find(ref)
    assert record is not None
    return as_test(query, _NOW)(inventory, record)


@pytest.mark.parametrize(
    ("kind", "parts", "answer"),
    [
        ("And", (_YES, _YES), True), ("And", (_YES, _NO), False), ("And", (_YES, _INDIFFERENT), True),
        ("And", (_INDIFFERENT, _NO), False), ("And", (_INDIFFERENT,), None), ("And", (), None),
        ("Or", (_NO, _YES), True), ("Or", (_NO, _NO), False), ("Or", (_NO, _INDIFFERENT), False),
        ("Or", (_INDIFFERENT, _INDIFFERENT), None),
        ("Nor", (_NO, _YES), False), ("Nor", (_NO, _INDIFFERENT), True), ("Nor", (_INDIFFERENT,), None),
    ],
)  # fmt: skip
def test_what_does_not_care_never_decides(kind: Any, parts: tuple[Query, ...], answer: bool | None) -> None:
    assert _says(GroupQuery(kind, parts)) is answer


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (StringPropertyQuery("label", "WEB"), True),
        (StringPropertyQuery("label", "WEB", casesensitive=True), False),
        (StringPropertyQuery("label", "web", "startswith"), True),
        (StringPropertyQuery("label", "01", "endswith"), True),
        (StringPropertyQuery("label", "web", "exactmatch"), False),
        (StringPropertyQuery("label", "web", "notcontain"), False),
        (StringPropertyQuery("label", ""), True),
        (StringPropertyQuery("os_name", "windows 11", "exactmatch"), True),
        (StringPropertyQuery("sr_type", "nfs"), False),
        (EnumPropertyQuery("power_state", "Running"), True),
        (EnumPropertyQuery("power_state", "Running", equals=False), False),
        (EnumPropertyQuery("ha_restart_priority", "AlwaysRestart"), True),
        (EnumPropertyQuery("type", "VM"), True),
        (ValuePropertyQuery("os_name", "Windows 11"), True),
        (BooleanQuery("in_any_appliance", False), True),
        (BooleanQuery("shared", False), False),
        (IntPropertyQuery("memory", 4 * 1024**3 - 1, "gt"), True),
        (IntPropertyQuery("memory", 4 * 1024**3, "lt"), False),
        (IntPropertyQuery("memory", 4 * 1024**3), True),
        (IntPropertyQuery("size", 1, "gt"), False),
        (DatePropertyQuery("start_time", "20260314", "exact"), True),
        (DatePropertyQuery("start_time", "", "yesterday"), True),
        (NullQuery("memory", False), True),
        (NullQuery("size", True), True),
        (IPAddressQuery("ip_address", "10.0.*"), True),
        (IPAddressQuery("ip_address", "10.1.*", contains=False), True),
        (StringListContainsQuery("tags", "prod"), True),
        (StringListContainsQuery("tags", "pro"), False),
        (ListEmptyQuery("tags", empty=False), True),
        (XenModelObjectPropertyQuery("pool", "pool-uuid"), True),
        (XenModelObjectListContainsQuery("host", "host-uuid"), True),
        (XenModelObjectListContainsQuery("host", "other", contains=False), True),
        (XenModelObjectListContainsNameQuery("networks", "lan"), True),
        (XenModelObjectListContainsNameQuery("networks", "lan", contains=False), False),
        (RecursiveXMOPropertyQuery("pool", StringPropertyQuery("label", "paris")), True),
        (RecursiveXMOListPropertyQuery("host", StringPropertyQuery("label", "h 3")), True),
        (RecursiveXMOListPropertyQuery("storage", BooleanQuery("shared", True)), True),
        (RecursiveXMOListPropertyQuery("disks", IntPropertyQuery("size", 10)), True),
        (RecursiveXMOListPropertyQuery("disks", DummyQuery()), None),
        (RecursiveXMOListPropertyQuery("folders", RecursiveXMOListPropertyQuery("folders", DummyQuery())), False),
        (RecursiveXMOListPropertyQuery("folders", StringPropertyQuery("uuid", "/a", "exactmatch")), True),
        (RecursiveXMOPropertyQuery("folder", StringPropertyQuery("uuid", "/a", "exactmatch")), False),
        (RecursiveXMOPropertyQuery("appliance", DummyQuery()), False),
        (CustomFieldQuery(FieldDefinition("Owner"), "ann"), True),
        (CustomFieldQuery(FieldDefinition("Room"), ""), False),
        (CustomFieldDateQuery(FieldDefinition("Scan", True), "20260310", "exact"), True),
        (StringPropertyQuery("of_the_future", "x"), None),
    ],
)
def test_each_type_of_query(query: Query, answer: bool | None) -> None:
    assert _says(query) is answer


def test_an_object_passes_unless_the_answer_is_no() -> None:
    inventory = _inventory()
    record = inventory.get(Vm, "plain")
    assert record is not None
    for query in (None, DummyQuery()):
        assert as_test(query, _NOW)(inventory, record) is None
    assert as_test(_YES, _NOW)(inventory, record) is False


def test_a_day_is_a_day_where_the_user_is() -> None:
    late = "20260314T23:30:00Z"
    assert matches_date("20260314", "exact", late, _NOW)
    east = _NOW.astimezone(timezone(timedelta(hours=2)))
    assert matches_date("20260315", "exact", late, east)
    assert matches_date("", "today", late, east)
    for how, days in (("today", {0}), ("yesterday", {1}), ("thisweek", set(range(7))), ("lastweek", set(range(7, 14)))):
        then = {ago: (_NOW - timedelta(days=ago)).strftime("%Y%m%dT%H:%M:%SZ") for ago in range(-1, 20)}
        assert {ago for ago, text in then.items() if matches_date("", how, text, _NOW)} == days
    assert matches_date("20260314", "before", late, _NOW)
    assert matches_date("20260314", "after", late, _NOW)
    assert not matches_date("whenever", "exact", late, _NOW)
