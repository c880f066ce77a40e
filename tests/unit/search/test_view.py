"""How a search arranges what it finds: which groups there are, who is in them, and what stands before what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifeguard.inventory.answers import Answers
from lifeguard.inventory.change import Event
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.kinds import ObjectType
from lifeguard.search.columns import Moment
from lifeguard.search.query import (
    EnumPropertyQuery,
    FolderGrouping,
    ForeignGrouping,
    Grouping,
    GroupQuery,
    NullQuery,
    PropertyGrouping,
    Query,
    RecursiveXMOListPropertyQuery,
    RecursiveXMOPropertyQuery,
    Search,
    Sort,
    StringPropertyQuery,
    XenModelObjectListContainsQuery,
    XenModelObjectPropertyGrouping,
)
from lifeguard.search.view import SearchView
from lifeguard.tree.build import build_tree
from lifeguard.tree.live import LiveTree
from lifeguard.tree.node import Node

_MOMENT = Moment(datetime(2026, 3, 15, tzinfo=UTC))
_RUNS = {"power_state": "Running", "metrics": "m"}
_ROWS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "pool": {"p": {"name_label": "P", "master": "h", "ha_enabled": True,
                   "other_config": {"EMPTY_FOLDERS": "/zoo;/a/c"}}},
    "host": {"h": {"name_label": "h"}, "g": {"name_label": "g"}},
    "network": {"n1": {"name_label": "work", "uuid": "u1"}, "n2": {"name_label": "play", "uuid": "u2"}},
    "VIF": {
        "v1": {"VM": "a", "network": "n1"},
        "v2": {"VM": "a", "network": "n2"},
        "v3": {"VM": "b", "network": "n2"},
    },
    "VM_metrics": {"m": {}},
    "VM_guest_metrics": {
        "old": {"PV_drivers_version": {"major": "6"}},
        "new": {"PV_drivers_detected": True},
    },
    "VM": {
        "a": {"name_label": "a", **_RUNS, "resident_on": "h", "guest_metrics": "new", "ha_restart_priority": "restart",
              "tags": ["x10", "X9"], "other_config": {"folder": "/a/b"}},
        "b": {"name_label": "b", **_RUNS, "resident_on": "g", "guest_metrics": "old",
              "ha_restart_priority": "best-effort", "tags": ["x9"], "other_config": {"folder": "/a"}},
        "c": {"name_label": "c", "metrics": "m"},
        "d": {"name_label": "d", **_RUNS, "resident_on": "g"},
        "s": {"name_label": "of a", "is_a_snapshot": True, "is_a_template": True, "snapshot_of": "a"},
    },
}  # fmt: skip
_VMS = (ObjectType.VM,)
_BY_NETWORK = XenModelObjectPropertyGrouping("networks")
_ON_WORK = RecursiveXMOListPropertyQuery("networks", StringPropertyQuery("label", "work"))
_IS_B = StringPropertyQuery("label", "b", "exactmatch")


def _inventory() -> Inventory:
    inventory = Inventory()
    inventory.apply(Event(table, ref, "add", row) for table, rows in _ROWS.items() for ref, row in rows.items())
    return inventory


def _outline(nodes: tuple[Node, ...]) -> list[object]:
    return [(node.tooltip, _outline(node.children)) if node.children else node.tooltip for node in nodes]


def _run(search: Search, **pools: Inventory) -> list[object]:
    return _outline(build_tree(pools or {"pool": _inventory()}, SearchView(search, _MOMENT)))


def _search(query: Query | None, *groupings: Grouping, scope: tuple[ObjectType, ...] = _VMS, **parts: Any) -> Search:
    return Search("x", scope=scope, query=query, groupings=groupings, **parts)


@pytest.mark.parametrize(
    ("query", "outline"),
    [
        (None, ["c", "d", ("play", ["a", "b"]), ("work", ["a"])]),
        (_ON_WORK, [("work", ["a"])]),
        (XenModelObjectListContainsQuery("networks", "u1"), [("work", ["a"])]),
        (GroupQuery("And", (_ON_WORK, StringPropertyQuery("label", "a"))), [("work", ["a"])]),
        (GroupQuery("Or", (_ON_WORK, _IS_B)), [("work", ["a"])]),
        (GroupQuery("Nor", (_ON_WORK, _IS_B)), ["c", "d"]),
        (GroupQuery("And", (GroupQuery("Nor", (_IS_B,)), _ON_WORK)), [("work", ["a"])]),
    ],
)
def test_what_a_search_says_of_the_grouped_property_chooses_the_groups_too(query: Query, outline: list[object]) -> None:
    assert _run(_search(query, _BY_NETWORK)) == outline


def test_what_has_only_unwanted_groups_is_not_shown_and_what_has_none_passes_to_the_next_grouping() -> None:
    either = GroupQuery("Or", (_ON_WORK, EnumPropertyQuery("power_state", "Running")))
    by_both = _search(either, _BY_NETWORK, PropertyGrouping("power_state"))
    assert _run(by_both) == [("Running", ["d"]), ("work", [("Running", ["a"])])]


def test_what_groups_others_stands_where_the_group_does() -> None:
    everything = (ObjectType.POOL, ObjectType.HOST, ObjectType.VM, ObjectType.SNAPSHOT)
    levels = [XenModelObjectPropertyGrouping(name) for name in ("pool", "host", "vm")]
    assert _run(_search(None, *levels, scope=everything)) == [
        ("P", [("h", [("a", ["of a"])]), ("g", ["b", "d"]), "c"]),
    ]  # fmt: skip
    only_c = RecursiveXMOListPropertyQuery("vm", StringPropertyQuery("label", "c"))
    assert _run(_search(GroupQuery("Or", (only_c, _IS_B)), levels[2])) == ["b", "c"]


def test_values_of_an_enumeration_stand_in_its_order() -> None:
    assert _run(_search(None, PropertyGrouping("ha_restart_priority"))) == [
        ("Restart", ["a"]), ("Best effort", ["b"]), ("Do not restart", ["c", "d"]),
    ]  # fmt: skip
    assert _run(_search(None, PropertyGrouping("virtualisation_status"))) == [
        ("Not installed", ["d"]), ("Unknown", ["c"]), ("Out of date", ["b"]), ("Optimized", ["a"]),
    ]  # fmt: skip


def test_an_object_is_in_each_of_its_groups_and_values_come_before_objects() -> None:
    assert _run(_search(None, PropertyGrouping("tags"))) == [
        ("X9", ["a"]), ("x9", ["b"]), ("x10", ["a"]), "c", "d",
    ]  # fmt: skip


def test_a_sort_by_name_sorts_the_groups_by_name_and_by_any_other_column_does_not() -> None:
    by_state = _search(None, PropertyGrouping("power_state"))
    backwards = replace(by_state, sorting=(Sort("name", is_ascending=False),))
    assert _run(backwards) == [("Running", ["d", "b", "a"]), ("Halted", ["c"])]
    assert _run(replace(by_state, sorting=(Sort("cpu", is_ascending=False),))) == _run(by_state)
    assert _run(replace(by_state, sorting=(Sort("name"), Sort("cpu")))) == _run(by_state)


_WITH_FOLDERS = (ObjectType.FOLDER, *_VMS)


def test_folders_come_first_among_objects_unless_a_column_says_otherwise() -> None:
    everything = _search(None, FolderGrouping(), scope=_WITH_FOLDERS)
    assert _run(everything) == [("a", [("b", ["a"]), "c", "b"]), "zoo", "c", "d"]
    by_name = replace(everything, sorting=(Sort("name"),))
    assert _run(by_name) == [("a", [("b", ["a"]), "b", "c"]), "c", "d", "zoo"]
    backwards = replace(everything, sorting=(Sort("name", is_ascending=False),))
    assert [top if isinstance(top, str) else top[0] for top in _run(backwards)] == ["zoo", "d", "c", "a"]  # type: ignore[index]


def test_looking_into_one_folder_groups_nothing() -> None:
    in_a = RecursiveXMOPropertyQuery("folder", StringPropertyQuery("uuid", "/a", "exactmatch", True))
    assert _run(_search(in_a, FolderGrouping(), scope=_WITH_FOLDERS)) == ["b", "c", "b"]
    in_some = RecursiveXMOPropertyQuery("folder", StringPropertyQuery("label", ""))
    assert _run(_search(in_some, FolderGrouping(), scope=_WITH_FOLDERS)) == [("a", [("b", ["a"]), "c", "b"]), "zoo"]
    at_top = RecursiveXMOPropertyQuery("folder", StringPropertyQuery("uuid", "/", "exactmatch", True))
    assert _run(_search(at_top, FolderGrouping(), scope=_WITH_FOLDERS)) == ["a", "zoo"]
    assert _run(_search(NullQuery("folder", query=True), FolderGrouping(), scope=_WITH_FOLDERS)) == ["c", "d"]


def test_a_grouping_of_another_version_groups_nothing() -> None:
    grouped = _search(None, ForeignGrouping("<MoonGrouping />"), PropertyGrouping("power_state"))
    assert _run(grouped) == _run(_search(None, PropertyGrouping("power_state")))
    assert _run(_search(None, PropertyGrouping("of_the_future"))) == ["a", "b", "c", "d"]


def test_several_pools_share_their_values_and_folders_but_not_their_objects() -> None:
    pools = {"one": _inventory(), "two": _inventory()}
    assert _run(_search(None, PropertyGrouping("power_state")), **pools) == [
        ("Halted", ["c", "c"]), ("Running", ["a", "a", "b", "b", "d", "d"]),
    ]  # fmt: skip
    tops = _run(_search(None, XenModelObjectPropertyGrouping("pool")), **pools)
    assert [top if isinstance(top, str) else top[0] for top in tops] == ["P", "P"]  # type: ignore[index]
    assert _run(_search(None, FolderGrouping(), scope=(ObjectType.FOLDER,)), **pools) == [("a", ["b", "c"]), "zoo"]


_SORTS = st.lists(st.builds(Sort, st.sampled_from(["name", "cpu", "ip"]), st.booleans()), max_size=2).map(tuple)
_CHOICE = (
    PropertyGrouping("power_state"),
    PropertyGrouping("tags"),
    XenModelObjectPropertyGrouping("host"),
    FolderGrouping(),
)
_GROUPED = st.lists(st.sampled_from(_CHOICE), max_size=2, unique=True).map(tuple)
_EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "fresh"]),
        st.fixed_dictionaries({}, optional={
            "name_label": st.sampled_from(["a", "z", "m 2"]),
            "power_state": st.sampled_from(["Running", "Halted"]),
            "tags": st.lists(st.sampled_from(["x", "y"]), max_size=2, unique=True),
            "other_config": st.sampled_from([{}, {"folder": "/a/b"}, {"folder": "/m"}]),
        }),
    ),
    max_size=4,
)  # fmt: skip


@given(steps=st.lists(st.tuples(_GROUPED, _SORTS, _EVENTS), min_size=1, max_size=4))
def test_a_sorted_tree_that_follows_changes_of_pool_and_search_is_the_one_built_anew(steps: list[Any]) -> None:
    inventory = _inventory()
    answers = Answers(inventory)
    for groupings, sorting, events in steps:
        view = SearchView(_search(None, *groupings, scope=_WITH_FOLDERS, sorting=sorting), _MOMENT)
        live = LiveTree(view)
        live.connect("pool", answers)
        for ref, row in events:
            change = inventory.apply([Event("VM", ref, "mod", row)])
            live.apply("pool", change, answers.apply(change))
        assert live.nodes() == build_tree({"pool": inventory}, view)
        for _ in live.sort_by(SearchView(replace(view.search, sorting=(Sort("name", is_ascending=False),)), _MOMENT)):
            pass
        for _ in live.sort_by(view):
            pass
        assert live.nodes() == build_tree({"pool": inventory}, view)
