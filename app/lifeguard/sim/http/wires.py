"""Both directions of one connection, for handlers that send or take more than fits into one reply."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from lifeguard.sim.http.exchange import HttpRequest

PIECE_BYTES = 1 << 16
_LOOK_S = 0.25
_LEFTOVER_S = 1.0
_MOST_LEFTOVER_BYTES = 8 << 20


class Duplex(Protocol):
    """What a console needs: bytes out, bytes in."""

    async def send(self, data: bytes) -> None: ...
    async def receive(self) -> bytes:
        """Some bytes, as soon as there are any; none at the end."""


class Wires:
    """`has_begun` is true once a handler has sent something itself: nobody else may reply then."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: HttpRequest) -> None:
        self._reader = reader
        self._writer = writer
        length = request.headers.get("content-length", "")
        self._left = int(length) if length.isdigit() else None
        self._has_upload = request.method == "PUT"
        self.has_begun = False
        self.look: Callable[[], None] = lambda: None
        """Called while the other side keeps us waiting; what it raises ends the wait."""

    @property
    def length(self) -> int | None:
        """How many bytes of an upload are still to come; None when the sender did not say."""
        return self._left

    async def send(self, data: bytes) -> None:
        """Send, and wait until the network takes more. Raises ConnectionError when the client has gone."""
        self.has_begun = True
        self._writer.write(data)
        while True:
            try:
                async with asyncio.timeout(_LOOK_S):
                    await self._writer.drain()
                    return
            except TimeoutError:
                self.look()

    async def receive(self) -> bytes:
        """The next bytes of an upload or a console; none at its end."""
        if self._has_upload and self._left == 0:
            return b""
        most = PIECE_BYTES if not self._has_upload or self._left is None else min(PIECE_BYTES, self._left)
        while True:
            try:
                async with asyncio.timeout(_LOOK_S):
                    data = await self._reader.read(most)
                    break
            except TimeoutError:
                self.look()
        if self._has_upload and self._left is not None:
            self._left -= len(data)
        return data

    async def discard(self) -> None:
        """Take what a refused sender still has under way: it would miss the refusal if we just hung up."""
        taken = 0
        try:
            async with asyncio.timeout(_LEFTOVER_S):
                while self._has_upload and taken < _MOST_LEFTOVER_BYTES and (data := await self.receive()):
                    taken += len(data)
        except TimeoutError:
            return
