"""The simulator's own switchboard, on an address no real server has: faults set and undone by small JSON requests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any, Protocol

from lifeguard.sim.http.exchange import BadRequest, Reply, parse_head
from lifeguard.sim.server import Server

_LONGEST = 64 * 1024
_OF_ONE_HOST = frozenset({
    "kill", "revive", "cut_off", "join_up", "delay", "drop", "emergency", "restart_toolstack", "renew_certificate",
})  # fmt: skip


class Served(Protocol):
    """What can go wrong here: the servers of all pools, the main one first."""

    @property
    def servers(self) -> Sequence[Server]: ...


class Control:
    """POST / with one JSON object; each key is one switch. Every answer, also to a plain GET, tells who is logged in.

    `{"kill": HOST}`, `{"revive": HOST}`, `{"cut_off": HOST}`, `{"join_up": HOST}`, `{"delay": [HOST, SECONDS]}`,
    `{"drop": [HOST, FRACTION]}`, `{"emergency": [HOST, CODE, PARAM...]}`, `{"fail_migration_at": FRACTION or null}`,
    `{"full_sr": SR}`, `{"empty_sr": SR}`, `{"lose_sr": SR}`, `{"find_sr": SR}`, `{"lose_events": BOOL}`,
    `{"expire_sessions": true}`, `{"renew_certificate": HOST}`, `{"restart_toolstack": HOST}`. HOST is a
    ref, a uuid, a name label, or "master".
    """

    def __init__(self, served: Served) -> None:
        self._all = served
        self._listener: asyncio.Server | None = None
        self.url = ""

    async def start(self, address: str, port: int) -> None:
        """Listen. Raises OSError."""
        self._listener = await asyncio.start_server(self._connected, address, port, limit=_LONGEST)
        self.url = f"http://{address}:{self._listener.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        if self._listener is not None:
            self._listener.close()
            await self._listener.wait_closed()

    async def apply(self, switches: dict[str, Any]) -> None:
        """Throw the switches in order. Raises ValueError naming the one that cannot be."""
        for name, value in switches.items():
            if not await self._throw(name, value):
                raise ValueError(f"there is no switch {name!r}")

    async def _throw(self, name: str, value: Any) -> bool:
        return await self._throw_for_host(name, value) or self._throw_for_all(name, value)

    async def _throw_for_host(self, name: str, value: Any) -> bool:
        if name not in _OF_ONE_HOST:
            return False
        server, ref = self._host(value[0] if isinstance(value, list) else value)
        faults = server.pool.faults.of(ref)
        match name:
            case "kill":
                await server.kill(ref)
            case "revive":
                await server.revive(ref)
            case "cut_off" | "join_up":
                faults.is_cut_off = name == "cut_off"
            case "delay":
                faults.delay_s = float(value[1])
            case "drop":
                faults.drop_fraction = float(value[1])
            case "emergency":
                faults.emergency = tuple(value[1:])
            case "restart_toolstack":
                server.pool.faults.toolstack_restarted.emit(ref)
            case "renew_certificate":
                await server.renew_certificate(ref)
        return True

    def _throw_for_all(self, name: str, value: Any) -> bool:
        for server in self._all.servers:
            faults = server.pool.faults
            match name:
                case "fail_migration_at":
                    faults.fail_migration_at = None if value is None else float(value)
                case "full_sr":
                    faults.full_srs.add(str(value))
                case "empty_sr":
                    faults.full_srs.discard(str(value))
                case "lose_sr":
                    faults.lost_srs.add(str(value))
                case "find_sr":
                    faults.lost_srs.discard(str(value))
                case "lose_events":
                    faults.loses_events = bool(value)
                case "expire_sessions":
                    server.pool.sessions.end_all()
                case _:
                    return False
        return True

    def _host(self, text: Any) -> tuple[Server, str]:
        """The host of that ref, uuid or name, and the server that answers for it; "master" is the main pool's."""
        if text == "master":
            return self._all.servers[0], self._all.servers[0].pool.master_ref
        for server in self._all.servers:
            for ref, row in server.pool.db.rows("host").items():
                if text in (ref, row["uuid"], row["name_label"]):
                    return server, ref
        raise ValueError(f"there is no host {text!r}")

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            reply = await self._answer(reader)
            writer.write(reply.head("HTTP/1.1", keep_alive=False) + reply.body)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            writer.transport.abort()
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> Reply:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            request = parse_head(head.splitlines())
            body = await reader.readexactly(min(_LONGEST, int(request.headers.get("content-length", "0"))))
            switches = json.loads(body or b"{}")
            if not isinstance(switches, dict):
                raise ValueError("the request is not a JSON object")
            await self.apply(switches)
        except (BadRequest, ValueError, TypeError, IndexError) as refusal:
            return Reply(json.dumps({"error": str(refusal)}).encode(), "400 Bad Request", "application/json")
        return Reply(json.dumps({"ok": True, "sessions": self._sessions()}).encode(), content_type="application/json")

    def _sessions(self) -> list[dict[str, str]]:
        """Who is logged in."""
        rows = self._all.servers[0].pool.db.rows("session").values()
        return [{"user": str(row["auth_user_name"]), "originator": str(row["originator"])} for row in rows]
