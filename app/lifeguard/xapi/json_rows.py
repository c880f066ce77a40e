"""Large JSON answers, taken apart while they arrive: rows are cut out of the middle, the rest is read at the end."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from lifeguard.xapi.failures import MalformedAnswer
from lifeguard.xapi.json_answer import loads, result_of
from lifeguard.xapi.rows import ANSWER_LIMIT_BYTES, Rest, Row, Shape, row

_SLICE_BYTES = 1 << 16
_WINDOW_BYTES = 1 << 15
_HEAD_BYTES = 4096
_GIVE_UP_AFTER = 4

# A quotation mark that a letter or a colon-free key follows opens a string; so what stands before it is structure, not
# text, and both cuts are sound. Whether they are at the right depth is proven by decoding what they cut out.
_START = {
    "records": re.compile(rb'"result"\s*:\s*\{(?=\s*"[^"]{11})'),
    "events": re.compile(rb'"events"\s*:\s*\[(?=\s*\{)'),
    "event list": re.compile(rb'"result"\s*:\s*\[(?=\s*\{)'),
}
# Inside a record one map may follow another: only keys that look like the first one part records.
_BETWEEN_REFS = re.compile(rb'\}\s*(,)\s*"OpaqueRef:[^"\\]{1,200}"\s*:\s*\{')
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


class JsonRowReader:
    """See `rows.RowReader`."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._head: bytes | None = None
        self._buffer = bytearray()
        self._between = _BETWEEN_RECORDS if shape == "records" else _BETWEEN_EVENTS
        self._failed_cuts = 0
        self._next_cut_at = _SLICE_BYTES
        self._seen = 0

    def feed(self, chunk: bytes) -> list[Row]:
        self._buffer += chunk
        self._seen += len(chunk)
        if self._seen > ANSWER_LIMIT_BYTES:
            raise MalformedAnswer(f"an answer of more than {ANSWER_LIMIT_BYTES >> 20} MiB")
        if self._head is None and not self._behead():
            return []
        rows: list[Row] = []
        while len(self._buffer) >= self._next_cut_at and self._failed_cuts < _GIVE_UP_AFTER:
            cut = self._last_boundary(self._next_cut_at)
            piece = _piece(self._shape, bytes(self._buffer[:cut])) if cut else None
            if piece is None:
                self._failed_cuts += cut > 0
                self._next_cut_at *= 2
                continue
            rows += piece
            del self._buffer[: cut + 1]
            self._next_cut_at = _SLICE_BYTES
        return rows

    def finish(self) -> tuple[list[Row], Rest]:
        body = (self._head or b"") + bytes(self._buffer)
        self._buffer.clear()
        try:
            envelope = _ENVELOPE.decode(body)
            if envelope.error is None and envelope.result:
                return self._result(envelope.result)
        except _BROKEN:
            pass
        return self._leniently(body)

    def _behead(self) -> bool:
        found = _START[self._shape].search(self._buffer, 0, _HEAD_BYTES)
        if found is None:
            return False
        self._head = bytes(self._buffer[: found.end()])
        del self._buffer[: found.end()]
        if self._shape == "records" and self._buffer.lstrip().startswith(b'"OpaqueRef:'):
            self._between = _BETWEEN_REFS
        return True

    def _last_boundary(self, upto: int) -> int:
        """Where the last separator before `upto` stands, 0 when there is none nearby."""
        last = 0
        for found in self._between.finditer(self._buffer, max(0, upto - _WINDOW_BYTES), upto):
            last = found.start(1)
        return last

    def _result(self, result: msgspec.Raw) -> tuple[list[Row], Rest]:
        if self._shape == "records":
            return _record_rows(_RECORDS.decode(result)), Rest()
        if self._shape == "event list":
            return _event_rows(_EVENT_LIST.decode(result)), Rest()
        told = _EVENTS.decode(result)
        return _event_rows(told.events), Rest(told.token, told.valid_ref_counts)

    def _leniently(self, body: bytes) -> tuple[list[Row], Rest]:
        """Errors, bare NaN, odd envelopes: the way that is sure rather than fast."""
        result = result_of(loads(body))
        if self._shape == "records":
            return _loose_records(result), Rest()
        if self._shape == "event list":
            return _loose_events(result), Rest()
        if not isinstance(result, dict):
            raise MalformedAnswer("the answer to event.from is not a struct")
        token, counts = result.get("token"), result.get("valid_ref_counts") or {}
        if not isinstance(token, str) or not isinstance(counts, dict):
            raise MalformedAnswer("the answer to event.from lacks its token")
        return _loose_events(result.get("events")), Rest(token, _counts(counts))


def _piece(shape: Shape, piece: bytes) -> list[Row] | None:
    """The rows in JSON text cut out between two separators, None when the cut was not between rows."""
    try:
        if shape == "records":
            return _record_rows(_RECORDS.decode(b"{" + piece + b"}"))
        return _event_rows(_EVENT_LIST.decode(b"[" + piece + b"]"))
    except _BROKEN:
        pass
    try:
        if shape == "records":
            return _loose_records(json.loads(b"{" + piece + b"}"))
        return _loose_events(json.loads(b"[" + piece + b"]"))
    except (ValueError, RecursionError, MalformedAnswer):
        return None


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


def _loose_records(records: Any) -> list[Row]:
    if records == "":
        return []
    if not isinstance(records, dict) or not all(isinstance(record, dict) for record in records.values()):
        raise MalformedAnswer("the answer is not a map of records")
    return [Row("", ref, "add", _dumps(record)) for ref, record in records.items()]


def _loose_events(events: Any) -> list[Row]:
    if not isinstance(events, list):
        raise MalformedAnswer("the events are not an array")
    return [_loose_event(event) for event in events]


def _loose_event(event: Any) -> Row:
    if not isinstance(event, dict):
        raise MalformedAnswer("an event is not a struct")
    class_name, ref, operation = event.get("class"), event.get("ref"), event.get("operation")
    snapshot = event.get("snapshot")
    if not (isinstance(class_name, str) and isinstance(ref, str) and isinstance(operation, str)):
        raise MalformedAnswer("an event lacks class, ref or operation")
    if snapshot is not None and not isinstance(snapshot, dict):
        raise MalformedAnswer("an event's snapshot is not a record")
    return row(class_name, ref, operation, None if snapshot is None else _dumps(snapshot))


def _dumps(record: Any) -> bytes:
    return json.dumps(record, separators=(",", ":")).encode()


def _counts(counts: dict[str, Any]) -> dict[str, int]:
    try:
        return {str(name): int(count) for name, count in counts.items()}
    except (TypeError, ValueError, OverflowError):
        raise MalformedAnswer("valid_ref_counts are not numbers") from None
