"""Whole round-robin documents, as `/host_rrd`, `/vm_rrd` and `/sr_rrd` give them: every archive, oldest row first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from xml.sax.saxutils import escape

from lifeguard.sim.metrics.dialect import Dialect
from lifeguard.sim.metrics.numbers import NumberStyle
from lifeguard.sim.metrics.recorded import STEP_S, Archive, Floats, Recorded, Source
from lifeguard.sim.metrics.xport import XML_HEAD

_HEARTBEAT_S = 300.0
_XFF = 0.5


def write_whole_xml(record: Recorded, dialect: Dialect) -> bytes:
    style = dialect.numbers
    parts = [XML_HEAD, f"<rrd><version>0003</version><step>{STEP_S}</step>"]
    parts.append(f"<lastupdate>{record.last_updated_s}</lastupdate>")
    last = record.newest(record.archives[0], 1)[0]
    for source, value in zip(record.sources, last, strict=True):
        parts.append("<ds>" + "".join(f"<{k}>{escape(v)}</{k}>" for k, v in _source(source, value, style)) + "</ds>")
    for archive in record.archives:
        parts += _archive_xml(record, archive, style)
    return "".join((*parts, "</rrd>")).encode()


def _archive_xml(record: Recorded, archive: Archive, style: NumberStyle) -> Iterator[str]:
    yield f"<rra><cf>{archive.cf}</cf><pdp_per_row>{archive.pdps}</pdp_per_row>"
    yield f"<params><xff>{style.text(_XFF)}</xff></params><cdp_prep>"
    yield _PREPARED_XML * len(record.sources)
    yield "</cdp_prep><database>"
    for row in style.rows(_oldest_first(record, archive), "<v>", "</v>", ""):
        yield f"<row>{row}</row>"
    yield "</database></rra>"


_PREPARED = {"primary_value": "0.0", "secondary_value": "0.0", "value": "0.0", "unknown_datapoints": "0"}
_PREPARED_XML = "<ds>" + "".join(f"<{name}>{value}</{name}>" for name, value in _PREPARED.items()) + "</ds>"


def write_whole_json(record: Recorded, dialect: Dialect) -> bytes:
    """The same as JSON, every number a string; a key is misspelt as servers misspell it."""
    style = dialect.numbers
    last = record.newest(record.archives[0], 1)[0]
    sources = [
        {"minimal_hearbeat" if name == "minimal_heartbeat" else name: text for name, text in _source(one, value, style)}
        for one, value in zip(record.sources, last, strict=True)
    ]
    head = {"version": "0003", "step": str(STEP_S), "lastupdate": style.text(float(record.last_updated_s)),
            "ds": sources}  # fmt: skip
    archives = ",".join(_archive_json(record, archive, style) for archive in record.archives)
    return f'{json.dumps(head, separators=(",", ":"))[:-1]},"rra":[{archives}]}}'.encode()


def _archive_json(record: Recorded, archive: Archive, style: NumberStyle) -> str:
    head = {
        "cf": archive.cf,
        "pdp_per_row": str(archive.pdps),
        "params": {"xff": style.text(_XFF)},
        "cdp_prep": {"ds": [_PREPARED] * len(record.sources)},
    }
    rows = style.rows(_oldest_first(record, archive), '"', '"', ",")
    body = ",".join(f"[{row}]" for row in rows)
    return f'{json.dumps(head, separators=(",", ":"))[:-1]},"database":[{body}]}}'


def _oldest_first(record: Recorded, archive: Archive) -> Floats:
    return record.newest(archive, archive.rows)[::-1]


def _source(source: Source, last: float, style: NumberStyle) -> tuple[tuple[str, str], ...]:
    least = float("-inf") if source.type == "GAUGE" else 0.0
    return (
        ("name", source.name),
        ("type", source.type),
        ("minimal_heartbeat", style.text(_HEARTBEAT_S)),
        ("min", style.text(least)),
        ("max", style.text(source.most)),
        ("last_ds", style.text(last)),
        ("value", "0.0"),
        ("unknown_sec", "0"),
    )
