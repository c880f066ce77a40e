"""What must hold in a pool's database whatever was called, and in whatever order things went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.datamodel.tables import CLASSES, RELATIONS
from lifeguard.sim.behaviour import lookup, memory
from lifeguard.sim.behaviour.operations.refresh import allowed_operations
from lifeguard.sim.database import Database

_WITH_OPERATIONS = ("VM", "host", "pool", "SR", "VDI", "VBD", "VIF", "VM_appliance")
_POINTING = (
    ("VBD", "VDI", "VDI"), ("VBD", "VM", "VM"), ("VIF", "VM", "VM"), ("VIF", "network", "network"), ("VDI", "SR", "SR"),
    ("VM", "resident_on", "host"), ("VM", "metrics", "VM_metrics"), ("VM", "suspend_VDI", "VDI"),
    ("console", "VM", "VM"), ("PBD", "SR", "SR"), ("PBD", "host", "host"), ("host", "metrics", "host_metrics"),
    ("pool", "master", "host"), ("VM", "scheduled_to_be_resident_on", "host"), ("VM", "parent", "VM"),
)  # fmt: skip


def broken_always(db: Database) -> list[str]:
    """What does not hold though it must at any moment."""
    return [*_one_sided(db), *_dangling(db), *_overfull_hosts(db), *_odd_machines(db), *_wrong_sums(db)]


def broken_at_rest(db: Database) -> list[str]:
    """What does not hold though nothing is going on any more."""
    return [*broken_always(db), *_left_operations(db), *_stale_lists(db), *_on_their_way(db)]


def _one_sided(db: Database) -> Iterator[str]:
    for relation in RELATIONS:
        child, parent = (relation.child_class, relation.child_field), (relation.parent_class, relation.parent_field)
        if child == parent or not db.rows(relation.child_class):
            continue
        pointing: dict[str, set[str]] = {}
        for ref, row in db.rows(relation.child_class).items():
            for target in _refs(row[relation.child_field]):
                pointing.setdefault(target, set()).add(ref)
        for ref, row in db.rows(relation.parent_class).items():
            named = row[relation.parent_field]
            if isinstance(named, tuple) and (set(named) != pointing.get(ref, set()) or len(set(named)) != len(named)):
                yield f"{relation.parent_class}.{relation.parent_field} of {ref} is not what points there"


def _refs(value: Any) -> tuple[str, ...]:
    candidates = value if isinstance(value, tuple) else (value,)
    return tuple(ref for ref in candidates if ref and ref != NULL_REF)


def _dangling(db: Database) -> Iterator[str]:
    for table, field, target in _POINTING:
        for ref, row in db.rows(table).items():
            if row[field] not in ("", NULL_REF) and not db.has(target, row[field]):
                yield f"{table}.{field} of {ref} leads nowhere"


def _overfull_hosts(db: Database) -> Iterator[str]:
    for host in db.rows("host"):
        used = sum(vm["memory_dynamic_min"] + vm["memory_overhead"] for _, vm in memory.occupants(db, host))
        if used > memory.capacity_bytes(db, host):
            yield f"{db.get('host', host, 'name_label')} has given away more memory than it has"


def _odd_machines(db: Database) -> Iterator[str]:
    for vm in db.rows("VM").values():
        name, state = vm["name_label"], vm["power_state"]
        has_domain = state in ("Running", "Paused")
        if has_domain != db.has("host", vm["resident_on"]):
            yield f"{name} is {state} and lives on {vm['resident_on']}"
        if has_domain != (vm["domid"] >= 0):
            yield f"{name} is {state} with domain {vm['domid']}"
        if (state == "Suspended") != db.has("VDI", vm["suspend_VDI"]):
            yield f"{name} is {state} with image {vm['suspend_VDI']}"
        if not has_domain and vm["consoles"]:
            yield f"{name} is {state} with a console"
        attached = [ref for table in ("VBD", "VIF") for ref, row in lookup.devices(db, vm, table)
                    if row["currently_attached"]]  # fmt: skip
        if state == "Halted" and attached and not vm["current_operations"]:
            yield f"{name} is {state} with devices attached"


def _wrong_sums(db: Database) -> Iterator[str]:
    for ref, sr in db.rows("SR").items():
        disks = [db.row("VDI", disk) for disk in sr["VDIs"]]
        if sr["physical_utilisation"] != sum(disk["physical_utilisation"] for disk in disks):
            yield f"{sr['name_label']} counts other bytes than its disks take"
        if sr["virtual_allocation"] != sum(disk["virtual_size"] for disk in disks):
            yield f"{sr['name_label']} counts other bytes than its disks could take ({ref})"


def _left_operations(db: Database) -> Iterator[str]:
    for table in CLASSES:
        for ref, row in db.rows(table).items():
            if row.get("current_operations") and table != "task":
                yield f"{table} {ref} is still busy: {row['current_operations']}"


def _stale_lists(db: Database) -> Iterator[str]:
    for table in _WITH_OPERATIONS:
        for ref, row in db.rows(table).items():
            fresh = allowed_operations(db, table, ref)
            if set(row["allowed_operations"]) != set(fresh):
                difference = sorted(set(row["allowed_operations"]) ^ set(fresh))
                yield f"{table} {row.get('name_label', ref)} allows something else than it says: {difference}"


def _on_their_way(db: Database) -> Iterator[str]:
    for vm in db.rows("VM").values():
        if vm["scheduled_to_be_resident_on"] != NULL_REF:
            yield f"{vm['name_label']} is still on its way"
