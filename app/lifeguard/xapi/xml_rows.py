"""Large XML-RPC answers, taken apart while they arrive: rows are cut out of the middle, the rest is read at the end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from lifeguard.xapi.failures import MalformedAnswer
from lifeguard.xapi.piecewise import NotBetweenRows
from lifeguard.xapi.rows import Rest, Row, Shape, row, rows_of
from lifeguard.xapi.xml_answer import loads, result_of
from lifeguard.xapi.xml_record import XmlRecord, plain_json
from lifeguard.xapi.xml_text import NotPlain, condensed

_HEAD_BYTES = 4096

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


class XmlRows:
    """See `piecewise.Grammar`."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._key = b""

    def start(self, buffer: bytearray) -> int:
        found = _START[self._shape].search(buffer, 0, _HEAD_BYTES)
        if found is None:
            return 0
        key = _KEY.match(buffer, found.end())
        self._key = key[1] if key is not None else b""
        return found.end()

    def cut(self, buffer: bytearray, upto: int) -> tuple[list[Row], int]:
        if self._shape == "records":
            closes, opens = _ROW_CLOSES, _ROW_OPENS + self._key
        else:
            closes, opens = _EVENT_CLOSES, _EVENT_OPENS
        end = buffer.rfind(closes + opens, 0, upto)
        if end < 0 or opens == _ROW_OPENS:
            return [], 0
        end += len(closes)
        try:
            text = condensed(bytes(buffer[:end]))
            return list(_record_rows(text, self._key) if self._shape == "records" else _event_rows(text)), end
        except (NotPlain, msgspec.MsgspecError, UnicodeDecodeError):
            raise NotBetweenRows from None

    def finish(self, head: bytes, tail: bytearray) -> tuple[list[Row], Rest]:
        rows, end = self._last_cut(tail) if head else ([], 0)
        more, rest = rows_of(self._shape, result_of(loads(head + bytes(tail[end:]))), _text)
        return rows + more, rest

    def _last_cut(self, tail: bytearray) -> tuple[list[Row], int]:
        try:
            return self.cut(tail, len(tail))
        except NotBetweenRows:
            return [], 0


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


def _text(record: Any) -> bytes:
    try:
        return plain_json(record)
    except (ValueError, TypeError, RecursionError):
        raise MalformedAnswer("a record holds what no record can") from None
