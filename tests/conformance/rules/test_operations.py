"""Allowed operations and operation checks, row by row as recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from lifeguard.sim.behaviour.operations.refresh import allowed_operations
from lifeguard.sim.behaviour.operations.vm import allowed_vm_operations, check_vm
from tests.conformance.rules.recorded import DATABASES, Score, database, recorded, table, verdict

pytestmark = pytest.mark.parametrize("folder", DATABASES)


def test_vms_allow_what_the_server_said_they_allow(folder: Path) -> None:
    db, score = database(folder), Score()
    for row in table(folder, "vm_allowed_operations"):
        score.compare(row["vm_name"], list(allowed_vm_operations(db, row["vm_ref"])), row["allowed_operations"])
    score.assert_all()


def test_every_operation_on_every_vm_is_valid_or_fails_as_recorded(folder: Path) -> None:
    db, score = database(folder), Score()
    for row in table(folder, "vm_operation_valid"):
        ours = verdict(check_vm(db, row["vm_ref"], row["operation"]))
        score.compare((row["vm_name"], row["operation"]), ours, recorded(row))
    score.assert_all()


def test_blocked_operations_fail_with_their_reason_and_are_not_listed(folder: Path) -> None:
    db, score = database(folder), Score()
    for row in table(folder, "blocked_operations"):
        vm, operation = row["vm_ref"], row["blocked"]
        db.set("VM", vm, "blocked_operations", {operation: "blocked by golden"})
        ours = list(allowed_vm_operations(db, vm)), verdict(check_vm(db, vm, operation))
        db.set("VM", vm, "blocked_operations", {})
        theirs = row["allowed_operations"], recorded(row["assert_operation_valid"])
        score.compare((row["vm_name"], operation), ours, theirs)
    score.assert_all()


@pytest.mark.parametrize("kind", ["SR", "VDI", "VBD", "VIF", "host", "pool", "VM_appliance"])
def test_other_objects_allow_what_the_server_said_they_allow(folder: Path, kind: str) -> None:
    db, score = database(folder), Score()
    for row in table(folder, f"allowed_operations_{kind}"):
        ours = list(allowed_operations(db, kind, row["ref"]))
        score.compare((row["label"], row["ref"]), ours, row["allowed_operations"])
    score.assert_all()
