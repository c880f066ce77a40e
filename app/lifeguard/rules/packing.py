"""Bin packing as the server's planner does it: do VMs still find room after hosts have failed, whichever these are?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heapreplace
from math import perm
from typing import TypeAlias

_MOST_HOSTS = 32
_MOST_ORDERS = 3500
_BOUNDLESS = 1 << 40

Lives: TypeAlias = Mapping[str, Sequence[int]]
"""The sizes of the VMs on each host, the biggest first."""


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
    lives = _sizes_by_host(settled)
    if _survives_worst(settled.room, lives, failures):
        return True
    can_try_all = load.host_count <= _MOST_HOSTS and perm(load.host_count, failures) < _MOST_ORDERS
    return can_try_all and _survives_all(settled.room, lives, failures)


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


def _sizes_by_host(load: Load) -> Lives:
    lives: dict[str, list[int]] = {host: [] for host in load.room}
    for vm, host in load.places.items():
        lives[host].append(load.sizes[vm])
    return {host: _biggest_first(sizes) for host, sizes in lives.items()}


def _survives_all(room: Mapping[str, int], lives: Lives, failures: int) -> bool:
    """Try every order in which hosts could fail, as the server does where these are few. Which VM goes where does not
    matter for this, only how big it is."""
    if failures <= 1:
        return not failures or _survives_one(room, lives)
    if _survives_by_volume(room, lives, failures):
        return True
    for lost in room:
        left = {host: free for host, free in room.items() if host != lost}
        after = _restarted(left, lives, lost)
        if after is None or not _survives_all(left, after, failures - 1):
            return False
    return True


def _survives_one(room: Mapping[str, int], lives: Lives) -> bool:
    """Whichever host fails, what lived there fits."""
    free, hosts = sum(room.values()), len(room) - 1
    for lost, sizes in lives.items():
        if not _fits_by_volume(sizes, free - room[lost], hosts) and not _fits(
            sizes, [-free for host, free in room.items() if host != lost]
        ):
            return False
    return True


def _fits_by_volume(sizes: Iterable[int], free: int, hosts: int) -> bool:
    """Certainly: at each step one of the hosts must have the room."""
    for size in sizes:
        if free < size * hosts:
            return False
        free -= size
    return True


def _fits(sizes: Sequence[int], taken: list[int]) -> bool:
    """`pack` where it only matters whether; `taken` are the hosts' free bytes, negative."""
    heapify(taken)
    for size in sizes:
        if -taken[0] < size:
            return False
        heapreplace(taken, taken[0] + size)
    return True


def _restarted(left: dict[str, int], lives: Lives, lost: str) -> Lives | None:
    """Who lives where after a host was lost, None when somebody finds no place. `left` loses the room they take."""
    heap = [(-free, host) for host, free in left.items()]
    heapify(heap)
    more: dict[str, list[int]] = {}
    for size in lives[lost]:
        free, host = heap[0]
        if -free < size:
            return None
        heapreplace(heap, (free + size, host))
        left[host] -= size
        more.setdefault(host, []).append(size)
    return {host: _biggest_first((*lives[host], *more[host])) if host in more else lives[host] for host in left}


def _biggest_first(sizes: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(sizes, reverse=True))


def _survives_by_volume(room: Mapping[str, int], lives: Lives, failures: int) -> bool:
    """On the safe side: after any so many failures so much is free in all that some host must have room for whoever
    is to restart, however unevenly it is spread. The smaller ones of the same host come after it, and have taken
    nothing yet. All real failures are easier, so this also ends the search among orders that begin alike."""
    biggest = max((sizes[0] for sizes in lives.values() if sizes), default=0)
    free = sum(room.values())
    whole = sorted((room[host] + sum(sizes) for host, sizes in lives.items()), reverse=True)
    for lost, most in enumerate(whole[:failures], 1):
        free -= most
        others = len(room) - lost - 1
        if any(_wanted(sizes, biggest, others) > free for sizes in lives.values()):
            return False
    return True


def _wanted(sizes: Sequence[int], biggest: int, others: int) -> int:
    """How much has to be free on all hosts together, once all of these have restarted: as long as less is free than
    `others` hosts could hide from one of them, it may find no host. `biggest` may have come here before."""
    wanted = smaller = 0
    for size in reversed(sizes):
        wanted = max(wanted, size * others - smaller)
        smaller += size
    return max(wanted, biggest * others - smaller)


def _survives_worst(room: Mapping[str, int], lives: Lives, failures: int) -> bool:
    """On the safe side, as the server begins: every VM is as big as the biggest, lost are the hosts with most room and
    those with most VMs."""
    biggest = max(sizes[0] for sizes in lives.values() if sizes)
    slots = sorted((free // biggest if biggest else _BOUNDLESS for free in room.values()), reverse=True)
    counts = sorted(map(len, lives.values()), reverse=True)
    return sum(counts[:failures]) <= sum(slots[failures:])
