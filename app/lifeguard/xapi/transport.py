"""Bytes to and from one server over HTTP: connections, TLS, time-outs. The only module that knows aiohttp for calls."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

import aiohttp
from yarl import URL

from lifeguard.scope import finished
from lifeguard.xapi.certificate import (
    CertificateFacts,
    TrustStore,
    facts_of,
    fingerprint_of,
    pinning_context,
    verifying_context,
)
from lifeguard.xapi.endpoint import Endpoint
from lifeguard.xapi.failures import (
    CertificateChanged,
    CertificateUntrusted,
    Failure,
    LostConnection,
    UnsafeTls,
)
from lifeguard.xapi.plain import NO_TLS, speaks_plain_http
from lifeguard.xapi.policy import Patience

_CHUNK_BYTES = 1 << 16
_CONNECTIONS = 6
_USER_AGENT = "Lifeguard"
_NO_TLS_AT_ALL = "WRONG_VERSION_NUMBER"
_OLD_TLS = ("SSLv3", "TLSv1", "TLSv1.1")

Lane = Literal["calls", "changes", "events", "heartbeat"]
"""Calls share connections that stay open; a change always gets a fresh one, so that it never meets a connection that
the server has just closed; events have one of their own, which they block, and the heart-beat one that nobody does."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer, and its body as it arrives."""

    status: int
    reason: str
    content_type: str
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]


class Transport:
    """Connections to one endpoint. The certificate is settled by `open` and holds for every later connection."""

    def __init__(self, endpoint: Endpoint, trust: TrustStore, old_tls: bool = False) -> None:
        self.endpoint = endpoint
        self._trust = trust
        self._old_tls = old_tls
        self._lanes: dict[Lane, aiohttp.ClientSession] = {}
        self._is_closed = False
        self._ssl: ssl.SSLContext | None = None
        self._fingerprint: aiohttp.Fingerprint | None = None

    async def open(self, patience: Patience) -> None:
        """Settle the certificate, before anything secret is sent. Raises NotTrusted, UnsafeTls, LostConnection."""
        if not self.endpoint.tls:
            return
        known = self._trust.known(self.endpoint.netloc)
        if known is None:
            await self._verify(patience)
            return
        shown = await self._shown(patience)
        if shown.fingerprint == known.fingerprint:
            self._accept_only(shown)
            return
        try:
            await self._verify(patience)
        except CertificateUntrusted:
            raise CertificateChanged(known, shown) from None

    async def close(self) -> None:
        """Whoever still asks, or asks again, is told that the connection is lost."""
        self._is_closed = True
        lanes, self._lanes = list(self._lanes.values()), {}
        _, is_ending = await finished(_close_all(lanes))  # nobody else knows of them any more
        if is_ending:
            raise asyncio.CancelledError

    @asynccontextmanager
    async def request(
        self,
        method: str,
        path: str,
        patience: Patience,
        lane: Lane = "calls",
        body: bytes | AsyncIterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncIterator[Answer]:
        """One exchange. Leaving the block before the body has ended closes the connection. Raises LostConnection,
        NotTrusted, UnsafeTls."""
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=patience.connect_s, sock_read=max(patience.answer_s, patience.silence_s)
        )
        with self._translating():
            async with self._lane(lane).request(
                method,
                URL(self.endpoint.url + path, encoded=True),
                data=body,
                headers=headers,
                timeout=timeout,
                allow_redirects=False,
                ssl=self._ssl if self._ssl is not None else True,
                skip_auto_headers=("Accept-Encoding", "Accept"),
            ) as response:
                yield Answer(
                    response.status,
                    response.reason or "",
                    response.content_type,
                    response.headers,
                    self._chunks(response, patience),
                )

    async def connect(self, patience: Patience) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A bare connection, its certificate checked like every other one's. Raises LostConnection, UnsafeTls."""
        with self._translating():
            async with asyncio.timeout(patience.connect_s):
                reader, writer = await asyncio.open_connection(
                    self.endpoint.host, self.endpoint.port, ssl=self._ssl, limit=_CHUNK_BYTES
                )
            if self._fingerprint is not None:
                shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True) or b""
                if bytes.fromhex(fingerprint_of(shown).replace(":", "")) != self._fingerprint.fingerprint:
                    writer.transport.abort()
                    raise LostConnection(str(self.endpoint), "the server's certificate changed")
            return reader, writer

    async def _chunks(self, response: aiohttp.ClientResponse, patience: Patience) -> AsyncIterator[bytes]:
        while True:
            async with asyncio.timeout(patience.silence_s):
                chunk = await response.content.readany()
            if not chunk:
                return
            for start in range(0, len(chunk), _CHUNK_BYTES):
                yield chunk[start : start + _CHUNK_BYTES]

    def _lane(self, lane: Lane) -> aiohttp.ClientSession:
        if self._is_closed:
            raise LostConnection(str(self.endpoint), "this connection was closed")
        session = self._lanes.get(lane)
        if session is None:
            connector = aiohttp.TCPConnector(
                limit=1 if lane in ("events", "heartbeat") else _CONNECTIONS,
                force_close=lane == "changes",
                ssl=self._fingerprint if self._fingerprint is not None else True,
            )
            session = self._lanes[lane] = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": _USER_AGENT},
                auto_decompress=False,
                read_bufsize=_CHUNK_BYTES,
            )
        return session

    def _translating(self) -> _Translating:
        return _Translating(str(self.endpoint))

    async def _verify(self, patience: Patience) -> None:
        context = await asyncio.to_thread(verifying_context, self._old_tls)  # it reads the system's authorities
        try:
            await self._handshake(context, patience)
        except ssl.SSLCertVerificationError:
            raise CertificateUntrusted(await self._shown(patience)) from None
        self._ssl = context

    def _accept_only(self, facts: CertificateFacts) -> None:
        self._ssl = pinning_context(self._old_tls)
        self._fingerprint = aiohttp.Fingerprint(bytes.fromhex(facts.fingerprint.replace(":", "")))

    async def _shown(self, patience: Patience) -> CertificateFacts:
        return facts_of(self.endpoint.netloc, await self._handshake(pinning_context(self._old_tls), patience))

    async def _handshake(self, context: ssl.SSLContext, patience: Patience) -> bytes:
        """Connect, take the certificate (DER), hang up."""
        address = str(self.endpoint)
        try:
            async with asyncio.timeout(patience.connect_s):
                _, writer = await asyncio.open_connection(self.endpoint.host, self.endpoint.port, ssl=context)
        except ssl.SSLCertVerificationError:
            raise
        except ssl.SSLError as error:
            if error.reason == _NO_TLS_AT_ALL and await speaks_plain_http(self.endpoint):
                raise LostConnection(address, NO_TLS) from None
            raise UnsafeTls(address, _tls_reason(error)) from None
        except (OSError, TimeoutError) as error:
            if isinstance(error, ConnectionResetError) and not self._old_tls and await self._speaks_old_tls(patience):
                raise UnsafeTls(address, "it speaks nothing newer than TLS 1.1") from None
            is_mute = isinstance(error, TimeoutError | ConnectionResetError)
            reason = NO_TLS if is_mute and await speaks_plain_http(self.endpoint) else _network_reason(error)
            raise LostConnection(address, reason) from None
        try:
            der: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True) or b""
        finally:
            writer.transport.abort()
        return der

    async def _speaks_old_tls(self, patience: Patience) -> bool:
        """Some servers hang up on what is too new for them and do not say why: see what they agree to."""
        try:
            async with asyncio.timeout(patience.connect_s):
                _, writer = await asyncio.open_connection(
                    self.endpoint.host, self.endpoint.port, ssl=pinning_context(old_tls=True)
                )
        except (OSError, TimeoutError):
            return False
        version = writer.get_extra_info("ssl_object").version()
        writer.transport.abort()
        return version in _OLD_TLS


async def _close_all(lanes: list[aiohttp.ClientSession]) -> None:
    for lane in lanes:
        await lane.close()


class _Translating:
    """Turns what the network raises into failures of this room."""

    def __init__(self, address: str) -> None:
        self._address = address

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        match error:
            case None | Failure():
                return
            case aiohttp.ServerFingerprintMismatch() | aiohttp.ClientConnectorCertificateError():
                # Nothing was sent. Opening anew finds out what is shown now, and asks.
                raise LostConnection(self._address, "the server's certificate changed") from None
            case aiohttp.ClientConnectorSSLError():
                raise UnsafeTls(self._address, _tls_reason(error)) from None
            case aiohttp.ClientError() | OSError() | TimeoutError() | asyncio.IncompleteReadError():
                raise LostConnection(self._address, _network_reason(error)) from None


def _network_reason(error: BaseException) -> str:
    match error:
        case aiohttp.ServerTimeoutError() | TimeoutError():
            return "no answer in time"
        case aiohttp.ServerDisconnectedError():
            return "the server closed the connection"
        case aiohttp.ClientPayloadError():
            return "the answer was cut short"
        case aiohttp.ClientConnectorError():
            return _os_reason(error.os_error)
        case OSError():
            return _os_reason(error)
        case _:
            return str(error) or type(error).__name__


def _os_reason(error: OSError) -> str:
    """In the system's words; asyncio puts the address in their place, which is said already."""
    if error.errno is not None and error.errno > 0:
        return os.strerror(error.errno).lower()
    return (error.strerror or str(error) or type(error).__name__).lower()


def _tls_reason(error: BaseException) -> str:
    return f"no TLS version or cipher in common ({error})"
