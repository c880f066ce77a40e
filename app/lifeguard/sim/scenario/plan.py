"""What a generated site consists of before any row exists: sizes, names, and who runs where."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

GIB = 2**30
HOST_MEMORY_BYTES = 256 * GIB
CONTROL_MEMORY_BYTES = 4 * GIB
NEARLY_FULL_LEAVES_BYTES = 3 * GIB
PowerState = Literal["Running", "Halted", "Suspended"]


@dataclass(frozen=True, slots=True)
class Role:
    """A kind of machine a site has several of."""

    name: str
    folder: str
    tag: str
    vcpus: int
    memory_bytes: int
    disk_bytes: int
    is_windows: bool = False


ROLES = (
    Role("web", "/production/web", "production", 2, 4 * GIB, 20 * GIB),
    Role("app", "/production/app", "production", 4, 8 * GIB, 40 * GIB),
    Role("db", "/production/data", "critical", 8, 32 * GIB, 200 * GIB),
    Role("cache", "/production/data", "production", 2, 16 * GIB, 16 * GIB),
    Role("build", "/engineering", "engineering", 8, 16 * GIB, 100 * GIB),
    Role("test", "/engineering", "engineering", 2, 4 * GIB, 30 * GIB),
    Role("desk", "/office", "desktop", 2, 4 * GIB, 60 * GIB, is_windows=True),
    Role("files", "/office", "office", 2, 8 * GIB, 500 * GIB, is_windows=True),
    Role("mail", "/office", "office", 4, 8 * GIB, 120 * GIB),
    Role("monitor", "/operations", "operations", 2, 4 * GIB, 50 * GIB),
)
SITES = ("alder", "birch", "cedar", "elm", "fir", "hazel", "juniper", "larch", "maple", "oak", "pine", "rowan")


@dataclass(frozen=True, slots=True)
class Machine:
    """A VM to be made; `host` is the index of the host it runs on, None when it runs nowhere."""

    name: str
    role: Role
    state: PowerState
    host: int | None
    is_local: bool


@dataclass(frozen=True, slots=True)
class Site:
    name: str
    hosts: tuple[str, ...]
    maintenance: int | None
    nearly_full: int | None
    machines: tuple[Machine, ...]


def plan_site(hosts: int, vms: int, rng: random.Random) -> Site:
    """Lay out a site. With three hosts or more one is in maintenance and one is nearly full."""
    name = rng.choice(SITES)
    maintenance = hosts - 1 if hosts >= 3 else None
    nearly_full = hosts // 2 if hosts >= 3 else None
    free = [HOST_MEMORY_BYTES - CONTROL_MEMORY_BYTES - 2 * GIB for _ in range(hosts)]
    machines = _fill(nearly_full, free, vms) if nearly_full is not None else []
    while len(machines) < vms:
        role = rng.choice(ROLES)
        number = sum(machine.role is role for machine in machines) + 1
        state: PowerState = rng.choices(("Running", "Halted", "Suspended"), (80, 17, 3))[0]
        open_hosts = [
            at
            for at in range(hosts)
            if at not in (maintenance, nearly_full) and free[at] - _needs(role) > 16 * GIB
        ]
        host = max(open_hosts, key=lambda at: (free[at], -at)) if state == "Running" and open_hosts else None
        if host is not None:
            free[host] -= _needs(role)
        elif state == "Running":
            state = "Halted"
        machines.append(Machine(f"{role.name}-{number:02d}", role, state, host, rng.random() < 0.08))
    return Site(name, tuple(f"{name}-{at + 1:02d}" for at in range(hosts)), maintenance, nearly_full, tuple(machines))


def _fill(host: int, free: list[int], most: int) -> list[Machine]:
    """Load one host with databases until hardly anything is left."""
    role = ROLES[2]
    machines: list[Machine] = []
    while len(machines) < most and free[host] - _needs(role) > NEARLY_FULL_LEAVES_BYTES:
        machines.append(Machine(f"{role.name}-{len(machines) + 1:02d}", role, "Running", host, is_local=False))
        free[host] -= _needs(role)
    small = ROLES[0]
    while len(machines) < most and free[host] - _needs(small) > NEARLY_FULL_LEAVES_BYTES:
        number = sum(machine.role is small for machine in machines) + 1
        machines.append(Machine(f"{small.name}-{number:02d}", small, "Running", host, is_local=False))
        free[host] -= _needs(small)
    return machines


def _needs(role: Role) -> int:
    return role.memory_bytes + overhead_bytes(role.vcpus, role.memory_bytes)


def overhead_bytes(vcpus: int, memory_bytes: int) -> int:
    """What a hardware-virtualised guest costs the hypervisor on top of its memory."""
    pages = 256 * vcpus + 2 * (memory_bytes // 2**20)
    shadow_mib = max(1, -(-pages * 4096 // 2**20))
    return (shadow_mib + -(-38 * vcpus * 4096 // 2**20) + 2) * 2**20
