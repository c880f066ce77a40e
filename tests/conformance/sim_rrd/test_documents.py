"""The simulator's document writer, fed with recorded archives, against every recorded answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from defusedxml.ElementTree import parse

from lifeguard.sim.metrics.choice import NothingToServe, choose
from lifeguard.sim.metrics.dialect import OLD
from lifeguard.sim.metrics.enquiry import Enquiry, MissingStart, read_enquiry
from lifeguard.sim.metrics.recorded import Archive, Floats, Kind, Source
from lifeguard.sim.metrics.xport import write_json, write_xml
from tests.support.samples import shared_glob

SNAPSHOTS = shared_glob("golden/rrd/*/*/index.json")


@dataclass(frozen=True)
class FromFile:
    """A recorded whole RRD, read without any of our own decoders."""

    kind: Kind
    uuid: str
    sources: tuple[Source, ...]
    archives: tuple[Archive, ...]
    last_updated_s: int
    rows: dict[Archive, Floats]

    def newest(self, archive: Archive, count: int) -> Floats:
        return self.rows[archive][::-1][:count]


def number(text: str) -> float:
    """The cell. A value too small for the file's four digits is not zero, and is written back as it was."""
    return 1e-9 if text == "0.0000" else float(text)


@cache
def read(path: Path, kind: Kind, uuid: str) -> FromFile:
    root = parse(path).getroot()
    sources = tuple(Source(one.findtext("name"), one.findtext("type")) for one in root.findall("ds"))
    rows: dict[Archive, Floats] = {}
    for rra in root.findall("rra"):
        cells = [[number(cell.text) for cell in row] for row in rra.find("database")]
        archive = Archive(rra.findtext("cf"), len(cells), int(rra.findtext("pdp_per_row")))
        rows[archive] = np.array(cells)
    return FromFile(kind, uuid, sources, tuple(rows), int(float(root.findtext("lastupdate"))), rows)


def records(index: Path, noted: dict[str, Any], enquiry: Enquiry) -> list[FromFile]:
    """What the request selects, in the server's order: host, VMs, SRs."""
    found = []
    for one in noted["rrds"]:
        kind: Kind = "host" if one["name"] == "host" else "sr" if one["name"].startswith("sr") else "vm"
        wanted = {
            "host": enquiry.wants_host,
            "vm": enquiry.wants_vm(one["uuid"]),
            "sr": enquiry.wants_sr(one["uuid"]),
        }
        if wanted[kind]:
            found.append(read(index.parent / f"rrd-{one['name']}.xml", kind, one["uuid"]))
    return found


def answer(index: Path, noted: dict[str, Any], params: dict[str, str]) -> bytes | None:
    try:
        enquiry = read_enquiry({name: [value] for name, value in params.items()})
        updates = choose(records(index, noted, enquiry), enquiry.wish)
        return write_json(updates, OLD) if enquiry.wants_json else write_xml(updates, OLD)
    except (NothingToServe, MissingStart):
        return None


@pytest.mark.parametrize("index", SNAPSHOTS)
def test_every_recorded_request_gets_the_recorded_answer(index: Path) -> None:
    noted = json.loads(index.read_text())
    wrong = []
    for one in noted["xports"]:
        got = answer(index, noted, one["params"])
        expected = (index.parent / "xport" / one["file"]).read_bytes() if one["result"] == "OK" else None
        if got != expected:
            wrong.append((one["request"], one["result"], one.get("file")))
    assert not wrong, f"{len(wrong)} of {len(noted['xports'])} differ, such as {wrong[:5]}"
