"""Whether VMs find room after failures, told quickly where that is sure and tried out where it is not."""

import random
from itertools import permutations

import pytest

from lifeguard.rules.packing import Load, most_survived, pack, survives


def load(room: dict[str, int], vms: dict[str, tuple[int, str]], hosts: int = 0) -> Load:
    """`vms`: size and where each runs, empty for nowhere."""
    sizes = {vm: size for vm, (size, _) in vms.items()}
    return Load(room, sizes, {vm: place for vm, (_, place) in vms.items() if place}, hosts or len(room))


def test_the_biggest_goes_first_to_where_most_room_is() -> None:
    assert pack([("small", 1), ("big", 5)], {"a": 5, "b": 6}) == {"big": "b", "small": "a"}
    assert pack([("big", 7), ("small", 1)], {"a": 5}) == {"small": "a"}
    assert pack([("any", 1)], {}) == {}


@pytest.mark.parametrize(
    ("room", "vms", "most"),
    [
        ({"a": 4, "b": 4}, {}, 2),
        ({"a": 4, "b": 4}, {"x": (3, "a")}, 1),
        ({"a": 4, "b": 2}, {"x": (3, "a")}, 0),
        ({"a": 9, "b": 9, "c": 9}, {"x": (3, "a"), "y": (3, "b"), "z": (3, "c")}, 2),
        ({"a": 0, "b": 5, "c": 5}, {"x": (6, "a"), "y": (1, "a")}, 0),
        ({"a": 0, "b": 6, "c": 6}, {"x": (6, "a"), "y": (1, "a")}, 1),
        ({"a": 2, "b": 2}, {"x": (3, "")}, 0),
    ],
)
def test_as_many_failures_are_survived_as_there_is_room_for(
    room: dict[str, int], vms: dict[str, tuple[int, str]], most: int
) -> None:
    assert most_survived(load(room, vms)) == most
    assert survives(load(room, vms), most) or most == 0


def test_large_pools_are_judged_on_the_safe_side() -> None:
    vms = {f"vm{number}": (1, f"h{number}") for number in range(40)}
    vms["big"] = (10, "h0")
    assert survives(load({f"h{number}": 10 for number in range(40)}, vms), 3)
    tight = load({f"h{number}": 9 for number in range(40)}, vms)
    assert not survives(tight, 1), "as if each VM were as big as the biggest"


def test_what_is_told_quickly_holds_in_whichever_order_hosts_fail() -> None:
    rng = random.Random(1)
    for _ in range(300):
        room = {f"h{number}": rng.randint(0, 12) for number in range(rng.randint(1, 5))}
        vms = {f"vm{number}": (rng.randint(1, 6), rng.choice(list(room))) for number in range(rng.randint(0, 9))}
        for failures in range(len(room) + 1):
            assert survives(load(room, vms), failures) == by_trying(room, vms, failures), (room, vms, failures)


def by_trying(room: dict[str, int], vms: dict[str, tuple[int, str]], failures: int) -> bool:
    """The plain way: every order, one host after the other."""
    return (failures < len(room) or not vms) and all(
        one_by_one(dict(room), dict(vms), order) for order in permutations(room, failures)
    )


def one_by_one(room: dict[str, int], vms: dict[str, tuple[int, str]], order: tuple[str, ...]) -> bool:
    for lost in order:
        del room[lost]
        stranded = [(vm, size) for vm, (size, place) in vms.items() if place == lost]
        plan = pack(stranded, room)
        if len(plan) < len(stranded):
            return False
        for vm, size in stranded:
            room[plan[vm]] -= size
            vms[vm] = (size, plan[vm])
    return True
