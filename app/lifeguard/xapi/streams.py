"""Long byte streams over HTTP: exports and support bundles down, imports up, consoles both ways. Nothing is held in
memory; whoever reads or writes slowly slows the other side down; leaving early hangs up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from lifeguard.scope import Scope
from lifeguard.xapi.dialler import Dialler
from lifeguard.xapi.endpoint import Endpoint
from lifeguard.xapi.failures import HttpRefused, LostConnection, MalformedAnswer
from lifeguard.xapi.fetch import with_session
from lifeguard.xapi.transport import Transport

_HOPS = 4
_REDIRECTS = (301, 302, 303, 307, 308)
_HEAD_BYTES = 16 * 1024
_PIECE_BYTES = 1 << 16

Source = Callable[[], AsyncIterator[bytes]]
"""Begins to give the bytes of an upload; called again when the server sends us to another host."""
Progress = Callable[[int], object]
"""Told how many bytes have passed."""


@dataclass(frozen=True, slots=True)
class Download:
    """`size_bytes` is None where the server does not say, as for exports: then its task says whether all came."""

    size_bytes: int | None
    file_name: str
    chunks: AsyncIterator[bytes]


@dataclass(frozen=True, slots=True)
class Duplex:
    """Both directions of an open console."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


@dataclass(frozen=True, slots=True)
class _Head:
    status: int
    reason: str
    headers: dict[str, str]


class Streams:
    """`session_ref` gives the session of the moment."""

    def __init__(self, dialler: Dialler, session_ref: Callable[[], str]) -> None:
        self._dialler = dialler
        self._session_ref = session_ref

    @asynccontextmanager
    async def download(
        self, address: str, path_and_query: str, progress: Progress | None = None
    ) -> AsyncIterator[Download]:
        """GET from the host with that address (as in its record), or from where it sends us. Raises any Failure."""
        endpoint, path = self._start(address, path_and_query)
        for _ in range(_HOPS):
            transport = await self._dialler.open(endpoint)
            try:
                async with transport.request("GET", path, self._dialler.policy.stream, "changes") as answer:
                    if answer.status in _REDIRECTS:
                        endpoint, path = self._elsewhere(endpoint, answer.headers.get("Location", ""))
                        continue
                    if answer.status != 200:
                        raise HttpRefused(str(endpoint), answer.status, answer.reason)
                    length = answer.headers.get("Content-Length", "")
                    name = answer.headers.get("Content-Disposition", "").partition('filename="')[2].partition('"')[0]
                    yield Download(int(length) if length.isdigit() else None, name, _told(answer.chunks, progress))
                    return
            finally:
                await transport.close()
        raise HttpRefused(str(endpoint), 310, "too many redirects")

    async def upload(
        self, address: str, path_and_query: str, source: Source, size_bytes: int, progress: Progress | None = None
    ) -> None:
        """PUT `size_bytes` from `source`. What became of it the task named in the path says. Raises any Failure."""
        endpoint, path = self._start(address, path_and_query)
        for _ in range(_HOPS):
            async with self._raw(endpoint) as (transport, duplex):
                duplex.writer.write(_request("PUT", path, transport.endpoint, f"Content-Length: {size_bytes}\r\n"))
                head = await self._send(endpoint, duplex, source, size_bytes, progress)
            if head.status in _REDIRECTS:
                endpoint, path = self._elsewhere(endpoint, head.headers.get("location", ""))
            elif head.status == 200:
                return
            else:
                raise HttpRefused(str(endpoint), head.status, head.reason)
        raise HttpRefused(str(endpoint), 310, "too many redirects")

    @asynccontextmanager
    async def console(self, location: str) -> AsyncIterator[Duplex]:
        """Open a console at the location its record gives, and hang up at the end. Raises any Failure."""
        parts = urlsplit(location)
        endpoint, path = self._start(parts.netloc, f"{parts.path}?{parts.query}")
        async with self._raw(endpoint) as (transport, duplex):
            duplex.writer.write(_request("CONNECT", path, transport.endpoint, "", version="1.0"))
            head = await self._head(endpoint, duplex.reader)
            if head.status != 200:
                raise HttpRefused(str(endpoint), head.status, head.reason)
            yield duplex

    def _start(self, address: str, path_and_query: str) -> tuple[Endpoint, str]:
        return self._dialler.endpoint(address), with_session(path_and_query, self._session_ref())

    def _elsewhere(self, here: Endpoint, location: str) -> tuple[Endpoint, str]:
        """Where a redirect leads, through the address book."""
        parts = urlsplit(location)
        if not parts.path:
            raise MalformedAnswer(f"{here} redirects to nowhere")
        endpoint = self._dialler.endpoint(parts.netloc) if parts.netloc else here
        return endpoint, with_session(f"{parts.path}?{parts.query}", self._session_ref())

    @asynccontextmanager
    async def _raw(self, endpoint: Endpoint) -> AsyncIterator[tuple[Transport, Duplex]]:
        transport = await self._dialler.open(endpoint)
        reader, writer = await transport.connect(self._dialler.policy.stream)
        try:
            yield transport, Duplex(reader, writer)
        except (OSError, asyncio.IncompleteReadError) as broken:
            raise LostConnection(str(endpoint), str(broken) or "the server closed the connection") from None
        finally:
            writer.transport.abort()
            await transport.close()

    async def _send(
        self, endpoint: Endpoint, duplex: Duplex, source: Source, size_bytes: int, progress: Progress | None
    ) -> _Head:
        """Write until all is sent or the server answers, which it may do at once to refuse or to redirect."""
        both = Scope("upload", report=lambda _: None)  # both are awaited here: their failures are this one's
        answering = both.start(self._head(endpoint, duplex.reader), "answer")
        try:
            await self._write(both, duplex.writer, source, size_bytes, progress, answering)
            return await answering
        except OSError:
            return await answering  # it stopped listening because it has answered; or it is gone, which this raises
        finally:
            await both.close()

    async def _write(
        self,
        both: Scope,
        writer: asyncio.StreamWriter,
        source: Source,
        size_bytes: int,
        progress: Progress | None,
        answering: asyncio.Task[_Head],
    ) -> None:
        sent = 0
        async for chunk in source():
            sent += len(chunk)
            if sent > size_bytes:
                raise ValueError(f"the source gives more than the {size_bytes} bytes announced")
            for start in range(0, len(chunk), _PIECE_BYTES):
                writer.write(chunk[start : start + _PIECE_BYTES])
                await _drained(both, writer, answering)
                if answering.done():
                    return
            if progress is not None:
                progress(sent)
        if sent < size_bytes:
            raise ValueError(f"the source gives {sent} of the {size_bytes} bytes announced")

    async def _head(self, endpoint: Endpoint, reader: asyncio.StreamReader) -> _Head:
        try:
            async with asyncio.timeout(self._dialler.policy.stream.answer_s):
                text = (await reader.readuntil(b"\r\n\r\n"))[:_HEAD_BYTES].decode("latin-1")
        except TimeoutError:
            raise LostConnection(str(endpoint), "no answer in time") from None
        except asyncio.LimitOverrunError:
            raise MalformedAnswer(f"{endpoint} answers with an endless header") from None
        except asyncio.IncompleteReadError:
            raise LostConnection(str(endpoint), "the server closed the connection") from None
        first, *lines = text.split("\r\n")
        words = first.split(" ", 2)
        if len(words) < 2 or not words[0].startswith("HTTP/") or not words[1].isdigit():
            raise MalformedAnswer(f"{endpoint} does not answer in HTTP")
        pairs = (line.partition(":") for line in lines if ":" in line)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        return _Head(int(words[1]), words[2] if len(words) > 2 else "", headers)


async def _drained(both: Scope, writer: asyncio.StreamWriter, answering: asyncio.Task[_Head]) -> None:
    """Wait until the network has taken what was written, or the server has answered. Raises OSError."""
    draining = both.start(writer.drain(), "drain")
    await asyncio.wait((draining, answering), return_when=asyncio.FIRST_COMPLETED)
    if draining.done():
        await draining


async def _told(chunks: AsyncIterator[bytes], progress: Progress | None) -> AsyncIterator[bytes]:
    passed = 0
    async for chunk in chunks:
        yield chunk
        passed += len(chunk)
        if progress is not None:
            progress(passed)


def _request(
    method: Literal["PUT", "CONNECT"], path: str, endpoint: Endpoint, more: str, version: str = "1.1"
) -> bytes:
    return f"{method} {path} HTTP/{version}\r\nHost: {endpoint.netloc}\r\nUser-Agent: Lifeguard\r\n{more}\r\n".encode()
