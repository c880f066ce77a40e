"""JSON-RPC, 2.0 and 1.0: requests and ordinary answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from lifeguard.datamodel.schema import NULL_REF, Type
from lifeguard.xapi.codec import Argument
from lifeguard.xapi.failures import ApiFailure
from lifeguard.xapi.json_answer import loads, result_of
from lifeguard.xapi.json_rows import JsonRows
from lifeguard.xapi.piecewise import PiecewiseReader
from lifeguard.xapi.rows import RowReader, Shape
from lifeguard.xapi.values import plain, typed


class JsonRpc:
    """`version` 2 speaks to /jsonrpc; 1 is for the older /json, and is understood there too."""

    content_type = "application/json"

    def __init__(self, version: int = 2) -> None:
        self.path = "/jsonrpc" if version == 2 else "/json"
        self._envelope: dict[str, Any] = {"jsonrpc": "2.0"} if version == 2 else {}

    def encode(self, method: str, arguments: Sequence[Argument]) -> bytes:
        params = [plain(kind, value) for kind, value in arguments]
        try:
            return json.dumps({**self._envelope, "method": method, "params": params, "id": 1}).encode()
        except ValueError as unsendable:
            raise ApiFailure("INVALID_VALUE", (method, str(unsendable))) from None

    def decode(self, body: bytes, kind: Type | None, ref: str = NULL_REF) -> Any:
        return typed(kind, result_of(loads(body)), ref)

    def reader(self, shape: Shape) -> RowReader:
        return PiecewiseReader(JsonRows(shape))
