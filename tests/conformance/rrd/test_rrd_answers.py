"""What the real round-robin code wrote, decoded: every answer, XML beside JSON, updates beside whole RRDs, inputs."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from lifeguard.metrics.archive import Archives, decode_archive
from lifeguard.metrics.store import SeriesStore
from lifeguard.metrics.updates import Updates, decode_updates
from tests.support.samples import shared_glob, shared_path

SNAPSHOTS = shared_glob("golden/rrd/*/*/index.json")


def load(path: Path) -> dict:
    return json.loads(path.read_text())


def answers(index: Path) -> dict[str, tuple[dict, Updates]]:
    """Each recorded answer once, with what the recording noted about it."""
    noted = {one["file"]: one["meta"] for one in load(index)["xports"] if one["result"] == "OK"}
    return {name: (meta, decode_updates((index.parent / "xport" / name).read_bytes())) for name, meta in noted.items()}


def whole_rrds(index: Path) -> dict[str, Archives]:
    names = {one["uuid"]: one["name"] for one in load(index)["rrds"]}
    return {uuid: decode_archive((index.parent / f"rrd-{name}.xml").read_bytes()) for uuid, name in names.items()}


@pytest.mark.parametrize("index", SNAPSHOTS)
def test_every_recorded_answer_decodes_to_the_rows_that_were_noted(index: Path) -> None:
    decoded = answers(index)
    assert len(decoded) == len(list((index.parent / "xport").iterdir()))
    for name, (meta, updates) in decoded.items():
        if meta is None:  # only XML answers were noted; the JSON ones are compared with those below
            assert name.endswith(".json")
            continue
        assert updates.step_s == meta["step"], name
        assert updates.values.shape == (meta["rows"], meta["columns"]), name
        assert len(updates.legend) == meta["columns"], name
        if meta["rows"]:
            assert (updates.times_s[-1], updates.times_s[0]) == (meta["first_row_t"], meta["last_row_t"]), name
            assert (np.diff(updates.times_s) == meta["step"]).all(), name


@pytest.mark.parametrize("index", SNAPSHOTS)
def test_xml_and_json_answers_to_one_request_are_equal(index: Path) -> None:
    by_request: dict[str, dict[bool, str]] = {}
    for one in load(index)["xports"]:
        if one["result"] == "OK":
            params = {key: value for key, value in one["params"].items() if key != "json"}
            by_request.setdefault(json.dumps(params), {})["json" in one["params"]] = one["file"]
    decoded = answers(index)
    pairs = [(files[False], files[True]) for files in by_request.values() if len(files) == 2]
    assert pairs
    for in_xml, in_json in pairs:
        one, other = decoded[in_xml][1], decoded[in_json][1]
        assert (one.step_s, one.legend) == (other.step_s, other.legend)
        np.testing.assert_array_equal(one.times_s, other.times_s)
        np.testing.assert_array_equal(one.values, other.values)


@pytest.mark.parametrize("path", shared_glob("golden/rrd/*/*/rrd-*.json"))
def test_xml_and_json_of_a_whole_rrd_are_equal(path: Path) -> None:
    one, other = decode_archive(path.read_bytes()), decode_archive(path.with_suffix(".xml").read_bytes())
    assert one.names == other.names
    assert [(a.cf, a.step_s) for a in one.archives] == [(a.cf, a.step_s) for a in other.archives]
    for mine, theirs in zip(one.archives, other.archives, strict=True):
        np.testing.assert_array_equal(mine.times_s, theirs.times_s)
        np.testing.assert_array_equal(mine.values, theirs.values)


@pytest.mark.parametrize("index", SNAPSHOTS)
def test_a_whole_rrd_read_and_written_again_decodes_to_the_same_shape(index: Path) -> None:
    for path in index.parent.glob("rrd-*-read-and-written-again.xml"):
        original = decode_archive(Path(str(path).replace("-read-and-written-again", "")).read_bytes())
        again = decode_archive(path.read_bytes())
        assert again.names == original.names
        for mine, theirs in zip(again.archives, original.archives, strict=True):
            np.testing.assert_array_equal(mine.times_s, theirs.times_s)
            np.testing.assert_allclose(mine.values, theirs.values, rtol=1e-6, atol=2e-4)


@pytest.mark.parametrize("index", SNAPSHOTS)
def test_updates_show_the_same_values_as_the_whole_rrds(index: Path) -> None:
    described = load(index)
    whole = whole_rrds(index)
    in_step = {one["uuid"] for one in described["rrds"] if one["last_updated"] == described["now_last_updated"]}
    compared = 0
    for name, (_, updates) in answers(index).items():
        for column, source in enumerate(updates.legend):
            archive = whole[source.owner_uuid].pick(source.cf, updates.step_s)
            if source.owner_uuid not in in_step:
                continue
            assert archive is not None, name
            _, mine, theirs = np.intersect1d(updates.times_s, archive.times_s, return_indices=True)
            stored = archive.values[theirs, whole[source.owner_uuid].names.index(source.name)]
            np.testing.assert_array_equal(updates.values[mine, column], stored, err_msg=f"{name} {source}")
            compared += len(mine)
    assert compared > 10_000


TRANSFORMS = {"identity": lambda x: x, "1-x": lambda x: 1 - x, "x*1000": lambda x: x * 1000}


def expected(series: dict, times: list[int]) -> dict[int, float]:
    """What each 5 s row must show, where two whole readings in a row leave no doubt about it."""
    low, high = float(series["min"]), float(series["max"])
    transform = TRANSFORMS[series["transform"]]
    out: dict[int, float] = {}
    is_first = True
    for (before_s, before), (time_s, now) in pairwise(zip(times, series["values"], strict=True)):
        if not (isinstance(before, int | float) and isinstance(now, int | float)):
            continue
        elapsed_s = time_s - before_s
        value = {"GAUGE": now, "ABSOLUTE": now / elapsed_s, "DERIVE": (now - before) / elapsed_s}[series["type"]]
        is_sure = not (is_first and series["type"] == "DERIVE")  # a new counter's first interval counts as unknown
        if is_sure and low <= transform(value) <= high and abs(value) < 3e38:
            out[time_s] = transform(value)
        is_first = False
    return out


def test_decoded_values_are_the_readings_that_were_fed_in() -> None:
    case = shared_path("golden/rrd/aligned-5s")
    inputs = load(case / "inputs.json")
    compared = differing = 0
    for snapshot in inputs["snapshots"]:
        store = SeriesStore()
        for uuid, archives in whole_rrds(case / snapshot["dir"] / "index.json").items():
            store.merge_archives(uuid, archives)
        end_s = inputs["timestamps"][snapshot["after_tick"]]
        for owner in inputs["owners"]:
            for series in owner["series"]:
                fed = expected(series, inputs["timestamps"])
                times_s, values = store.window(owner["uuid"], series["name"], end_s - 600, end_s)
                for time_s, value in zip(times_s.tolist(), values.tolist(), strict=True):
                    if time_s in fed and not np.isnan(value):
                        compared += 1
                        differing += abs(value - fed[time_s]) > 1e-4 + 1e-6 * abs(fed[time_s])
    print(f"{compared - differing} of {compared} values as fed in")
    assert compared > 5_000
    assert differing == 0
