"""A simulated pool comes out of a database dump and goes back into one equal."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from lifeguard.datamodel.dump import Dump, read_dump
from lifeguard.datamodel.schema import NULL_REF
from lifeguard.datamodel.tables import CLASSES
from lifeguard.sim.database import Database
from lifeguard.sim.store import NotAPool, from_dump, load, save
from tests.support.samples import shared_glob


@pytest.mark.parametrize("path", [*shared_glob("dumps/*[!e].xml"), *shared_glob("golden/rules/*/db-after-upgrade.xml")])
def test_what_is_loaded_and_saved_again_is_loaded_equal(path: Path) -> None:
    first = load(path.read_bytes(), random.Random(1))
    second = load(save(first), random.Random(2))
    for name, info in CLASSES.items():
        if info.in_database and info.persists:
            kept = [field.name for field in info.fields.values() if field.persists]
            assert _kept(first, name, kept) == _kept(second, name, kept)


def _kept(db: Database, name: str, kept: list[str]) -> dict[str, dict[str, object]]:
    return {ref: {field: row[field] for field in kept} for ref, row in db.rows(name).items()}


def test_a_missing_field_gets_the_default_of_the_datamodel() -> None:
    host = {"OpaqueRef:h": {"uuid": "h", "name_label": "h"}}
    db = from_dump(Dump({}, {"host": host, "pool": {"OpaqueRef:p": {"master": "OpaqueRef:h"}}}), random.Random(1))
    assert db.get("host", "OpaqueRef:h", "edition") == ""
    assert db.get("host", "OpaqueRef:h", "metrics") == NULL_REF


def test_a_dump_without_a_host_is_no_pool() -> None:
    with pytest.raises(NotAPool):
        from_dump(Dump({}, {"pool": {"OpaqueRef:p": {}}}), random.Random(1))


def test_operations_that_were_under_way_are_over_when_the_server_starts() -> None:
    tables = {
        "host": {"OpaqueRef:h": {}},
        "pool": {"OpaqueRef:p": {"master": "OpaqueRef:h"}},
        "VM": {"OpaqueRef:v": {"current_operations": {"OpaqueRef:t": "start"}}},
    }
    db = from_dump(Dump({}, tables), random.Random(1))
    assert db.get("VM", "OpaqueRef:v", "current_operations") == {}


def test_saving_twice_gives_the_same_bytes() -> None:
    tables = {"host": {"OpaqueRef:h": {"uuid": "h"}}, "pool": {"OpaqueRef:p": {"uuid": "p", "master": "OpaqueRef:h"}}}
    db = from_dump(Dump({}, tables), random.Random(1))
    assert save(db) == save(db)
    assert read_dump(save(db)).tables["host"]["OpaqueRef:h"]["uuid"] == "h"
