"""Evacuation and HA plans as recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lifeguard.sim.behaviour import evacuation, ha_planner, memory
from lifeguard.sim.behaviour.agility import check_agile
from lifeguard.sim.behaviour.ha_priority import change_priority
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError
from tests.conformance.rules.recorded import DATABASES, Score, database, table
from tests.support import shared_path


@pytest.mark.parametrize("folder", DATABASES)
def test_vms_that_keep_a_host_from_being_emptied_are_those_recorded(folder: Path) -> None:
    db, score = database(folder), Score()
    for row in table(folder, "host_evacuate"):
        ours = {ref: list(error.description) for ref, error in evacuation.blockers(db, row["host_ref"]).items()}
        score.compare(row["host_name"], ours, row["get_vms_which_prevent_evacuation"]["value"])
        told = row["assert_can_evacuate"]["params"]
        theirs = sorted(told[0].split("|")) if told else []
        score.compare(row["host_name"], sorted(",".join(words) for words in ours.values()), theirs)
    score.assert_all()


@pytest.mark.parametrize("folder", DATABASES)
def test_tolerance_and_failover_plans_are_those_recorded(folder: Path) -> None:
    db, score = database(folder), Score()
    for row in table(folder, "ha"):
        if row["call"] == "VM.set_ha_restart_priority":
            _protect_agile_guests(db, row["results"])
        else:
            theirs = row["value"] if row["verdict"] == "OK" else [row["error"], *row["params"]]
            score.compare((row["call"], row.get("tag")), _answer(db, row), theirs)
    score.assert_all()


def _answer(db: Database, row: dict[str, Any]) -> object:
    match row["call"].removeprefix("pool.ha_compute_"):
        case "max_host_failures_to_tolerate":
            return ha_planner.tolerance(db)
        case "hypothetical_max_host_failures_to_tolerate":
            try:
                wishes = {wish["vm_ref"]: wish["priority"] for wish in row["configuration"]}
                return ha_planner.hypothetical_tolerance(db, wishes)
            except ApiError as error:
                return list(error.description)
    hosts, vms = _by_name(db, "host"), _by_name(db, "VM")
    return ha_planner.failover_plan(
        db, [hosts[name] for name in row["failed_hosts"]], [vms[name] for name in row["failed_vms"]]
    )


def _by_name(db: Database, kind: str) -> dict[str, str]:
    return {row["name_label"]: ref for ref, row in db.rows(kind).items() if not row.get("is_a_template")}


def _protect_agile_guests(db: Database, names: dict[str, Any]) -> None:
    vms = _by_name(db, "VM")
    for name in names:
        change_priority(db, vms[name], "restart" if check_agile(db, vms[name]) is None else "best-effort")


@pytest.mark.parametrize("pool", ["pool6x33", "pool6x33-all-restart-VMs-always-run"])
def test_plans_for_every_pair_of_failed_hosts_hold_and_place_what_the_server_placed(pool: str) -> None:
    rows = json.loads(shared_path(f"golden/ha-plans/{pool}/ha_plans.json").read_text())
    db, score = database(shared_path("golden/rules/pool6x33")), Score()
    for row in rows:
        if row["call"] == "pool.ha_compute_vm_failover_plan":
            hosts, vms = row["failed_host_refs"], row["failed_vm_refs"]
            plan = ha_planner.failover_plan(db, hosts, vms)
            _assert_nothing_overfull(db, plan)
            score.compare((row["failed_hosts"], row["failed_vms"]), plan, row["value"])
        elif row["call"] == "pool.ha_failover_plan_exists":
            protected = [_by_name(db, "VM")[name] for name in row["protected_vms"]]
            score.compare(row["n"], ha_planner.plan_exists(db, row["n"], protected), row["value"])
    score.assert_all()


def _assert_nothing_overfull(db: Database, plan: dict[str, dict[str, str]]) -> None:
    taken: dict[str, int] = {}
    for vm, end in plan.items():
        if "host" in end:
            taken[end["host"]] = taken.get(end["host"], 0) + memory.needed_bytes(db.row("VM", vm))
    assert all(size <= memory.free_bytes(db, host) for host, size in taken.items())
