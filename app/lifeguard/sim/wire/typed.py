"""From wire values to values of the datamodel's types, refusing what the real server refuses, in its words."""

from __future__ import annotations

from typing import Any

from lifeguard.datamodel.schema import Type
from lifeguard.datamodel.tables import CLASSES
from lifeguard.sim.failure import ApiError
from lifeguard.sim.wire.request import DateText, Wire


def typed(kind: Type, wire: Wire, enum_owner: str = "") -> Any:
    """Read a wire value as `kind`; `enum_owner` is the class whose enums are meant. Raises ApiError INTERNAL_ERROR."""
    match kind.kind:
        case "string" | "ref":
            return _string(wire)
        case "int":
            return _int(wire)
        case "float":
            return _float(wire)
        case "bool":
            if isinstance(wire, bool):
                return wire
            raise _unexpected("bool", wire)
        case "datetime":
            if isinstance(wire, str):
                return _date(wire)
            raise _unexpected("datetime", wire)
        case "enum":
            return _enum(kind.name, _string(wire), enum_owner)
        case "set":
            if isinstance(wire, list):
                return tuple(typed(kind.of[0], item, enum_owner) for item in wire)
            raise _failure(f"Expecting Rpc.Enum, but found '{shown(wire)}'")
        case "map":
            if isinstance(wire, dict):
                key, value = kind.of
                return {typed(key, k, enum_owner): typed(value, v, enum_owner) for k, v in wire.items()}
            raise _failure(f"Expecting Rpc.Dict, but found '{shown(wire)}'")
        case "record":
            return _record(kind.name, wire)
        case "option":
            return None if wire is None else typed(kind.of[0], wire, enum_owner)
        case "void":
            return None


def shown(wire: Wire) -> str:
    """A wire value as the real server's complaints spell it: S(text), I(7), [S(a);S(b)], {key:S(v)}."""
    match wire:
        case bool():
            return f"B({'true' if wire else 'false'})"
        case DateText():
            return f"D({wire})"
        case str():
            return f"S({wire})"
        case int():
            return f"I({wire})"
        case float():
            return f"F({wire:g})"
        case None:
            return "N"
        case list():
            return f"[{';'.join(shown(item) for item in wire)}]"
        case dict():
            return "{" + ";".join(f"{key}:{shown(value)}" for key, value in wire.items()) + "}"
    return "?"


def _string(wire: Wire) -> str:
    if isinstance(wire, str) and not isinstance(wire, DateText):
        return wire
    raise _unexpected("string", wire)


def _int(wire: Wire) -> int:
    if isinstance(wire, int) and not isinstance(wire, bool):
        return wire
    if not isinstance(wire, str) or isinstance(wire, DateText):
        raise _unexpected("int64", wire)
    try:
        value = int(wire)
    except ValueError:
        raise _failure("Int64.of_string") from None
    if not -(2**63) <= value < 2**63 or wire != wire.strip():
        raise _failure("Int64.of_string")
    return value


def _float(wire: Wire) -> float:
    if isinstance(wire, bool) or not isinstance(wire, int | float | str):
        raise _unexpected("float", wire)
    try:
        return float(wire)
    except ValueError:
        raise _failure("float_of_string") from None


def _date(wire: str) -> str:
    text = wire.replace("-", "")
    if len(text) < len("20260101T00:00:00"):
        raise _failure(f"date_of_iso8601 {wire}")
    return text if text.endswith("Z") else f"{text}Z"


def _enum(name: str, text: str, owner: str) -> str:
    values = _enum_values(name, owner)
    if not values:
        return text
    for value in values:
        if value.lower() == text.lower():
            return value
    raise _failure("Unknown tag/contents")


def _enum_values(name: str, owner: str) -> tuple[str, ...]:
    if owner in CLASSES and name in CLASSES[owner].enums:
        return CLASSES[owner].enums[name]
    for info in CLASSES.values():
        if name in info.enums:
            return info.enums[name]
    return ()


def _record(name: str, wire: Wire) -> dict[str, Any]:
    """The fields a constructor takes; a field without default that is missing is refused by its name."""
    if not isinstance(wire, dict):
        raise _failure("bad __structure")
    values: dict[str, Any] = {}
    for field in CLASSES[name].fields.values():
        if field.name in wire:
            values[field.name] = typed(field.type, wire[field.name], name)
        elif field.access != "RO/runtime" and not field.has_default:
            raise ApiError("INTERNAL_ERROR", f'Server_helpers.Dispatcher_FieldNotFound("{field.name}")')
    return values


def _unexpected(expected: str, wire: Wire) -> ApiError:
    return _failure(f"Expected {expected}, got '{shown(wire)}'")


def _failure(text: str) -> ApiError:
    return ApiError("INTERNAL_ERROR", f'Failure("{text}")')
