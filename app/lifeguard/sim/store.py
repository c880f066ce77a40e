"""A database dump as the simulated pool's first state, and its state as a dump again."""

from __future__ import annotations

import random

from lifeguard.datamodel.dump import Dump, read_dump, write_dump
from lifeguard.datamodel.tables import CLASSES
from lifeguard.sim.database import Database


class NotAPool(Exception):
    """The dump holds no pool that could be served; the message says what is missing."""


def load(data: bytes, rng: random.Random) -> Database:
    """A database with everything a dump holds, lacking fields filled with defaults.

    Raises NotADump when it is none, NotAPool when nobody could answer for it.
    """
    return from_dump(read_dump(data), rng)


def from_dump(dump: Dump, rng: random.Random) -> Database:
    """Raises NotAPool."""
    generation = dump.manifest.get("generation_count", "")
    db = Database(rng, generation=int(generation) if generation.isdigit() else 0)
    for name in CLASSES:
        for ref, row in dump.tables.get(name, {}).items():
            db.create(name, ref, row)
    _keep_order_of_sets(db, dump)
    for name in ("VM", "VBD", "VIF", "VDI", "SR", "host", "pool"):
        for ref in list(db.rows(name)):
            if db.row(name, ref).get("current_operations"):
                db.set(name, ref, "current_operations", {})
    if not db.rows("pool") or not db.rows("host"):
        raise NotAPool("The database holds no pool with a host, so there is nobody to answer for it.")
    pool_ref = next(iter(db.rows("pool")))
    if not db.has("host", db.get("pool", pool_ref, "master")):
        db.set("pool", pool_ref, "master", next(iter(db.rows("host"))))
    return db


def _keep_order_of_sets(db: Database, dump: Dump) -> None:
    """Sets that mirror other tables come in the dump's order: where several errors fit, the first one is told."""
    for name in CLASSES:
        for ref, row in dump.tables.get(name, {}).items():
            for field, value in row.items():
                if isinstance(value, tuple) and len(value) > 1 and field in db.row(name, ref):
                    present = db.get(name, ref, field)
                    if present != value and sorted(present) == sorted(value):
                        db.set(name, ref, field, value)


def save(db: Database) -> bytes:
    """The state as a dump that `load` reads back equal."""
    tables = {name: db.rows(name) for name, info in CLASSES.items() if info.in_database}
    return write_dump(tables, {"generation_count": str(db.generation)})
