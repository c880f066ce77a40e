"""Servers that come and go between pools, in the window: awaited, followed, and told apart from their copies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lifeguard.commands.host import Departed
from lifeguard.commands.jobs import Job, JobBoard
from lifeguard.commands.work import Report, Work
from lifeguard.datamodel.records import Host
from lifeguard.link.fleet import Doubled, Fleet, Merged
from lifeguard.link.homecoming import Homecoming
from lifeguard.link.link import Link
from lifeguard.link.target import Target
from lifeguard.rules.words import Words
from lifeguard.tree.node import Thing
from lifeguard.ui.pools import OpenPool, Pools
from lifeguard.ui.servers.saved import SavedServers
from lifeguard.ui.window import MainWindow


@dataclass(frozen=True, slots=True)
class _Sought:
    """The server of a pool that is being taken away, to be shown where it is now."""

    gone: Link
    into: Link
    host_uuid: str


class Comings:
    """`connect` begins a connection, `say` tells a sentence once; `saved` is None where no server is remembered."""

    def __init__(
        self,
        window: MainWindow,
        pools: Pools,
        board: JobBoard,
        fleet: Fleet,
        saved: SavedServers | None,
        connect: Callable[[Target], Link],
        say: Callable[[str], object],
    ) -> None:
        self._window = window
        self._pools = pools
        self._board = board
        self._fleet = fleet
        self._saved = saved
        self._connect = connect
        self._say = say
        self._expected: set[int] = set()
        self._sought: _Sought | None = None
        self._leave = [
            board.changed.connect(self._hear_job),
            fleet.merged.connect(self._hear_merged),
            fleet.doubled.connect(self._hear_doubled),
            pools.changed.connect(lambda _: self._seek()),
        ]

    def close(self) -> None:
        for leave in self._leave:
            leave()

    def _hear_job(self, job: Job) -> None:
        """A host has been removed from its pool: a job of its own waits for it."""
        if job.status != "done" or not isinstance(job.result, Departed) or job.id in self._expected:
            return
        self._expected.add(job.id)
        left = job.result
        pool = next((pool for pool in self._pools if pool.source.inventory is left.inventory), None)
        if pool is not None and isinstance(pool.source, Link):
            if self._saved is not None:
                self._saved.left(pool.source, (left.address, left.hostname))
            homecoming = Homecoming(pool.source.beside(left.address), left.pool_uuid)
            self._board.start(self._awaiting(left, homecoming))

    def _awaiting(self, left: Departed, homecoming: Homecoming) -> Work:
        async def run(job: Report) -> None:
            await self._fleet.until_home(homecoming)
            if not self._is_connected(left.uuid):
                self._connect(homecoming.target)

        return Work(
            f"Wait for {left.name} to start as a standalone server", run, Words(left.inventory),
            failed=f"{left.name} was not connected", is_own=False,
        )  # fmt: skip

    def _is_connected(self, host_uuid: str) -> bool:
        """By hand, meanwhile."""
        return any(host.uuid == host_uuid for pool in self._pools for host in pool.source.inventory.all(Host))

    def _hear_merged(self, merged: Merged) -> None:
        """Whoever was looking at a server that has joined a pool looks at it there from now on."""
        shown, hosts = self._window.stack.shown, tuple(merged.link.inventory.all(Host))
        if shown is not None and shown.source is merged.link and hosts:
            self._sought = _Sought(merged.link, merged.into, hosts[0].uuid)
            self._seek()

    def _seek(self) -> None:
        """The pool may learn of it later; whoever has chosen something else meanwhile is not disturbed."""
        sought, shown = self._sought, self._window.stack.shown
        if sought is None:
            return
        if shown is not None and shown.source is not sought.gone:
            self._sought = None
            return
        pool = self._pools.of(sought.into)
        thing = _host_in(pool, sought.host_uuid) if pool is not None else None
        if thing is not None and self._window.pane.choose([thing]):
            self._sought = None

    def _hear_doubled(self, doubled: Doubled) -> None:
        one, other = sorted((doubled.link, doubled.other), key=lambda link: link.state.address)
        self._say(
            f"{one.title} at {one.state.address} and {other.title} at {other.state.address} say that they are the same "
            "pool, with different coordinators (masters). One was probably restored from a backup of the other: they "
            "are shown as two, and should not both be in use."
        )


def _host_in(pool: OpenPool, uuid: str) -> Thing | None:
    host = next((host for host in pool.source.inventory.all(Host) if host.uuid == uuid), None)
    return Thing(pool.key, host.ref) if host is not None else None
