"""Reading a large answer while it arrives: which bytes to try, how often, and when to leave the rest to the end."""

from __future__ import annotations

from typing import Protocol

from lifeguard.xapi.failures import MalformedAnswer
from lifeguard.xapi.rows import ANSWER_LIMIT_BYTES, Rest, Row

_SLICE_BYTES = 1 << 16
_GIVE_UP_AFTER = 4


class NotBetweenRows(Exception):
    """What was cut out is no run of whole rows: the place only looked like a boundary."""


class Grammar(Protocol):
    """How rows stand in one kind of answer. An object serves one answer, for it may learn from the first row."""

    def start(self, buffer: bytearray) -> int:
        """Where the first row begins, 0 while that is not to be seen."""

    def cut(self, buffer: bytearray, upto: int) -> tuple[list[Row], int]:
        """The rows before the last boundary ahead of `upto`, and how many bytes they take; 0 when there is no boundary
        nearby. Raises NotBetweenRows, MalformedAnswer."""

    def finish(self, head: bytes, tail: bytearray) -> tuple[list[Row], Rest]:
        """What stands before the first row and after the last one that was cut. Raises ApiFailure, MalformedAnswer."""


class PiecewiseReader:
    """See `rows.RowReader`."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
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
            piece = self._cut()
            rows += piece
            self._next_cut_at = _SLICE_BYTES if piece else 2 * self._next_cut_at
        return rows

    def finish(self) -> tuple[list[Row], Rest]:
        try:
            return self._grammar.finish(self._head or b"", self._buffer)
        finally:
            self._buffer.clear()

    def _behead(self) -> bool:
        start = self._grammar.start(self._buffer)
        if start:
            self._head = bytes(self._buffer[:start])
            del self._buffer[:start]
        return start > 0

    def _cut(self) -> list[Row]:
        try:
            rows, end = self._grammar.cut(self._buffer, self._next_cut_at)
        except NotBetweenRows:
            self._failed_cuts += 1
            return []
        del self._buffer[:end]
        return rows
