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


def test_no_host_may_be_closed_when_as_many_may_fail_as_would_be_left() -> None:
    assert closing(guarded_pool().rules(), "h2").code == _BROKEN
    assert closing(guarded_pool().rules(), "h1").code == _BROKEN
    third = guarded_pool().host("h3", 8)
    third.change("PBD", "nfs-h3", SR=ref("nfs"), host=ref("h3"), currently_attached=True)
    assert closing(third.rules(), "h1").allowed
    assert closing(third.vm("filler", on="h3", memory_gib=6).rules(), "h2").code == _BROKEN


def test_a_host_in_maintenance_takes_nobody_and_its_protected_vms_need_a_place() -> None:
    builder = guarded_pool().host("h3", 8, enabled=False)
    builder.change("PBD", "nfs-h3", SR=ref("nfs"), host=ref("h3"), currently_attached=True)
    assert arrival(builder, "small", "h2").allowed
    builder.vm("stranded", on="h3", memory_gib=4, srs=("nfs",), **_GUARDED)
    assert arrival(builder, "large", "h2").allowed, "there is no plan any more"


def test_one_protected_vm_that_is_tied_to_its_host_leaves_no_plan_to_break() -> None:
    builder = guarded_pool().sr("local", "h1").vm("tied", on="h1", memory_gib=1, srs=("local",), **_GUARDED)
    assert arrival(builder, "large", "h2").allowed
    assert closing(builder.rules(), "h2").allowed


def test_memory_counts_at_both_ends_of_a_migration() -> None:
    builder = guarded_pool().vm("mover", on="h1", memory_gib=3, srs=("nfs",))
    assert arrival(builder, "mover", "h2").allowed
    builder.change("VM", "safe", resident_on=ref("h2"))
    assert arrival(builder, "mover", "h2").allowed
    builder.change("VM", "mover", **_GUARDED)
    assert arrival(builder, "mover", "h2").code == _BROKEN, "h1 still counts it, so nothing else fits there"


def test_nothing_is_refused_where_no_plan_is_kept() -> None:
    for pool in ({"ha_enabled": False}, {"ha_plan_exists_for": 0}, {"ha_allow_overcommit": True}):
        assert arrival(guarded_pool(**pool), "large", "h2").allowed
        assert closing(guarded_pool(**pool).rules(), "h2").allowed


def test_a_plan_that_is_broken_already_refuses_nothing_more() -> None:
    builder = guarded_pool().vm("big", on="h2", memory_gib=7, srs=("nfs",))
    assert arrival(builder, "small", "h1").allowed
