"""Saved servers in the window: what the roster remembers meets the links, the tree and the person."""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from msgspec import structs

from lifeguard.commands.ask import Ask, Prompt
from lifeguard.link.link import Link
from lifeguard.link.roster import Roster, key_of, target_of
from lifeguard.link.state import LinkState
from lifeguard.link.target import Target
from lifeguard.settings.model import SavedServer
from lifeguard.tree.live import Server
from lifeguard.tree.node import Thing
from lifeguard.ui.dialogs.door import DialogGate
from lifeguard.ui.pane import TreePane

_PREFIX = "saved "
Start = Callable[[Coroutine[Any, Any, None], str], object]


class SavedServers:
    """`connect` begins a link, `start` what has to wait for an answer, `complain` says a sentence once."""

    def __init__(
        self,
        roster: Roster,
        pane: TreePane,
        gate: DialogGate,
        ask: Ask,
        connect: Callable[[Target], Link],
        start: Start,
        complain: Callable[[str], object],
        address_book: Mapping[str, str],
    ) -> None:
        self._roster = roster
        self._pane = pane
        self._gate = gate
        self._ask = ask
        self._connect = connect
        self._start = start
        self._complain = complain
        self._address_book = address_book
        self._linked: dict[Link, str] = {}
        self._to_keep: dict[Link, str] = {}
        self._trying: set[str] = set()
        self._leave: list[Callable[[], None]] = [
            roster.changed.connect(lambda _: self._show()),
            roster.complained.connect(complain),
        ]
        self._shown: set[str] = set()
        self._show()

    def close(self) -> None:
        for leave in self._leave:
            leave()

    def reconnect(self) -> None:
        """What was connected when the program ended is connected again."""
        for server in self._roster.servers:
            if server.is_connected:
                self.open(key_of(server))

    def follow(self, link: Link, password_to_keep: str | None = None) -> None:
        """Remember where this link leads once it is there, and its password when that was wished."""
        if password_to_keep is not None:
            self._to_keep[link] = password_to_keep
        if link not in self._linked:
            known = self._roster.find(link.target.address, link.target.port)
            self._linked[link] = key_of(known) if known is not None else ""
            self._leave.append(link.state_changed.connect(lambda state: self._follow_state(link, state)))
        self._show()

    def closed(self, link: Link) -> None:
        """The user has disconnected it: it stays in the tree, and so at the next start."""
        key = self._linked.pop(link, "")
        self._to_keep.pop(link, None)
        if key:
            self._roster.set_connected(key, False)
        self._show()

    def left(self, link: Link, names: Collection[str]) -> None:
        """The host of these names has left this link's pool: they do not lead there any more."""
        server = self._roster.get(self._linked.get(link, ""))
        if server is None:
            return
        members = [address for address in link.member_addresses if address not in names]
        known = self._roster.note(link.target, user=server.user, title=link.title, members=members)
        if link.target.address in names and members:
            link.target = replace(link.target, address=members[0])
            self._linked[link] = key_of(structs.replace(known, address=members[0]))
            self._start(self._move(known, members[0]), "save a server by another address")

    async def _move(self, server: SavedServer, address: str) -> None:
        complaint = await self._roster.move(server, address)
        if complaint is not None:
            self._complain(complaint)

    def merged(self, link: Link) -> None:
        """Another saved server leads to the same pool, and knows this address too: one of them is enough."""
        key = self._linked.pop(link, "")
        self._to_keep.pop(link, None)
        if key and key not in self._linked.values():
            self._start(self._roster.remove(key), "forget a saved server")
        self._show()

    def owns(self, thing: Thing) -> bool:
        return thing.source.startswith(_PREFIX)

    def open(self, key: str) -> None:
        """Connect to a saved server, with its kept password or after asking for it."""
        server = self._roster.get(key)
        if server is not None and key not in self._trying and key not in self._linked.values():
            self._trying.add(key)
            self._show()
            self._start(self._open(server), "connect to a saved server")

    def open_thing(self, thing: Thing) -> None:
        self.open(thing.source.removeprefix(_PREFIX))

    @property
    def has_unconnected(self) -> bool:
        """Whether there is a server that nobody is connecting to."""
        return bool(self._unconnected())

    def open_all(self) -> None:
        """Connect to every saved server."""
        for key in self._unconnected():
            self.open(key)

    def _unconnected(self) -> list[str]:
        busy = {*self._linked.values(), *self._trying}
        return [key for server in self._roster.servers if (key := key_of(server)) not in busy]

    def lines(self, thing: Thing) -> tuple[tuple[str, str, Callable[[], object]], ...]:
        """The menu of a server that is not connected: id, title, and what it does."""
        key = thing.source.removeprefix(_PREFIX)
        return (
            ("server.connect_saved", "Connect", partial(self.open, key)),
            ("server.forget_password", "Forget password", partial(self._begin, self._forget_password, key)),
            ("server.remove", "Remove server", partial(self._begin, self._remove, key)),
        )

    def _begin(self, work: Callable[[str], Coroutine[Any, Any, None]], key: str) -> None:
        self._start(work(key), "change a saved server")

    async def _open(self, server: SavedServer) -> None:
        key = key_of(server)
        place = f"{server.title} ({key})" if server.title else key  # pools may have the same name
        try:
            recalled = await self._roster.recall(server)
            user, password = server.user, recalled.password
            if password is None:
                given = await self._gate.credentials(place, user, recalled.reason)
                if given is None:
                    self._roster.set_connected(key, False)
                    return
                user, password = given.user, given.password
            link = self._connect(target_of(server, user, password, self._address_book))
            if self._gate.take_remembered(place) is not None:
                self._to_keep[link] = password
        except ValueError as broken:
            self._complain(f"{server.title or key} cannot be connected: {broken}")
        finally:
            self._trying.discard(key)
            self._show()

    async def _forget_password(self, key: str) -> None:
        server = self._roster.get(key)
        complaint = await self._roster.forget_password(server) if server is not None else None
        if complaint is not None:
            self._complain(complaint)

    async def _remove(self, key: str) -> None:
        server = self._roster.get(key)
        if server is None:
            return
        what = server.title or key
        detail = "It leaves the tree, and its password is forgotten. Nothing happens to the server itself."
        if await self._ask.confirm(Prompt(f"Remove {what}?", detail, verb="Remove server")):
            await self._roster.remove(key)

    def _follow_state(self, link: Link, state: LinkState) -> None:
        if state.phase != "live" or link not in self._linked:
            return
        given = self._gate.take_remembered(state.address)
        user = self._gate.take_user(state.address) or link.target.user
        members = link.member_addresses
        server = self._roster.note(link.target, user=user, title=link.title, members=members)
        self._linked[link] = key_of(server)
        password = given if given is not None else self._to_keep.pop(link, None)
        if password is not None:
            self._start(self._keep(server, password), "keep a password")
        self._show()

    async def _keep(self, server: SavedServer, password: str) -> None:
        complaint = await self._roster.keep_password(server, password)
        if complaint is not None:
            self._complain(complaint)

    def _show(self) -> None:
        """Every saved server that has no link is in the tree by itself."""
        linked = set(self._linked.values())
        wanted = {key_of(server): server for server in self._roster.servers if key_of(server) not in linked}
        for key in self._shown - wanted.keys():
            self._pane.hide_server(_PREFIX + key)
        for key, server in wanted.items():
            state = "connecting" if key in self._trying else "disconnected"
            self._pane.show_server(_PREFIX + key, Server(key, server.title or key, state))
        self._shown = set(wanted)
