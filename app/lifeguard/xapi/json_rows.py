"""Large JSON answers, taken apart while they arrive: rows are cut out of the middle, the rest is read at the end."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from lifeguard.xapi.failures import MalformedAnswer
from lifeguard.xapi.json_answer import loads, result_of
from lifeguard.xapi.piecewise import NotBetweenRows
from lifeguard.xapi.rows import Rest, Row, Shape, row, rows_of

_WINDOW_BYTES = 1 << 15
_HEAD_BYTES = 4096

# A quotation mark that a letter or a colon-free key follows opens a string; so what stands before it is structure, not
# text, and both cuts are sound. Whether they are at the right depth is proven by decoding what they cut out.
_START = {
    "records": re.compile(rb'"result"\s*:\s*\{(?=\s*"[^"]{11})'),
    "events": re.compile(rb'"events"\s*:\s*\[(?=\s*\{)'),
    "event list": re.compile(rb'"result"\s*:\s*\[(?=\s*\{)'),
}
# Inside a record one map may follow another: only keys that look like the first one part records.
_BETWEEN_REFS = re.compile(rb'\}\s*(,)\s*"OpaqueRef:[^"\\]{1,200}"\s*:\s*\{')
_FIRST_IS_A_REF = re.compile(rb'\s*"OpaqueRef:')
_BETWEEN_RECORDS = re.compile(rb'\}\s*(,)\s*"[^"\\]{1,200}"\s*:\s*\{')
_BETWEEN_EVENTS = re.compile(rb'\}\s*(,)\s*\{\s*"[a-z_]{1,40}"\s*:')


class _Event(msgspec.Struct):
    class_name: str = msgspec.field(name="class")
    operation: str
    ref: str
    snapshot: msgspec.Raw = msgspec.Raw()


class _Events(msgspec.Struct):
    events: list[_Event]
    token: str = ""
    valid_ref_counts: dict[str, int] = {}


class _Envelope(msgspec.Struct):
    result: msgspec.Raw = msgspec.Raw()
    error: Any = None


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_RECORDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_EVENT_LIST = msgspec.json.Decoder(list[_Event])
_EVENTS = msgspec.json.Decoder(_Events, strict=False)
# What "this is not it" looks like when text is read as a certain shape; what is wrong is found by reading it leniently.
_BROKEN = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, MalformedAnswer)


class JsonRows:
    """See `piecewise.Grammar`."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._between = _BETWEEN_RECORDS if shape == "records" else _BETWEEN_EVENTS

    def start(self, buffer: bytearray) -> int:
        found = _START[self._shape].search(buffer, 0, _HEAD_BYTES)
        if found is None:
            return 0
        if self._shape == "records" and _FIRST_IS_A_REF.match(buffer, found.end()):
            self._between = _BETWEEN_REFS
        return found.end()

    def cut(self, buffer: bytearray, upto: int) -> tuple[list[Row], int]:
        comma = 0
        for found in self._between.finditer(buffer, max(0, upto - _WINDOW_BYTES), upto):
            comma = found.start(1)
        return (_piece(self._shape, bytes(buffer[:comma])), comma + 1) if comma else ([], 0)

    def finish(self, head: bytes, tail: bytearray) -> tuple[list[Row], Rest]:
        body = head + bytes(tail)
        try:
            envelope = _ENVELOPE.decode(body)
            if envelope.error is None and envelope.result:
                return self._result(envelope.result)
        except _BROKEN:
            pass
        # Errors, bare NaN, odd envelopes: the way that is sure rather than fast.
        return rows_of(self._shape, result_of(loads(body)), _dumps)

    def _result(self, result: msgspec.Raw) -> tuple[list[Row], Rest]:
        if self._shape == "records":
            return _record_rows(_RECORDS.decode(result)), Rest()
        if self._shape == "event list":
            return _event_rows(_EVENT_LIST.decode(result)), Rest()
        told = _EVENTS.decode(result)
        return _event_rows(told.events), Rest(told.token, told.valid_ref_counts)


def _piece(shape: Shape, piece: bytes) -> list[Row]:
    """The rows in JSON text cut out between two separators. Raises NotBetweenRows."""
    whole = b"{" + piece + b"}" if shape == "records" else b"[" + piece + b"]"
    try:
        return _record_rows(_RECORDS.decode(whole)) if shape == "records" else _event_rows(_EVENT_LIST.decode(whole))
    except _BROKEN:
        pass
    try:
        return rows_of("records" if shape == "records" else "event list", json.loads(whole), _dumps)[0]
    except (ValueError, RecursionError, MalformedAnswer):
        raise NotBetweenRows from None


def _record_rows(records: dict[str, msgspec.Raw]) -> list[Row]:
    return [Row("", ref, "add", _record(raw)) for ref, raw in records.items()]


def _event_rows(events: list[_Event]) -> list[Row]:
    return [row(event.class_name, event.ref, event.operation, _snapshot(event.snapshot)) for event in events]


def _snapshot(raw: msgspec.Raw) -> bytes | None:
    return None if not raw or bytes(raw) == b"null" else _record(raw)


def _record(raw: msgspec.Raw) -> bytes:
    text = bytes(raw)
    if not text.startswith(b"{"):
        raise MalformedAnswer("a record is not a struct")
    return text


def _dumps(record: Any) -> bytes:
    return json.dumps(record, separators=(",", ":")).encode()
