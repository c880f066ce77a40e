"""Who runs where: how much memory the hosts are bought with, and how the VMs are shared out among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lifeguard.sim.scenario.draft import GIB, MIB, Draft
from lifeguard.sim.scenario.guests import Guest
from lifeguard.sim.scenario.machines import Machine, dom0_gib, next_standard, xen_overhead_bytes

_FILLED = 0.62
"""How full hosts are on average."""


@dataclass(frozen=True, slots=True)
class Special:
    """Which hosts of the site are not like the others, by number; None where the pool is too small for one."""

    master: int
    resting: int | None
    full: int | None


def special_hosts(count: int) -> Special:
    """The master is never the first by name when there is a choice."""
    return Special(
        master=2 if count > 2 else count - 1,
        resting=count - 3 if count >= 5 else None,
        full=count // 3 + 1 if count >= 4 else None,
    )


def host_sizes_gib(draft: Draft, guests: Sequence[Guest], special: Special) -> list[int]:
    """Memory per host that lets everything run with room to spare; the full host is a small one."""
    count = draft.plan.hosts
    running = sum(guest.service.memory_gib for guest in guests if guest.is_placed)
    workers = max(1, count - sum(at is not None for at in (special.resting, special.full)))
    usual = next_standard(running / workers / _FILLED + 10)
    sizes = [usual if at % 4 else next_standard(usual + 1) for at in range(count)]
    if special.full is not None:
        sizes[special.full] = next_standard(min(usual, running * 0.3))
    return sizes


def share_out(
    draft: Draft, guests: Sequence[Guest], machines: Sequence[Machine], special: Special, cut_off: str
) -> list[Guest]:
    """Give every running VM a host, and every one with local disks a home."""
    free = {machine.ref: _room(machine) for machine in machines}
    usable = [machine for at, machine in enumerate(machines) if at not in (special.resting, special.full)]
    placed: dict[str, Guest] = {}
    if special.full is not None:
        placed.update(_fill(guests, machines[special.full], free, may_archive=machines[special.full].ref != cut_off))
    for at, guest in enumerate(guests):
        if guest.name in placed:
            continue
        if not guest.is_placed:
            home = usable[at % len(usable)] if guest.service.store == "local" else None
            placed[guest.name] = guest.on(home) if home else guest
            continue
        able = [m for m in usable if not (guest.service.store == "archive" and m.ref == cut_off)] or usable
        tried = draft.rng.sample(able, min(2, len(able)))
        best = max(tried if max(free[m.ref] for m in tried) > 2 * _cost(guest) else able, key=lambda m: free[m.ref])
        free[best.ref] -= _cost(guest)
        placed[guest.name] = guest.on(best)
    return [placed[guest.name] for guest in guests]


def _fill(guests: Sequence[Guest], machine: Machine, free: dict[str, int], *, may_archive: bool) -> dict[str, Guest]:
    """Put the largest that still fit on the host until hardly anything does."""
    chosen: dict[str, Guest] = {}
    for guest in sorted(guests, key=lambda guest: (-guest.service.memory_gib, guest.name)):
        store = guest.service.store
        fits = _cost(guest) <= free[machine.ref]
        if guest.is_placed and fits and store != "local" and (store != "archive" or may_archive):
            free[machine.ref] -= _cost(guest)
            chosen[guest.name] = guest.on(machine)
    return chosen


def _room(machine: Machine) -> int:
    taken = dom0_gib(machine.memory_gib) * GIB + xen_overhead_bytes(machine.memory_gib)
    return machine.memory_gib * GIB - taken


def _cost(guest: Guest) -> int:
    """Its memory and, roughly, what Xen needs beside it."""
    return guest.service.memory_gib * (GIB + 9 * MIB) + (2 * guest.service.vcpus + 4) * MIB
