"""HA's plans: exact for few hosts, on the safe side for many."""

from __future__ import annotations

import pytest

from lifeguard.sim.behaviour.packing import Load, most_failures, pack, survives
from tests.unit.sim.behaviour.site import GIB, Site


def _even(hosts: int, room: int, vms_each: int, size: int = 1, in_pool: int = 0) -> Load:
    """Hosts alike, with as many VMs on each."""
    names = [f"h{number}" for number in range(hosts)]
    place = {f"vm{number}": names[number % hosts] for number in range(hosts * vms_each)}
    return Load(dict.fromkeys(names, room), dict.fromkeys(place, size), place, in_pool)


def test_the_biggest_vm_goes_first_where_most_room_is_and_what_fits_nowhere_is_left_out() -> None:
    assert pack([("small", 2), ("big", 5), ("huge", 9)], {"a": 6, "b": 4}) == {"big": "a", "small": "b"}


@pytest.mark.parametrize(("room", "tolerated"), [(0, 0), (1, 1), (3, 2), (9, 3)])
def test_few_hosts_are_tried_in_every_order(room: int, tolerated: int) -> None:
    assert most_failures(_even(hosts=4, room=room, vms_each=3)) == tolerated


def test_more_than_32_vms_on_few_hosts_are_still_planned_exactly() -> None:
    small_and_big = _even(hosts=4, room=12, vms_each=12)
    load = Load(small_and_big.room_bytes, {**small_and_big.size_bytes, "vm0": 6}, small_and_big.place)
    assert survives(load, 1)


def test_with_more_than_32_hosts_every_vm_counts_as_big_as_the_biggest() -> None:
    even = _even(hosts=33, room=1, vms_each=1)
    assert survives(even, 16)
    one_bigger = Load(even.room_bytes, {**even.size_bytes, "vm0": 2}, even.place)
    assert not survives(one_bigger, 1)


def test_hosts_that_are_down_count_when_the_way_of_planning_is_chosen() -> None:
    even = _even(hosts=4, room=2, vms_each=1)
    uneven = {**even.size_bytes, "vm0": 3}
    room = {**even.room_bytes, "h1": 4}
    assert survives(Load(room, uneven, even.place, 4), 1)
    assert not survives(Load(dict.fromkeys(room, 2), uneven, even.place, 33), 1)


def test_the_worst_hosts_are_those_with_most_room_and_those_with_most_vms_even_if_they_are_others() -> None:
    room = {f"h{number}": 0 for number in range(33)} | {"h0": 10}
    crowded = {f"vm{number}": "h1" for number in range(2)}
    assert not survives(Load(room, dict.fromkeys(crowded, 1), crowded), 1)
    assert survives(Load({**room, "h2": 2}, dict.fromkeys(crowded, 1), crowded), 1)


def test_a_vm_that_runs_nowhere_and_fits_nowhere_leaves_no_plan_even_for_no_failure() -> None:
    assert not survives(Load({"a": 1, "b": 1}, {"vm": 2}), 0)
    assert survives(Load({"a": 2, "b": 1}, {"vm": 2}), 0)
    assert not survives(Load({"a": 2, "b": 1}, {"vm": 2}), 1)


def test_as_many_failures_as_hosts_are_survived_only_by_nobody() -> None:
    assert survives(Load({"a": 1}, {}), 1)
    assert not survives(Load({"a": 1}, {"vm": 1}, {"vm": "a"}), 1)
    assert not survives(Load({"a": 1}, {}), 2)


async def test_a_large_pool_under_ha_tells_a_careful_number_and_refuses_more(site: Site) -> None:
    hosts = [site.host(f"h{number:02}", memory_gib=16) for number in range(34)]
    vms = [site.vm(f"vm{number:02}", on=hosts[number], memory_gib=4) for number in range(34)]
    await site.call("pool.enable_ha", (site.shared,), {})
    for vm in vms:
        site.db.update("VM", vm, ha_restart_priority="restart", ha_always_run=True)
    tolerated = await site.call("pool.ha_compute_max_host_failures_to_tolerate")
    assert tolerated == 22
    await site.call("pool.set_ha_host_failures_to_tolerate", site.pool, tolerated)
    error = await site.error("pool.set_ha_host_failures_to_tolerate", site.pool, tolerated + 1)
    assert error == ("HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN",)
    assert site.db.get("VM", vms[0], "memory_static_max") == 4 * GIB
