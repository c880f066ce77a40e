"""When a pool was last heard of, by its own records."""

from __future__ import annotations

import pytest

from lifeguard.inventory.change import Event
from lifeguard.inventory.instants import instant_s, newest_instant_s
from lifeguard.inventory.inventory import Inventory

_NOON_S = 1_244_116_800.0
_NEVER = "19700101T00:00:00Z"


def _inventory(*told: tuple[str, str, str]) -> Inventory:
    inventory = Inventory()
    inventory.apply(
        Event(class_name, f"OpaqueRef:{place}", "add", {field: timestamp})
        for place, (class_name, field, timestamp) in enumerate(told)
    )
    return inventory


@pytest.mark.parametrize(
    ("class_name", "field"),
    [
        ("host_metrics", "last_updated"), ("VM_metrics", "start_time"), ("VM_metrics", "last_updated"),
        ("VM_guest_metrics", "last_updated"), ("message", "timestamp"), ("task", "created"), ("task", "finished"),
    ],
)  # fmt: skip
def test_the_newest_of_all_that_records_tell_counts(class_name: str, field: str) -> None:
    told = _inventory(
        ("host_metrics", "last_updated", "20090604T09:00:00Z"),
        (class_name, field, "20090604T12:00:00Z"),
        ("VM_metrics", "start_time", _NEVER),
    )
    assert newest_instant_s(told, _NOON_S + 1) == _NOON_S


def test_what_has_not_been_yet_was_told_by_a_wrong_clock() -> None:
    told = _inventory(
        ("VM_metrics", "start_time", "20380119T03:14:07Z"), ("host_metrics", "last_updated", "20090604T12:00:00Z")
    )
    assert newest_instant_s(told, _NOON_S + 1) == _NOON_S


def test_nothing_told_is_no_instant() -> None:
    assert newest_instant_s(_inventory(("VM_metrics", "start_time", _NEVER), ("task", "created", "")), _NOON_S) is None


def test_timestamps_are_read_with_and_without_hyphens_and_zone() -> None:
    for timestamp in ("20090604T12:00:00Z", "2009-06-04T12:00:00Z", "20090604T12:00:00", "20090604T12:00:00.000Z"):
        assert instant_s(timestamp) == _NOON_S
