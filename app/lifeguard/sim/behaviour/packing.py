"""Putting VMs of given sizes onto hosts with given room, and whether that still works after hosts fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import perm

_MOST_ORDERS_TRIED = 3500
_MOST_HOSTS_TRIED = 32


@dataclass(frozen=True, slots=True)
class Load:
    """`room_bytes` of each host beside what stays where it is; `size_bytes` of each VM that must run somewhere, and
    `place`: where it runs now, if anywhere. Room already excludes the VMs in `place`. `hosts_in_pool` also counts the
    hosts that are not there now; 0 when all are."""

    room_bytes: Mapping[str, int]
    size_bytes: Mapping[str, int]
    place: Mapping[str, str] = field(default_factory=dict)
    hosts_in_pool: int = 0


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
    settled = _settled(load)
    if settled is None:
        return False
    hosts = max(load.hosts_in_pool, len(load.room_bytes))
    few = hosts <= _MOST_HOSTS_TRIED and perm(hosts, failures) < _MOST_ORDERS_TRIED
    return _survives_every_order(settled, failures) if few else _survives_the_worst(settled, failures)


def _settled(load: Load) -> Load | None:
    """The load once the VMs that run nowhere were started; None when one of them fits nowhere."""
    homeless = [vm for vm in load.size_bytes if load.place.get(vm) not in load.room_bytes]
    plan = pack(((vm, load.size_bytes[vm]) for vm in homeless), load.room_bytes)
    if len(plan) < len(homeless):
        return None
    room = dict(load.room_bytes)
    for vm, host in plan.items():
        room[host] -= load.size_bytes[vm]
    return Load(room, load.size_bytes, {**load.place, **plan}, load.hosts_in_pool)


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
    lives: dict[str, list[str]] = {host: [] for host in load.room_bytes}
    for vm, host in load.place.items():
        lives[host].append(vm)
    return _survives_any_next(load.size_bytes, load.room_bytes, lives, failures)


def _survives_any_next(
    size_bytes: Mapping[str, int], room_bytes: Mapping[str, int], lives: Mapping[str, Sequence[str]], failures: int
) -> bool:
    """Whichever host fails next, its VMs find room elsewhere, and so on; `lives`: which VMs are on each host."""
    for lost in room_bytes if failures else ():
        room = {host: free for host, free in room_bytes.items() if host != lost}
        plan = pack(((vm, size_bytes[vm]) for vm in lives[lost]), room)
        if len(plan) < len(lives[lost]):
            return False
        if failures > 1:
            after = {host: list(lives[host]) for host in room}
            for vm, host in plan.items():
                room[host] -= size_bytes[vm]
                after[host].append(vm)
            if not _survives_any_next(size_bytes, room, after, failures - 1):
                return False
    return True


def _survives_the_worst(load: Load, failures: int) -> bool:
    """On the safe side: every VM is as big as the biggest, the hosts with most room fail, and so do those, be they the
    same or not, on which most VMs live."""
    biggest = max(load.size_bytes.values())
    slots = sorted(room // biggest for room in load.room_bytes.values())
    lived_on = Counter(load.place.values())
    held = sorted((lived_on[host] for host in load.room_bytes), reverse=True)
    return sum(held[:failures]) <= sum(slots[: len(slots) - failures])
