"""A live tree is the tree that would be built anew, after any changes, and its steps lead a mirror there."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifeguard.inventory.answers import Answers
from lifeguard.inventory.change import Event
from lifeguard.inventory.inventory import Inventory
from lifeguard.search.columns import Load, Moment
from lifeguard.search.evaluate import as_filter
from lifeguard.search.fulltext import words_query
from lifeguard.search.query import PropertyGrouping, Search, Sort, XenModelObjectPropertyGrouping
from lifeguard.search.view import SearchView
from lifeguard.tree.build import build_tree
from lifeguard.tree.live import LiveTree, Server
from lifeguard.tree.mirror import Mirror
from lifeguard.tree.node import Moved, Node, Step
from lifeguard.tree.options import Options
from lifeguard.tree.views import VIEWS
from tests.unit.tree.storms import BATCHES, HOSTS, VMS


def _follow(mirror: Mirror, steps: list[Step]) -> tuple[Node, ...]:
    for step in steps:
        mirror.follow(step)
    return mirror.nodes()


@pytest.mark.parametrize("view", VIEWS)
@settings(max_examples=60, deadline=None)
@given(batches=BATCHES)
def test_after_any_changes_the_tree_is_the_one_built_anew(view: str, batches: list[list[Event]]) -> None:
    options = Options(default_templates=True)
    inventory = Inventory()
    answers = Answers(inventory)
    live, mirror = LiveTree(VIEWS[view](options)), Mirror()
    live.connect("p", answers)
    for batch in batches:
        change = inventory.apply(batch)
        steps = live.apply("p", change, answers.apply(change))
        anew = build_tree({"p": inventory}, VIEWS[view](options))
        assert live.nodes() == anew
        assert _follow(mirror, steps) == anew


@settings(max_examples=60, deadline=None)
@given(batches=BATCHES, view=st.sampled_from(list(VIEWS)), hidden=st.booleans())
def test_pools_that_come_and_go_leave_the_tree_of_those_that_are_there(
    batches: list[list[Event]], view: str, hidden: bool
) -> None:
    pools = {name: Inventory() for name in ("p", "q")}
    for number, batch in enumerate(batches):
        pools["pq"[number % 2]].apply(batch)
    arranged = VIEWS[view](Options(hidden=hidden))
    live, mirror = LiveTree(arranged), Mirror()
    for name, inventory in pools.items():
        _follow(mirror, live.connect(name, Answers(inventory)))
    assert mirror.nodes() == live.nodes() == build_tree(pools, arranged)
    assert _follow(mirror, live.disconnect("p")) == build_tree({"q": pools["q"]}, arranged)
    assert _follow(mirror, live.disconnect("q")) == ()


_SORTED = st.lists(st.sampled_from(["name", "uptime", "ha", "cpu", "CustomField:f"]), max_size=2, unique=True)


@settings(max_examples=60, deadline=None)
@given(
    batches=BATCHES,
    sortings=st.lists(st.tuples(_SORTED, st.booleans()), min_size=1, max_size=4),
    is_grouped=st.booleans(),
)
def test_sorting_by_columns_leads_to_the_tree_sorted_so_from_the_start(
    batches: list[list[Event]], sortings: list[tuple[list[str], bool]], is_grouped: bool
) -> None:
    inventory = Inventory()
    answers, loads = Answers(inventory), _Loads()
    live, mirror = LiveTree(_sorted_view([], False, is_grouped, loads)), Mirror()
    live.connect("p", answers)
    for number, batch in enumerate(batches):
        change = inventory.apply(batch)
        _follow(mirror, live.apply("p", change, answers.apply(change)))
        view = _sorted_view(*sortings[number % len(sortings)], is_grouped, loads)
        for steps in live.sort_by(view):
            _follow(mirror, steps)
        assert mirror.nodes() == live.nodes() == build_tree({"p": inventory}, view)
        loads.turn += 1
        for steps in live.reorder():
            _follow(mirror, steps)
        assert mirror.nodes() == live.nodes() == build_tree({"p": inventory}, view)


@settings(max_examples=60, deadline=None)
@given(batches=BATCHES, view=st.sampled_from(list(VIEWS)), first=st.sets(st.sampled_from([*HOSTS, *VMS, "pool0"])))
def test_a_tree_filled_little_by_little_between_changes_ends_as_the_one_built_at_once(
    batches: list[list[Event]], view: str, first: set[str]
) -> None:
    inventory = Inventory()
    inventory.apply(batches[0])
    answers = Answers(inventory)
    live, mirror = LiveTree(VIEWS[view](None)), Mirror()
    _follow(mirror, live.connect("p", answers, sorted(ref for ref in first if ref in inventory)))
    filling = live.fill()
    for batch in batches[1:]:
        _follow(mirror, next(filling, []))
        change = inventory.apply(batch)
        _follow(mirror, live.apply("p", change, answers.apply(change)))
    for steps in filling:
        _follow(mirror, steps)
    assert mirror.nodes() == live.nodes() == build_tree({"p": inventory}, VIEWS[view](None))


class _Loads:
    """Loads that are others at every turn."""

    turn = 0

    def load(self, ref: str) -> Load | None:
        return Load(cpu_fraction=hash((ref, self.turn)) % 7 / 7, cpu_count=1) if self.turn % 3 else None


def _sorted_view(columns: list[str], is_up: bool, is_grouped: bool, loads: _Loads) -> SearchView:
    groupings = (XenModelObjectPropertyGrouping("host"), PropertyGrouping("tags")) if is_grouped else ()
    sorting = tuple(Sort(column, is_up) for column in columns)
    return SearchView(Search("", groupings=groupings, sorting=sorting), Moment(datetime(2026, 3, 1, tzinfo=UTC), loads))


def _pool(name: str, *hosts: str) -> Inventory:
    inventory = Inventory()
    events = [Event("host", f"{name}-{host}", "add", {"name_label": host, "enabled": True}) for host in hosts]
    events.append(Event("pool", f"{name}-pool", "add", {"name_label": name, "master": f"{name}-{hosts[0]}"}))
    inventory.apply(events)
    return inventory


def test_pools_come_first_then_standalone_hosts_then_servers_without_a_connection() -> None:
    live = LiveTree(VIEWS["infrastructure"](None))
    live.show_server("away", Server("10.0.0.9", "alpha"))
    unnamed = _pool("", "beta")
    live.connect("alone", Answers(unnamed))
    live.connect("big", Answers(_pool("zeta", "z2", "z1")))
    assert [(node.kind, node.name, node.state) for node in live.nodes()] == [
        ("pool", "zeta", "connected"),
        ("host", "beta", "connected"),
        ("server", "alpha", "disconnected"),
    ]
    assert [child.name for child in live.nodes()[0].children] == ["z2", "z1"]
    live.connect("away", Answers(_pool("zeta 10", "h")))
    assert [node.name for node in live.nodes()] == ["zeta", "zeta 10", "beta"]


def test_a_vm_that_migrates_moves_in_one_step() -> None:
    inventory = _pool("p", "h1", "h2")
    vm = {"name_label": "web", "power_state": "Running", "resident_on": "p-h1"}
    inventory.apply([Event("VM", "vm", "add", vm)])
    answers, live = Answers(inventory), LiveTree(VIEWS["infrastructure"](None))
    live.connect("p", answers)
    change = inventory.apply([Event("VM", "vm", "mod", vm | {"resident_on": "p-h2"})])
    (step,) = live.apply("p", change, answers.apply(change))
    assert isinstance(step, Moved)
    assert step.parent[-1].ref == "p-h1"
    assert step.new_parent[-1].ref == "p-h2"
    assert live.keys_of("p", "vm") == (step.node.key,)


def _mark_hidden(inventory: Inventory, ref: str) -> Event:
    payload = inventory.payload(ref)
    record = payload if isinstance(payload, dict) else msgspec.json.decode(payload)
    return Event(inventory.class_of(ref), ref, "mod", record | {"other_config": {"HideFromXenCenter": "true"}})


def _refs(nodes: tuple[Node, ...]) -> set[str | None]:
    return {node.ref for node in nodes} | {ref for node in nodes for ref in _refs(node.children)}


@pytest.mark.parametrize(("ref", "gone"), [("vm1", {"vm1"}), ("sr", {"sr"}), ("p-h1", set())])
def test_the_mark_hides_a_vm_or_a_storage_alone_and_means_nothing_on_a_host(ref: str, gone: set[str]) -> None:
    inventory = _pool("p", "h1", "h2")
    there = {"power_state": "Running", "resident_on": "p-h1"}
    inventory.apply([Event("VM", "vm1", "add", there), Event("VM", "vm2", "add", there), Event("SR", "sr", "add", {})])
    answers, live = Answers(inventory), LiveTree(VIEWS["infrastructure"](None))
    live.connect("p", answers)
    before = _refs(live.nodes())
    change = inventory.apply([_mark_hidden(inventory, ref)])
    live.apply("p", change, answers.apply(change))
    assert before - _refs(live.nodes()) == gone
    unhidden = LiveTree(VIEWS["infrastructure"](Options(hidden=True)))
    unhidden.connect("p", answers)
    assert _refs(unhidden.nodes()) == before


def test_the_quick_filter_keeps_what_matches_and_the_way_to_it() -> None:
    inventory = _pool("p", "h1", "h2")
    there = {"power_state": "Running", "resident_on": "p-h1"}
    inventory.apply(Event("VM", name, "add", there | {"name_label": name}) for name in ("web", "db"))
    query = words_query("WE")
    assert query is not None
    only_web = Options(matches=as_filter(query, datetime(2026, 3, 15, tzinfo=UTC)))
    answers, live, mirror = Answers(inventory), LiveTree(VIEWS["infrastructure"](only_web)), Mirror()
    assert _refs(_follow(mirror, live.connect("p", answers))) == {"p-pool", "p-h1", "web"}
    change = inventory.apply([Event("VM", "db", "mod", there | {"name_label": "web 2"})])
    assert _refs(_follow(mirror, live.apply("p", change, answers.apply(change)))) == {"p-pool", "p-h1", "web", "db"}


def test_a_change_looks_only_at_what_depends_on_it() -> None:
    inventory = _pool("p", "h1", "h2")
    inventory.apply(
        Event("VM", f"vm{n}", "add", {"name_label": str(n), "power_state": "Running", "resident_on": "p-h1"})
        for n in range(50)
    )
    answers, live = Answers(inventory), LiveTree(VIEWS["infrastructure"](None))
    live.connect("p", answers)
    pool = {"name_label": "p", "master": "p-h1", "other_config": {"anything": "else"}}
    change = inventory.apply([Event("pool", "p-pool", "mod", pool)])
    asked = answers.apply(change)
    assert not [entry for entry in asked if str(entry[1:]).startswith("('vm")]
    assert live.apply("p", change, asked) == []
