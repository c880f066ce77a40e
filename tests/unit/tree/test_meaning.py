"""A view is a grouped search: what it shows is held against the rules written out a second time, the slow way."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifeguard.inventory.change import Event
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.kinds import (
    ALL_BUT_FOLDERS,
    SEARCHABLE_CLASSES,
    ObjectType,
    type_of,
)
from lifeguard.inventory.saved import open_dump
from lifeguard.inventory.visibility import is_shown
from lifeguard.search.columns import Moment
from lifeguard.search.query import (
    AllCustomFieldsGrouping,
    BooleanQuery,
    EnumPropertyQuery,
    FolderGrouping,
    GroupQuery,
    ListEmptyQuery,
    NullQuery,
    PropertyGrouping,
    Search,
    Sort,
    XenModelObjectPropertyGrouping,
)
from lifeguard.search.view import SearchView
from lifeguard.tree.build import build_tree
from lifeguard.tree.node import Node, Thing
from lifeguard.tree.options import Options
from lifeguard.tree.views import VIEWS
from tests.support import shared_glob, shared_path
from tests.unit.tree.slow_rules import Outline, expected
from tests.unit.tree.storms import BATCHES

_MOMENT = Moment(datetime(2026, 3, 15, tzinfo=UTC))
_DUMPS = shared_glob("dumps/*[!e].xml")
_EVERYTHING = tuple(sort for sort in ObjectType if sort in ALL_BUT_FOLDERS)
_BY_HOME = (XenModelObjectPropertyGrouping("pool"), XenModelObjectPropertyGrouping("host"))
_DEFINITIONS: Mapping[str, Search] = {
    "infrastructure": Search("", scope=tuple(Options(default_templates=True).scope), groupings=_BY_HOME),
    "objects": Search("", scope=_EVERYTHING, groupings=(PropertyGrouping("type"),)),
    "tags": Search("", scope=_EVERYTHING, query=ListEmptyQuery("tags", False), groupings=(PropertyGrouping("tags"),)),
    "folders": Search("", scope=tuple(ObjectType), query=NullQuery("folder", False), groupings=(FolderGrouping(),)),
    "fields": Search(
        "", scope=_EVERYTHING, query=BooleanQuery("has_custom_fields", True), groupings=(AllCustomFieldsGrouping(),)
    ),
    "vapps": Search(
        "",
        scope=_EVERYTHING,
        query=BooleanQuery("in_any_appliance", True),
        groupings=(XenModelObjectPropertyGrouping("appliance"),),
    ),
}


def _outline(nodes: Iterable[Node]) -> Outline:
    return [(node.ref, node.tooltip, _outline(node.children)) for node in nodes]


def _pools(batches: list[list[Event]]) -> dict[str, Inventory]:
    pools = {name: Inventory() for name in ("p", "q")}
    for number, batch in enumerate(batches):
        pools["pq"[number % 2]].apply(batch)
    return pools


@cache
def _load(path: Path) -> Inventory:
    return open_dump(path.read_bytes())[0]


def _view(name: str, pools: Mapping[str, Inventory]) -> Outline:
    return _outline(build_tree(pools, VIEWS[name](Options(default_templates=True))))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("path", _DUMPS)
def test_every_view_is_the_grouped_search_that_defines_it(view: str, path: Path) -> None:
    pools = {"p": _load(path)}
    assert _view(view, pools) == _outline(build_tree(pools, SearchView(_DEFINITIONS[view], _MOMENT)))


@pytest.mark.parametrize("view", VIEWS)
@settings(max_examples=60)
@given(batches=BATCHES)
def test_every_view_of_any_pools_is_the_grouped_search_that_defines_it(view: str, batches: list[list[Event]]) -> None:
    pools = _pools(batches)
    assert _view(view, pools) == _outline(build_tree(pools, SearchView(_DEFINITIONS[view], _MOMENT)))


_GROUPED = ("pool", "host", "power_state", "type", "networks", "storage", "disks", "appliance", "tags", "vm")
_SORTINGS = st.sampled_from([(), (Sort("name"),), (Sort("name", is_ascending=False),)])
_QUERIES = st.sampled_from([
    None, ListEmptyQuery("tags", empty=False), EnumPropertyQuery("power_state", "Running", equals=False),
    GroupQuery("Nor", (EnumPropertyQuery("type", "VM"), BooleanQuery("shared", True))),
])  # fmt: skip
_SEARCHES = st.builds(
    Search,
    st.just("x"),
    scope=st.sets(st.sampled_from(_EVERYTHING), min_size=1).map(lambda many: tuple(sorted(many, key=str))),
    query=_QUERIES,
    groupings=st.lists(st.sampled_from(_GROUPED), max_size=3, unique=True).map(
        lambda names: tuple(map(XenModelObjectPropertyGrouping, names))
    ),
    sorting=_SORTINGS,
)


@settings(max_examples=150)
@given(batches=BATCHES, search=_SEARCHES)
def test_any_search_of_any_pools_shows_what_the_rules_say(batches: list[list[Event]], search: Search) -> None:
    pools = _pools(batches)
    assert _outline(build_tree(pools, SearchView(search, _MOMENT))) == expected(pools, search, _MOMENT.now)


@pytest.mark.parametrize("path", _DUMPS)
@settings(max_examples=10)
@given(search=_SEARCHES)
def test_any_search_of_real_pools_shows_what_the_rules_say(path: Path, search: Search) -> None:
    pools = {"one": _load(path), "two": _load(shared_path("dumps/grimsby.xml"))}
    assert _outline(build_tree(pools, SearchView(search, _MOMENT))) == expected(pools, search, _MOMENT.now)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("path", _DUMPS)
def test_the_order_in_which_objects_arrive_does_not_matter(view: str, path: Path) -> None:
    inventory, shuffled = _load(path), Inventory()
    events = [
        Event(class_name, ref, "add", inventory.payload(ref))
        for class_name in inventory.class_names()
        for ref in inventory.refs(class_name)
    ]
    random.Random(view).shuffle(events)
    shuffled.apply(events)
    assert _view(view, {"p": shuffled}) == _view(view, {"p": inventory})


@settings(max_examples=100)
@given(batches=BATCHES, hidden=st.booleans())
def test_every_shown_object_is_once_in_the_infrastructure_and_once_among_its_like(
    batches: list[list[Event]], hidden: bool
) -> None:
    pools = _pools(batches)
    options = Options(default_templates=True, hidden=hidden)
    for view, scope in (("infrastructure", options.scope), ("objects", ALL_BUT_FOLDERS)):
        things = [thing for node in build_tree(pools, VIEWS[view](options)) for thing in _things(node)]
        shown = {
            Thing(source, ref)
            for source, facts in pools.items()
            for class_name in SEARCHABLE_CLASSES
            for ref in facts.refs(class_name)
            if (record := facts.find(ref)) is not None and type_of(record) in scope and is_shown(facts, record, hidden)
        }
        assert sorted(things, key=str) == sorted(shown, key=str)


def _things(node: Node) -> Iterable[Thing]:
    if isinstance(node.key[-1], Thing):
        yield node.key[-1]
    for child in node.children:
        yield from _things(child)


_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just("OpaqueRef:NULL"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
_ODD = st.builds(
    lambda class_name, ref, fields: Event(class_name, ref, "mod", msgspec.json.encode(fields)),
    st.sampled_from([*SEARCHABLE_CLASSES, "VBD", "PIF", "class_of_the_future"]),
    st.sampled_from(["a", "b", "c"]),
    st.dictionaries(
        st.sampled_from([
            "name_label", "other_config", "tags", "SR", "VM", "host", "master", "snapshot_of", "is_a_snapshot", "VBDs",
            "PIFs", "VIFs", "software_version", "gui_config", "power_state", "resident_on", "field_of_the_future",
        ]),
        _JUNK,
        max_size=5,
    ),
)  # fmt: skip


@settings(max_examples=100)
@given(batches=BATCHES, odd=st.lists(_ODD, max_size=8), search=_SEARCHES)
def test_nothing_that_a_server_could_say_breaks_a_view_or_a_search(
    batches: list[list[Event]], odd: list[Event], search: Search
) -> None:
    pools = _pools(batches)
    pools["p"].apply(odd)
    for view in VIEWS:
        assert isinstance(build_tree(pools, VIEWS[view](Options(hidden=True))), tuple)
    assert isinstance(build_tree(pools, SearchView(search, _MOMENT)), tuple)
