"""A small HTTP server for long streams: sends, takes, redirects, refuses, and turns into a console."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_PIECE = 1 << 15


@dataclass(slots=True)
class StreamServer:
    """`size` bytes are sent to every GET; `went_out` counts what the network really took. `redirect` is the location
    that the next request is sent to; `status` what is answered instead of 200. `cut_after` ends a download early."""

    size: int = 0
    announces_size: bool = True
    redirect: str = ""
    status: str = "200 OK"
    cut_after: int | None = None
    went_out: int = 0
    came_in: int = 0
    requests: list[str] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.requests.append(head.split("\r\n")[0])
            await self._answer(head, reader, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.ended.set()
            writer.close()

    async def _answer(self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.redirect:
            location, self.redirect = self.redirect, ""
            writer.write(f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode())
        elif self.status != "200 OK":
            writer.write(f"HTTP/1.1 {self.status}\r\nContent-Length: 0\r\n\r\n".encode())
        elif head.startswith("GET"):
            await self._send(writer)
        elif head.startswith("PUT"):
            await self._take(head, reader, writer)
        else:
            writer.write(b"HTTP/1.1 200 OK\r\n\r\nRFB 003.008\n")
            while piece := await reader.read(_PIECE):
                writer.write(piece.upper())

    async def _send(self, writer: asyncio.StreamWriter) -> None:
        length = f"Content-Length: {self.size}\r\n" if self.announces_size else ""
        writer.write(
            f'HTTP/1.0 200 OK\r\n{length}Content-Disposition: attachment; filename="export.xva"\r\n\r\n'.encode()
        )
        end = self.size if self.cut_after is None else self.cut_after
        while self.went_out < end:
            piece = bytes(min(_PIECE, end - self.went_out))
            writer.write(piece)
            await writer.drain()
            self.went_out += len(piece)

    async def _take(self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wanted = int(head.lower().partition("content-length:")[2].partition("\r\n")[0])
        while self.came_in < wanted:
            piece = await reader.read(_PIECE)
            if not piece:
                return
            self.came_in += len(piece)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


@asynccontextmanager
async def streaming(server: StreamServer) -> AsyncIterator[str]:
    """Serve; gives host:port."""
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    try:
        host, port = listener.sockets[0].getsockname()[:2]
        yield f"{host}:{port}"
    finally:
        listener.close()
