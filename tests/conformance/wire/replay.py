"""Send recorded requests, byte for byte but for refs that were made meanwhile, to a simulated pool on real sockets."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from lifeguard.clock import VirtualClock
from lifeguard.sim.assembly import assemble
from lifeguard.sim.release import Release
from lifeguard.sim.server import Listen, Server
from lifeguard.sim.store import load
from tests.conformance.wire.compare import difference
from tests.conformance.wire.exchange import Exchange, take_apart

RECORDED_RELEASE = Release("recorded", "23.9.0", "2.20")
_PATIENCE_S = 10.0
_BLOCKS_S = 1.0
_ASYNC_CALLS_TAKE_S = 60.0
_PIECE_OF_TIME_S = 0.5
_NAMES = re.compile(r"OpaqueRef:[0-9a-f-]{36}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_AFTER_ASYNC = re.compile(r"_final\.|after_async")
_TOKEN = re.compile(r"\d{20},\d{20}")


@dataclass
class Outcome:
    """Names of the exchanges that agree, and of the others what differs first."""

    agreeing: list[str] = field(default_factory=list)
    differing: dict[str, str] = field(default_factory=dict)


@asynccontextmanager
async def simulated(database: bytes) -> AsyncIterator[tuple[Server, VirtualClock]]:
    """A server over a recorded pool, its clock in the test's hands."""
    rng, clock = random.Random(1), VirtualClock()
    pool = assemble(load(database, rng), clock, rng, RECORDED_RELEASE, {"root": "golden"})
    server = Server(pool)
    await server.start(Listen())
    try:
        yield server, clock
    finally:
        await server.close()


async def replay(url: str, clock: VirtualClock, exchanges: Iterable[Exchange], refs: dict[str, str]) -> Outcome:
    """Replay in order; `refs` maps what the real server called something to what ours does."""
    outcome = Outcome()
    blocked: list[tuple[Exchange, asyncio.Task[str]]] = []
    for exchange in exchanges:
        if _AFTER_ASYNC.search(exchange.name):
            await clock.advance(_ASYNC_CALLS_TAKE_S)
        asked = asyncio.ensure_future(_ask(url, clock, _translate(exchange.request, refs)))
        if exchange.method == "event.next":
            await asyncio.wait((asked,), timeout=_BLOCKS_S)
        else:
            await asyncio.wait((asked,))
        if asked.done():
            _judge(outcome, exchange, asked.result(), refs)
        else:
            blocked.append((exchange, asked))
    for exchange, asked in blocked:
        _judge(outcome, exchange, await asked, refs)
    return outcome


def _judge(outcome: Outcome, exchange: Exchange, answer: str, refs: dict[str, str]) -> None:
    if bool(answer) != bool(exchange.response):
        found = "an answer" if answer else "no answer"
    else:
        found = difference(take_apart(exchange.response), take_apart(answer), refs) if answer else ""
    _learn_token(exchange.response, answer, refs)
    if found:
        outcome.differing[exchange.name] = found
    else:
        outcome.agreeing.append(exchange.name)


def known_names(database: bytes) -> dict[str, str]:
    """Every ref and uuid of the recorded pool: they mean the same on both sides."""
    return {name: name for name in _NAMES.findall(database.decode())}


def foreign_sessions(exchanges: Iterable[Exchange]) -> set[str]:
    """Sessions that calls succeeded with although no recorded login gave them: they were opened off the record."""
    opened: set[str] = set()
    foreign: set[str] = set()
    for exchange in exchanges:
        if "login" in exchange.method:
            opened |= set(_NAMES.findall(exchange.response))
        elif "Failure" not in exchange.response and '"error":{' not in exchange.response and exchange.method:
            body = exchange.request.partition("\r\n\r\n")[2]
            foreign |= set(_NAMES.findall(body)[:1]) - opened
    return {name for name in foreign if name.startswith("OpaqueRef:")}


def _translate(request: str, refs: dict[str, str]) -> bytes:
    """Put our refs and tokens in, and the length of the body right again."""
    head, gap, body = _NAMES.sub(lambda found: refs.get(found[0], found[0]), request).partition("\r\n\r\n")
    body = _TOKEN.sub(lambda found: refs.get(found[0], found[0]), body)
    coded = body.encode()
    was = len(request.partition("\r\n\r\n")[2].encode())
    if was != len(coded):
        head = re.sub(rf"(?i)(content-length: ?){was}\b", rf"\g<1>{len(coded)}", head)
    return (head + gap).encode() + coded


def _learn_token(real: str, ours: str, refs: dict[str, str]) -> None:
    one, other = _TOKEN.findall(real), _TOKEN.findall(ours)
    if one and other:
        refs[one[-1]] = other[-1]


async def _ask(url: str, clock: VirtualClock, request: bytes) -> str:
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(request)
    waiting = asyncio.ensure_future(_read_reply(reader))
    try:
        async with asyncio.timeout(_PATIENCE_S):
            while not waiting.done():
                await asyncio.wait((waiting,), timeout=0.02)
                if not waiting.done():
                    await clock.advance(_PIECE_OF_TIME_S)
        return waiting.result().decode("utf-8", errors="replace")
    except TimeoutError:
        return ""
    finally:
        waiting.cancel()
        writer.close()


async def _read_reply(reader: asyncio.StreamReader) -> bytes:
    """One reply: up to its length, since a kept-alive connection does not end."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = await reader.readline()
        if not line:
            return head
        head += line
    length = re.search(rb"content-length: ?(\d+)", head)
    return head + await reader.readexactly(int(length[1]) if length else 0)
