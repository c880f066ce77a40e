"""One value of a database row: its text by the type of its field, both ways."""

from __future__ import annotations

from typing import Any

from lifeguard.datamodel.schema import Type
from lifeguard.datamodel.sexpr import Node, Unreadable, parse, quote


def read(kind: Type, text: str) -> tuple[str, Any]:
    """The value of an attribute, and what is wrong with its text ("" when nothing is).

    A text that is not of the type gives as much of the value as could be read, at worst the type's zero.
    """
    try:
        match kind.kind:
            case "set":
                return _read_set(kind, parse(text))
            case "map":
                return _read_map(kind, parse(text))
            case "option":
                inner = parse(text)
                return read(kind.of[0], _text(inner[0])) if inner else ("", None)
            case _:
                return "", _scalar(kind, text)
    except Unreadable as broken:
        return _salvage(kind, text, broken)
    except ValueError:
        return f"is {text[:40]!r}, not of type {kind.kind}", kind.zero


def _scalar(kind: Type, text: str) -> Any:
    match kind.kind:
        case "int":
            return int(text)
        case "float":
            return float(text)
        case "bool":
            if text.lower() not in ("true", "false"):
                raise ValueError(text)
            return text.lower() == "true"
        case _:
            return text


def _text(node: Node) -> str:
    if isinstance(node, str):
        return node
    raise ValueError("a list stands where a text belongs")


def _read_set(kind: Type, nodes: list[Node]) -> tuple[str, Any]:
    return "", tuple(_scalar(kind.of[0], _text(node)) for node in nodes)


def _read_map(kind: Type, nodes: list[Node]) -> tuple[str, Any]:
    values: dict[Any, Any] = {}
    lost = 0
    for node in nodes:
        if isinstance(node, str) or len(node) != 2:
            lost += 1
            continue
        key, value = node
        values[_scalar(kind.of[0], _text(key))] = _map_value(kind.of[1], value)
    return (f"has {lost} entries that are no pairs" if lost else ""), values


def _map_value(kind: Type, node: Node) -> Any:
    if kind.kind in ("set", "map"):
        nodes = node if isinstance(node, list) else parse(node)
        return (_read_set if kind.kind == "set" else _read_map)(kind, nodes)[1]
    return _scalar(kind, _text(node))


def _salvage(kind: Type, text: str, broken: Unreadable) -> tuple[str, Any]:
    try:
        value = (_read_map if kind.kind == "map" else _read_set)(kind, broken.so_far)[1]
    except ValueError:
        value = kind.zero
    if kind.kind == "option":
        return "", (_scalar(kind.of[0], text) if text else None)
    return f"is {text[:40]!r}: {broken}", value


def write(kind: Type, value: Any) -> str:
    """The text of a value, before white space is protected."""
    match kind.kind:
        case "bool":
            return "true" if value else "false"
        case "set":
            return f"({' '.join(quote(write(kind.of[0], item)) for item in value)})"
        case "map":
            pairs = (f"({quote(write(kind.of[0], k))} {quote(write(kind.of[1], v))})" for k, v in value.items())
            return f"({' '.join(pairs)})"
        case "option":
            return "()" if value is None else f"({quote(write(kind.of[0], value))})"
        case "float":
            return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)
        case _:
            return str(value)
