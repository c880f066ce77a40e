"""A small simulated pool asked without a network: calls go in as requests, answers come back as Python values."""

from __future__ import annotations

import json
import random
from typing import Any

from lifeguard.clock import VirtualClock
from lifeguard.sim.database import Database
from lifeguard.sim.pool import PoolSettings, SimulatedPool
from lifeguard.sim.release import PRODUCTS, Release
from lifeguard.sim.sessions import Account
from lifeguard.sim.wire.jsonrpc import JsonCodec
from lifeguard.sim.wire.request import Request


class Refused(Exception):
    """The call failed; `error` is code and parameters."""

    def __init__(self, error: list[str]) -> None:
        super().__init__(*error)
        self.error = error


class Asked:
    """Two hosts, h1 the coordinator; users root and one per role, each with the password `pw`."""

    def __init__(self, release: Release | None = None, behaviours: dict[str, Any] | None = None) -> None:
        rng = random.Random(1)
        self.clock = VirtualClock()
        self.db = Database(rng)
        self.h1 = self.db.insert("host", {"name_label": "h1", "address": "10.0.0.1"})
        self.h2 = self.db.insert("host", {"name_label": "h2", "address": "10.0.0.2"})
        self.pool_ref = self.db.insert("pool", {"master": self.h1})
        self.release = release or PRODUCTS["newest"]
        accounts = {"root": Account("pw")}
        for role in ("read-only", "vm-operator", "vm-admin", "vm-power-admin", "pool-operator", "pool-admin"):
            accounts[role] = Account("pw", role)
        settings = PoolSettings(release=self.release, accounts=accounts, behaviours=behaviours or {})
        self.pool = SimulatedPool(self.db, self.clock, rng, settings)
        self.session = ""

    async def call(self, method: str, *args: Any, host: str | None = None) -> Any:
        """Ask with the session put first. Raises Refused."""
        return await self.bare(method, self.session, *args, host=host)

    async def bare(self, method: str, *params: Any, host: str | None = None) -> Any:
        codec = JsonCodec(self.release, "1.0")
        body = await self.pool.answer(host or self.h1, codec, Request(method, list(params), 1))
        answer = json.loads(body)
        if answer["error"] is not None:
            raise Refused(answer["error"])
        return answer["result"]

    async def login(self, user: str = "root", *more: Any) -> str:
        self.session = await self.bare("session.login_with_password", user, "pw", *more)
        return self.session
