"""Large XML-RPC answers, taken apart while they arrive: rows are cut out of the middle, the rest is read at the end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

from lifeguard.datamodel.decode import MalformedRecord, Unread
from lifeguard.xapi.failures import MalformedAnswer
from lifeguard.xapi.rows import ANSWER_LIMIT_BYTES, Rest, Row, Shape, row
from lifeguard.xapi.xml_answer import loads, result_of

_SLICE_BYTES = 1 << 16
_HEAD_BYTES = 4096
_GIVE_UP_AFTER = 4
_WRAPPED = (b"<methodResponse><params><param>", b"</param></params></methodResponse>")

_START = {
    "records": re.compile(rb"<name>Value</name>\s*<value>\s*<struct>(?=\s*<member>)"),
    "events": re.compile(rb"<name>events</name>\s*<value>\s*<array>\s*<data>(?=\s*<value>)"),
    "event list": re.compile(rb"<name>Value</name>\s*<value>\s*<array>\s*<data>(?=\s*<value>)"),
}
_BETWEEN_RECORDS = re.compile(
    rb"</struct>\s*</value>\s*</member>()\s*<member>\s*<name>[^<]{1,200}</name>\s*<value>\s*<struct>"
)
_BETWEEN_EVENTS = re.compile(rb"</struct>\s*</value>()\s*<value>\s*<struct>")
_RECORD = re.compile(rb"\s*<member>\s*<name>([^<&]{1,200})</name>\s*(<value>.*</value>)\s*</member>\s*", re.DOTALL)
_EVENT_SNAPSHOT = re.compile(
    rb"<name>snapshot</name>\s*(<value>\s*<struct>.*</struct>\s*</value>)\s*</member>", re.DOTALL
)


class XmlRecord(Unread):
    """A record as the XML it arrived in, well-formed and balanced. Whoever reads it often keeps the typed record."""

    __slots__ = ("raw",)

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def fields(self) -> dict[str, Any]:
        try:
            value = loads(_WRAPPED[0] + self.raw + _WRAPPED[1])
        except MalformedAnswer as broken:
            raise MalformedRecord(str(broken)) from None
        if not isinstance(value, dict):
            raise MalformedRecord("a record is not a struct")
        return value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, XmlRecord) and self.raw == other.raw

    def __hash__(self) -> int:
        return hash(self.raw)


class XmlRowReader:
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
            piece = self._cut_off(self._next_cut_at)
            if not piece:
                self._failed_cuts += 1
                self._next_cut_at = 2 * self._next_cut_at
                continue
            rows += piece
            self._next_cut_at = _SLICE_BYTES
        return rows

    def finish(self) -> tuple[list[Row], Rest]:
        early = self._cut_off(len(self._buffer)) if self._head is not None else []
        result = result_of(loads((self._head or b"") + bytes(self._buffer)))
        self._buffer.clear()
        if self._shape == "records":
            return early + _records(result), Rest()
        if self._shape == "event list":
            return early + _events(result), Rest()
        if not isinstance(result, dict):
            raise MalformedAnswer("the answer to event.from is not a struct")
        token, counts = result.get("token"), result.get("valid_ref_counts") or {}
        if not isinstance(token, str) or not isinstance(counts, dict):
            raise MalformedAnswer("the answer to event.from lacks its token")
        return early + _events(result.get("events")), Rest(token, _counts(counts))

    def _cut_off(self, upto: int) -> list[Row]:
        """The rows that are whole before `upto`, taken out of the buffer."""
        cuts = self._boundaries(upto)
        if not cuts:
            return []
        rows, end = self._read(bytes(self._buffer[: cuts[-1]]), cuts)
        del self._buffer[:end]
        return rows

    def _behead(self) -> bool:
        found = _START[self._shape].search(self._buffer, 0, _HEAD_BYTES)
        if found is None:
            return False
        self._head = bytes(self._buffer[: found.end()])
        del self._buffer[: found.end()]
        return True

    def _boundaries(self, upto: int) -> list[int]:
        return [found.start(1) for found in self._between.finditer(self._buffer, 0, upto)]

    def _read(self, text: bytes, cuts: list[int]) -> tuple[list[Row], int]:
        """The whole rows among the cuts, and where the last of them ends: 0 when there is none, or when this is not how
        xapi writes."""
        rows: list[Row] = []
        start = 0
        for cut in cuts:
            piece = text[start:cut]
            if piece.count(b"<struct>") != piece.count(b"</struct>"):
                continue  # between two fields of a record: it ends at a later cut
            found = self._row(piece)
            if found is None:
                return [], 0
            rows.append(found)
            start = cut
        if b"<!" in text or not _is_well_formed(b"<x>" + text[:start] + b"</x>"):
            return [], 0
        return rows, start

    def _row(self, text: bytes) -> Row | None:
        if self._shape == "records":
            member = _RECORD.fullmatch(text)
            return Row("", member[1].decode(), "add", XmlRecord(member[2])) if member else None
        snapshot = _EVENT_SNAPSHOT.search(text)
        shell = text if snapshot is None else text[: snapshot.start(1)] + b"<value/>" + text[snapshot.end(1) :]
        try:
            event = loads(_WRAPPED[0] + shell + _WRAPPED[1])
            return _event(event, None if snapshot is None else XmlRecord(snapshot[1]))
        except MalformedAnswer:
            return None


def _is_well_formed(text: bytes) -> bool:
    parser = ParserCreate()
    try:
        parser.Parse(text, True)
    except ExpatError:
        return False
    return True


def _records(result: Any) -> list[Row]:
    if result == "":
        return []
    if not isinstance(result, dict) or not all(isinstance(record, dict) for record in result.values()):
        raise MalformedAnswer("the answer is not a map of records")
    return [Row("", ref, "add", record) for ref, record in result.items()]


def _events(events: Any) -> list[Row]:
    if not isinstance(events, list):
        raise MalformedAnswer("the events are not an array")
    return [_event(event, None) for event in events]


def _event(event: Any, snapshot: XmlRecord | None) -> Row:
    if not isinstance(event, dict):
        raise MalformedAnswer("an event is not a struct")
    class_name, ref, operation = event.get("class"), event.get("ref"), event.get("operation")
    if not (isinstance(class_name, str) and isinstance(ref, str) and isinstance(operation, str)):
        raise MalformedAnswer("an event lacks class, ref or operation")
    record = snapshot if snapshot is not None else event.get("snapshot")
    if record is not None and not isinstance(record, Mapping):
        raise MalformedAnswer("an event's snapshot is not a record")
    return row(class_name, ref, operation, record)


def _counts(counts: dict[str, Any]) -> dict[str, int]:
    try:
        return {str(name): int(count) for name, count in counts.items()}
    except (TypeError, ValueError, OverflowError):
        raise MalformedAnswer("valid_ref_counts are not numbers") from None
