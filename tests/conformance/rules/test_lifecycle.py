"""Every life-cycle call on every guest: refused as recorded, or accepted where the server went on to the host."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.rules.calling import call
from tests.conformance.rules.recorded import DATABASES, Score, database, recorded, table


@pytest.mark.parametrize("folder", DATABASES)
def test_calls_are_refused_or_accepted_as_recorded(folder: Path) -> None:
    score, db = Score(), database(folder)
    for row in table(folder, "lifecycle_calls"):
        target = [row["host_ref"]] if "host_ref" in row else []
        args = [tuple(value) if isinstance(value, list) else value for value in row["args"]]
        ours, value = call(db, row["call"], row["vm_ref"], *target, *args)
        score.compare((row["vm_name"], row["call"], row.get("host_name"), row["args"]), ours, recorded(row))
        if isinstance(value, tuple):
            score.compare((row["vm_name"], row["call"]), sorted(value), sorted(row["value"]))
        if ours == (None, ()) and not row["call"].startswith("VM.get_"):
            db = database(folder)  # an accepted call has begun to change things
    score.assert_all()


@pytest.mark.parametrize("folder", DATABASES)
def test_calls_leave_behind_what_they_left_in_the_recorded_database(folder: Path) -> None:
    score, db = Score(), database(folder)
    for row in table(folder, "state_changed_by_lifecycle_calls"):
        vm, wanted = row["vm_ref"], "VM.start"
        if row["field"] == "memory_target":
            wanted = "VM.set_memory_dynamic_range"
        for made in table(folder, "lifecycle_calls"):
            if made["vm_ref"] == vm and made["call"] == wanted:
                call(db, wanted, vm, *made["args"])
        score.compare((row["vm_name"], row["field"]), db.get("VM", vm, row["field"]), row["after"])
    score.assert_all()
