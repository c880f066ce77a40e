"""The servers a person has added, remembered from start to start; their passwords are the keyring's business."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from msgspec import structs

from lifeguard.link.target import Target
from lifeguard.observe import Signal
from lifeguard.settings.keeper import Keeper
from lifeguard.settings.model import SavedServer
from lifeguard.trust.passwords import Passwords, Unavailable

_TLS_PORT = 443
_OLD_TLS = frozenset({"1.0", "1.1"})
_NOT_KEPT = "Its password is not kept."


@dataclass(frozen=True, slots=True)
class Recalled:
    """A password, or None and a sentence that says why it has to be asked for."""

    password: str | None
    reason: str = ""


class Roster:
    """`changed` tells that servers were added, changed or removed; `complained` what could not be written."""

    def __init__(self, keeper: Keeper, passwords: Passwords) -> None:
        self.changed: Signal[tuple[SavedServer, ...]] = Signal()
        self.complained: Signal[str] = Signal()
        self._keeper = keeper
        self._passwords = passwords

    @property
    def servers(self) -> tuple[SavedServer, ...]:
        return self._keeper.now.servers

    def get(self, key: str) -> SavedServer | None:
        return next((server for server in self.servers if key_of(server) == key), None)

    def find(self, address: str, port: int) -> SavedServer | None:
        """The saved server that is meant: the one of this address, else the pool that has it for a member."""
        wanted = _key(address, port)
        known = self.get(wanted)
        if known is not None:
            return known
        members = (one for one in self.servers if one.port == port and address in one.members)
        return next(members, None)

    def note(self, target: Target, *, user: str, title: str, members: Iterable[str]) -> SavedServer:
        """It is connected, and this is what its pool is like."""
        known = self.find(target.address, target.port) or SavedServer(address=target.address, port=target.port)
        server = structs.replace(
            known,
            user=user,
            title=title,
            members=tuple(members),
            uses_tls=target.tls,
            lowest_tls="1.0" if target.allow_old_tls else known.lowest_tls,
            is_connected=True,
        )
        self._put(server)
        return server

    async def move(self, server: SavedServer, address: str) -> str | None:
        """The pool is found at this address from now on, its old one leads elsewhere; its password comes along. Returns
        a sentence when the keyring does not take it."""
        moved, recalled = structs.replace(server, address=address), await self.recall(server)
        self._write(tuple(moved if key_of(one) == key_of(server) else one for one in self.servers))
        if recalled.password is None:
            return None
        await self.forget_password(server)
        return await self.keep_password(moved, recalled.password)

    def set_connected(self, key: str, is_connected: bool) -> None:
        """Whether it is to be connected again at the next start."""
        server = self.get(key)
        if server is not None:
            self._put(structs.replace(server, is_connected=is_connected))

    async def remove(self, key: str) -> None:
        """Forget it, and its password with it."""
        server = self.get(key)
        if server is not None:
            self._write(tuple(one for one in self.servers if one is not server))
            await self.forget_password(server)

    async def recall(self, server: SavedServer) -> Recalled:
        """The password of a server, if the keyring has it."""
        try:
            password = await self._passwords.get(server.user, key_of(server))
        except Unavailable as why:
            return Recalled(None, str(why))
        return Recalled(password, "" if password is not None else _NOT_KEPT)

    async def keep_password(self, server: SavedServer, password: str) -> str | None:
        """Give the password to the keyring. Returns a sentence when it does not take it."""
        try:
            await self._passwords.keep(server.user, key_of(server), password)
        except Unavailable as why:
            return str(why)
        return None

    async def forget_password(self, server: SavedServer) -> str | None:
        """Returns a sentence when the keyring cannot be asked to."""
        try:
            await self._passwords.forget(server.user, key_of(server))
        except Unavailable as why:
            return str(why)
        return None

    def _put(self, server: SavedServer) -> None:
        key, servers = key_of(server), self.servers
        if self.get(key) is None:
            self._write((*servers, server))
        elif server not in servers:
            self._write(tuple(server if key_of(one) == key else one for one in servers))

    def _write(self, servers: tuple[SavedServer, ...]) -> None:
        complaint = self._keeper.change(servers=servers)
        self.changed.emit(servers)
        if complaint is not None:
            self.complained.emit(complaint)


def key_of(server: SavedServer) -> str:
    """What tells a saved server from the others: its address, with the port where that is not the usual one."""
    return _key(server.address, server.port)


def _key(address: str, port: int) -> str:
    host = f"[{address}]" if ":" in address else address
    return host.lower() if port == _TLS_PORT else f"{host.lower()}:{port}"


def target_of(server: SavedServer, user: str, password: str, address_book: Mapping[str, str]) -> Target:
    """Where to connect for a saved server, with what is known of its pool's other addresses."""
    return Target(
        address=server.address,
        port=server.port,
        tls=server.uses_tls,
        user=user,
        password=password,
        address_book=address_book,
        members=server.members,
        allow_old_tls=server.lowest_tls in _OLD_TLS,
    )
