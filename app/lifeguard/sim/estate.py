"""Several simulated pools side by side: hosts join one, leave it and stand alone, and answer where they always did."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from lifeguard.clock import Clock
from lifeguard.scope import Scope
from lifeguard.sim.assembly import assemble
from lifeguard.sim.behaviour.pace import HOST_BOOTS_S
from lifeguard.sim.database import Database
from lifeguard.sim.neighbours import Joined, Left, Neighbourhood
from lifeguard.sim.release import Release
from lifeguard.sim.server import Place, Server


class Estate:
    """Owns the servers of all its pools: close it when done."""

    def __init__(self, clock: Clock, rng: random.Random, release: Release, passwords: Mapping[str, str]) -> None:
        self._clock = clock
        self._rng = rng
        self._release = release
        self._passwords = passwords
        self._neighbourhood = Neighbourhood()
        self._servers: list[Server] = []
        self._moved_away: list[Server] = []
        self._scope = Scope("estate")
        self._neighbourhood.joined.connect(self._hear_joined)
        self._neighbourhood.left.connect(self._hear_left)

    @property
    def servers(self) -> Sequence[Server]:
        """One for each pool there is now, in the order they came."""
        return tuple(self._servers)

    def add(self, db: Database) -> Server:
        """Build a pool from its database; start the server to let it answer."""
        pool = assemble(db, self._clock, self._rng, self._release, self._passwords, self._neighbourhood)
        server = Server(pool)
        self._servers.append(server)
        return server

    async def close(self) -> None:
        await self._scope.close()
        for server in (*self._servers, *self._moved_away):
            await server.close()

    def _hear_joined(self, joined: Joined) -> None:
        self._scope.start(self._move_in(joined), "a host joins")

    def _hear_left(self, left: Left) -> None:
        self._scope.start(self._set_up(left), "a host leaves")

    async def _move_in(self, joined: Joined) -> None:
        """The address stays, its connections end: behind it is a member of the other pool now."""
        old, new = self._of(joined.own), self._of(joined.pool)
        if old is None or new is None:
            return
        self._servers.remove(old)
        self._moved_away.append(old)
        self._neighbourhood.move_out(joined.own)
        place = await old.give_up(joined.host_ref)
        if place is not None:
            await new.take_in(joined.member_ref, place)

    async def _set_up(self, left: Left) -> None:
        """The machine boots as a pool of one at the address it had."""
        old = self._of(left.pool)
        place: Place | None = await old.give_up(left.member_ref) if old is not None else None
        await self._clock.sleep(HOST_BOOTS_S)
        if place is not None:
            server = self.add(left.own)
            await server.start_at(server.pool.master_ref, place)

    def _of(self, db: Database) -> Server | None:
        return next((server for server in self._servers if server.pool.db is db), None)
