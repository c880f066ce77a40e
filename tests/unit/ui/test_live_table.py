"""Tables that follow their pool: after any changes they are what a table made afresh would be, at the change's cost."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifeguard.inventory.change import Change, Event
from lifeguard.inventory.inventory import Inventory
from lifeguard.ui.contents.memory import POOL_MEMORY
from lifeguard.ui.contents.snapshots import LIST, NOW, TREE
from lifeguard.ui.contents.storage import POOL_STORAGES, SR_DISKS
from lifeguard.ui.table.flat import FlatLines
from lifeguard.ui.table.line import Cell, Line, Table
from lifeguard.ui.table.live import TOP, Inserted, Lines, LiveTable, Moved, Removed, Step
from tests.support.building import PoolBuilder, build_pool, ref

_NAMES = st.sampled_from(["web-1", "web-10", "web-2", "db", "", "Ärger"])


class Replayed:
    """What somebody sees who only hears of the steps."""

    def __init__(self, live: Lines) -> None:
        self.below: dict[str, list[str]] = defaultdict(list)
        self._copy(live, TOP)

    def take(self, steps: tuple[Step, ...]) -> None:
        for step in steps:
            if isinstance(step, Inserted):
                self.below[step.parent].insert(step.row, step.key)
            elif isinstance(step, Removed):
                self._drop(self.below[step.parent].pop(step.row))
            elif isinstance(step, Moved):
                siblings = self.below[step.parent]
                siblings.insert(step.new_row, siblings.pop(step.row))

    def as_dict(self) -> dict[str, list[str]]:
        return {parent: keys for parent, keys in self.below.items() if keys}

    def _copy(self, live: Lines, parent: str) -> None:
        self.below[parent] = list(live.keys(parent))
        for key in live.keys(parent):
            self._copy(live, key)

    def _drop(self, key: str) -> None:
        for below in self.below.pop(key, []):
            self._drop(below)


def _pool() -> PoolBuilder:
    pool = build_pool().host("h1").host("h2").sr("nfs", "h1", "h2")
    pool.vm("web", on="h1", srs=("nfs",))
    for name in ("a", "b", "c"):
        pool.vm(name, on="h2", srs=("nfs",))
    return pool


def _snapshot(name: str, parent: str) -> Event:
    fields = {"name_label": name, "is_a_snapshot": True, "is_a_template": True, "parent": parent}
    fields["snapshot_of"] = ref("web")
    return Event("VM", ref(name), "mod", fields)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(-1, 5)), max_size=12),
    st.sampled_from([None, (0, True), (0, False), (4, False)]),
)
def test_a_tree_of_snapshots_is_the_same_after_changes_as_made_afresh(
    moves: list[tuple[int, int]], sort: tuple[int, bool] | None
) -> None:
    pool = _pool()
    live = LiveTable(TREE, pool.inventory, ref("web"))
    if sort is not None:
        live.sort(*sort)
    seen = Replayed(live)
    for which, parent in moves:
        above = ref(f"s{parent}") if 0 <= parent < which else "OpaqueRef:NULL"
        gone = Event("VM", ref(f"s{which}"), "del")
        event = gone if parent == which else _snapshot(f"s{which}", above)
        pool.change("VM", "web", parent=ref(f"s{which}"))
        seen.take(live.apply(_applied(pool.inventory, event, live, seen)))
    fresh = LiveTable(TREE, pool.inventory, ref("web"))
    if sort is not None:
        fresh.sort(*sort)
    assert seen.as_dict() == Replayed(live).as_dict() == Replayed(fresh).as_dict()


def _applied(inventory: Inventory, event: Event, live: LiveTable, seen: Replayed) -> Change:
    """Both what the event and what came before it changed, as a link would tell it."""
    seen.take(live.apply(Change(updated={ref("web"): frozenset({"parent"})})))
    return inventory.apply([event])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["add", "del", "rename", "grow"]), _NAMES), max_size=20))
def test_the_disks_of_a_storage_are_the_same_after_changes_as_made_afresh(changes: list[tuple[int, str, str]]) -> None:
    pool = _pool()
    live = LiveTable(SR_DISKS, pool.inventory, ref("nfs"))
    live.sort(0, False)
    seen = Replayed(live)
    for number, what, name in changes:
        key = ref(f"disk-{number}")
        fields = {"SR": ref("nfs"), "name_label": name, "managed": True, "virtual_size": len(name) << 30}
        event = Event("VDI", key, "del") if what == "del" else Event("VDI", key, "mod", fields)
        seen.take(live.apply(pool.inventory.apply([event])))
    fresh = LiveTable(SR_DISKS, pool.inventory, ref("nfs"))
    fresh.sort(0, False)
    assert list(seen.below[TOP]) == list(fresh.keys())
    assert [live.line(key) for key in live.keys()] == [fresh.line(key) for key in fresh.keys()]


@pytest.mark.parametrize("table", [POOL_MEMORY, POOL_STORAGES])
def test_a_vm_that_moves_is_one_step_out_and_one_in(table: Table) -> None:
    pool = _pool()
    live = LiveTable(table, pool.inventory, ref("pool"))
    change = pool.inventory.apply([Event("VM", ref("web"), "mod", _moved(pool.inventory, "web", "h2"))])
    kinds = [type(step).__name__ for step in live.apply(change) if isinstance(step, Inserted | Removed)]
    assert kinds == (["Removed", "Inserted"] if table is POOL_MEMORY else [])


def test_a_change_works_out_only_the_lines_it_concerns() -> None:
    pool = _pool()
    for number in range(500):
        pool.change("VDI", f"many-{number}", SR=ref("nfs"), name_label=f"disk {number}", managed=True)
    pool.change("SR", "nfs", VDIs=[ref(f"many-{number}") for number in range(500)])
    looked_at: list[str] = []

    def counted(facts: Inventory, subject: str, key: str) -> Line:
        looked_at.append(key)
        return SR_DISKS.line(facts, subject, key)

    table = Table("t", "t", SR_DISKS.columns, SR_DISKS.members, counted, "")  # type: ignore[arg-type]
    live = LiveTable(table, pool.inventory, ref("nfs"))
    looked_at.clear()
    change = pool.inventory.apply([
        Event("VDI", ref("many-7"), "mod", {"SR": ref("nfs"), "name_label": "zz", "managed": True})
    ])
    steps = live.apply(change)
    assert looked_at == [ref("many-7")]
    assert live.keys()[-1] == ref("many-7")
    assert sum(isinstance(step, Moved) for step in steps) == 1


def test_now_hangs_below_the_snapshot_that_the_vm_came_from() -> None:
    pool = _pool()
    pool.inventory.apply([_snapshot("first", "OpaqueRef:NULL"), _snapshot("second", ref("first"))])
    pool.change("VM", "web", parent=ref("second"))
    live = LiveTable(TREE, pool.inventory, ref("web"))
    assert live.keys() == (ref("first"),)
    assert live.keys(ref("first")) == (ref("second"),)
    assert live.keys(ref("second")) == (NOW,)
    assert set(LiveTable(LIST, pool.inventory, ref("web")).keys()) == {ref("first"), ref("second")}


def test_flat_lines_stay_sorted_whatever_comes_and_goes() -> None:
    rng, values = random.Random(4), {}
    lines = FlatLines(lambda key: Line((Cell(key, values[key]),), order=values[key]))
    seen = Replayed(lines)
    for _ in range(300):
        key = f"k{rng.randrange(30)}"
        if rng.random() < 0.3:
            seen.take(lines.drop(key))
            values.pop(key, None)
        else:
            values[key] = rng.randrange(100)
            seen.take(lines.put(key))
    assert seen.below[TOP] == sorted(values, key=lambda key: (values[key], key)) == list(lines.keys())


def _moved(inventory: Inventory, name: str, host: str) -> dict[str, object]:
    payload = inventory.payload(ref(name))
    assert isinstance(payload, dict)
    return {**payload, "resident_on": ref(host)}


def test_a_long_table_comes_in_pieces_and_is_right_in_the_end_whatever_happens_meanwhile() -> None:
    pool = _pool()
    for number in range(40):
        pool.vm(f"vm-{number}", on="h1" if number % 2 else "h2")
    live = LiveTable(POOL_MEMORY, pool.inventory, ref("pool"), at_once=5)
    seen = Replayed(live)
    assert len(live) == 5
    for number, step in enumerate(live.fill()):
        seen.take((step,))
        if number == 10:
            gone = [Event("VM", ref(f"vm-{which}"), "del") for which in (1, 2, 30, 31)]
            seen.take(live.apply(pool.inventory.apply(gone)))
    fresh = LiveTable(POOL_MEMORY, pool.inventory, ref("pool"))
    assert seen.as_dict() == Replayed(live).as_dict() == Replayed(fresh).as_dict()
