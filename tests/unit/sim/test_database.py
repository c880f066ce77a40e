"""The simulated database keeps both ends of each relation in step and tells who wrote what when."""

from __future__ import annotations

import asyncio
import random

import pytest

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError
from lifeguard.sim.rows import DELETIONS_KEPT


@pytest.fixture
def db() -> Database:
    return Database(random.Random(1))


def test_a_new_row_has_a_uuid_and_the_defaults_of_the_datamodel(db: Database) -> None:
    vm = db.insert("VM", {"name_label": "web"})
    row = db.row("VM", vm)
    assert row["name_label"] == "web"
    assert row["power_state"] == "Halted"
    assert row["memory_static_max"] == 0
    assert row["resident_on"] == NULL_REF
    assert row["VBDs"] == ()
    assert db.by_uuid("VM", row["uuid"]) == vm


def test_a_childs_reference_appears_in_the_parents_set(db: Database) -> None:
    vm = db.insert("VM", {})
    first, second = db.insert("VBD", {"VM": vm}), db.insert("VBD", {"VM": vm})
    assert db.get("VM", vm, "VBDs") == (first, second)


def test_moving_a_vm_takes_it_out_of_one_hosts_set_and_puts_it_in_the_others(db: Database) -> None:
    h1, h2 = db.insert("host", {}), db.insert("host", {})
    vm = db.insert("VM", {"resident_on": h1})
    db.set("VM", vm, "resident_on", h2)
    assert db.get("host", h1, "resident_VMs") == ()
    assert db.get("host", h2, "resident_VMs") == (vm,)


def test_destroying_a_child_takes_it_out_of_the_parents_set(db: Database) -> None:
    vm = db.insert("VM", {})
    vbd = db.insert("VBD", {"VM": vm})
    db.destroy("VBD", vbd)
    assert db.get("VM", vm, "VBDs") == ()


def test_a_parent_that_comes_after_its_children_finds_them(db: Database) -> None:
    db.create("VBD", "OpaqueRef:vbd", {"VM": "OpaqueRef:vm"})
    db.create("VM", "OpaqueRef:vm", {})
    assert db.get("VM", "OpaqueRef:vm", "VBDs") == ("OpaqueRef:vbd",)


def test_a_relation_between_sets_is_kept_both_ways(db: Database) -> None:
    update = db.insert("pool_update", {})
    host = db.insert("host", {"updates": (update,)})
    assert db.get("pool_update", update, "hosts") == (host,)
    db.set("host", host, "updates", ())
    assert db.get("pool_update", update, "hosts") == ()


def test_the_parent_counts_as_modified_when_its_set_changes(db: Database) -> None:
    vm = db.insert("VM", {})
    before = db.generation
    db.insert("VBD", {"VM": vm})
    assert list(db.tables["VM"].written_since(before)) == [vm]


def test_writing_the_same_value_is_no_change(db: Database) -> None:
    vm = db.insert("VM", {"name_label": "web"})
    before = db.generation
    assert not db.set("VM", vm, "name_label", "web")
    assert db.generation == before


def test_an_unknown_ref_is_an_invalid_handle(db: Database) -> None:
    with pytest.raises(ApiError) as refused:
        db.set("VM", "OpaqueRef:none", "name_label", "x")
    assert refused.value.description == ("HANDLE_INVALID", "VM", "OpaqueRef:none")


def test_the_encoded_form_is_kept_until_the_row_is_written(db: Database) -> None:
    vm = db.insert("VM", {"name_label": "a"})
    made: list[str] = []

    def encode(values: object) -> bytes:
        made.append("once")
        return str(values).encode()

    db.encoded("VM", vm, "json", encode)
    db.encoded("VM", vm, "json", encode)
    assert made == ["once"]
    db.set("VM", vm, "name_label", "b")
    assert b"'b'" in db.encoded("VM", vm, "json", encode)


def test_deletions_are_remembered_up_to_a_number(db: Database) -> None:
    for _ in range(DELETIONS_KEPT + 1):
        db.destroy("task", db.insert("task", {}))
    assert len(list(db.tables["task"].deleted_since(0))) == DELETIONS_KEPT // 2


async def test_a_write_wakes_whoever_waits(db: Database) -> None:
    waiting = asyncio.create_task(db.changed(db.generation))
    await asyncio.sleep(0)
    assert not waiting.done()
    db.insert("VM", {})
    await asyncio.wait_for(waiting, 1)


def test_two_databases_of_one_seed_make_the_same_refs() -> None:
    assert Database(random.Random(7)).new_ref() == Database(random.Random(7)).new_ref()
