"""The simulator and we on pools with high availability: what would break the plan, by two readings of the facts."""

import os
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lifeguard.datamodel.records import Vm
from lifeguard.rules.ha import most_failures
from lifeguard.sim.behaviour import ha_planner
from lifeguard.sim.behaviour.memory import vm_overhead_bytes
from lifeguard.sim.database import Database
from tests.conformance.rules.calling import call
from tests.conformance.verdicts.test_two_judges import rules_for

_POOLS = int(os.environ.get("LIFEGUARD_RANDOM_POOLS", "150")) // 3
_GIB = 1 << 30
_BROKEN = "HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN"


def guarded_pool(seed: int) -> Database:
    """Two to five hosts that share one storage, and VMs of which some must always run."""
    rng = random.Random(seed)
    db = Database(rng)
    hosts = [f"OpaqueRef:h{number}" for number in range(rng.randint(2, 5))]
    for host in hosts:
        db.create("host_metrics", f"{host}-m", {"memory_total": rng.randint(4, 16) * _GIB, "live": True})
        db.create("host", host, {
            "name_label": host[-2:], "enabled": rng.random() < 0.9, "metrics": f"{host}-m",
            "capabilities": ("hvm-3.0-x86_64",), "cpu_info": {"vendor": "GenuineIntel", "cpu_count": "16"},
        })  # fmt: skip
    db.create("SR", "OpaqueRef:sr", {"type": "nfs", "shared": True})
    for host in hosts:
        db.create("PBD", f"{host}-pbd", {"SR": "OpaqueRef:sr", "host": host, "currently_attached": True})
    for number in range(rng.randint(2, 9)):
        _vm(db, f"OpaqueRef:vm{number}", hosts, rng)
    db.create("pool", "OpaqueRef:pool", {"master": hosts[0], "ha_enabled": True})
    db.set("pool", "OpaqueRef:pool", "ha_plan_exists_for", min(ha_planner.tolerance(db), rng.randint(1, 3)))
    return db


def _vm(db: Database, ref: str, hosts: list[str], rng: random.Random) -> None:
    home, size = rng.choice([*hosts, ""]), rng.randint(1, 5) * _GIB
    wish: dict[str, Any] = rng.choice(
        [{}, {"ha_restart_priority": "restart"}, {"ha_restart_priority": "restart", "ha_always_run": bool(home)}]
    )
    state = "Running" if home else "Halted"
    db.create("VDI", f"{ref}-vdi", {"SR": "OpaqueRef:sr"})
    db.create("VM", ref, {
        "name_label": ref[-3:], "power_state": state, "resident_on": home or "OpaqueRef:NULL", "domain_type": "pv",
        "memory_dynamic_min": size, "memory_dynamic_max": size, "memory_static_max": size, "VCPUs_max": 1,
        "VCPUs_at_startup": 1, **wish,
    })  # fmt: skip
    db.create("VBD", f"{ref}-vbd", {"VM": ref, "VDI": f"{ref}-vdi", "type": "Disk", "currently_attached": bool(home)})
    db.set("VM", ref, "memory_overhead", vm_overhead_bytes(db.row("VM", ref)))


@settings(max_examples=_POOLS, deadline=None)
@given(st.integers(min_value=0, max_value=2**63))
def test_both_refuse_the_same_arrivals(seed: int) -> None:
    db = guarded_pool(seed)
    rules = rules_for(db)
    assert most_failures(rules) == ha_planner.tolerance(db)
    for vm in rules.inventory.all(Vm):
        for host in db.rows("host"):
            runs = vm.power_state == "Running"
            ours = rules.placement.judge_migrate(vm, host) if runs else rules.placement.judge_start_on(vm, host)
            if ours.allowed and vm.resident_on != host:
                how: tuple[Any, ...] = ("VM.pool_migrate", {}) if runs else ("VM.start_on", False, False)
                theirs, _ = call(guarded_pool(seed), how[0], vm.ref, host, *how[1:])
                assert rules.failover.judge_arrival(vm, host).code == theirs[0], (vm.ref, host)


def test_the_pools_are_full_enough_to_tell() -> None:
    refused = 0
    for seed in range(40):
        rules = rules_for(guarded_pool(seed))
        for vm in rules.inventory.all(Vm):
            refused += any(
                rules.failover.judge_arrival(vm, host).code == _BROKEN for host in rules.inventory.refs("host")
            )
    assert refused > 10
