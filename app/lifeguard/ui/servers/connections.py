"""Connections in the window: ended, begun again as somebody else, one by one or all at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

from lifeguard.commands.ask import Ask
from lifeguard.commands.jobs import JobBoard
from lifeguard.commands.selection import Selection
from lifeguard.link.link import Link
from lifeguard.link.target import Target
from lifeguard.scope import Begin
from lifeguard.tree.node import Thing
from lifeguard.ui.acting.leaving import leaving_prompt
from lifeguard.ui.dialogs.door import DialogGate
from lifeguard.ui.pools import OpenPool, Pools
from lifeguard.ui.servers.saved import SavedServers

_WAITING = frozenset({"lost", "refused"})
_AS_OTHER = "The connection is closed, and opened again as the user that you name."


@dataclass(frozen=True, slots=True)
class Handles:
    """What only the owner of the pools can do: begin a connection, end one, and start work in the background."""

    connect: Callable[[Target, str | None], Link]
    disconnect: Callable[[OpenPool], Awaitable[None]]
    start: Begin


class Connections:
    """`saved` is None where no server is remembered."""

    def __init__(
        self,
        pools: Pools,
        board: JobBoard,
        ask: Ask,
        gate: DialogGate,
        saved: SavedServers | None,
        handles: Handles,
        window: QWidget,
    ) -> None:
        self._pools = pools
        self._board = board
        self._ask = ask
        self._gate = gate
        self._saved = saved
        self._handles = handles
        self._window = window

    def owns(self, thing: Thing) -> bool:
        """Whether it is a server without records: saved, or a connection that has not come about yet."""
        pool = self._pools.get(thing.source)
        if pool is None:
            return self._saved is not None and self._saved.owns(thing)
        return thing.ref not in pool.source.inventory

    def open_thing(self, thing: Thing) -> None:
        """Connect it; one that waits for its next try tries at once."""
        pool = self._pools.get(thing.source)
        if pool is not None:
            _try_now(pool)
        elif self._saved is not None:
            self._saved.open_thing(thing)

    def open_menu(self, thing: Thing, place: QPoint) -> None:
        """What can be done with a server that is not connected."""
        menu = QMenu(self._window)
        menu.setObjectName("menu.unconnected")
        for name, title, act in self._lines(thing):
            action = menu.addAction(title)
            action.setObjectName(name)
            action.triggered.connect(partial(_call, act))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def _lines(self, thing: Thing) -> Sequence[tuple[str, str, Callable[[], object]]]:
        pool = self._pools.get(thing.source)
        if pool is None:
            return self._saved.lines(thing) if self._saved is not None else ()
        trying = ("server.try_now", "Connect now", partial(_try_now, pool))
        leave = "Disconnect" if pool.source.state.phase in _WAITING else "Cancel connecting"
        ending = ("server.cancel", leave, partial(self._begin_to_disconnect, pool))
        return (trying, ending) if pool.source.state.phase in _WAITING else (ending,)

    def _begin_to_disconnect(self, pool: OpenPool) -> None:
        self._handles.start(self._end([pool]), "disconnect")

    def refusal_to_connect(self) -> str:
        """Why there is nothing to connect; empty when there is."""
        waits = any(pool.source.state.phase in _WAITING for pool in self._pools)
        is_any = waits or (self._saved is not None and self._saved.has_unconnected)
        return "" if is_any else "Every server is connected" if len(self._pools) else "No server has been added"

    def refusal_to_disconnect(self) -> str:
        return "" if len(self._pools) else "No server is connected"

    def connect_all(self) -> None:
        """Everything in the tree that is not connected."""
        for pool in self._pools:
            if pool.source.state.phase in _WAITING:
                _try_now(pool)
        if self._saved is not None:
            self._saved.open_all()

    async def disconnect(self, selection: Selection) -> tuple[()]:
        """The pools that these objects belong to."""
        pools = [pool for source in selection.sources if (pool := self._pools.of(source)) is not None]
        await self._end_if_agreed(pools, "Disconnect")
        return ()

    async def disconnect_all(self) -> None:
        await self._end_if_agreed(list(self._pools), "Disconnect all")

    async def reconnect_as(self, selection: Selection) -> tuple[()]:
        """Ask who it shall be; nothing ends before that is told."""
        for source in selection.sources:
            pool = self._pools.of(source)
            if pool is None or not isinstance(source, Link):
                continue
            given = await self._gate.credentials(source.state.address, source.target.user, _AS_OTHER)
            if given is not None and await self._end_if_agreed([pool], "Reconnect"):
                target = replace(source.target, user=given.user, password=given.password)
                self._handles.connect(target, self._gate.take_remembered(source.state.address))
        return ()

    async def _end_if_agreed(self, pools: list[OpenPool], verb: str) -> bool:
        """End them, after saying what that means for the jobs that run there."""
        jobs = [job for job in self._board.at_stake if any(job.work.concerns(pool.source.inventory) for pool in pools)]
        prompt = leaving_prompt(jobs, verb, verb)
        if prompt is not None and not await self._ask.confirm(prompt):
            return False
        await self._board.let_go(jobs)
        await self._end(pools)
        return True

    async def _end(self, pools: Iterable[OpenPool]) -> None:
        for pool in pools:
            if pool in self._pools:
                await self._handles.disconnect(pool)


def _try_now(pool: OpenPool) -> None:
    if isinstance(pool.source, Link):
        pool.source.try_now()


def _call(act: Callable[[], object], _checked: bool = False) -> None:
    act()
