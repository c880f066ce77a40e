"""An address that was typed as if it spoke TLS, where a server speaks plain HTTP: the failure says so."""

from __future__ import annotations

import asyncio
import socket

import pytest

from lifeguard.xapi.certificate import CertificateFacts
from lifeguard.xapi.endpoint import Endpoint, parse_endpoint
from lifeguard.xapi.failures import LostConnection
from lifeguard.xapi.policy import Patience
from lifeguard.xapi.transport import Transport
from tests.support.simulated import simulated

_SHORT = Patience(connect_s=0.3, answer_s=1, silence_s=1)


class _NothingKnown:
    def known(self, address: str) -> CertificateFacts | None:
        return None

    def remember(self, facts: CertificateFacts) -> None: ...


async def _failure_at(endpoint: Endpoint) -> str:
    with pytest.raises(LostConnection) as lost:
        await Transport(endpoint, _NothingKnown()).open(_SHORT)
    return str(lost.value)


async def test_a_plain_server_reached_by_tls_is_told_from_one_that_is_mute() -> None:
    async with simulated() as sim:
        port = parse_endpoint(next(iter(sim.server.urls.values()))).port
        assert "write http://" in await _failure_at(Endpoint("127.0.0.1", port, tls=True))
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        assert "no answer in time" in await _failure_at(Endpoint("127.0.0.1", port, tls=True))


async def test_a_plain_server_that_answers_a_handshake_in_words_is_recognised() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(16)
        writer.write(b"HTTP/1.0 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert "write http://" in await _failure_at(Endpoint("127.0.0.1", port, tls=True))
