"""A pool out of a saved database instead of a server."""

from __future__ import annotations

from lifeguard.datamodel.dump import Dump, read_dump
from lifeguard.inventory.change import Event
from lifeguard.inventory.inventory import Inventory


def open_dump(data: bytes) -> tuple[Inventory, tuple[str, ...]]:
    """The inventory of a database file, and a sentence for each thing in it that could not be read. Raises NotADump."""
    dump = read_dump(data)
    return inventory_of(dump), dump.skipped


def inventory_of(dump: Dump) -> Inventory:
    inventory = Inventory()
    inventory.apply(
        Event(class_name, ref, "add", row) for class_name, rows in dump.tables.items() for ref, row in rows.items()
    )
    return inventory
