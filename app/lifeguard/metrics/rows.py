"""Rows of the tables of an RRD document, one at a time: text in, (time or None, float64[m]) out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lifeguard.metrics.document import MAX_ROWS, FloatArray, MalformedRrd, numbers, whole_seconds

Row = tuple[int | None, FloatArray]

_BLANKS: Final = ("\n", " ", "\t", "\r")
_GAP: Final = re.compile(r">\s++<")
_TIMED_ROW: Final = re.compile(
    r'\s*+\{\s*+(?:"?+t"?+\s*+:\s*+"?+(?P<before>[^",\]}]*+)"?+\s*+,\s*+)?+'
    r'"?+values"?+\s*+:\s*+\[(?P<values>[^\[\]]*+)\]\s*+'
    r'(?:,\s*+"?+t"?+\s*+:\s*+"?+(?P<after>[^",\]}]*+)"?+\s*+)?+\}\s*+(?P<more>,?+)'
)
_PLAIN_ROW: Final = re.compile(r"\s*+\[(?P<values>[^\[\]]*+)\]\s*+(?P<more>,?+)")


def table_rows(table: str, columns: int, is_xml: bool, is_timed: bool) -> Iterator[Row]:
    """Rows of a table in document order, read as they are asked for. Raises MalformedRrd or ValueError."""
    rows = _xml_rows(table, columns) if is_xml else _json_rows(table, columns, is_timed)
    for count, row in enumerate(rows, start=1):
        if count > MAX_ROWS:
            raise MalformedRrd("more rows than any archive has")
        yield row


def _xml_rows(table: str, columns: int) -> Iterator[Row]:
    """Rows `<row><t>1</t><v>2</v>..</row>` in document order; the time is None where there is no `<t>`."""
    is_spaced = any(blank in table for blank in _BLANKS)
    at = 0
    while (end := table.find("</row>", at)) >= 0:
        row = table[at:end]
        yield _xml_row(_GAP.sub("><", row.strip()) if is_spaced else row, columns)
        at = end + len("</row>")
    if table[at:].strip():
        raise MalformedRrd("a row is not closed")


def _xml_row(row: str, columns: int) -> Row:
    if not row.startswith("<row>"):
        raise MalformedRrd("something other than a row stands in a table")
    cells, time_s = row[len("<row>") :].strip(), None
    if cells.startswith("<t>"):
        stamp, closing, cells = cells[len("<t>") :].partition("</t>")
        time_s = whole_seconds(float(stamp)) if closing else None
    if not cells:
        return time_s, numbers("", columns)
    if not (cells.startswith("<v>") and cells.endswith("</v>")):
        raise MalformedRrd("something other than values stands in a row")
    if "," in cells:
        raise MalformedRrd("a value is not a number")
    return time_s, numbers(cells[len("<v>") : -len("</v>")].replace("</v><v>", ","), columns)


def _json_rows(table: str, columns: int, is_timed: bool) -> Iterator[Row]:
    """Rows `{t:1,values:[2,..]}` (timed) or `[2,..]`, keys bare or quoted, numbers bare, quoted or null."""
    shape = _TIMED_ROW if is_timed else _PLAIN_ROW
    at, more = 0, False
    while (row := shape.match(table, at)) is not None:
        yield _json_time(row, is_timed), numbers(_bare(row["values"]), columns)
        at, more = row.end(), bool(row["more"])
        if not more:
            break
    if more or table[at:].strip():
        raise MalformedRrd("a row is broken")


def _json_time(row: re.Match[str], is_timed: bool) -> int | None:
    if not is_timed:
        return None
    stamp = row["before"] if row["before"] is not None else row["after"]
    return None if stamp is None else whole_seconds(float(stamp))


def _bare(values: str) -> str:
    bare = values.replace('"', "")
    return bare.replace("null", "NaN") if "null" in bare else bare
