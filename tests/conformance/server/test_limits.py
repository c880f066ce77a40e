"""How long, how large and how many: what a host puts up with, today and in its older releases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from lifeguard.sim.http.endpoint import Endpoint
from lifeguard.sim.http.limits import LAX, STRICT, Limits
from lifeguard.sim.release import PRODUCTS
from tests.support.simulated import Simulated, simulated

_BODY = b"<methodCall><methodName>system.isAlive</methodName><params/></methodCall>"
_CALL = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n%s\r\n%s"


@pytest.fixture
async def served() -> AsyncIterator[Simulated]:
    async with simulated(hosts=1, vms=0) as served:
        yield served


@asynccontextmanager
async def _endpoint(served: Simulated, limits: Limits) -> AsyncIterator[Endpoint]:
    endpoint = Endpoint(served.pool, served.pool.master_ref, {}, None, limits)
    await endpoint.start("127.0.0.1", 0)
    try:
        yield endpoint
    finally:
        await endpoint.stop()


@asynccontextmanager
async def _line(endpoint: Endpoint) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(endpoint.address, endpoint.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        await writer.wait_closed()


def test_only_releases_of_old_put_up_with_anything() -> None:
    found = {product: Limits.of(release) for product, release in PRODUCTS.items()}
    assert {product for product, limits in found.items() if limits is LAX} == {"6.0", "6.5", "7.1"}
    assert found["newest"] is STRICT
    assert (STRICT.head_bytes, STRICT.body_bytes, STRICT.connections) == (1024, 300 * 1024, 800)
    assert (STRICT.first_line_s, STRICT.first_head_s) == (10.0, 60.0)


async def test_silence_before_the_first_line_ends_in_a_timeout_page(served: Simulated) -> None:
    limits = Limits(1024, 1 << 20, first_line_s=0.05, first_head_s=5.0)
    async with _endpoint(served, limits) as endpoint, _line(endpoint) as (reader, _):
        assert (await reader.read()).startswith(b"HTTP/1.1 408 ")


async def test_lines_in_time_do_not_help_a_head_that_never_ends(served: Simulated) -> None:
    limits = Limits(1 << 20, 1 << 20, first_line_s=1.0, first_head_s=0.2)
    async with _endpoint(served, limits) as endpoint, _line(endpoint) as (reader, writer):
        reading = asyncio.ensure_future(reader.read())
        while not reading.done():
            writer.write(b"x: y\r\n")
            await asyncio.wait((reading,), timeout=0.05)
        assert reading.result().startswith(b"HTTP/1.1 408 ")


async def test_between_requests_a_connection_may_rest_as_long_as_it_likes(served: Simulated) -> None:
    limits = Limits(1024, 1 << 20, first_line_s=0.1, first_head_s=0.1)
    async with _endpoint(served, limits) as endpoint, _line(endpoint) as (reader, writer):
        for _ in range(2):
            writer.write(_CALL % (len(_BODY), b"", _BODY))
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
            await reader.readuntil(b"</methodResponse>")
            await asyncio.sleep(0.3)


@pytest.mark.parametrize(("product", "status"), [("newest", b"431"), ("6.5", b"200")])
async def test_a_long_head_is_refused_today_and_was_not_of_old(product: str, status: bytes) -> None:
    async with simulated(hosts=1, vms=0, release=PRODUCTS[product]) as served:
        async with _line(served.server.endpoint(served.pool.master_ref)) as (reader, writer):
            writer.write(_CALL % (len(_BODY), b"Cookie: " + b"x" * 4000 + b"\r\n", _BODY))
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 " + status)


async def test_one_connection_too_many_waits_for_another_to_end(served: Simulated) -> None:
    limits = Limits(1024, 1 << 20, None, None, connections=1)
    async with _endpoint(served, limits) as endpoint, _line(endpoint) as (first, writing):
        writing.write(_CALL % (len(_BODY), b"", _BODY))
        await first.readuntil(b"</methodResponse>")
        async with _line(endpoint) as (second, writer):
            writer.write(_CALL % (len(_BODY), b"", _BODY))
            answering = asyncio.ensure_future(second.readuntil(b"</methodResponse>"))
            await asyncio.wait((answering,), timeout=0.1)
            assert not answering.done()
            writing.close()
            assert b"Success" in await asyncio.wait_for(answering, 5)
