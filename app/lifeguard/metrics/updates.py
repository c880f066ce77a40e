"""What `/rrd_updates` answers: rows of values since an instant, for every data source of a host and its VMs and SRs."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Final

import msgspec
import numpy as np

from lifeguard.metrics.document import (
    MAX_COLUMNS,
    Cut,
    FloatArray,
    IntArray,
    MalformedRrd,
    as_text,
    cut_updates,
    malformed_only,
    parse_xml,
    row_step_s,
    strict_json,
)
from lifeguard.metrics.rows import Row, table_rows

_VALUES_PER_STEP: Final = 12_000
_ENTRIES_PER_STEP: Final = 1_500


class Source(msgspec.Struct, frozen=True):
    """One column: consolidation function ("AVERAGE"), owner ("host", "vm" or "sr", and its uuid), data-source name."""

    cf: str
    owner_kind: str
    owner_uuid: str
    name: str


class Updates(msgspec.Struct, frozen=True):
    """times_s: int64[n] UTC, strictly ascending; values: float64[n, m], column j belongs to legend[j].

    NaN = not sampled; infinities are kept as the server sent them (MIN and MAX of a span without any sample).
    """

    step_s: int
    times_s: IntArray
    legend: tuple[Source, ...]
    values: FloatArray


class _Meta(msgspec.Struct):
    step: float


class _Document(msgspec.Struct):
    meta: _Meta
    data: list[int]


def decode_updates(body: bytes) -> Updates:
    """Decode an rrd_updates document: XML, JSON with numbers or strings, or the JavaScript-like text of older servers.

    The step is the document's, whatever was asked for. Raises MalformedRrd on anything else, also when truncated or
    when a row is shorter or longer than the legend. Source: xen-api, ocaml/libs/xapi-rrd/lib/rrd_updates.ml.
    """
    steps = iter_updates(body)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            updates: Updates = done.value
            return updates


def iter_updates(body: bytes) -> Generator[None, None, Updates]:
    """Decode as `decode_updates` does, pausing about every millisecond; the generator's return value is the result.

    For use on the event loop: await something between two steps. A thread would not help, since the parsers hold the
    interpreter lock for as long as they run.
    """
    with malformed_only():
        cut = cut_updates(as_text(body))
        yield
        step_s, entries, mark = _xml_frame(cut) if cut.is_xml else _json_frame(cut)
        if len(entries) > MAX_COLUMNS:
            raise MalformedRrd("more columns than any pool has")
        yield
        legend: list[Source] = []
        for first in range(0, len(entries), _ENTRIES_PER_STEP):
            legend += map(_source, entries[first : first + _ENTRIES_PER_STEP])
            yield
        rows = table_rows(cut.table(mark), len(legend), cut.is_xml, is_timed=True)
        times, values = yield from _collect(rows)
        order = _ascending(times)
        matrix = np.vstack(values)[order] if values else np.empty((0, len(legend)))
        return Updates(step_s, np.array(times, dtype=np.int64)[order], tuple(legend), matrix)


def _collect(rows: Iterator[Row]) -> Generator[None, None, tuple[list[int], list[FloatArray]]]:
    times: list[int] = []
    values: list[FloatArray] = []
    since_pause = 0
    for time_s, row in rows:
        if time_s is None:
            raise MalformedRrd("a row has no time")
        times.append(time_s)
        values.append(row)
        since_pause += len(row) + 50
        if since_pause >= _VALUES_PER_STEP:
            since_pause = 0
            yield
    return times, values


def _ascending(times: list[int]) -> IntArray:
    """Row numbers in order of time, of rows with the same time only the one written first."""
    _, first = np.unique(np.array(times, dtype=np.int64), return_index=True)
    return first.astype(np.int64)


def _source(entry: str) -> Source:
    parts = entry.split(":", 3)
    if len(parts) != 4:
        raise MalformedRrd(f"{entry[:80]!r} does not name a data source")
    return Source(*parts)


def _xml_frame(cut: Cut) -> tuple[int, list[str], str | None]:
    root = parse_xml(cut.skeleton)
    data, legend = root.find("data"), root.find("meta/legend")
    if root.tag != "xport" or data is None or len(data) or legend is None:
        raise MalformedRrd("not an xport document")
    entries = [entry.text or "" for entry in legend]
    return row_step_s(float(root.findtext("meta/step", "nan"))), entries, data.text


def _json_frame(cut: Cut) -> tuple[int, list[str], int | None]:
    try:
        document = msgspec.json.decode(cut.skeleton, type=_Document, strict=False)
    except msgspec.DecodeError:
        document = msgspec.json.decode(strict_json(cut.skeleton), type=_Document, strict=False)
    return row_step_s(document.meta.step), list(cut.legend), next(iter(document.data), None)
