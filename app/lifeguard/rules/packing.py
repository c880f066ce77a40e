"""Bin packing as the server's planner does it: do VMs still find room after hosts have failed, whichever these are?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from heapq import heapify, heapreplace
from math import perm
from typing import TypeAlias

_MOST_HOSTS = 32
_MOST_ORDERS = 3500
_BOUNDLESS = 1 << 40

Sizes: TypeAlias = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Load:
    """`room` of each host in bytes, without what runs there; `sizes` of the VMs that must run, and the `places` where
    they do. `host_count` counts the hosts of the pool that are away as well."""

    room: Mapping[str, int]
    sizes: Mapping[str, int]
    places: Mapping[str, str]
    host_count: int


def pack(sizes: Iterable[tuple[str, int]], room: Mapping[str, int]) -> dict[str, str]:
    """VM to host: the biggest first, each to where most room is. Those that do not fit are left out."""
    heap = [(-free, ref) for ref, free in room.items()]
    heapify(heap)
    plan: dict[str, str] = {}
    for vm, size in sorted(sizes, key=lambda one: -one[1]):
        if heap and -heap[0][0] >= size:
            free, host = heap[0]
            plan[vm] = host
            heapreplace(heap, (free + size, host))
    return plan


def survives(load: Load, failures: int) -> bool:
    """Whether every VM would find a place after any so many hosts have failed, one after the other."""
    hosts = len(load.room)
    if hosts < failures or (hosts == failures and load.sizes):
        return False
    settled = _settled(load)
    if settled is None:
        return False
    if not load.sizes:
        return True
    lives: dict[str, Sizes] = {host: () for host in settled.room}
    for vm, host in settled.places.items():
        lives[host] = (*lives[host], (vm, settled.sizes[vm]))
    biggest = max(settled.sizes.values())
    if _survives_worst(settled.room, lives, biggest, failures):
        return True
    can_try_all = load.host_count <= _MOST_HOSTS and perm(load.host_count, failures) < _MOST_ORDERS
    return can_try_all and _survives_all(settled.room, lives, biggest, failures)


def most_survived(load: Load) -> int:
    """The most failures that are survived, found by halving as the server does; 0 when there is no such number."""
    low, high = 0, load.host_count
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if survives(load, middle) else (low, middle - 1)
    return low


def _settled(load: Load) -> Load | None:
    """The load once those that run nowhere have been started; None when one of them finds no room."""
    homeless = [(vm, size) for vm, size in load.sizes.items() if vm not in load.places]
    plan = pack(homeless, load.room)
    return _followed(load, plan) if len(plan) == len(homeless) else None


def _followed(load: Load, plan: Mapping[str, str]) -> Load:
    room = dict(load.room)
    for vm, host in plan.items():
        room[host] -= load.sizes[vm]
    return Load(room, load.sizes, {**load.places, **plan}, load.host_count)


def _survives_all(room: Mapping[str, int], lives: Mapping[str, Sizes], biggest: int, failures: int) -> bool:
    """Try every order in which hosts could fail, as the server does where these are few."""
    for lost in room if failures else ():
        left = {host: free for host, free in room.items() if host != lost}
        plan = pack(lives[lost], left)
        if len(plan) < len(lives[lost]):
            return False
        if failures == 1:
            continue
        after = {host: lives[host] for host in left}
        for vm, size in lives[lost]:
            left[plan[vm]] -= size
            after[plan[vm]] = (*after[plan[vm]], (vm, size))
        if not (
            _survives_worst(left, after, biggest, failures - 1) or _survives_all(left, after, biggest, failures - 1)
        ):
            return False
    return True


def _survives_worst(room: Mapping[str, int], lives: Mapping[str, Sizes], biggest: int, failures: int) -> bool:
    """On the safe side, and soon told: every VM is as big as the biggest, lost are the hosts with most room and those
    with most VMs. All real failures are easier, so this also ends the search among orders that begin alike."""
    slots = sorted((free // biggest if biggest else _BOUNDLESS for free in room.values()), reverse=True)
    counts = sorted(map(len, lives.values()), reverse=True)
    return sum(counts[:failures]) <= sum(slots[failures:])
