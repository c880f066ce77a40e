"""Our verdicts beside those of a real server: every recorded call on every recorded database, code and parameters."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lifeguard.commands.registry import command
from lifeguard.datamodel.records import Vm
from lifeguard.inventory.change import Event
from lifeguard.inventory.saved import open_dump
from lifeguard.rules import operations
from lifeguard.rules.pool_rules import PoolRules
from lifeguard.rules.verdict import Verdict
from lifeguard.shell.judge import at_rest, verdicts
from tests.support.samples import shared_glob

_DATABASES = pytest.mark.parametrize("database", shared_glob("golden/rules/*/db-after-upgrade.xml"))
_AT_HOME = (
    "suspend", "pause", "unpause", "clean_shutdown", "clean_reboot", "hard_shutdown", "hard_reboot", "shutdown",
    "get_boot_record",
)  # fmt: skip
_NEWER_THAN_THE_RECORDING = {"sysprep"}


def rules_of(database: Path) -> PoolRules:
    return PoolRules(open_dump(database.read_bytes())[0], trust_lists=False)


def rows_of(database: Path, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((database.parent / f"{table}.json").read_text())
    return rows


def judge_call(rules: PoolRules, row: dict[str, Any]) -> Verdict | None:
    """Our verdict on a recorded call, None for calls that we do not judge."""
    vm = rules.inventory.get(Vm, row["vm_ref"])
    assert vm is not None
    call = row["call"].removeprefix("VM.")
    host = row.get("host_ref", "")
    if call in _AT_HOME:
        return rules.placement.judge_at_home(vm, call)
    if call in ("snapshot", "checkpoint", "clone"):
        return rules.placement.judge_with_disks(vm, call)
    if call in ("start", "resume"):
        return rules.placement.judge_anywhere(vm, call)
    if call == "start_on":
        return rules.placement.judge_start_on(vm, host)
    if call == "resume_on":
        return rules.placement.judge_resume_on(vm, host)
    if call == "pool_migrate" and row["args"][-1].get("force") != "true":
        return rules.placement.judge_migrate(vm, host)
    return None


def differs(verdict: Verdict, row: dict[str, Any]) -> bool:
    """Allowed or not, and the refusal word for word."""
    told = verdict.code, list(verdict.params)
    return verdict.allowed != (row["error"] is None) or told != (row["error"], row["params"])


@_DATABASES
def test_calls_are_judged_as_the_server_answered(database: Path) -> None:
    rules = rules_of(database)
    judged = [(verdict, row) for row in rows_of(database, "lifecycle_calls") if (verdict := judge_call(rules, row))]
    assert len(judged) > 50
    assert [row for verdict, row in judged if differs(verdict, row)] == []


@_DATABASES
def test_the_command_line_judges_every_recorded_call_of_a_real_vm_alike(database: Path) -> None:
    source = at_rest(str(database), "pool", open_dump(database.read_bytes())[0])
    answers: dict[str, dict[tuple[str, str | None], Verdict]] = {}
    wrong, compared = [], 0
    for row in rows_of(database, "lifecycle_calls"):
        one = command(row["call"])
        if one is None or (row["args"] and row["args"][-1] == {"force": "true", "live": "true"}):
            continue
        if one.id not in answers:
            answers[one.id] = {(ref, target): verdict for ref, target, verdict in verdicts(one, source)}
        verdict = answers[one.id].get((row["vm_ref"], row.get("host_ref")))
        if verdict is not None:
            compared += 1
            if differs(verdict, row):
                wrong.append((row, verdict.key, verdict.params))
    assert wrong == []
    assert compared > 40


@_DATABASES
def test_each_operation_is_valid_where_the_server_says_so(database: Path) -> None:
    rules = rules_of(database)
    wrong = []
    for row in rows_of(database, "vm_operation_valid"):
        vm = rules.inventory.get(Vm, row["vm_ref"])
        assert vm is not None
        verdict = rules.lifecycle.judge(vm, row["operation"])
        if (verdict.code, list(verdict.params)) != (row["error"], row["params"]):
            wrong.append((row, verdict.code, verdict.params))
    assert wrong == []


@_DATABASES
def test_the_servers_own_lists_come_out_the_same(database: Path) -> None:
    rules = rules_of(database)
    every = {*operations.VALID_STATES, "snapshot", "revert", "migrate_send"} - operations.NEVER_LISTED
    for row in rows_of(database, "vm_allowed_operations"):
        vm = rules.inventory.get(Vm, row["vm_ref"])
        assert vm is not None
        ours = {operation for operation in every if rules.lifecycle.judge(vm, operation).allowed}
        assert ours - _NEWER_THAN_THE_RECORDING == set(row["allowed_operations"]), row["vm_name"]


@_DATABASES
def test_what_can_boot_where_and_how_much_is_free(database: Path) -> None:
    rules = rules_of(database)
    wrong = []
    for row in rows_of(database, "assert_can_boot_here"):
        vm = rules.inventory.get(Vm, row["vm_ref"])
        assert vm is not None
        verdict = rules.placement.judge_boot_here(vm, row["host_ref"])
        if (verdict.code, list(verdict.params)) != (row["error"], row["params"]):
            wrong.append((row, verdict.code, verdict.params))
    assert wrong == []
    for row in rows_of(database, "memory_host"):
        assert rules.placement.free_bytes(row["host_ref"]) == row["compute_free_memory"]["value"]


@_DATABASES
def test_a_blocked_operation_is_refused_with_its_reason(database: Path) -> None:
    for row in rows_of(database, "blocked_operations"):
        inventory = open_dump(database.read_bytes())[0]
        payload = inventory.payload(row["vm_ref"])
        assert isinstance(payload, Mapping)
        blocks = {"blocked_operations": {row["blocked"]: "blocked by golden"}}
        inventory.apply([Event("VM", row["vm_ref"], "mod", {**payload, **blocks})])
        vm = inventory.get(Vm, row["vm_ref"])
        assert vm is not None
        verdict = PoolRules(inventory, trust_lists=False).lifecycle.judge(vm, row["blocked"])
        said = row["assert_operation_valid"]
        assert (verdict.code, list(verdict.params)) == (said["error"], said["params"])
