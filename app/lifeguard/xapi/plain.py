"""Whether a server that does not answer in TLS speaks plain HTTP, so that a wrong kind of address can be told."""

from __future__ import annotations

import asyncio

from lifeguard.xapi.endpoint import Endpoint

_MOST_S = 2.0
_QUESTION = b"HEAD / HTTP/1.0\r\n\r\n"
_ANSWER = b"HTTP/"
NO_TLS = "it answers without TLS there: write http:// before its address, if nothing shall be encrypted"


async def speaks_plain_http(endpoint: Endpoint) -> bool:
    """Ask for nothing, and nothing secret, once."""
    try:
        async with asyncio.timeout(_MOST_S):
            reader, writer = await asyncio.open_connection(endpoint.host, endpoint.port)
            try:
                writer.write(_QUESTION)
                return await reader.readexactly(len(_ANSWER)) == _ANSWER
            finally:
                writer.transport.abort()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return False
