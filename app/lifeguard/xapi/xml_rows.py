"""Large XML-RPC answers, taken apart while they arrive: rows are cut out of the middle, the rest is read at the end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from lifeguard.xapi.failures import MalformedAnswer
from lifeguard.xapi.rows import ANSWER_LIMIT_BYTES, Rest, Row, Shape, row
from lifeguard.xapi.xml_answer import loads, result_of
from lifeguard.xapi.xml_record import XmlRecord, plain_json
from lifeguard.xapi.xml_text import NotPlain, condensed

_SLICE_BYTES = 1 << 16
_HEAD_BYTES = 4096
_GIVE_UP_AFTER = 4

_START = {
    "records": re.compile(rb"<name>Value</name>\s*<value>\s*<struct>(?=\s*<member>\s*<name>[^<]+<)"),
    "events": re.compile(rb"<name>events</name>\s*<value>\s*<array>\s*<data>(?=\s*<value>)"),
    "event list": re.compile(rb"<name>Value</name>\s*<value>\s*<array>\s*<data>(?=\s*<value>)"),
}
_ROW_OPENS, _ROW_CLOSES = b"<member><name>", b"</struct></value></member>"
_EVENT_OPENS, _EVENT_CLOSES = b"<value><struct><member><name>", b"</value></member></struct></value>"
# Inside a record one map may follow another: only a key that begins like the first one, such as "OpaqueRef:", can be
# that of the next record.
_KEY = re.compile(rb"<member><name>([A-Za-z]{1,30}:)")


class _Told(msgspec.Struct):
    """What an event says beside its snapshot."""

    class_name: str = msgspec.field(name="class")
    operation: str
    ref: str


_TOLD = msgspec.json.Decoder(_Told)


class XmlRowReader:
    """See `rows.RowReader`."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._head: bytes | None = None
        self._key = b""
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
            rows += piece
            self._next_cut_at = _SLICE_BYTES if piece else 2 * self._next_cut_at
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
        key = _KEY.match(self._buffer)
        self._key = key[1] if key is not None else b""
        return True

    def _cut_off(self, upto: int) -> list[Row]:
        """The rows that are whole before `upto`, taken out of the buffer; none when they are not as servers write."""
        if self._shape == "records":
            closes, opens = _ROW_CLOSES, _ROW_OPENS + self._key
        else:
            closes, opens = _EVENT_CLOSES, _EVENT_OPENS
        end = self._buffer.rfind(closes + opens, 0, upto)
        if end < 0 or opens == _ROW_OPENS:
            return []
        end += len(closes)
        try:
            text = condensed(bytes(self._buffer[:end]))
            rows = list(_record_rows(text, self._key) if self._shape == "records" else _event_rows(text))
        except (NotPlain, msgspec.MsgspecError, UnicodeDecodeError):
            self._failed_cuts += 1
            return []
        del self._buffer[:end]
        return rows


def _record_rows(text: bytes, key: bytes) -> Iterator[Row]:
    """The rows in condensed members of a map of records, whose refs all begin with `key`. Raises NotPlain."""
    opens = _ROW_OPENS + key
    if not (text.startswith(opens) and text.endswith(_ROW_CLOSES)):
        raise NotPlain
    for part in text[len(opens) : -len(_ROW_CLOSES)].split(b'</struct>","' + key):
        ref, found, record = part.partition(b'":"<struct>')
        if not found or b"<" in ref or b"&" in ref or b'"' in ref or b"\\" in ref:
            raise NotPlain
        yield Row("", (key + ref).decode(), "add", _record(record))


def _event_rows(text: bytes) -> Iterator[Row]:
    """The rows in a condensed array of events. Raises NotPlain, MsgspecError, MalformedAnswer."""
    if not (text.startswith(_EVENT_OPENS) and text.endswith(_EVENT_CLOSES)):
        raise NotPlain
    for event in text[len(_EVENT_OPENS) : -len(_EVENT_CLOSES)].split(_EVENT_CLOSES + _EVENT_OPENS):
        before, found, rest = (b'"' + event).partition(b'"snapshot":"<struct>')
        record, _, after = rest.rpartition(b"</struct>")
        text = b'{%s%s%s"}' % (before, b'"":"' if found else b"", after)
        if b"<" in text or b"&" in text:
            raise NotPlain
        told = _TOLD.decode(text)
        yield row(told.class_name, told.ref, told.operation, _record(record) if found else None)


def _record(text: bytes) -> XmlRecord:
    if text.count(b"<struct>") != text.count(b"</struct>"):
        raise NotPlain  # cut at the wrong place
    return XmlRecord(text)


def _records(result: Any) -> list[Row]:
    if result == "":
        return []
    if not isinstance(result, dict) or not all(isinstance(record, dict) for record in result.values()):
        raise MalformedAnswer("the answer is not a map of records")
    return [Row("", ref, "add", _text(record)) for ref, record in result.items()]


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
    return row(class_name, ref, operation, None if record is None else _text(record))


def _text(record: Any) -> bytes:
    try:
        return plain_json(record)
    except (ValueError, TypeError, RecursionError):
        raise MalformedAnswer("a record holds what no record can") from None


def _counts(counts: dict[str, Any]) -> dict[str, int]:
    try:
        return msgspec.convert(counts, dict[str, int], strict=False)
    except msgspec.ValidationError:
        raise MalformedAnswer("valid_ref_counts are not numbers") from None
