"""Memory sums, placement, agility and the choice of a host, row by row as recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from lifeguard.sim.behaviour import memory
from lifeguard.sim.behaviour.agility import check_agile
from lifeguard.sim.behaviour.choice import best_hosts
from lifeguard.sim.behaviour.placement import possible_hosts
from lifeguard.sim.behaviour.placement import verdict as boot_verdict
from tests.conformance.rules.recorded import DATABASES, Score, database, recorded, table, verdict

pytestmark = pytest.mark.parametrize("folder", DATABASES)
_8_GIB = 8 * 2**30


def test_vms_boot_where_the_server_let_them_and_fail_with_its_reasons(folder: Path) -> None:
    db, score = database(folder), Score()
    for row in table(folder, "assert_can_boot_here"):
        ours = verdict(boot_verdict(db, row["vm_ref"], row["host_ref"]))
        score.compare((row["vm_name"], row["host_name"]), ours, recorded(row))
    score.assert_all()


def test_possible_hosts_are_those_the_server_named(folder: Path) -> None:
    db, score = database(folder), Score()
    for row in table(folder, "possible_hosts"):
        score.compare(row["vm_name"], set(possible_hosts(db, row["vm_ref"])), set(row["value"]))
    score.assert_all()


def test_vms_are_agile_or_tied_for_the_recorded_reason(folder: Path) -> None:
    db, score = database(folder), Score()
    for row in table(folder, "assert_agile"):
        score.compare(row["vm_name"], verdict(check_agile(db, row["vm_ref"])), recorded(row))
    score.assert_all()


def test_memory_of_vms_adds_up_as_recorded(folder: Path) -> None:
    db, score = database(folder), Score()
    for row in table(folder, "memory_vm"):
        vm = db.row("VM", row["vm_ref"])
        ours = (
            memory.vm_overhead_bytes(vm),
            memory.largest_static_max_bytes(vm, _8_GIB, approximate=True),
            memory.largest_static_max_bytes(vm, _8_GIB, approximate=False),
        )
        names = ("compute_memory_overhead", "maximise_memory_8GiB_approx", "maximise_memory_8GiB_exact")
        score.compare(row["vm_name"], ours, tuple(row[name]["value"] for name in names))
    score.assert_all()


def test_free_memory_of_hosts_is_what_the_server_computed(folder: Path) -> None:
    db, score = database(folder), Score()
    for row in table(folder, "memory_host"):
        ours = memory.free_bytes(db, row["host_ref"])
        score.compare(row["host_name"], ours, row["compute_free_memory"]["value"])
    score.assert_all()


def test_start_chooses_among_the_hosts_the_server_chose_in_forty_attempts(folder: Path) -> None:
    db, score = database(folder), Score()
    for row in table(folder, "vm_start_host_choice_40_attempts"):
        ours = {db.get("host", ref, "name_label") for ref in best_hosts(db, row["vm_ref"])}
        score.compare(row["vm_name"], ours, set(row["chosen_host_counts"]))
    score.assert_all()
