"""The same small rrd_updates document and whole RRD in every dialect a server of some version writes."""

import json
from xml.sax.saxutils import escape

UUID = "aaaaaaaa-0000-4000-8000-000000000001"
Rows = list[tuple[int, list[str]]]


def entry(name: str, kind: str = "vm", uuid: str = UUID, cf: str = "AVERAGE") -> str:
    return f"{cf}:{kind}:{uuid}:{name}"


def updates_xml(legend: list[str], rows: Rows, step: int = 5) -> bytes:
    body = "".join(f"<row><t>{t}</t>{''.join(f'<v>{v}</v>' for v in row)}</row>" for t, row in rows)
    entries = "".join(f"<entry>{escape(one)}</entry>" for one in legend)
    data = f"<data>{body}</data>" if rows else "<data/>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<xport><meta><start>0</start><step>{step}</step><end>1</end>'
        f"<rows>{len(rows)}</rows><columns>{len(legend)}</columns><legend>{entries}</legend></meta>{data}</xport>"
    ).encode()


def updates_loose(legend: list[str], rows: Rows, step: int = 5) -> bytes:
    """Bare keys, bare NaN, legend not escaped."""
    entries = ",".join(f'"{one}"' for one in legend)
    data = ",".join(f"{{t:{t},values:[{','.join(row)}]}}" for t, row in rows)
    return f"{{meta: {{start:0,step:{step},end:1,rows:{len(rows)},legend:[{entries}]}},data:[{data}]}}".encode()


def updates_numbers(legend: list[str], rows: Rows, step: int = 5) -> bytes:
    """Quoted keys, bare NaN and Infinity, as JavaScript's and Python's writers do."""
    data = [{"t": t, "values": [float(v) for v in row]} for t, row in rows]
    return json.dumps({"meta": {"start": 0, "step": step, "end": 1, "legend": legend}, "data": data}).encode()


def updates_strings(legend: list[str], rows: Rows, step: int = 5) -> bytes:
    data = [{"t": str(t), "values": row} for t, row in rows]
    return json.dumps({"meta": {"start": "0", "step": str(step), "end": "1", "legend": legend}, "data": data}).encode()


def updates_spaced_xml(legend: list[str], rows: Rows, step: int = 5) -> bytes:
    return updates_xml(legend, rows, step).replace(b"><", b">\n  <")


def updates_sorted_json(legend: list[str], rows: Rows, step: int = 5) -> bytes:
    """Data before meta, values before t, spread over lines."""
    data = [{"values": [None if v == "NaN" else float(v) for v in row], "t": t} for t, row in rows]
    return json.dumps({"data": data, "meta": {"legend": legend, "step": step}}, indent=1).encode()


DIALECTS = [
    updates_xml,
    updates_loose,
    updates_numbers,
    updates_strings,
    updates_spaced_xml,
    updates_sorted_json,
]


def archive_xml() -> bytes:
    def rra(pdp: int, rows: list[list[str]]) -> str:
        body = "".join(f"<row>{''.join(f'<v>{v}</v>' for v in row)}</row>" for row in rows)
        return (
            f"<rra><cf>AVERAGE</cf><pdp_per_row>{pdp}</pdp_per_row><params><xff>0.5</xff></params>"
            f"<cdp_prep><ds><value>0.0</value></ds></cdp_prep><database>{body}</database></rra>"
        )

    return (
        "<rrd><version>0003</version><step>5</step><lastupdate>1003.5</lastupdate>"
        "<ds><name>cpu0</name></ds><ds><name>memory</name></ds>"
        f"{rra(1, [['NaN', '1'], ['0.5', '2']])}{rra(12, [['0.25', '3']])}</rrd>"
    ).encode()


def archive_strings() -> bytes:
    def rra(pdp: int, rows: list[list[str]]) -> dict:
        return {"cf": "AVERAGE", "pdp_per_row": str(pdp), "cdp_prep": {"ds": [{"value": "0.0"}]}, "database": rows}

    rras = [rra(1, [["NaN", "1"], ["0.5", "2"]]), rra(12, [["0.25", "3"]])]
    sources = [{"name": "cpu0", "max": "Infinity"}, {"name": "memory", "max": "1e10"}]
    return json.dumps({"version": "0003", "step": "5", "lastupdate": "1003.5", "ds": sources, "rra": rras}).encode()


def archive_loose() -> bytes:
    return (
        b'{version: "0003",step:5,lastupdate:1.0035e3,ds:[{name:"cpu0",min:-Infinity,max:1e10},{name:"memory"}],'
        b"rra:[{cf:AVERAGE,pdp_per_row:1,cdp_prep:{ds:[{value:NaN}]},database:[[NaN,1],[0.5,2]]},"
        b'{cf:"AVERAGE",pdp_per_row:12,database:[[0.25,3]]}]}'
    )
