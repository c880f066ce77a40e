"""A simulated pool with everything it can do: database, engine and behaviours together."""

from __future__ import annotations

import random
from collections.abc import Mapping

from lifeguard.clock import Clock
from lifeguard.sim.behaviour.calls import HANDLERS
from lifeguard.sim.database import Database
from lifeguard.sim.pool import PoolSettings, SimulatedPool
from lifeguard.sim.release import Release
from lifeguard.sim.sessions import Account


def assemble(
    db: Database, clock: Clock, rng: random.Random, release: Release, passwords: Mapping[str, str]
) -> SimulatedPool:
    """`passwords` by user name are those of local superusers."""
    accounts = {user: Account(password) for user, password in passwords.items()}
    settings = PoolSettings(release=release, accounts=accounts, behaviours=HANDLERS)
    return SimulatedPool(db, clock, rng, settings)
