"""Emptying a host: the plan and what stands in its way."""

from lifeguard.rules.evacuation import plan_evacuation
from tests.support.building import PoolBuilder, build_pool, ref


def crowded() -> PoolBuilder:
    pool = build_pool().host("h1").host("h2", 8).host("h3", 6).sr("nfs", "h1", "h2", "h3").sr("local", "h1")
    pool.vm("big", on="h1", memory_gib=6, memory_overhead=1)
    return pool.vm("small", on="h1", memory_gib=5, memory_overhead=1)


def test_the_largest_goes_first_and_nothing_is_overfilled() -> None:
    plan = plan_evacuation(crowded().rules(), ref("h1"))
    assert plan.moves == {ref("big"): ref("h2"), ref("small"): ref("h3")}
    assert plan.blockers == {}


def test_vms_that_fit_alone_but_not_together_are_not_promised_the_same_place() -> None:
    plan = plan_evacuation(crowded().vm("third", on="h1", memory_gib=3).rules(), ref("h1"))
    assert set(plan.moves) == {ref("big"), ref("small")}
    assert plan.blockers[ref("third")].code == "HOST_NOT_ENOUGH_FREE_MEMORY"


def test_the_reason_a_person_can_act_on_is_given() -> None:
    pool = crowded().vm("tied", on="h1", srs=("local",)).vm("bare", on="h1", tools=False)
    plan = plan_evacuation(pool.rules(), ref("h1"))
    assert plan.blockers[ref("tied")].code == "VM_REQUIRES_SR"
    assert plan.blockers[ref("bare")].code == "VM_LACKS_FEATURE"


def test_a_lone_host_cannot_be_emptied() -> None:
    plan = plan_evacuation(build_pool().host("h1").vm("a", on="h1").rules(), ref("h1"))
    assert plan.blockers[ref("a")].code == "NO_HOSTS_AVAILABLE"


def test_the_master_needs_an_heir_that_is_up_and_enabled() -> None:
    pool = build_pool().host("h1").host("zeta").host("alpha").host("off", enabled=False).host("dead", live=False)
    assert plan_evacuation(pool.rules(), ref("h1")).new_masters == (ref("alpha"), ref("zeta"))
    assert plan_evacuation(pool.rules(), ref("zeta")).new_masters == ()
    assert not plan_evacuation(pool.rules(), ref("zeta")).is_master


def test_high_availability_moves_only_what_it_protects() -> None:
    pool = build_pool().pool(ha_enabled=True).host("h1").host("h2").vm("plain", on="h1")
    pool.vm("safe", on="h1", ha_always_run=True, ha_restart_priority="restart")
    plan = plan_evacuation(pool.rules(), ref("h1"))
    assert plan.moves == {ref("safe"): ref("h2")}
    assert {vm: verdict.code for vm, verdict in plan.blockers.items()} == {
        ref("plain"): "HOST_EVACUATE_VM_NOT_HA_PROTECTED"
    }
