"""Whole small documents over HTTP from any host of the pool, such as what the RRD handlers serve."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from lifeguard.xapi.dialler import Dialler
from lifeguard.xapi.endpoint import Endpoint
from lifeguard.xapi.failures import HttpRefused, LostConnection, MalformedAnswer
from lifeguard.xapi.transport import Transport

_LIMIT_BYTES = 1 << 28
_HOPS = 3
_REDIRECTS = (301, 302, 303, 307, 308)


class Fetcher:
    """Keeps a transport to each host it was asked about. `close` hangs up."""

    def __init__(self, dialler: Dialler) -> None:
        self._dialler = dialler
        self._transports: dict[Endpoint, Transport] = {}
        self._is_closed = False

    async def get(self, address: str, path_and_query: str, session_ref: str) -> bytes:
        """The body of a GET at the host with that address (as in its record), following it to other hosts.

        Raises any Failure, HttpRefused for a status other than 200.
        """
        endpoint = self._dialler.endpoint(address)
        path = with_session(path_and_query, session_ref)
        for _ in range(_HOPS):
            transport = await self._transport(endpoint)
            async with transport.request("GET", path, self._dialler.policy.read) as answer:
                location = answer.headers.get("Location", "")
                if answer.status in _REDIRECTS and location:
                    parts = urlsplit(location)
                    endpoint = self._dialler.endpoint(parts.netloc) if parts.netloc else endpoint
                    path = with_session(f"{parts.path}?{parts.query}", session_ref)
                    continue
                if answer.status != 200:
                    raise HttpRefused(str(endpoint), answer.status, answer.reason)
                body = bytearray()
                async for chunk in answer.chunks:
                    body += chunk
                    if len(body) > _LIMIT_BYTES:
                        raise MalformedAnswer(f"a document of more than {_LIMIT_BYTES >> 20} MiB")
                return bytes(body)
        raise HttpRefused(str(endpoint), 310, "too many redirects")

    async def close(self) -> None:
        self._is_closed = True
        transports, self._transports = list(self._transports.values()), {}
        for transport in transports:
            await transport.close()

    async def _transport(self, endpoint: Endpoint) -> Transport:
        known = self._transports.get(endpoint)
        if known is None:
            opened = await self._dialler.open(endpoint)
            if self._is_closed:
                raise LostConnection(str(endpoint), "this connection was closed")
            known = self._transports.setdefault(endpoint, opened)
            if known is not opened:
                await opened.close()
        return known


def with_session(path_and_query: str, session_ref: str) -> str:
    """The path with the session in its query, where every handler takes it."""
    if "session_id=" in path_and_query:
        return path_and_query
    separator = "&" if "?" in path_and_query else "?"
    return f"{path_and_query.rstrip('?')}{separator}{urlencode({'session_id': session_ref})}"
