"""Where protected VMs would restart after host failures, beside what a real server planned."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lifeguard.datamodel.records import Vm
from lifeguard.inventory.change import Event
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.saved import open_dump
from lifeguard.rules.ha import failover_plan, is_agile, most_failures
from lifeguard.rules.pool_rules import PoolRules
from tests.support.samples import shared_path

_DATABASES = (
    "boston-vapps", "cowley", "grimsby", "grimsby-ha", "hottub", "pool6x33", "tampa-16and23", "tampa-snapshots",
)  # fmt: skip
_PLANS = "golden/ha-plans/pool6x33-all-restart-VMs-always-run/ha_plans.json"


def protect_all(inventory: Inventory) -> None:
    """The edit that the recording began with: every VM to be restarted is also to be always running."""
    for vm in list(inventory.all(Vm)):
        payload = inventory.payload(vm.ref)
        if vm.ha_restart_priority == "restart" and isinstance(payload, Mapping):
            inventory.apply([Event("VM", vm.ref, "mod", {**payload, "ha_always_run": True})])


def test_each_planned_restart_is_the_servers() -> None:
    database: Path = shared_path("golden/rules/pool6x33/db-after-upgrade.xml")
    inventory = open_dump(database.read_bytes())[0]
    protect_all(inventory)
    rules = PoolRules(inventory, trust_lists=False)
    recorded: list[dict[str, Any]] = json.loads(shared_path(_PLANS).read_text())
    plans = [row for row in recorded if row["call"] == "pool.ha_compute_vm_failover_plan"]
    assert len(plans) >= 20
    for row in plans:
        expected = {vm: placed.get("host") for vm, placed in row["value"].items()}
        assert failover_plan(rules, row["failed_host_refs"]) == expected, row["failed_hosts"]


def recorded(table: str, database: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(shared_path(f"golden/rules/{database}/{table}.json").read_text())
    return rows


@pytest.mark.parametrize("database", _DATABASES)
def test_the_failures_that_can_be_tolerated_are_the_servers(database: str) -> None:
    inventory = open_dump(shared_path(f"golden/rules/{database}/db-after-upgrade.xml").read_bytes())[0]
    rules = PoolRules(inventory, trust_lists=False)
    rows = [row for row in recorded("ha", database) if row.get("verdict") == "OK" and "configuration" in row]
    assert rows
    for row in rows:
        refs = [one["vm_ref"] for one in row["configuration"] if one["priority"] == "restart"]
        protected = [vm for ref in refs if (vm := inventory.get(Vm, ref)) is not None]
        assert most_failures(rules, protected) == row["value"], row["tag"]
    calls = (row for row in recorded("ha", database) if row["call"].endswith("_compute_max_host_failures_to_tolerate"))
    now = next(calls)
    assert most_failures(rules) == now["value"]


@pytest.mark.parametrize("database", _DATABASES)
def test_who_could_run_on_every_host_is_as_recorded(database: str) -> None:
    inventory = open_dump(shared_path(f"golden/rules/{database}/db-after-upgrade.xml").read_bytes())[0]
    for row in recorded("assert_agile", database):
        vm = inventory.get(Vm, row["vm_ref"])
        assert vm is not None
        assert is_agile(inventory, vm) == (row["verdict"] == "OK"), row["vm_name"]
