"""The simulator's own switchboard, on an address no real server has: faults set and undone by small JSON requests."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from lifeguard.sim.http.exchange import BadRequest, Reply, parse_head
from lifeguard.sim.server import Server

_LONGEST = 64 * 1024


class Control:
    """POST / with one JSON object; each key is one switch. Every answer, also to a plain GET, tells who is logged in.

    `{"kill": HOST}`, `{"revive": HOST}`, `{"cut_off": HOST}`, `{"join_up": HOST}`, `{"delay": [HOST, SECONDS]}`,
    `{"drop": [HOST, FRACTION]}`, `{"emergency": [HOST, CODE, PARAM...]}`, `{"fail_migration_at": FRACTION or null}`,
    `{"full_sr": SR}`, `{"empty_sr": SR}`, `{"lose_events": BOOL}`, `{"expire_sessions": true}`,
    `{"renew_certificate": HOST}`. HOST is a ref, a uuid, a name label, or "master".
    """

    def __init__(self, server: Server) -> None:
        self._served = server
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
        faults, pool = self._served.pool.faults, self._served.pool
        match name:
            case "kill":
                await self._served.kill(self._host(value))
            case "revive":
                await self._served.revive(self._host(value))
            case "cut_off" | "join_up":
                faults.of(self._host(value)).is_cut_off = name == "cut_off"
            case "delay":
                faults.of(self._host(value[0])).delay_s = float(value[1])
            case "drop":
                faults.of(self._host(value[0])).drop_fraction = float(value[1])
            case "emergency":
                faults.of(self._host(value[0])).emergency = tuple(value[1:])
            case "fail_migration_at":
                faults.fail_migration_at = None if value is None else float(value)
            case "full_sr":
                faults.full_srs.add(str(value))
            case "empty_sr":
                faults.full_srs.discard(str(value))
            case "lose_events":
                faults.loses_events = bool(value)
            case "expire_sessions":
                pool.sessions.end_all()
            case "renew_certificate":
                await self._served.renew_certificate(self._host(value))
            case _:
                return False
        return True

    def _host(self, text: Any) -> str:
        if text == "master":
            return self._served.pool.master_ref
        for ref, row in self._served.pool.db.rows("host").items():
            if text in (ref, row["uuid"], row["name_label"]):
                return ref
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
        rows = self._served.pool.db.rows("session").values()
        return [{"user": str(row["auth_user_name"]), "originator": str(row["originator"])} for row in rows]
