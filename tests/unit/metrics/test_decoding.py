"""RRD documents of every dialect become the same arrays; broken ones become `MalformedRrd` and nothing else."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifeguard.metrics.archive import decode_archive, iter_archive
from lifeguard.metrics.document import MalformedRrd, strict_json
from lifeguard.metrics.updates import Source, decode_updates, iter_updates
from tests.unit.metrics import documents
from tests.unit.metrics.documents import DIALECTS, UUID, entry

LEGEND = [entry("cpu0"), entry("memory")]
ROWS = [(15, ["0.5", "NaN"]), (10, ["0.25", "4096.0"]), (5, ["0.0", "-1.5e3"])]
ARCHIVES = [documents.archive_xml, documents.archive_strings, documents.archive_loose]
decoders = pytest.mark.parametrize("decode", [decode_updates, decode_archive])


@pytest.mark.parametrize("write", DIALECTS)
def test_every_dialect_gives_the_same_arrays_with_ascending_times(write) -> None:
    updates = decode_updates(write(LEGEND, ROWS))
    assert updates.step_s == 5
    assert updates.legend == (Source("AVERAGE", "vm", UUID, "cpu0"), Source("AVERAGE", "vm", UUID, "memory"))
    assert updates.times_s.dtype == np.int64
    assert updates.times_s.tolist() == [5, 10, 15]
    np.testing.assert_array_equal(updates.values, [[0.0, -1500.0], [0.25, 4096.0], [0.5, np.nan]])


@pytest.mark.parametrize("write", DIALECTS)
def test_a_document_without_rows_keeps_its_legend(write) -> None:
    updates = decode_updates(write(LEGEND, []))
    assert len(updates.legend) == 2
    assert updates.values.shape == (0, 2)


@pytest.mark.parametrize("write", DIALECTS)
def test_a_document_without_columns_decodes(write) -> None:
    updates = decode_updates(write([], []))
    assert updates.values.shape == (0, 0)


@pytest.mark.parametrize("write", DIALECTS)
def test_infinity_is_kept_as_sent(write) -> None:
    assert decode_updates(write(LEGEND, [(5, ["Infinity", "-Infinity"])])).values.tolist() == [[np.inf, -np.inf]]


@pytest.mark.parametrize("write", DIALECTS)
def test_a_repeated_row_counts_once_and_the_one_written_first_wins(write) -> None:
    updates = decode_updates(write([entry("cpu0")], [(10, ["2"]), (10, ["9"]), (5, ["1"])]))
    assert updates.times_s.tolist() == [5, 10]
    assert updates.values.tolist() == [[1.0], [2.0]]


@pytest.mark.parametrize("write", DIALECTS)
@pytest.mark.parametrize("row", [["1"], ["1", "2", "3"], []])
def test_a_row_of_another_length_than_the_legend_is_malformed(write, row) -> None:
    with pytest.raises(MalformedRrd):
        decode_updates(write(LEGEND, [(10, ["1", "2"]), (5, row)]))


@pytest.mark.parametrize("write", DIALECTS)
@pytest.mark.parametrize("step", [0, -5, 10**12])
def test_an_impossible_step_is_malformed(write, step) -> None:
    with pytest.raises(MalformedRrd):
        decode_updates(write(LEGEND, ROWS, step))


@pytest.mark.parametrize("write", DIALECTS)
def test_every_truncation_is_malformed(write) -> None:
    body = write(LEGEND, ROWS)
    for length in range(len(body)):
        with pytest.raises(MalformedRrd):
            decode_updates(body[:length])


@pytest.mark.parametrize("write", ARCHIVES)
def test_every_truncated_whole_rrd_is_malformed(write) -> None:
    body = write()
    for length in range(len(body)):
        with pytest.raises(MalformedRrd):
            decode_archive(body[:length])


@pytest.mark.parametrize("write", DIALECTS)
def test_a_name_may_hold_colons(write) -> None:
    assert decode_updates(write([entry("statefile/x:y/latency")], [])).legend[0].name == "statefile/x:y/latency"


def test_a_legend_left_unescaped_beside_bare_keys_is_read_as_it_stands() -> None:
    name = 'odd"name&<é>\\x'
    assert decode_updates(documents.updates_loose([entry(name), entry("b")], [])).legend[0].name == name


@pytest.mark.parametrize("write", [documents.updates_xml, documents.updates_strings])
def test_an_escaped_legend_is_unescaped(write) -> None:
    name = 'odd"name&<é>\\x'
    assert decode_updates(write([entry(name)], [])).legend[0].name == name


@pytest.mark.parametrize("write", DIALECTS)
def test_a_legend_entry_without_four_parts_is_malformed(write) -> None:
    with pytest.raises(MalformedRrd):
        decode_updates(write(["AVERAGE:vm:cpu0"], []))


@pytest.mark.parametrize("write", ARCHIVES)
def test_every_dialect_of_a_whole_rrd_gives_the_same_arrays(write) -> None:
    archives = decode_archive(write())
    assert archives.names == ("cpu0", "memory")
    assert archives.last_update_s == 1003.5
    assert [(one.cf, one.step_s, one.times_s.tolist()) for one in archives.archives] == [
        ("AVERAGE", 5, [995, 1000]),
        ("AVERAGE", 60, [960]),
    ]
    np.testing.assert_array_equal(archives.archives[0].values, [[np.nan, 1], [0.5, 2]])
    assert archives.pick("AVERAGE", 60) is archives.archives[1]
    assert archives.pick("MAX", 60) is None


BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<xport><meta><step>5</step><legend><entry>&b;</entry></legend></meta><data/></xport>"
)
HOSTILE = {
    "nothing": b"",
    "text": b"hello",
    "page": b"<html><body>404</body></html>",
    "entity bomb": BOMB,
    "deep xml": b"<a>" * 200_000,
    "deep closed xml": b"<a>" * 200_000 + b"</a>" * 200_000,
    "deep json": b'{"meta":' + b"[" * 200_000,
    "deep legend": b'{"meta":{"step":5,"legend":' + b"[" * 200_000,
    "deep data": b'{"meta":{"step":5,"legend":[]},"data":' + b"[" * 200_000,
    "deep database": b'{"step":5,"lastupdate":1,"ds":[],"rra":[{"cf":"A","pdp_per_row":1,"database":' + b"[" * 200_000,
    "quotes": b"{" + b'"\\' * 500_000,
    "blanks": b'{"legend" : ["' + b" " * 1_000_000,
    "blank rows": b"{legend:[],data:[{t:" + b" " * 1_000_000 + b"}]}",
    "open tables": b"<data>" * 100_000,
    "tables": b"<xport>" + b"<database></database>" * 100_000,
    "json tables": b"{" + b'"database":[],' * 100_000,
    "long number": b'{legend:["A:b:c:d"],data:[{t:1,values:[' + b"1" * 1_000_000 + b"]}]}",
    "long integer": b'{"meta":{"step":' + b"1" * 1_000_000 + b',"legend":[]},"data":[]}',
    "not utf-8": b"<xport>\xff\xfe</xport>",
    "utf-16": "<xport/>".encode("utf-16"),
    "nul": b"<xport>\x00</xport>",
    "other encoding": b'<?xml version="1.0" encoding="no-such"?><xport/>',
    "forged mark": b'{"meta":{"step":5,"legend":[]},"d\\u0061ta":[7]}',
    "time of nan": b"{meta:{step:5,legend:[]},data:[{t:NaN,values:[]}]}",
    "no time": b"<xport><meta><step>5</step><legend/></meta><data><row></row></data></xport>",
    "nan step": b"<xport><meta><step>nan</step><legend/></meta><data/></xport>",
}


@decoders
@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_bytes_are_malformed_within_a_moment(decode, body: bytes) -> None:
    began = time.process_time()
    with pytest.raises(MalformedRrd):
        decode(body)
    assert time.process_time() - began < 2.0


@decoders
def test_a_body_larger_than_any_document_is_refused_unread(decode) -> None:
    with pytest.raises(MalformedRrd, match="bytes"):
        decode(bytes(64 * 2**20 + 1))


def test_the_columns_of_a_document_are_bounded() -> None:
    with pytest.raises(MalformedRrd, match="columns"):
        decode_updates(documents.updates_strings(["A:b:c:d"] * 100_001, []))


@pytest.mark.parametrize("write", DIALECTS)
def test_the_rows_of_a_document_are_bounded(write) -> None:
    with pytest.raises(MalformedRrd, match="rows"):
        decode_updates(write([], [(5 * i, []) for i in range(10_001)]))


@decoders
@given(body=st.binary(max_size=400))
def test_any_bytes_decode_or_are_malformed(decode, body: bytes) -> None:
    decodes_or_is_malformed(decode, body)


GOOD = [write(LEGEND, ROWS) for write in DIALECTS] + [write() for write in ARCHIVES]
SCRAPS = st.sampled_from(
    rb"""< > </ <data> </data> <v> </v> <row> [ ] { } , : \ NaN null 1e999 - legend data:[ " &amp; <!-- -->""".split()
)


@decoders
@settings(max_examples=400)
@given(data=st.data())
def test_any_damage_to_a_document_decodes_or_is_malformed(decode, data) -> None:
    body = data.draw(st.sampled_from(GOOD))
    for _ in range(data.draw(st.integers(1, 4))):
        begin = data.draw(st.integers(0, len(body)))
        end = data.draw(st.integers(begin, min(begin + 40, len(body))))
        body = body[:begin] + data.draw(SCRAPS | st.binary(max_size=6)) + body[end:]
    decodes_or_is_malformed(decode, body)


def decodes_or_is_malformed(decode, body: bytes) -> None:
    try:
        decoded = decode(body)
    except MalformedRrd:
        return
    if decode is decode_updates:
        assert decoded.values.shape == (len(decoded.times_s), len(decoded.legend))
        assert (np.diff(decoded.times_s) > 0).all()
    else:
        assert all(one.values.shape == (len(one.times_s), len(decoded.names)) for one in decoded.archives)


@given(
    names=st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1), max_size=4, unique=True),
    data=st.data(),
)
def test_what_was_written_is_read_back_whatever_the_names_and_numbers(names, data) -> None:
    cells = st.lists(st.floats(width=32), min_size=len(names), max_size=len(names))
    rows = [(5 * (9 - i), row) for i, row in enumerate(data.draw(st.lists(cells, max_size=4)))]
    legend = [entry(name) for name in names]
    for write in (documents.updates_xml, documents.updates_numbers, documents.updates_strings):
        text = [(t, [str(v) for v in row]) for t, row in rows]
        updates = decode_updates(write(legend, text))
        np.testing.assert_array_equal(updates.values.tolist(), [row for _, row in reversed(rows)])
        if write is not documents.updates_xml:  # XML readers fold line ends and blanks
            assert [source.name for source in updates.legend] == names


@pytest.mark.parametrize(("body", "steps"), [(GOOD[0], iter_updates), (GOOD[6], iter_archive)])
def test_decoding_pauses_several_times_on_its_way(body: bytes, steps) -> None:
    assert len(list(steps(body))) >= 2


def test_bare_words_are_quoted_and_numbers_and_strings_left_alone() -> None:
    assert strict_json('{a:-Infinity,"b:c":1.5e+9,d:null,e:"x\\"y:z"}') == (
        '{"a":"-Infinity","b:c":1.5e+9,"d":null,"e":"x\\"y:z"}'
    )
