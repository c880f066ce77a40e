"""Taking an RRD document apart: the long regular tables are cut out as text, a real parser reads the small rest.

A document is a few hundred scalars around tables of up to millions of numbers. The tables are scanned row by row (fast,
and in steps a caller can interleave with other work); the rest, the skeleton, goes through defusedxml or msgspec, so
that well-formedness, entities and nesting are judged by parsers made for it. Each cut leaves its number behind:
`<data>0</data>`, `"data":[0]`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final
from xml.etree.ElementTree import Element

import msgspec
import numpy as np
from defusedxml.ElementTree import ParseError, fromstring
from numpy.typing import NDArray

MAX_BODY_BYTES: Final = 64 * 2**20
MAX_COLUMNS: Final = 100_000
MAX_ROWS: Final = 10_000
_MAX_SKELETON_CHARS: Final = 8 * 2**20
_UPDATES_TABLE: Final = "data"
_MAX_TIME_S: Final = 2**53
_MAX_STEP_S: Final = 366 * 86_400

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class MalformedRrd(Exception):
    """The bytes are not a whole, sound RRD document; callers drop the answer and ask again at the next poll."""


@contextmanager
def malformed_only() -> Iterator[None]:
    """Turn whatever broken bytes make the parsers below raise into `MalformedRrd`."""
    try:
        yield
    except (ValueError, OverflowError, RecursionError, ParseError, msgspec.DecodeError) as broken:
        raise MalformedRrd(f"not an RRD document: {broken}") from broken


@dataclass(frozen=True, slots=True)
class Cut:
    """A document without its tables. `legend` is set where the tables were cut from an rrd_updates JSON document."""

    is_xml: bool
    skeleton: str
    tables: tuple[str, ...]
    legend: tuple[str, ...] = ()

    def table(self, mark: str | int | None) -> str:
        """The table that stood where the skeleton now has `mark`; none there means a table without rows."""
        if mark is None or (isinstance(mark, str) and not mark.strip()):
            return ""
        number = int(mark)
        if not 0 <= number < len(self.tables):
            raise MalformedRrd("something stands where a table belongs")
        return self.tables[number]


def as_text(body: bytes) -> str:
    """UTF-8 text of a document, without byte order mark and surrounding blanks. Raises MalformedRrd when too large."""
    if len(body) > MAX_BODY_BYTES:
        raise MalformedRrd(f"{len(body)} bytes are more than any RRD document has")
    return body.decode("utf-8-sig").strip()


def cut_updates(text: str) -> Cut:
    """Cut the one table of an rrd_updates document, and from JSON the legend too, which may not be JSON."""
    if text.startswith("{"):
        legend, text = _cut_legend(text)
        return replace(_cut(text, _UPDATES_TABLE, "}"), legend=legend)
    return _cut(text, _UPDATES_TABLE, "}")


def cut_archives(text: str) -> Cut:
    """Cut all tables of a whole RRD."""
    return _cut(text, "database", "]")


def _cut(text: str, table: str, row_end: str) -> Cut:
    if text.startswith("<"):
        cut = _cut_xml(text, table, is_single=table == _UPDATES_TABLE)
    elif text.startswith("{"):
        cut = _cut_json(text, table, row_end)
    else:
        raise MalformedRrd("neither XML nor JSON")
    if len(cut.skeleton) > _MAX_SKELETON_CHARS:
        raise MalformedRrd("more frame than table")
    return cut


def _cut_xml(text: str, table: str, is_single: bool) -> Cut:
    opening, closing = f"<{table}>", f"</{table}>"
    kept: list[str] = []
    tables: list[str] = []
    at = 0
    while (begin := text.find(opening, at)) >= 0:
        begin += len(opening)
        # A table known to be the last one is closed near the end, and looking from there spares reading it once more.
        end = text.rfind(closing, begin) if is_single else text.find(closing, begin)
        if end < 0:
            raise MalformedRrd(f"<{table}> is not closed")
        kept += (text[at:begin], str(len(tables)))
        tables.append(text[begin:end])
        at = end
    return Cut(is_xml=True, skeleton="".join((*kept, text[at:])), tables=tuple(tables))


def _cut_json(text: str, table: str, row_end: str) -> Cut:
    key = re.compile(rf'(?<![\w"])("?+){table}\1\s*+:\s*+\[')
    end_of_table = re.compile(rf"{re.escape(row_end)}\s*+(?=\])")
    kept: list[str] = []
    tables: list[str] = []
    at = 0
    while (found := key.search(text, at)) is not None:
        begin = found.end()
        kept += (text[at:begin], str(len(tables)))
        if (empty := _EMPTY.match(text, begin)) is not None:
            end = empty.end()
        elif (last := end_of_table.search(text, begin)) is not None:
            end = last.end()
        else:
            raise MalformedRrd(f"{table} is not closed")
        tables.append(text[begin:end])
        at = end
    return Cut(is_xml=False, skeleton="".join((*kept, text[at:])), tables=tuple(tables))


_EMPTY: Final = re.compile(r"\s*+(?=\])")
_LEGEND_KEY: Final = re.compile(r'(?<![\w"])("?+)legend\1\s*+:\s*+(?=\[)')
_LOOSE_LEGEND_END: Final = re.compile(r'"\s*+\](?=\s*+[,}])')
_LOOSE_LEGEND_GAP: Final = re.compile(r'"\s*+,\s*+"')


def _cut_legend(text: str) -> tuple[tuple[str, ...], str]:
    """The legend, and the document without it. Writers that leave keys bare leave quotes in the legend unescaped."""
    key = _LEGEND_KEY.search(text)
    if key is None:
        raise MalformedRrd("no legend")
    begin = key.end()
    try:
        if not key[1]:
            raise ValueError("bare key")
        entries, end = json.JSONDecoder().raw_decode(text, begin)
    except ValueError:
        entries, end = _loose_legend(text, begin)
    if not all(isinstance(entry, str) for entry in entries):
        raise MalformedRrd("a legend entry is not a name")
    return tuple(entries), f"{text[:begin]}[]{text[end:]}"


def _loose_legend(text: str, begin: int) -> tuple[list[str], int]:
    if (empty := _EMPTY.match(text, begin + 1)) is not None:
        return [], empty.end() + 1
    closing = _LOOSE_LEGEND_END.search(text, begin)
    inner = "" if closing is None else text[begin + 1 : closing.start()].lstrip()
    if closing is None or not inner.startswith('"'):
        raise MalformedRrd("the legend is not a list of names")
    return _LOOSE_LEGEND_GAP.split(inner[1:]), closing.end()


# An unclosed string runs to the end: looking for its end again from every later quote would take quadratic time.
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?+|-?+\d[\w.+-]*+|-?+[A-Za-z_]\w*+')
_JSON_WORDS: Final = frozenset({"null", "true", "false"})


def strict_json(skeleton: str) -> str:
    """Quote bare keys and bare words (NaN, -Infinity) of the JavaScript-like dialect of older servers."""

    def quoted(token: re.Match[str]) -> str:
        is_bare = token[0].lstrip("-")[:1].isalpha() or token[0].startswith("_")
        return f'"{token[0]}"' if is_bare and token[0] not in _JSON_WORDS else token[0]

    return _TOKEN.sub(quoted, skeleton)


def numbers(text: str, count: int) -> FloatArray:
    """float64[count] from comma-separated text. Raises ValueError when there are more, fewer or others than numbers."""
    if text.count(",") != max(count - 1, 0):
        raise ValueError(f"a row has {text.count(',') + 1} values, the legend {count}")
    values = np.fromstring(text, dtype=np.float64, sep=",") if text.strip() else np.empty(0)
    if len(values) != count:
        raise ValueError("a value is not a number")
    return values


def whole_seconds(value: float, least: int = -_MAX_TIME_S, most: int = _MAX_TIME_S) -> int:
    """An instant or a step as int. Raises ValueError outside `least`..`most` or when not a number."""
    if not least <= value <= most:
        raise ValueError(f"{value} s is out of range")
    return int(value)


def row_step_s(step_s: float, pdp_per_row: float = 1) -> int:
    """Seconds between two rows of an archive. Raises ValueError when not within 1 s .. 1 year."""
    return whole_seconds(step_s * pdp_per_row, least=1, most=_MAX_STEP_S)


def parse_xml(skeleton: str) -> Element:
    """The element tree of an XML skeleton. Raises ValueError (entities, DTD) or ParseError, never expands anything."""
    root: Element = fromstring(skeleton, forbid_dtd=True)
    return root
