"""However a large answer is cut into pieces on its way, its rows are the same, and none is touched before its time."""

from __future__ import annotations

import json
import time
import xmlrpc.client
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifeguard.datamodel.decode import Payload, plain
from lifeguard.xapi import piecewise
from lifeguard.xapi.codec import Codec
from lifeguard.xapi.failures import ApiFailure, MalformedAnswer
from lifeguard.xapi.jsonrpc import JsonRpc
from lifeguard.xapi.rows import Row, Shape
from lifeguard.xapi.xmlrpc import XmlRpc

CODECS = [pytest.param(JsonRpc(2), id="json"), pytest.param(XmlRpc(), id="xml")]
_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=12
) | st.sampled_from(
    [
        '},"OpaqueRef:x":{',
        '},{"id":"1",',
        "</struct></value></member><member><name>OpaqueRef:",
        "\\",
        '"}',
        "<![CDATA[",
        "&lt;",
    ]
)
_RECORD = st.fixed_dictionaries(
    {
        "uuid": _TEXT,
        "other_config": st.dictionaries(_TEXT.filter(bool), _TEXT, max_size=3),
        "tags": st.lists(_TEXT, max_size=3),
    }
)
_REFS = st.integers(0, 10**6).map(lambda n: f"OpaqueRef:{n:07}")


def _answer(codec: Codec, value: Any) -> bytes:
    if isinstance(codec, XmlRpc):
        return (
            xmlrpc.client.dumps(({"Status": "Success", "Value": value},), methodresponse=True)
            .replace("\n", "")
            .encode()
        )
    return json.dumps({"jsonrpc": "2.0", "result": value, "id": 1}, separators=(",", ":")).encode()


def _read(codec: Codec, shape: Shape, body: bytes, cuts: list[int]) -> tuple[list[Row], Any]:
    reader = codec.reader(shape)
    rows: list[Row] = []
    edges = sorted({0, len(body), *(cut % (len(body) + 1) for cut in cuts)})
    for start, end in pairwise(edges):
        rows += reader.feed(body[start:end])
    more, rest = reader.finish()
    return rows + more, rest


def _fields(payload: Payload | None) -> Any:
    return None if payload is None else dict(plain(payload))


@pytest.mark.parametrize("codec", CODECS)
@settings(max_examples=120, deadline=None)
@given(records=st.dictionaries(_REFS, _RECORD, max_size=12), cuts=st.lists(st.integers(0, 10**5), max_size=8))
def test_records_are_the_same_however_they_arrive(codec: Codec, records: dict[str, Any], cuts: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(piecewise, "_SLICE_BYTES", 300)
        rows, _ = _read(codec, "records", _answer(codec, records), cuts)
    assert {row.ref: _fields(row.payload) for row in rows} == records
    assert len(rows) == len(records)


@pytest.mark.parametrize("codec", CODECS)
@settings(max_examples=120, deadline=None)
@given(
    events=st.lists(st.tuples(_REFS, st.sampled_from(["add", "mod", "del"]), _RECORD), max_size=12),
    cuts=st.lists(st.integers(0, 10**5), max_size=8),
)
def test_events_are_the_same_however_they_arrive(codec: Codec, events: list[Any], cuts: list[int]) -> None:
    told = [
        {"id": "5", "timestamp": "0.0", "class": "vm", "operation": operation, "ref": ref}
        | ({} if operation == "del" else {"snapshot": record})
        for ref, operation, record in events
    ]
    value = {"events": told, "valid_ref_counts": {"vm": 3}, "token": "0,0"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(piecewise, "_SLICE_BYTES", 300)
        rows, rest = _read(codec, "events", _answer(codec, value), cuts)
        plain_list, _ = _read(codec, "event list", _answer(codec, told), cuts)
    wanted = [(ref, operation, None if operation == "del" else record) for ref, operation, record in events]
    assert [(row.ref, row.operation, _fields(row.payload)) for row in rows] == wanted
    assert [(row.ref, row.operation, _fields(row.payload)) for row in plain_list] == wanted
    assert (rest.token, rest.valid_ref_counts) == ("0,0", {"vm": 3})


def _many(count: int) -> dict[str, Any]:
    config = {f"key-{n}": "x" * 40 for n in range(20)}
    return {
        f"OpaqueRef:{n:08}": {"uuid": str(n), "name_label": f"vm {n}", "other_config": config} for n in range(count)
    }


@pytest.mark.parametrize("codec", CODECS)
def test_a_large_answer_is_handed_on_while_it_arrives_in_bounded_steps(codec: Codec) -> None:
    body = _answer(codec, _many(6000))
    reader = codec.reader("records")
    early, longest_s = 0, 0.0
    for start in range(0, len(body), 1 << 16):
        began_s = time.perf_counter()
        early += len(reader.feed(body[start : start + (1 << 16)]))
        longest_s = max(longest_s, time.perf_counter() - began_s)
    last, _ = reader.finish()
    assert early + len(last) == 6000
    assert early > 5500
    assert longest_s < 0.05  # far above what it takes, far below what taking it in at once would


@pytest.mark.parametrize("codec", CODECS)
def test_a_few_very_large_records_do_not_hold_up_the_others(codec: Codec) -> None:
    """Such as storage with thousands of disks."""
    records = {
        ref: {**record, "VDIs": ["OpaqueRef:x"] * 5000 * (n < 8)} for n, (ref, record) in enumerate(_many(2000).items())
    }
    body = _answer(codec, records)
    reader = codec.reader("records")
    early = sum(len(reader.feed(body[start : start + (1 << 16)])) for start in range(0, len(body), 1 << 16))
    assert early > 1500


def test_a_bare_nan_in_the_middle_does_not_stop_the_rows() -> None:
    body = _answer(JsonRpc(), {ref: {**record, "load": 0.5} for ref, record in _many(2000).items()})
    body = body.replace(b'"load": 0.5', b'"load":0.5').replace(b'"load":0.5', b'"load":NaN', 1)
    rows, _ = _read(JsonRpc(), "records", body, [])
    assert len(rows) == 2000


@pytest.mark.parametrize("codec", CODECS)
def test_every_cut_of_an_answer_is_malformed_and_not_a_smaller_answer(codec: Codec) -> None:
    body = _answer(codec, _many(40))
    for end in range(0, len(body) - 1, len(body) // 150):
        with pytest.raises(MalformedAnswer):
            _read(codec, "records", body[:end], [100])


@pytest.mark.parametrize("codec", CODECS)
def test_a_failure_where_rows_were_expected_is_raised(codec: Codec) -> None:
    error = (
        xmlrpc.client.dumps(({"Status": "Failure", "ErrorDescription": ["SESSION_INVALID", "r"]},), methodresponse=True)
        if isinstance(codec, XmlRpc)
        else '{"jsonrpc":"2.0","error":{"code":1,"message":"SESSION_INVALID","data":["r"]},"id":1}'
    )
    for shape in ("records", "events", "event list"):
        with pytest.raises(ApiFailure, match="SESSION_INVALID"):
            _read(codec, shape, error.encode(), [30])  # type: ignore[arg-type]
