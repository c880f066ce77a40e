"""Faults switched on and off through the simulator's own endpoint."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from lifeguard.sim.control import Control
from lifeguard.sim.wire.jsonrpc import JsonCodec
from lifeguard.sim.wire.request import Request
from tests.support.simulated import PASSWORD, Simulated, simulated
from tests.support.waiting import until


@pytest.fixture
async def served() -> AsyncIterator[Simulated]:
    async with simulated(hosts=2, vms=2) as served:
        yield served


@pytest.fixture
async def control(served: Simulated) -> AsyncIterator[Control]:
    control = Control(served)
    await control.start("127.0.0.1", 0)
    yield control
    await control.stop()


async def _throw(control: Control, **switches: Any) -> dict[str, Any]:
    body = json.dumps(switches)
    return json.loads(await _ask(control.url, f"POST / HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n{body}"))


async def _ask(url: str, request: str) -> bytes:
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        writer.write(request.encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.decode().split("\r\n") if line.lower().startswith("content-length"))
        return await reader.readexactly(int(length.partition(":")[2]))
    finally:
        writer.close()


async def _alive(url: str) -> bytes:
    body = "<methodCall><methodName>system.isAlive</methodName><params/></methodCall>"
    return await _ask(url, f"POST / HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n{body}")


async def test_a_killed_host_refuses_connections_until_it_is_revived(served: Simulated, control: Control) -> None:
    url = served.server.master_url
    await _throw(control, kill="master")
    with pytest.raises(ConnectionError):
        await _alive(url)
    await _throw(control, revive="master")
    assert b"Success" in await _alive(url)


async def test_a_host_cut_off_takes_requests_and_never_answers(served: Simulated, control: Control) -> None:
    await _throw(control, cut_off="master")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(_alive(served.server.master_url), 0.2)


async def test_a_host_that_drops_everything_closes_without_a_word(served: Simulated, control: Control) -> None:
    await _throw(control, drop=["master", 1.0])
    with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
        await _alive(served.server.master_url)


async def test_a_host_in_emergency_answers_with_its_reason(served: Simulated, control: Control) -> None:
    await _throw(control, emergency=["master", "HOST_STILL_BOOTING"])
    assert b"HOST_STILL_BOOTING" in await _alive(served.server.master_url)


async def test_sessions_can_be_ended_behind_their_owners_backs(served: Simulated, control: Control) -> None:
    served.pool.sessions.open("root", "let me in", "x", served.pool.master_ref)
    await _throw(control, expire_sessions=True)
    assert not served.db.rows("session")


@pytest.mark.parametrize("switches", [{"explode": 1}, {"kill": "nobody"}, {"delay": ["master"]}, {"delay": 3}])
async def test_a_switch_that_cannot_be_thrown_says_so(control: Control, switches: dict[str, Any]) -> None:
    assert "error" in await _throw(control, **switches)


async def test_a_restarted_toolstack_ends_sessions_and_a_lost_repository_is_remembered(
    served: Simulated, control: Control
) -> None:
    await served.pool.answer(served.pool.master_ref, JsonCodec(served.pool.release, "2.0"), _LOGIN)
    assert (await _throw(control))["sessions"]
    sr = next(iter(served.db.rows("SR")))
    await _throw(control, restart_toolstack="master", lose_sr=sr)
    assert served.pool.faults.lost_srs == {sr}
    await until(lambda: not served.db.rows("session"), 5)
    await _throw(control, find_sr=sr)
    assert not served.pool.faults.lost_srs


_LOGIN = Request("session.login_with_password", ["root", PASSWORD, "1.0", "tests"])
