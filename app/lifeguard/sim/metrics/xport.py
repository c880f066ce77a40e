"""The answer to `/rrd_updates`, written: XML, and the JSON of the release."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

from lifeguard.sim.metrics.choice import NothingToServe, Updates
from lifeguard.sim.metrics.dialect import Dialect
from lifeguard.sim.metrics.steps import Steps, at_once

XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_QUOTE = {'"': "&quot;"}


def write_xml(updates: Updates, dialect: Dialect) -> bytes:
    """An xport document, newest row first; sound in every release."""
    return at_once(writing_xml(updates, dialect))


def write_json(updates: Updates, dialect: Dialect) -> bytes:
    """The same as JSON. Older servers, whose text no JSON reader takes, fail when there is no row: so does this."""
    return at_once(writing_json(updates, dialect))


def writing_xml(updates: Updates, dialect: Dialect) -> Steps[bytes]:
    """Row by row."""
    entries = "".join(f"<entry>{escape(entry, _QUOTE)}</entry>" for entry in updates.legend)
    meta = "".join(f"<{name}>{number}</{name}>" for name, number in _meta(updates))
    cells = dialect.numbers.rows(updates.values, "<v>", "</v>", "")
    rows = []
    for time, row in zip(updates.times_s.tolist(), cells, strict=True):
        rows.append(f"<row><t>{time}</t>{row}</row>".encode())
        yield
    data = (b"<data>", *rows, b"</data>") if rows else (b"<data/>",)
    head = f"{XML_HEAD}<xport><meta>{meta}<legend>{entries}</legend></meta>".encode()
    return b"".join((head, *data, b"</xport>"))


def writing_json(updates: Updates, dialect: Dialect) -> Steps[bytes]:
    """Row by row. Raises NothingToServe."""
    if dialect.is_json_sound:
        return (yield from _sound_json(updates, dialect))
    if not len(updates.times_s):
        raise NothingToServe('Invalid_argument("index out of bounds")')
    meta = ",".join(f"{name}:{number}" for name, number in _meta(updates))
    legend = ",".join(f'"{entry}"' for entry in updates.legend)
    cells = dialect.numbers.rows(updates.values, "", "", ",")
    rows = []
    for time, row in zip(updates.times_s.tolist(), cells, strict=True):
        rows.append(f"{{t:{time},values:[{row}]}}")
        yield
    return f"{{meta: {{{meta},legend:[{legend}]}},data:[{','.join(rows)}]}}".encode()


def _sound_json(updates: Updates, dialect: Dialect) -> Steps[bytes]:
    meta = {name: str(number) for name, number in _meta(updates)}
    head = json.dumps({**meta, "legend": list(updates.legend)}, separators=(",", ":"))
    cells = dialect.numbers.rows(updates.values, '"', '"', ",")
    rows = []
    for time, row in zip(updates.times_s.tolist(), cells, strict=True):
        rows.append(f'{{"t":"{time}","values":[{row}]}}'.encode())
        yield
    return b"".join((f'{{"meta":{head},"data":['.encode(), b",".join(rows), b"]}"))


def _meta(updates: Updates) -> tuple[tuple[str, int], ...]:
    return (
        ("start", updates.start_s),
        ("step", updates.step_s),
        ("end", updates.end_s),
        ("rows", len(updates.times_s)),
        ("columns", len(updates.legend)),
    )
