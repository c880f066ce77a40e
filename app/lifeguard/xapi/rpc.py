"""Calls over one transport: which protocol the server speaks, sending, and reading large answers as they arrive."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.xapi.codec import Argument, Codec, is_safe_to_repeat, result_type
from lifeguard.xapi.failures import HttpRefused, LostConnection, MalformedAnswer
from lifeguard.xapi.jsonrpc import JsonRpc
from lifeguard.xapi.policy import Patience
from lifeguard.xapi.rows import ANSWER_LIMIT_BYTES, Rest, Row, Shape
from lifeguard.xapi.transport import Answer, Lane, Transport
from lifeguard.xapi.xmlrpc import XmlRpc

Take = Callable[[list[Row]], Awaitable[None]]
_JSON, _XML = "application/json", ("text/xml", "application/xml")


class _OtherProtocol(Exception):
    """The server does not speak what it was asked in."""


class Rpc:
    """`codec` is found out with the first call: JSON where the server answers in JSON, else XML-RPC."""

    def __init__(self, transport: Transport, codecs: Sequence[Codec] = ()) -> None:
        self.transport = transport
        self._candidates: list[Codec] = list(codecs) or [JsonRpc(2), JsonRpc(1), XmlRpc()]

    @property
    def codec(self) -> Codec:
        return self._candidates[0]

    @property
    def address(self) -> str:
        return str(self.transport.endpoint)

    async def call(
        self, method: str, arguments: Sequence[Argument], patience: Patience, lane: Lane = "calls", ref: str = NULL_REF
    ) -> Any:
        """The typed result. Raises any Failure."""
        attempts = patience.attempts if is_safe_to_repeat(method) else 1
        for attempt in range(1, attempts + 1):
            try:
                async with self._exchange(method, arguments, patience, lane) as answer:
                    body = await _whole(answer)
                    return self.codec.decode(body, result_type(method), ref)
            except LostConnection:
                if attempt == attempts:
                    raise
        raise AssertionError("unreachable")

    async def rows(
        self,
        method: str,
        arguments: Sequence[Argument],
        patience: Patience,
        shape: Shape,
        take: Take,
        lane: Lane = "calls",
    ) -> Rest:
        """Hand the rows of a large answer to `take` in pieces as they arrive; returns what stands beside them.

        A failure may come after some pieces: they were sound, but not all. Raises any Failure.
        """
        async with self._exchange(method, arguments, patience, lane) as answer:
            reader = self.codec.reader(shape)
            async for chunk in answer.chunks:
                rows = reader.feed(chunk)
                if rows:
                    await take(rows)
                await asyncio.sleep(0)
            rows, rest = reader.finish()
            if rows:
                await take(rows)
            return rest

    @asynccontextmanager
    async def _exchange(
        self, method: str, arguments: Sequence[Argument], patience: Patience, lane: Lane
    ) -> AsyncIterator[Answer]:
        while True:
            codec = self.codec
            body = codec.encode(method, arguments)
            headers = {"Content-Type": codec.content_type}
            async with self.transport.request("POST", codec.path, patience, lane, body, headers) as answer:
                if self._understood(answer, codec):
                    yield answer
                    return
            self._candidates.pop(0)

    def _understood(self, answer: Answer, codec: Codec) -> bool:
        """Whether the answer is in the protocol of the question; False when another one is left to try."""
        same = answer.content_type == _JSON if codec.content_type == _JSON else answer.content_type in _XML
        if answer.status == 200 and same:
            return True
        if len(self._candidates) > 1:
            return False
        if answer.status != 200:
            raise HttpRefused(self.address, answer.status, answer.reason)
        raise MalformedAnswer(f"{self.address} answers with {answer.content_type[:60]!r}: it is no XenAPI server")


async def _whole(answer: Answer) -> bytes:
    body = bytearray()
    async for chunk in answer.chunks:
        body += chunk
        if len(body) > ANSWER_LIMIT_BYTES:
            raise MalformedAnswer(f"an answer of more than {ANSWER_LIMIT_BYTES >> 20} MiB")
    return bytes(body)
