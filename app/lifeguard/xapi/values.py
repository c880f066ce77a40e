"""Between wire values and typed ones, led by the datamodel's type and never by how a server happened to write it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from lifeguard.datamodel.decode import MalformedRecord, decode_record
from lifeguard.datamodel.schema import NULL_REF, Type
from lifeguard.datamodel.tables import CLASSES
from lifeguard.xapi.failures import MalformedAnswer

_DEEPEST = 64
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


def typed(kind: Type | None, wire: Any, ref: str = NULL_REF, depth: int = 0) -> Any:
    """The typed value of a wire value. Without a type it is handed back as it came, sets as tuples.

    Records come as `datamodel.records` structs, `ref` becoming theirs; fields they lack get defaults. Raises
    MalformedAnswer when the value cannot be of that type.
    """
    if depth > _DEEPEST:
        raise MalformedAnswer("values nested too deeply")
    if kind is None:
        return _untyped(wire, depth)
    match kind.kind:
        case "void":
            return None
        case "string" | "enum" | "datetime":
            return _text(kind, wire)
        case "ref":
            return _text(kind, wire) or NULL_REF
        case "int":
            return _int(kind, wire)
        case "float":
            return _float(kind, wire)
        case "bool":
            return _bool(kind, wire)
        case "option":
            return None if wire is None else typed(kind.of[0], wire, depth=depth + 1)
        case "set":
            return tuple(typed(kind.of[0], item, depth=depth + 1) for item in _list(kind, wire))
        case "map":
            return _map(kind, wire, depth)
        case "record":
            return _record(kind, wire, ref)


def _untyped(wire: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        raise MalformedAnswer("values nested too deeply")
    if isinstance(wire, list):
        return tuple(_untyped(item, depth + 1) for item in wire)
    if isinstance(wire, Mapping):
        return {key: _untyped(value, depth + 1) for key, value in wire.items()}
    return wire


def _text(kind: Type, wire: Any) -> str:
    if isinstance(wire, str):
        return wire
    if wire is None and kind.kind == "ref":
        return NULL_REF
    raise _unfit(kind, wire)


def _int(kind: Type, wire: Any) -> int:
    if isinstance(wire, int) and not isinstance(wire, bool):
        return wire
    if isinstance(wire, str):
        try:
            return int(wire)
        except ValueError:
            pass
    raise _unfit(kind, wire)


def _float(kind: Type, wire: Any) -> float:
    if isinstance(wire, str | float | int) and not isinstance(wire, bool):
        try:
            return float(wire)
        except (ValueError, OverflowError):
            pass
    raise _unfit(kind, wire)


def _bool(kind: Type, wire: Any) -> bool:
    if isinstance(wire, bool):
        return wire
    if isinstance(wire, str) and wire in _TRUTHS:
        return _TRUTHS[wire]
    raise _unfit(kind, wire)


def _list(kind: Type, wire: Any) -> list[Any]:
    if isinstance(wire, list):
        return wire
    if wire == "":
        return []
    raise _unfit(kind, wire)


def _map(kind: Type, wire: Any, depth: int) -> dict[Any, Any]:
    if wire == "":
        return {}
    if not isinstance(wire, Mapping):
        raise _unfit(kind, wire)
    key_kind, value_kind = kind.of
    return {
        typed(key_kind, key, depth=depth + 1): typed(
            value_kind, value, key if key_kind.kind == "ref" else NULL_REF, depth + 1
        )
        for key, value in wire.items()
    }


def _record(kind: Type, wire: Any, ref: str) -> Any:
    if not isinstance(wire, Mapping):
        raise _unfit(kind, wire)
    try:
        return decode_record(kind.name, ref, wire)
    except (MalformedRecord, msgspec.MsgspecError, RecursionError) as broken:
        raise MalformedAnswer(f"a {kind.name} record is malformed: {broken}") from None


def _unfit(kind: Type, wire: Any) -> MalformedAnswer:
    return MalformedAnswer(f"expected {kind.name or kind.kind} ({kind.kind}), got {str(wire)[:60]!r}")


def plain(kind: Type | None, value: Any) -> Any:
    """A typed value as `int`, `float`, `bool`, `str`, `list` and `dict` only, as both protocols start from.

    Map keys become text. Raises TypeError for a value that cannot be of that type: the caller's defect.
    """
    if isinstance(value, msgspec.Struct):
        value = {name: item for name, item in msgspec.structs.asdict(value).items() if name != "ref"}
    if kind is None:
        return value
    match kind.kind:
        case "set":
            return [plain(kind.of[0], item) for item in value]
        case "map":
            return {_key(key): plain(kind.of[1], item) for key, item in dict(value).items()}
        case "option":
            return None if value is None else plain(kind.of[0], value)
        case "int" if isinstance(value, int) and not isinstance(value, bool):
            return value
        case "float" if isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value):
            return float(value)
        case "bool" if isinstance(value, bool):
            return value
        case "string" | "enum" | "ref" | "datetime" if isinstance(value, str):
            return value
        case "record" if isinstance(value, Mapping):
            return {name: plain(field_type(kind.name, name), item) for name, item in value.items()}
    raise TypeError(f"{value!r} is not a {kind.kind}")


def field_type(class_name: str, field: str) -> Type | None:
    """The type of a field, None when this description does not know it."""
    known = CLASSES.get(class_name)
    found = known.fields.get(field) if known is not None else None
    return found.type if found is not None else None


def _key(key: Any) -> str:
    return key if isinstance(key, str) else str(key)
