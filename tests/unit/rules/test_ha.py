"""High availability: what would break the plan for failures is refused, and only that."""

from typing import Any

from lifeguard.datamodel.records import Vm
from lifeguard.rules.pool_rules import PoolRules
from lifeguard.rules.verdict import Verdict
from tests.support.building import PoolBuilder, build_pool, ref

_BROKEN = "HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN"
_GUARDED: dict[str, Any] = {"ha_always_run": True, "ha_restart_priority": "restart"}


def guarded_pool(**pool: Any) -> PoolBuilder:
    """Two hosts with room for 8 GiB each; 4 GiB that must be able to restart on the other one."""
    builder = build_pool().pool(**{"ha_enabled": True, "ha_plan_exists_for": 1, **pool})
    builder.host("h1", 8).host("h2", 8).sr("nfs", "h1", "h2")
    builder.vm("safe", on="h1", memory_gib=4, srs=("nfs",), **_GUARDED)
    return builder.vm("small", memory_gib=2, srs=("nfs",)).vm("large", memory_gib=6, srs=("nfs",))


def arrival(builder: PoolBuilder, name: str, host: str) -> Verdict:
    rules = builder.rules()
    vm = builder.inventory.get(Vm, ref(name))
    assert vm is not None
    return rules.failover.judge_arrival(vm, ref(host))


def closing(rules: PoolRules, host: str) -> Verdict:
    return rules.failover.judge_closing(ref(host))


def test_a_vm_that_takes_the_room_of_a_restart_is_refused() -> None:
    verdict = arrival(guarded_pool(), "large", "h2")
    assert verdict.code == _BROKEN
    assert verdict.refusal is not None
    assert verdict.refusal.startswith("large cannot go to h2")


def test_a_vm_that_leaves_room_enough_may_start_anywhere() -> None:
    assert arrival(guarded_pool(), "small", "h2").allowed
    assert arrival(guarded_pool(), "small", "h1").allowed


def test_a_protected_vm_needs_a_second_place() -> None:
    builder = guarded_pool().vm("twin", memory_gib=3, srs=("nfs",), ha_restart_priority="restart")
    assert arrival(builder, "twin", "h2").allowed
    builder.vm("filler", on="h1", memory_gib=3)
    assert arrival(builder, "twin", "h2").code == _BROKEN


def test_the_only_other_host_may_not_be_closed() -> None:
    assert closing(guarded_pool().rules(), "h2").code == _BROKEN
    assert closing(guarded_pool().rules(), "h1").allowed


def test_nothing_is_refused_where_no_plan_is_kept() -> None:
    for pool in ({"ha_enabled": False}, {"ha_plan_exists_for": 0}, {"ha_allow_overcommit": True}):
        assert arrival(guarded_pool(**pool), "large", "h2").allowed
        assert closing(guarded_pool(**pool).rules(), "h2").allowed


def test_a_plan_that_is_broken_already_refuses_nothing_more() -> None:
    builder = guarded_pool().vm("big", on="h2", memory_gib=7, srs=("nfs",))
    assert arrival(builder, "small", "h1").allowed
