"""Connections to servers: what the window does by itself, with its place in the menus of hosts and pools."""

from __future__ import annotations

from lifeguard.commands.command import Command, Doing
from lifeguard.commands.judging import always, refuse
from lifeguard.commands.kinds import HOST, NOTHING, POOL
from lifeguard.commands.selection import Item, Selection
from lifeguard.rules.verdict import ALLOWED, Verdict


async def _nothing(doing: Doing) -> None:
    """The window begins and ends connections; no call is made on behalf of an object."""


def _judge_reconnect(selection: Selection, item: Item) -> Verdict:
    return refuse(selection, item, "saved_database") if item.source.state.phase == "saved" else ALLOWED


CONNECT = Command("server.connect", "Connect", NOTHING, always, _nothing, icon="connect", opens="server.connect")
DISCONNECT = Command(
    "server.disconnect", "Disconnect", HOST | POOL, always, _nothing, icon="disconnect", opens="server.disconnect"
)
RECONNECT_AS = Command(
    "server.reconnect_as", "Reconnect as", HOST | POOL, _judge_reconnect, _nothing, scope="one", icon="lock",
    opens="server.reconnect_as",
)  # fmt: skip
CONNECT_ALL = Command("server.connect_all", "Connect all", NOTHING, always, _nothing, opens="server.connect_all")
DISCONNECT_ALL = Command(
    "server.disconnect_all", "Disconnect all", NOTHING, always, _nothing, opens="server.disconnect_all"
)

COMMANDS = (CONNECT, DISCONNECT, RECONNECT_AS, CONNECT_ALL, DISCONNECT_ALL)
