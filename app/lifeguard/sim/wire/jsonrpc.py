"""JSON-RPC as a XenServer speaks it: 1.0 with errors as lists, 2.0 with errors as objects, told apart per request."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import msgspec

from lifeguard.datamodel.schema import Type
from lifeguard.datamodel.tables import CLASSES
from lifeguard.sim.failure import ApiError
from lifeguard.sim.release import Release
from lifeguard.sim.wire.codec import Pieces, pieces
from lifeguard.sim.wire.failure import MalformedRequest, UnsayableText
from lifeguard.sim.wire.request import Request, Wire
from lifeguard.sim.wire.typed import shown

EARLY_ID = 0
"""What replies name that were written before the call's own id was looked at."""
_UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class JsonCodec:
    """Writes for one release. `version` is "1.0" or "2.0"."""

    release: Release
    version: str
    content_type: str = "application/json"
    name: str = "json"

    def value(self, kind: Type, value: Any) -> bytes:
        if kind.kind == "void":
            return b'""'
        return _dumps(value)

    def record(self, class_name: str, values: Mapping[str, Any]) -> bytes:
        if not self.release.is_whole(class_name):
            fields = (field.name for field in self.release.fields(class_name))
            values = {name: values[name] for name in fields if values[name] is not None}
        if any(not math.isfinite(values[name]) for name in _floats(class_name) if name in values):
            return _dumps(values)
        return msgspec.json.encode(values)

    def small_int(self, value: int) -> bytes:
        return b"%d" % value

    def joined(self, items: Iterable[bytes]) -> bytes:
        return b",".join(items)

    def array(self, items: Iterable[bytes]) -> list[bytes]:
        parts = [b"["]
        for item in items:
            parts += (item, b",")
        parts[-1 if len(parts) > 1 else 1 :] = (b"]",)
        return parts

    def struct(self, members: Iterable[tuple[str, Pieces]]) -> list[bytes]:
        parts = [b"{"]
        for name, value in members:
            parts += (b'"', _escaped(name), b'":', *pieces(value), b",")
        parts[-1 if len(parts) > 1 else 1 :] = (b"}",)
        return parts

    def success(self, request: Request, value: Pieces) -> bytes:
        call_id = _dumps(request.call_id)
        if self.version == "2.0":
            return b"".join((b'{"jsonrpc":"2.0","result":', *pieces(value), b',"id":', call_id, b"}"))
        return b"".join((b'{"result":', *pieces(value), b',"error":null,"id":', call_id, b"}"))

    def bare(self, value: bytes) -> bytes:
        return value

    def failure(self, request: Request, error: ApiError) -> bytes:
        if self.version == "1.0":
            return _dumps({"result": None, "error": error.description, "id": request.call_id})
        if self.release.lists_json_errors:
            return _dumps({"jsonrpc": "2.0", "error": error.description, "id": request.call_id})
        told = {"code": 1, "message": error.code, "data": error.params}
        return _dumps({"jsonrpc": "2.0", "error": told, "id": request.call_id})

    def early_failure(self, request: Request, error: ApiError) -> bytes:
        return _dumps({"result": None, "error": error.description, "id": EARLY_ID})


@cache
def _floats(class_name: str) -> tuple[str, ...]:
    """The fields that might hold what the fast encoder writes as null; floats inside maps died with their fields."""
    return tuple(field.name for field in CLASSES[class_name].fields.values() if field.type.kind == "float")


@lru_cache(maxsize=4096)
def _escaped(name: str) -> bytes:
    return msgspec.json.encode(name)[1:-1]


def _dumps(value: Any) -> bytes:
    if _is_finite(value):
        return msgspec.json.encode(value)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _is_finite(value: Any) -> bool:
    """The fast encoder would write null where the real server writes NaN or Infinity."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(_is_finite(item) for item in value.values())
    return not isinstance(value, tuple | list) or all(_is_finite(item) for item in value)


def read_request(body: bytes) -> tuple[Request, str]:
    """Read one call; the text is its version, "1.0" or "2.0". Raises MalformedRequest, UnsayableText."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError) as broken:
        raise MalformedRequest(f'Yojson.Json_error("{broken}")') from None
    if not isinstance(asked, dict):
        raise MalformedRequest('Jsonrpc.Malformed_method_request("Invalid request body")')
    version = asked.get("jsonrpc", "1.0")
    if version not in ("2.0", "1.0") or ("jsonrpc" in asked and version != "2.0"):
        raise _invalid("jsonrpc")
    call_id, method, params = asked.get("id"), asked.get("method"), asked.get("params")
    if isinstance(call_id, bool) or not isinstance(call_id, int | float | str):
        raise _invalid("id")
    if not isinstance(method, str):
        raise _invalid("method")
    if isinstance(params, dict):
        params = [params]
    if not isinstance(params, list):
        raise _invalid("params")
    for param in params:
        _assert_sayable(param)
    return Request(method, params, call_id), str(version)


def _assert_sayable(wire: Wire) -> None:
    match wire:
        case str():
            if _UNSAYABLE.search(wire):
                raise UnsayableText(shown(wire))
        case list():
            for item in wire:
                _assert_sayable(item)
        case dict():
            for key, value in wire.items():
                _assert_sayable(key)
                _assert_sayable(value)


def refusal_of_text(complaint: str) -> bytes:
    """The reply to unsayable text: in the old shape and without the call's id, whatever version was asked for."""
    error = ["INVALID_VALUE", "Invalid UTF-8 string in parameter", complaint]
    return json.dumps({"result": None, "error": error, "id": EARLY_ID}, separators=(",", ":")).encode()


def _invalid(field: str) -> MalformedRequest:
    return MalformedRequest(f"Jsonrpc.Malformed_method_request(\"Invalid field '{field}' in request body\")")
