"""One writer, one change a batch, and relations that stay true at the cost of the change."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from lifeguard.datamodel.records import Host, Vm
from lifeguard.inventory.change import Change, Event
from lifeguard.inventory.inventory import Inventory


def _vm(ref: str, operation: Any = "add", **fields: Any) -> Event:
    return Event("VM", ref, operation, msgspec.json.encode(fields))


def test_a_batch_gives_one_change_that_names_what_differs() -> None:
    inventory = Inventory()
    assert inventory.apply([_vm("a", name_label="one"), _vm("b", name_label="two")]) == Change(
        {"a": "VM", "b": "VM"}, {}, {}
    )
    change = inventory.apply([_vm("a", "mod", name_label="one", order=2), Event("VM", "b", "del")])
    assert change == Change({}, {"b": "VM"}, {"a": frozenset({"order"})})
    assert inventory.get(Vm, "b") is None


def test_a_record_that_says_nothing_new_is_no_change_and_stays_the_same_object() -> None:
    inventory = Inventory()
    inventory.apply([_vm("a", name_label="one")])
    before = inventory.get(Vm, "a")
    assert not inventory.apply([_vm("a", "mod", name_label="one")])
    assert inventory.get(Vm, "a") is before


def test_what_comes_and_goes_within_a_batch_never_was() -> None:
    inventory = Inventory()
    assert not inventory.apply([_vm("a"), Event("VM", "a", "del"), Event("VM", "never", "del")])
    assert len(inventory) == 0


def test_a_ref_is_of_one_class_only() -> None:
    inventory = Inventory()
    inventory.apply([_vm("a")])
    assert inventory.get(Host, "a") is None
    assert inventory.class_of("a") == "VM"


def test_a_broken_record_does_not_hinder_the_batch_and_is_remembered() -> None:
    inventory = Inventory()
    inventory.apply([Event("VM", "a", "add", b"[1]"), _vm("b", name_label="two")])
    found = inventory.get(Vm, "b")
    assert found is not None
    assert found.name_label == "two"
    assert inventory.get(Vm, "a") is not None
    assert "a" in inventory.problems


_STEPS = st.lists(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.sampled_from(["add", "mod", "del"]), st.sampled_from(["h1", "h2", ""])),
        max_size=5,
    ),
    max_size=8,
)


@given(_STEPS)
def test_relations_after_any_batches_are_those_of_the_records(batches: list[list[tuple[str, Any, str]]]) -> None:
    inventory, model = Inventory(), dict[str, str]()
    inventory.pointing_to(Vm, "resident_on", "h1")
    for batch in batches:
        inventory.apply(_vm(ref, op, resident_on=host) for ref, op, host in batch)
        for ref, op, host in batch:
            if op == "del":
                model.pop(ref, None)
            else:
                model[ref] = host
        for host in ("h1", "h2", ""):
            found = {vm.ref for vm in inventory.pointing_to(Vm, "resident_on", host)}
            assert found == {ref for ref, on in model.items() if on == host}


@given(_STEPS)
def test_changes_added_up_tell_the_whole_story(batches: list[list[tuple[str, Any, str]]]) -> None:
    inventory, known = Inventory(), dict[str, str]()
    for batch in batches:
        change = inventory.apply(_vm(ref, op, resident_on=host) for ref, op, host in batch)
        assert not (change.added.keys() & known.keys())
        assert not (change.removed.keys() - known.keys())
        for ref in change.removed:
            del known[ref]
        for ref in (*change.added, *change.updated):
            record = inventory.get(Vm, ref)
            assert record is not None
            known[ref] = record.resident_on
        assert known == {vm.ref: vm.resident_on for vm in inventory.all(Vm)}


@given(_STEPS, st.booleans(), st.sets(st.integers(0, 4)))
def test_reading_ahead_changes_nothing(
    batches: list[list[tuple[str, Any, str]]], is_indexed: bool, ahead: set[int]
) -> None:
    inventory, plain = Inventory(), Inventory()
    if is_indexed:
        inventory.pointing_to(Vm, "resident_on", "h1")
    for batch in batches:
        events = [_vm(ref, op, resident_on=host) for ref, op, host in batch]
        for number in ahead & set(range(len(events))):
            inventory.read_ahead(events[number])
        assert inventory.apply(events) == plain.apply(events)
        assert list(inventory.all(Vm)) == list(plain.all(Vm))
        for host in ("h1", "h2", ""):
            found = {vm.ref for vm in inventory.pointing_to(Vm, "resident_on", host)}
            assert found == {vm.ref for vm in inventory.all(Vm) if vm.resident_on == host}


def test_a_broken_record_that_was_read_ahead_is_remembered_as_broken() -> None:
    inventory, broken = Inventory(), Event("VM", "a", "mod", b'{"order":"x"}')
    inventory.apply([_vm("a", order=1)])
    inventory.read_ahead(broken)
    assert inventory.problems == {}
    inventory.apply([broken])
    assert "a" in inventory.problems
