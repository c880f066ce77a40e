"""Simulated pools of one process that can reach each other: for migrations between them, and for joining."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError
from lifeguard.sim.sessions import Account


@dataclass(frozen=True, slots=True)
class Neighbour:
    db: Database
    accounts: Mapping[str, Account]

    @property
    def master_address(self) -> str:
        pool = next(iter(self.db.rows("pool").values()))
        return str(self.db.get("host", pool["master"], "address"))


@dataclass(slots=True)
class Neighbourhood:
    """Who lives here. Pools move in when they are assembled."""

    pools: list[Neighbour] = field(default_factory=list)

    def with_host(self, host_ref: str) -> Database | None:
        """The pool that has this host."""
        return next((pool.db for pool in self.pools if pool.db.has("host", host_ref)), None)

    def at(self, address: str, user: str, password: str) -> Database | None:
        """The pool whose coordinator has this recorded address. Raises ApiError SESSION_AUTHENTICATION_FAILED."""
        found = next((pool for pool in self.pools if pool.master_address == address), None)
        if found is None:
            return None
        account = found.accounts.get(user)
        if account is None or account.password != password:
            raise ApiError("SESSION_AUTHENTICATION_FAILED", user, "Authentication failure")
        return found.db
