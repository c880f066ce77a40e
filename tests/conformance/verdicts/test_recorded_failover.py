"""Where protected VMs would restart after host failures, beside what a real server planned."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lifeguard.datamodel.records import Vm
from lifeguard.inventory.change import Event
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.saved import open_dump
from lifeguard.rules.ha import failover_plan
from lifeguard.rules.pool_rules import PoolRules
from tests.support.samples import shared_path

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
