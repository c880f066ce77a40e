"""Simulated pools of one process that can reach each other: for migrations between them, and for joining."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lifeguard.observe import Signal
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


@dataclass(frozen=True, slots=True)
class Joined:
    """A host that stood alone (`host_ref` in `own`) has become `member_ref` of `pool`."""

    own: Database
    host_ref: str
    pool: Database
    member_ref: str


@dataclass(frozen=True, slots=True)
class Left:
    """What was `member_ref` of `pool` will start anew as a pool of one, with `own` as its database."""

    pool: Database
    member_ref: str
    own: Database


@dataclass(slots=True)
class Neighbourhood:
    """Who lives here. Pools move in when they are assembled; hosts that go from one to another are told."""

    pools: list[Neighbour] = field(default_factory=list)
    joined: Signal[Joined] = field(default_factory=Signal)
    left: Signal[Left] = field(default_factory=Signal)

    def with_host(self, host_ref: str) -> Database | None:
        """The pool that has this host."""
        return next((pool.db for pool in self.pools if pool.db.has("host", host_ref)), None)

    def at(self, address: str, user: str, password: str) -> Database | None:
        """The pool whose coordinator has this recorded address. Raises ApiError SESSION_AUTHENTICATION_FAILED, or
        HOST_IS_SLAVE with the coordinator's address when a member was asked."""
        found = next((pool for pool in self.pools if pool.master_address == address), None)
        if found is None:
            self._assert_no_member(address)
            return None
        account = found.accounts.get(user)
        if account is None or account.password != password:
            raise ApiError("SESSION_AUTHENTICATION_FAILED", user, "Authentication failure")
        return found.db

    def move_out(self, db: Database) -> None:
        """That pool is no more: its one host has joined another."""
        self.pools = [pool for pool in self.pools if pool.db is not db]

    def _assert_no_member(self, address: str) -> None:
        for pool in self.pools:
            if any(host["address"] == address for host in pool.db.rows("host").values()):
                raise ApiError("HOST_IS_SLAVE", pool.master_address)
