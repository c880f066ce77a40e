"""A simulated pool with everything it can do: database, engine and behaviours together."""

from __future__ import annotations

import random
from collections.abc import Mapping

from lifeguard.clock import Clock
from lifeguard.sim.behaviour.calls import HANDLERS
from lifeguard.sim.behaviour.upgrade import put_in_order
from lifeguard.sim.behaviour.watch import keep_watch
from lifeguard.sim.database import Database
from lifeguard.sim.pool import PoolSettings, SimulatedPool
from lifeguard.sim.release import Release
from lifeguard.sim.roles import ROLES
from lifeguard.sim.sessions import Account


def assemble(
    db: Database, clock: Clock, rng: random.Random, release: Release, passwords: Mapping[str, str]
) -> SimulatedPool:
    """`passwords` by user name; one named like a role has that role, any other is a local superuser."""
    accounts = {user: Account(password, user if user in ROLES else None) for user, password in passwords.items()}
    put_in_order(db)
    settings = PoolSettings(release=release, accounts=accounts, behaviours=HANDLERS, watch=keep_watch)
    return SimulatedPool(db, clock, rng, settings)
