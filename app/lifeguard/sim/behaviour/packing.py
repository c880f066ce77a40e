"""Putting VMs of given sizes onto hosts with given room, and whether that still works after hosts fail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import permutations
from math import perm

_MOST_ORDERS_TRIED = 3500
_MOST_VMS_TRIED = 32


@dataclass(frozen=True, slots=True)
class Load:
    """`room_bytes` of each host beside what stays where it is; `size_bytes` of each VM that must run somewhere, and
    `place`: where it runs now, if anywhere. Room already excludes the VMs in `place`."""

    room_bytes: Mapping[str, int]
    size_bytes: Mapping[str, int]
    place: Mapping[str, str] = field(default_factory=dict)


def pack(sizes: Iterable[tuple[str, int]], room_bytes: Mapping[str, int]) -> dict[str, str]:
    """VM -> host: the biggest first, each where most room is. VMs that fit nowhere are left out."""
    room, plan = dict(room_bytes), dict[str, str]()
    for vm, size in sorted(sizes, key=lambda pair: -pair[1]):
        host = max(room, key=lambda ref: room[ref], default=None)
        if host is not None and room[host] >= size:
            room[host] -= size
            plan[vm] = host
    return plan


def survives(load: Load, failures: int) -> bool:
    """Whether every VM can run after any `failures` hosts have failed."""
    if not 0 <= failures <= len(load.room_bytes):
        return False
    if not load.size_bytes:
        return True
    if failures == len(load.room_bytes):
        return False
    few = len(load.size_bytes) <= _MOST_VMS_TRIED and perm(len(load.room_bytes), failures) < _MOST_ORDERS_TRIED
    return _survives_every_order(load, failures) if few else _survives_the_worst(load, failures)


def most_failures(load: Load) -> int:
    """The largest number of failures that can be survived, found by halving; 0 also when not even that holds."""
    low, high = 0, len(load.room_bytes)
    while low < high:
        middle = (low + high + 1) // 2
        if survives(load, middle):
            low = middle
        else:
            high = middle - 1
    return low


def _survives_every_order(load: Load, failures: int) -> bool:
    return all(_survives_in_order(load, order) for order in permutations(load.room_bytes, failures))


def _survives_in_order(load: Load, order: tuple[str, ...]) -> bool:
    room, place = dict(load.room_bytes), dict(load.place)
    homeless = [vm for vm in load.size_bytes if place.get(vm) not in room]
    for lost in (None, *order):
        if lost is not None:
            room.pop(lost)
            homeless = [vm for vm, host in place.items() if host == lost]
        plan = pack(((vm, load.size_bytes[vm]) for vm in homeless), room)
        if len(plan) < len(homeless):
            return False
        place |= plan
        for vm, host in plan.items():
            room[host] -= load.size_bytes[vm]
    return True


def _survives_the_worst(load: Load, failures: int) -> bool:
    """On the safe side: all VMs as big as the biggest, and the hosts that hold most fail."""
    biggest = max(load.size_bytes.values())
    held = {host: sum(1 for place in load.place.values() if place == host) for host in load.room_bytes}
    slots = {host: room // biggest for host, room in load.room_bytes.items()}
    worst = sorted(load.room_bytes, key=lambda host: -(slots[host] + held[host]))
    homeless = sum(held[host] for host in worst[:failures])
    homeless += sum(1 for vm in load.size_bytes if load.place.get(vm) not in load.room_bytes)
    return homeless <= sum(slots[host] for host in worst[failures:])
