"""The exchanges recorded from a real xapi, as far as they are HTTP answers to calls."""

from __future__ import annotations

import json
import xmlrpc.client
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lifeguard.xapi.codec import Codec
from lifeguard.xapi.jsonrpc import JsonRpc
from lifeguard.xapi.xmlrpc import XmlRpc


@dataclass(frozen=True, slots=True)
class Exchange:
    path: Path
    protocol: str
    method: str
    params: list[Any]
    status: int
    body: bytes

    @property
    def codec(self) -> Codec:
        return XmlRpc() if self.protocol == "xml" else JsonRpc()


@cache
def exchanges(folder: Path) -> tuple[Exchange, ...]:
    return tuple(_read(folder))


def _read(folder: Path) -> Iterator[Exchange]:
    for path in sorted(folder.rglob("*.json")):
        protocol = path.name.split(".")[-2]
        if protocol not in ("xml", "jsonrpc1", "jsonrpc2"):
            continue
        recorded = json.loads(path.read_text())
        head, _, body = recorded["response_raw"].partition("\r\n\r\n")
        asked = recorded["request_raw"].partition("\r\n\r\n")[2]
        if head:
            method, params = question(protocol, asked)
            yield Exchange(path, protocol, method, params, int(head.split()[1]), body.encode())


def question(protocol: str, asked: str) -> tuple[str, list[Any]]:
    if protocol == "xml":
        params, method = xmlrpc.client.loads(asked.replace("<boolean>true<", "<boolean>1<"))
        return str(method), [_plain(param) for param in params]
    question = json.loads(asked)
    return question["method"], question["params"]


def _plain(value: Any) -> Any:
    if isinstance(value, xmlrpc.client.DateTime):
        return value.value
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
