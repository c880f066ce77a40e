"""From nothing to a whole pool: one call, the same pool for the same seed."""

from __future__ import annotations

import random

from lifeguard.clock import Clock
from lifeguard.sim.database import Database
from lifeguard.sim.release import Release
from lifeguard.sim.scenario.plan import Plan
from lifeguard.sim.scenario.site import generate
from lifeguard.sim.store import from_dump


def build_pool(
    hosts: int, vms: int, rng: random.Random, clock: Clock, release: Release, *, is_ha_enabled: bool = False
) -> Database:
    """A pool of `hosts` (with HA at least two) and `vms`, not counting templates, snapshots and control domains.

    Raises ValueError when there cannot be so many.
    """
    plan = Plan(hosts=hosts, vms=vms, seed=rng.getrandbits(32), now_s=clock.time_s(), release=release,
                is_ha_enabled=is_ha_enabled, failures_to_tolerate=min(2, (hosts - 1) // 2 or 1))  # fmt: skip
    return from_dump(generate(plan), rng)
