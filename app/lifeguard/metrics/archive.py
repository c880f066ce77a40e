"""What `/host_rrd`, `/vm_rrd` and `/sr_rrd` answer: one object's whole history, all archives of all its sources."""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from lifeguard.metrics.document import (
    MAX_COLUMNS,
    Cut,
    FloatArray,
    IntArray,
    MalformedRrd,
    as_text,
    cut_archives,
    malformed_only,
    parse_xml,
    row_step_s,
    strict_json,
    whole_seconds,
)
from lifeguard.metrics.rows import table_rows

_VALUES_PER_STEP: Final = 12_000


class Archive(msgspec.Struct, frozen=True):
    """times_s: int64[n] UTC, ascending, step_s apart; values: float64[n, m], NaN = not sampled, columns as in names."""

    cf: str
    step_s: int
    times_s: IntArray
    values: FloatArray


class Archives(msgspec.Struct, frozen=True):
    """Every archive of one object, in the server's order (fine to coarse per consolidation function)."""

    last_update_s: float
    names: tuple[str, ...]
    archives: tuple[Archive, ...]

    def pick(self, cf: str, step_s: int) -> Archive | None:
        """The archive of this consolidation function and step, if the server keeps one."""
        return next((one for one in self.archives if one.cf == cf and one.step_s == step_s), None)


class _DataSource(msgspec.Struct):
    name: str


class _Rra(msgspec.Struct):
    cf: str
    pdp_per_row: float
    database: list[int]


class _Rrd(msgspec.Struct):
    step: float
    lastupdate: float
    ds: list[_DataSource]
    rra: list[_Rra]


def decode_archive(body: bytes) -> Archives:
    """Decode a whole RRD, XML or JSON (numbers or strings, strict or JavaScript-like). Raises MalformedRrd.

    Rows come oldest first; the last row of an archive stands at the last full multiple of its step before lastupdate.
    Source: xen-api, ocaml/libs/xapi-rrd/lib/rrd.ml.
    """
    steps = iter_archive(body)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            archives: Archives = done.value
            return archives


def iter_archive(body: bytes) -> Generator[None, None, Archives]:
    """Decode as `decode_archive` does, pausing about every millisecond; the generator's return value is the result."""
    with malformed_only():
        cut = cut_archives(as_text(body))
        yield
        rrd = _xml_frame(cut) if cut.is_xml else _json_frame(cut)
        last_update_s = float(whole_seconds(rrd.lastupdate)) + rrd.lastupdate % 1
        names = tuple(source.name for source in rrd.ds)
        if len(names) > MAX_COLUMNS:
            raise MalformedRrd("more data sources than any object has")
        archives: list[Archive] = []
        for rra in rrd.rra:
            step_s = row_step_s(rrd.step, rra.pdp_per_row)
            values = yield from _values(cut, rra, len(names))
            archives.append(Archive(rra.cf, step_s, _times(rrd.lastupdate, step_s, len(values)), values))
        return Archives(last_update_s, names, tuple(archives))


def _values(cut: Cut, rra: _Rra, columns: int) -> Generator[None, None, FloatArray]:
    table = cut.table(next(iter(rra.database), None))
    rows: list[FloatArray] = []
    since_pause = 0
    for _, row in table_rows(table, columns, cut.is_xml, is_timed=False):
        rows.append(row)
        since_pause += columns + 50
        if since_pause >= _VALUES_PER_STEP:
            since_pause = 0
            yield
    yield
    return np.vstack(rows) if rows else np.empty((0, columns))


def _times(last_update_s: float, step_s: int, rows: int) -> NDArray[np.int64]:
    newest_s = int(last_update_s // step_s) * step_s
    return newest_s - step_s * np.arange(rows - 1, -1, -1, dtype=np.int64)


def _xml_frame(cut: Cut) -> _Rrd:
    root = parse_xml(cut.skeleton)
    if root.tag != "rrd":
        raise MalformedRrd("not a whole RRD")
    rras = []
    for rra in root.findall("rra"):
        database = rra.find("database")
        if database is None or len(database):
            raise MalformedRrd("an archive without its table")
        mark = (database.text or "").strip()
        pdp_per_row = float(rra.findtext("pdp_per_row", "nan"))
        rras.append(_Rra(rra.findtext("cf", "").strip(), pdp_per_row, [int(mark)] if mark else []))
    sources = [_DataSource(source.findtext("name", "").strip()) for source in root.findall("ds")]
    return _Rrd(float(root.findtext("step", "nan")), float(root.findtext("lastupdate", "nan")), sources, rras)


def _json_frame(cut: Cut) -> _Rrd:
    try:
        return msgspec.json.decode(cut.skeleton, type=_Rrd, strict=False)
    except msgspec.DecodeError:
        return msgspec.json.decode(strict_json(cut.skeleton), type=_Rrd, strict=False)
