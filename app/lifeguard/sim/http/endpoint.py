"""One host's own address: reads requests, hands calls to the pool and paths to the handlers, writes replies."""

from __future__ import annotations

import asyncio
import random
import ssl

from lifeguard.sim.failure import ApiError
from lifeguard.sim.http.certificates import HostTls
from lifeguard.sim.http.exchange import (
    OPEN_TO_SCRIPTS,
    BadRequest,
    HttpRequest,
    Reply,
    forbidden,
    head_too_large,
    internal_error,
    method_unknown,
    parse_head,
    request_timeout,
)
from lifeguard.sim.http.handlers import WebHandlers, serve
from lifeguard.sim.http.limits import Limits
from lifeguard.sim.http.wires import Wires
from lifeguard.sim.pool import SimulatedPool
from lifeguard.sim.wire import jsonrpc, xmlrpc
from lifeguard.sim.wire.failure import MalformedRequest, UnsayableText
from lifeguard.sim.wire.jsonrpc import JsonCodec
from lifeguard.sim.wire.request import Request
from lifeguard.sim.wire.xmlrpc import XmlCodec

_PIECE = 256 * 1024
_OPTIONS = (*OPEN_TO_SCRIPTS, ("Access-Control-Allow-Methods", "PUT"))
_METHODS = ("GET", "POST", "PUT", "OPTIONS", "CONNECT")


class Endpoint:
    """Listens for one host. `stop` cuts all its connections, as when a host loses power."""

    def __init__(
        self,
        pool: SimulatedPool,
        host_ref: str,
        handlers: WebHandlers,
        tls: HostTls | None,
        limits: Limits | None = None,
    ) -> None:
        self._pool = pool
        self._host_ref = host_ref
        self._handlers = handlers
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._xml = XmlCodec(pool.release)
        self._json = {version: JsonCodec(pool.release, version) for version in ("1.0", "2.0")}
        self._luck = random.Random(host_ref)
        self._turn = asyncio.Lock()
        self._limits = limits or Limits.of(pool.release)
        self._room = asyncio.Semaphore(self._limits.connections)
        self.tls = tls
        """The certificate shown to whoever connects next."""
        self.address = ""
        self.port = 0

    @property
    def url(self) -> str:
        address = f"[{self.address}]" if ":" in self.address else self.address
        return f"{'https' if self.tls else 'http'}://{address}:{self.port}"

    async def start(self, address: str, port: int) -> None:
        """Listen; port 0 takes a free one. Raises OSError."""
        secret = self.tls.context if self.tls is not None else None
        self._server = await asyncio.start_server(self._connected, address, port, ssl=secret, limit=_PIECE)
        self.address, self.port = address, self._server.sockets[0].getsockname()[1]

    async def resume(self) -> None:
        """Listen again where it did before `stop`."""
        async with self._turn:
            if self._server is None:
                await self.start(self.address, self.port)

    async def stop(self) -> None:
        async with self._turn:
            await self._stop()

    async def _stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        ended = dict(self._connections)
        for task, writer in ended.items():
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        self._connections[task] = writer
        try:
            async with self._room:
                await self._converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            writer.transport.abort()
        except asyncio.CancelledError:
            # The endpoint stops; the streams' own callback would report the cancellation as a fault.
            writer.transport.abort()
        finally:
            del self._connections[task]
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        is_first = True
        while True:
            try:
                request = await self._read(reader, is_first=is_first)
            except BadRequest as bad:
                if bad.page is not None:
                    await _send(writer, bad.page, "HTTP/1.1", keep_alive=False)
                return
            if request is None or await self._goes_wrong():
                return
            wires = Wires(reader, writer, request)
            reply = await self._reply(request, wires)
            if reply is None:
                return
            keep_alive = request.keeps_alive and not reply.is_failure and request.method != "PUT"
            await _send(writer, reply, request.version, keep_alive=keep_alive)
            await wires.discard()
            if not keep_alive:
                return
            is_first = False

    async def _goes_wrong(self) -> bool:
        """Act out the faults set for this host; true when the connection is to be dropped."""
        faults = self._pool.faults.of(self._host_ref)
        if faults.is_cut_off:
            await asyncio.Event().wait()
        if faults.delay_s > 0:
            await self._pool.clock.sleep(faults.delay_s)
        return faults.drop_fraction > 0 and self._luck.random() < faults.drop_fraction

    async def _read(self, reader: asyncio.StreamReader, *, is_first: bool) -> HttpRequest | None:
        """The next request, of an upload the head only; None when the client has gone. Raises BadRequest."""
        limits = self._limits
        try:
            async with asyncio.timeout(limits.first_head_s if is_first else None):
                lines = await _read_head(reader, limits.head_bytes, limits.first_line_s if is_first else None)
        except TimeoutError:
            raise BadRequest(request_timeout()) from None
        if not lines:
            return None
        request = parse_head(lines)
        if request.method != "POST":
            return request
        length = request.headers.get("content-length", "")
        if not length.isdigit() or "transfer-encoding" in request.headers:
            raise BadRequest(internal_error('Failure("We require a content-length: HTTP header")'))
        if int(length) > limits.body_bytes:
            raise BadRequest(internal_error('Failure("Request body too large")'))
        body = await reader.readexactly(int(length))
        return HttpRequest(request.method, request.path, request.query, request.version, request.headers, body)

    async def _reply(self, request: HttpRequest, wires: Wires) -> Reply | None:
        """What to reply; None when a handler has said all there is to say."""
        if request.method == "POST":
            return await self._call(request)
        if request.method == "OPTIONS":
            return Reply(headers=_OPTIONS)
        if request.method not in _METHODS:
            return method_unknown(request.method)
        if request.path == "/":
            return forbidden()
        return await serve(self._pool, self._host_ref, self._handlers, request, wires)

    async def _call(self, request: HttpRequest) -> Reply:
        codec: XmlCodec | JsonCodec = self._xml
        try:
            if request.path == "/jsonrpc" and self._pool.release.has_json:
                call, version = jsonrpc.read_request(request.body)
                codec = self._json[version]
            else:
                call = xmlrpc.read_request(request.body)
        except MalformedRequest as malformed:
            if self._pool.release.has_json:
                return internal_error(str(malformed))
            # Old servers answer whatever they cannot read, JSON included, in XML-RPC.
            failure = self._xml.failure(Request("", []), ApiError("INTERNAL_ERROR", str(malformed)))
            return Reply(failure, content_type=self._xml.content_type)
        except UnsayableText as unsayable:
            return Reply(jsonrpc.refusal_of_text(str(unsayable)), content_type="application/json")
        body = await self._pool.answer(self._host_ref, codec, call)
        return Reply(body, content_type=codec.content_type, headers=OPEN_TO_SCRIPTS)


async def _read_head(reader: asyncio.StreamReader, most_bytes: int, line_s: float | None) -> list[bytes]:
    """The lines before the blank one; none at the end of the stream. Raises BadRequest when they are too long."""
    lines: list[bytes] = []
    size = 0
    while True:
        try:
            async with asyncio.timeout(line_s):
                line = await reader.readline()
        except ValueError:
            raise BadRequest(head_too_large()) from None
        size += len(line)
        if size > most_bytes:
            raise BadRequest(head_too_large())
        if not line.endswith(b"\n"):
            return []
        stripped = line.rstrip(b"\r\n")
        if stripped:
            lines.append(stripped)
        elif lines:
            return lines


async def _send(writer: asyncio.StreamWriter, reply: Reply, version: str, *, keep_alive: bool) -> None:
    """Large bodies go out piece by piece, so that what the socket cannot take is not copied again and again."""
    head = reply.head(version, keep_alive=keep_alive)
    if len(reply.body) <= _PIECE:
        writer.write(head + reply.body)
        await writer.drain()
        return
    writer.write(head)
    view = memoryview(reply.body)
    for at in range(0, len(view), _PIECE):
        writer.write(view[at : at + _PIECE])
        await writer.drain()
