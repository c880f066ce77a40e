"""XML-RPC: requests and ordinary answers. Every server version speaks it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xmlrpc.client import DateTime, dumps

from lifeguard.datamodel.schema import NULL_REF, Type
from lifeguard.xapi.codec import Argument
from lifeguard.xapi.failures import ApiFailure
from lifeguard.xapi.piecewise import PiecewiseReader
from lifeguard.xapi.rows import RowReader, Shape
from lifeguard.xapi.values import field_type, plain, typed
from lifeguard.xapi.xml_answer import loads, result_of
from lifeguard.xapi.xml_rows import XmlRows

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class XmlRpc:
    content_type = "text/xml"
    path = "/"

    def encode(self, method: str, arguments: Sequence[Argument]) -> bytes:
        params = tuple(_wire(kind, plain(kind, value)) for kind, value in arguments)
        text = dumps(params, method, allow_none=True)
        if _FORBIDDEN.search(text):
            raise ApiFailure("INVALID_VALUE", (method, "control characters cannot be sent"))
        # XML would have the reader turn a carriage return into a line feed.
        return text.replace("\r", "&#13;").encode()

    def decode(self, body: bytes, kind: Type | None, ref: str = NULL_REF) -> Any:
        return typed(kind, result_of(loads(body)), ref)

    def reader(self, shape: Shape) -> RowReader:
        return PiecewiseReader(XmlRows(shape))


def _wire(kind: Type | None, value: Any) -> Any:
    """As the protocol writes it: ints, which may need 64 bits, as text; dates as dates."""
    if kind is not None and kind.kind == "datetime" and isinstance(value, str):
        return DateTime(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list):
        return [_wire(kind.of[0] if kind is not None and kind.of else None, item) for item in value]
    if isinstance(value, Mapping):
        return {key: _wire(_member_type(kind, key), item) for key, item in value.items()}
    return value


def _member_type(kind: Type | None, key: str) -> Type | None:
    if kind is None:
        return None
    return field_type(kind.name, key) if kind.kind == "record" else kind.of[-1]
