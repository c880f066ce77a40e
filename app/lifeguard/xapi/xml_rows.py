"""Large XML-RPC answers, taken apart while they arrive: rows are cut out of the middle, the rest is read at the end.

Records become JSON text, as in the other protocol: one form to keep, to compare and to read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from lifeguard.xapi.failures import MalformedAnswer
from lifeguard.xapi.json_rows import decode_piece
from lifeguard.xapi.rows import ANSWER_LIMIT_BYTES, Rest, Row, Shape, row
from lifeguard.xapi.xml_answer import loads, result_of
from lifeguard.xapi.xml_text import NotPlain, as_json

_SLICE_BYTES = 1 << 16
_HEAD_BYTES = 4096
_GIVE_UP_AFTER = 4

_START = {
    "records": re.compile(rb"<name>Value</name>\s*<value>\s*<struct>(?=\s*<member>)"),
    "events": re.compile(rb"<name>events</name>\s*<value>\s*<array>\s*<data>(?=\s*<value>)"),
    "event list": re.compile(rb"<name>Value</name>\s*<value>\s*<array>\s*<data>(?=\s*<value>)"),
}
# Inside a record one map may follow another; only a ref can be the key of a record.
_BETWEEN = {
    "records": re.compile(rb"</struct></value></member>()<member><name>OpaqueRef:[^<]{1,200}</name><value><struct>"),
    "events": re.compile(rb"</member></struct></value>()<value><struct>"),
    "event list": re.compile(rb"</member></struct></value>()<value><struct>"),
}


class XmlRowReader:
    """See `rows.RowReader`."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._head: bytes | None = None
        self._buffer = bytearray()
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
            piece = self._cut_off(self._next_cut_at)
            if not piece:
                self._failed_cuts += 1
                self._next_cut_at = 2 * self._next_cut_at
                continue
            rows += piece
            self._next_cut_at = _SLICE_BYTES
        return rows

    def finish(self) -> tuple[list[Row], Rest]:
        rows = self._cut_off(len(self._buffer)) if self._head is not None else []
        result = result_of(loads((self._head or b"") + bytes(self._buffer)))
        self._buffer.clear()
        if self._shape == "records":
            return rows + _records(result), Rest()
        if self._shape == "event list":
            return rows + _events(result), Rest()
        if not isinstance(result, dict):
            raise MalformedAnswer("the answer to event.from is not a struct")
        token, counts = result.get("token"), result.get("valid_ref_counts") or {}
        if not isinstance(token, str) or not isinstance(counts, dict):
            raise MalformedAnswer("the answer to event.from lacks its token")
        return rows + _events(result.get("events")), Rest(token, _counts(counts))

    def _behead(self) -> bool:
        found = _START[self._shape].search(self._buffer, 0, _HEAD_BYTES)
        if found is None:
            return False
        self._head = bytes(self._buffer[: found.end()])
        del self._buffer[: found.end()]
        return True

    def _cut_off(self, upto: int) -> list[Row]:
        """The rows that are whole before `upto`, taken out of the buffer; none when they are not as servers write."""
        end = 0
        for found in _BETWEEN[self._shape].finditer(self._buffer, 0, upto):
            end = found.start(1)
        if not end:
            return []
        try:
            rows = decode_piece(self._shape, as_json(bytes(self._buffer[:end])))
        except NotPlain:
            return []
        if rows:
            del self._buffer[:end]
        return rows or []


def _records(result: Any) -> list[Row]:
    if result == "":
        return []
    if not isinstance(result, dict) or not all(isinstance(record, dict) for record in result.values()):
        raise MalformedAnswer("the answer is not a map of records")
    return [Row("", ref, "add", _as_text(record)) for ref, record in result.items()]


def _events(events: Any) -> list[Row]:
    if not isinstance(events, list):
        raise MalformedAnswer("the events are not an array")
    return [_event(event) for event in events]


def _event(event: Any) -> Row:
    if not isinstance(event, dict):
        raise MalformedAnswer("an event is not a struct")
    class_name, ref, operation = event.get("class"), event.get("ref"), event.get("operation")
    if not (isinstance(class_name, str) and isinstance(ref, str) and isinstance(operation, str)):
        raise MalformedAnswer("an event lacks class, ref or operation")
    record = event.get("snapshot")
    if record is not None and not isinstance(record, Mapping):
        raise MalformedAnswer("an event's snapshot is not a record")
    return row(class_name, ref, operation, None if record is None else _as_text(record))


def _as_text(record: Any) -> bytes:
    """As the fast way writes it: unchanged records must compare equal however they were read."""
    try:
        return json.dumps(_plain(record), separators=(",", ":"), ensure_ascii=False).encode()
    except (ValueError, TypeError, RecursionError):
        raise MalformedAnswer("a record holds what no record can") from None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return f"{value:.16g}" if isinstance(value, float) else value


def _counts(counts: dict[str, Any]) -> dict[str, int]:
    try:
        return msgspec.convert(counts, dict[str, int], strict=False)
    except msgspec.ValidationError:
        raise MalformedAnswer("valid_ref_counts are not numbers") from None
