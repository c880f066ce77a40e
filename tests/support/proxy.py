"""A real TCP proxy that misbehaves as told, between a client and one server."""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass
from socket import SO_LINGER, SOL_SOCKET
from typing import Literal

Kind = Literal["cut", "reset", "stall", "garbage", "delay"]
_PIECE = 1 << 14
_GARBAGE = b"\x00\xff HTTP/9.9 999 \r\n\r\n</value>{{{" * 40


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens once the server has sent `at_byte` bytes, counted over all connections. Happens once, but a stall
    holds every connection, new ones too, until `heal`."""

    kind: Kind
    at_byte: int
    delay_s: float = 0.2


class Proxy:
    def __init__(self, upstream: str) -> None:
        host, _, port = upstream.rpartition(":")
        self._upstream = (host, int(port))
        self._server: asyncio.Server | None = None
        self._ways: set[asyncio.Task[None]] = set()
        self._may_flow = asyncio.Event()
        self._may_flow.set()
        self.fault: Fault | None = None
        self.sent_bytes = 0
        self.connections = 0
        self.refuses = False
        self.half_handshakes = 0
        self.questions_at: list[int] = []
        """How much had been sent each time the client sent something: where answers begin."""

    @property
    def address(self) -> str:
        assert self._server is not None
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"{host}:{port}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        await self.cut_all()

    async def cut_all(self) -> None:
        """Close every connection there is; new ones are welcome."""
        ways = tuple(self._ways)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)

    def break_next(self, fault: Fault) -> None:
        """Arm one fault, its bytes counted from now."""
        self.sent_bytes = 0
        self.fault = fault

    def hold(self) -> None:
        """Become a black hole: connections are taken, nothing passes."""
        self._may_flow.clear()

    def heal(self) -> None:
        self.refuses = False
        self.fault = None
        self._may_flow.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        way = asyncio.current_task()
        assert way is not None
        self._ways.add(way)
        self.connections += 1
        try:
            await self._serve(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self._ways.discard(way)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refuses:
            return
        if self.half_handshakes:
            self.half_handshakes -= 1
            await reader.read(_PIECE)
            writer.write(b"\x16\x03\x03\x00\x7a\x02\x00\x00")  # the first bytes of a ServerHello, and no more
            await writer.drain()
            return
        up_reader, up_writer = await asyncio.open_connection(*self._upstream)
        try:
            async with asyncio.TaskGroup() as both:
                asking = both.create_task(self._forward(reader, up_writer))
                await self._answer(up_reader, writer)
                asking.cancel()
        except* (OSError, _Broken):
            pass
        finally:
            up_writer.transport.abort()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(_PIECE):
            await self._may_flow.wait()
            self.questions_at.append(self.sent_bytes)
            writer.write(piece)
            await writer.drain()
        writer.write_eof() if writer.can_write_eof() else writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(_PIECE):
            await self._may_flow.wait()
            fault = self.fault
            if fault is not None and self.sent_bytes + len(piece) > fault.at_byte:
                good = piece[: max(0, fault.at_byte - self.sent_bytes)]
                writer.write(good)
                self.fault = None
                await self._happen(fault, writer)
                piece = piece[len(good) :]
            self.sent_bytes += len(piece)
            writer.write(piece)
            await writer.drain()

    async def _happen(self, fault: Fault, writer: asyncio.StreamWriter) -> None:
        match fault.kind:
            case "cut":
                await writer.drain()
                raise _Broken
            case "reset":
                writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
                raise _Broken
            case "garbage":
                writer.write(_GARBAGE)
                await writer.drain()
                raise _Broken
            case "delay":
                await asyncio.sleep(fault.delay_s)
            case "stall":
                self.hold()
                await self._may_flow.wait()


class _Broken(Exception):
    """The connection ends here."""
