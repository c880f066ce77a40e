"""From what came over a wire or out of a dump to a typed record: leniently, because every server version differs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeAlias, TypeVar, get_type_hints

import msgspec

from lifeguard.datamodel.records import RECORDS, Record


class Unread(msgspec.Struct, frozen=True, gc=False):
    """A record in a notation that is not JSON, left as it arrived. Two are equal when they are written alike."""

    text: bytes

    def as_json(self) -> bytes:
        """The same record as JSON text. Raises MalformedRecord."""
        raise NotImplementedError


Payload: TypeAlias = bytes | Mapping[str, Any] | Unread
"""One record as it arrived: its JSON text or what can become it (from servers), or a mapping of field name to wire
value (from dumps)."""

R = TypeVar("R", bound=Record)


class UnknownRecord(Record, frozen=True, kw_only=True):
    """A record of a class that this description does not know: kept as it came, so that it can at least be shown."""

    class_name: str = ""
    fields: dict[str, Any] = msgspec.field(default_factory=dict)


class MalformedRecord(Exception):
    """The payload is not a record at all: no mapping of field names to values."""


def decode_record(class_name: str, ref: str, payload: Payload, problems: list[str] | None = None) -> Record:
    """Decode one record of `class_name` (IDL spelling).

    Missing fields get their defaults, unknown fields are passed over, enum values are never judged. A field whose value
    cannot be of its type gets its default too and is named in `problems`. Raises MalformedRecord.
    """
    kind = RECORDS.get(class_name)
    if kind is None:
        return UnknownRecord(ref=ref, class_name=class_name, fields=dict(plain(payload)))
    record: Record
    if isinstance(payload, Unread):
        payload = payload.as_json()
    try:
        if isinstance(payload, bytes):
            record = _json_decoder(kind).decode(payload)
        else:
            record = msgspec.convert(payload, kind, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        record = _decode_field_by_field(kind, plain(payload), [] if problems is None else problems)
    msgspec.structs.force_setattr(record, "ref", ref)
    return record


def plain(payload: Payload) -> Mapping[str, Any]:
    """The payload as a mapping of field name to wire value. Raises MalformedRecord."""
    if isinstance(payload, Unread):
        payload = payload.as_json()
    if not isinstance(payload, bytes):
        return payload
    try:
        value = json.loads(payload)  # unlike msgspec it reads the bare NaN and Infinity of some servers
    except (ValueError, RecursionError) as broken:
        raise MalformedRecord(f"a record is not JSON: {broken}") from None
    if not isinstance(value, dict):
        raise MalformedRecord(f"a record is a JSON {type(value).__name__}, not an object")
    return value


@cache
def _json_decoder(kind: type[R]) -> msgspec.json.Decoder[R]:
    return msgspec.json.Decoder(kind, strict=False)


@cache
def _field_types(kind: type[Record]) -> dict[str, Any]:
    return {name: hint for name, hint in get_type_hints(kind).items() if name != "ref"}


def _decode_field_by_field(kind: type[R], wire: Mapping[str, Any], problems: list[str]) -> R:
    values: dict[str, Any] = {}
    for name, hint in _field_types(kind).items():
        if name not in wire:
            continue
        value = wire[name]
        try:
            values[name] = msgspec.convert(_nearest(value, hint), hint, strict=False)
        except (msgspec.MsgspecError, RecursionError):
            problems.append(f"{name} is {str(value)[:60]!r}")
    return kind(**values)


def _nearest(value: Any, hint: Any) -> Any:
    """Undo the known slips of servers and old dumps: empty text for an empty collection, a number for a text."""
    text = isinstance(value, str)
    if value == "" and hint not in (str, bool, int, float) and getattr(hint, "__origin__", None) in (dict, tuple):
        return {} if hint.__origin__ is dict else []
    if text and hint in (int, float):
        return value.strip()
    if not text and isinstance(value, int | float) and getattr(hint, "__supertype__", hint) is str:
        return str(value)
    return value
