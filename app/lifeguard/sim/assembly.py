"""A simulated pool with everything it can do: database, engine and behaviours together."""

from __future__ import annotations

import random
from collections.abc import Mapping

from lifeguard.clock import Clock
from lifeguard.sim.administration.calls import administration_calls
from lifeguard.sim.behaviour.calls import HANDLERS
from lifeguard.sim.behaviour.joining import join_calls
from lifeguard.sim.behaviour.migrate_send import migrate_calls
from lifeguard.sim.behaviour.pool_members import eject_calls
from lifeguard.sim.behaviour.upgrade import put_in_order
from lifeguard.sim.behaviour.watch import keep_watch
from lifeguard.sim.database import Database
from lifeguard.sim.neighbours import Neighbour, Neighbourhood
from lifeguard.sim.pool import PoolSettings, SimulatedPool
from lifeguard.sim.release import Release
from lifeguard.sim.roles import ROLES
from lifeguard.sim.sessions import Account


def assemble(
    db: Database,
    clock: Clock,
    rng: random.Random,
    release: Release,
    passwords: Mapping[str, str],
    neighbourhood: Neighbourhood | None = None,
) -> SimulatedPool:
    """`passwords` by user name; one named like a role has that role, any other is a local superuser. VMs can move to,
    and hosts can join, the pools of the same `neighbourhood`."""
    accounts = {user: Account(password, user if user in ROLES else None) for user, password in passwords.items()}
    put_in_order(db)
    behaviours = {**administration_calls(), **HANDLERS}
    if neighbourhood is not None:
        behaviours |= migrate_calls(neighbourhood.with_host)
        behaviours |= join_calls(neighbourhood.at, neighbourhood.joined.emit) | eject_calls(neighbourhood.left.emit)
        neighbourhood.pools.append(Neighbour(db, accounts))
    settings = PoolSettings(release=release, accounts=accounts, behaviours=behaviours, watch=keep_watch)
    return SimulatedPool(db, clock, rng, settings)
