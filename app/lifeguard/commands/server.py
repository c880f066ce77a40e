"""Sessions at servers: what the window does by itself, with its place in the menus of hosts and pools."""

from __future__ import annotations

from lifeguard.commands.command import Command, Doing
from lifeguard.commands.judging import always
from lifeguard.commands.kinds import HOST, POOL


async def _nothing(doing: Doing) -> None:
    """The window ends the session; nothing is asked of the server beyond the log-out."""


DISCONNECT = Command(
    "server.disconnect", "Disconnect", HOST | POOL, always, _nothing, icon="disconnect", opens="server.disconnect"
)

COMMANDS = (DISCONNECT,)
