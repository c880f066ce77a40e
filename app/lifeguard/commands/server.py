"""Connections to servers: what the window does by itself, with its place in the menus of hosts and pools."""

from __future__ import annotations

from lifeguard.commands.command import Command, Doing
from lifeguard.commands.judging import always
from lifeguard.commands.kinds import HOST, NOTHING, POOL


async def _nothing(doing: Doing) -> None:
    """The window begins and ends connections; no call is made on behalf of an object."""


CONNECT = Command("server.connect", "Connect", NOTHING, always, _nothing, icon="connect", opens="server.connect")
DISCONNECT = Command(
    "server.disconnect", "Disconnect", HOST | POOL, always, _nothing, icon="disconnect", opens="server.disconnect"
)
RECONNECT_AS = Command(
    "server.reconnect_as", "Reconnect as", HOST | POOL, always, _nothing, scope="one", icon="lock",
    opens="server.reconnect_as",
)  # fmt: skip
CONNECT_ALL = Command("server.connect_all", "Connect all", NOTHING, always, _nothing, opens="server.connect_all")
DISCONNECT_ALL = Command(
    "server.disconnect_all", "Disconnect all", NOTHING, always, _nothing, opens="server.disconnect_all"
)

COMMANDS = (CONNECT, DISCONNECT, RECONNECT_AS, CONNECT_ALL, DISCONNECT_ALL)
