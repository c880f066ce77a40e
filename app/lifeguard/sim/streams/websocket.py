"""WebSocket frames around a console's bytes, for viewers that live in a browser."""

from __future__ import annotations

import base64
import hashlib

from lifeguard.sim.http.exchange import HttpRequest
from lifeguard.sim.http.wires import Duplex

_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT, _BINARY, _CLOSE, _PING, _PONG = 1, 2, 8, 9, 10
_LONGEST = 1 << 22


def is_upgrade(request: HttpRequest) -> bool:
    asked = request.headers.get("upgrade", "").lower() == "websocket"
    return asked and bool(request.headers.get("sec-websocket-key"))


def upgrade_head(request: HttpRequest) -> bytes:
    """The answer that turns the connection into a WebSocket, and says which subprotocol it speaks."""
    key = request.headers["sec-websocket-key"]
    proof = hashlib.sha1((key + _MAGIC).encode(), usedforsecurity=False).digest()
    lines = [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {base64.b64encode(proof).decode()}",
    ]
    offered = [name.strip() for name in request.headers.get("sec-websocket-protocol", "").split(",")]
    if "binary" in offered:
        lines.append("Sec-WebSocket-Protocol: binary")
    return "\r\n".join((*lines, "", "")).encode()


class WebSocket:
    """The same two directions, in frames."""

    def __init__(self, wires: Duplex) -> None:
        self._wires = wires
        self._held = b""

    async def send(self, data: bytes) -> None:
        await self._wires.send(_frame(_BINARY, data))

    async def receive(self) -> bytes:
        """The next message's bytes; none once the viewer closes. Answers pings on the way."""
        while True:
            frame = await self._next()
            if frame is None:
                return b""
            kind, data = frame
            if kind == _CLOSE:
                await self._wires.send(_frame(_CLOSE, data[:2]))
                return b""
            if kind == _PING:
                await self._wires.send(_frame(_PONG, data))
            elif kind != _PONG and data:
                return data

    async def _next(self) -> tuple[int, bytes] | None:
        head = await self._take(2)
        if head is None:
            return None
        size = head[1] & 0x7F
        if size >= 126:
            longer = await self._take(2 if size == 126 else 8)
            size = int.from_bytes(longer or b"", "big")
        mask = await self._take(4) if head[1] & 0x80 else bytes(4)
        data = await self._take(size) if size <= _LONGEST else None
        if mask is None or data is None:
            return None
        return head[0] & 0x0F, bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))

    async def _take(self, size: int) -> bytes | None:
        while len(self._held) < size:
            data = await self._wires.receive()
            if not data:
                return None
            self._held += data
        taken, self._held = self._held[:size], self._held[size:]
        return taken


def _frame(kind: int, data: bytes) -> bytes:
    """Unmasked, as servers send."""
    if len(data) < 126:
        head = bytes((0x80 | kind, len(data)))
    elif len(data) < 1 << 16:
        head = bytes((0x80 | kind, 126)) + len(data).to_bytes(2, "big")
    else:
        head = bytes((0x80 | kind, 127)) + len(data).to_bytes(8, "big")
    return head + data
