"""Whatever bytes come: one clear failure, soon, and without swallowing the machine's memory."""

from __future__ import annotations

import json
import time
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lifeguard.datamodel.decode import plain
from lifeguard.datamodel.schema import parse_type
from lifeguard.xapi.codec import Codec
from lifeguard.xapi.failures import ApiFailure, MalformedAnswer
from lifeguard.xapi.jsonrpc import JsonRpc
from lifeguard.xapi.rows import Shape
from lifeguard.xapi.xmlrpc import XmlRpc

_KINDS = [
    parse_type(text) for text in ("string", "int", "void", "VM record", "(VM ref -> VM record) map", "VM ref set")
]
_SHAPES: tuple[Shape, ...] = ("records", "events", "event list")
_HEAD = b"<?xml version='1.0'?>"
_OPEN = b"<methodResponse><params><param><value>"
_CLOSE = b"</value></param></params></methodResponse>"

_BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(12))
    + b"]>"
)
_HOSTILE_XML = {
    "entity bomb": _HEAD + _BOMB + _OPEN + b"&m;" + _CLOSE,
    "external entity": _HEAD + b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + _OPEN + b"&e;" + _CLOSE,
    "parameter entity": _HEAD + b'<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1:9/">%e;]>' + _OPEN + _CLOSE,
    "external dtd": _HEAD + b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + _OPEN + b"x" + _CLOSE,
    "undefined entity": _HEAD + _OPEN + b"&nope;" + _CLOSE,
    "deep arrays": _HEAD + _OPEN + b"<array><data><value>" * 50_000,
    "deep structs": _HEAD + _OPEN + b"<struct><member><name>a</name><value>" * 50_000,
    "deep and closed": _HEAD + _OPEN + b"<array><data><value>" * 20_000 + b"</value></data></array>" * 20_000 + _CLOSE,
    "huge number": _HEAD + _OPEN + b"<int>" + b"9" * 5_000_000 + b"</int>" + _CLOSE,
    "unknown charset": b"<?xml version='1.0' encoding='x-nowhere'?>" + _OPEN + b"x" + _CLOSE,
    "wrong charset": _HEAD + _OPEN + b"caf\xe9" + _CLOSE,
    "lying charset": b"<?xml version='1.0' encoding='utf-16'?>" + _OPEN + b"x" + _CLOSE,
    "tags in disorder": _HEAD + _OPEN + b"</value><value></struct></array>" + _CLOSE,
    "member without struct": _HEAD + _OPEN + b"<member><name>x</name></member>" + _CLOSE,
    "odd members": _HEAD + _OPEN + b"<struct><name>x</name></struct>" + _CLOSE,
    "base64": _HEAD + _OPEN + b"<base64>!!!!</base64>" + _CLOSE,
    "bad boolean": _HEAD + _OPEN + b"<boolean>yes</boolean>" + _CLOSE,
    "nothing": b"",
    "html": b"<html><body><h1>HTTP 500 internal server error</h1></body></html>",
    "two values": _HEAD + _OPEN + b"a</value></param><param><value>b" + _CLOSE,
    "no status": _HEAD + _OPEN + b"<struct></struct>" + _CLOSE,
}  # fmt: skip
_HOSTILE_JSON = {
    "deep arrays": b"[" * 200_000,
    "deep result": b'{"result":' + b"[" * 100_000 + b"]" * 100_000 + b',"error":null,"id":1}',
    "deep objects": b'{"a":' * 200_000,
    "huge number": b'{"result":' + b"9" * 2_000_000 + b',"error":null,"id":1}',
    "huge exponent": b'{"result":1e999999999,"error":null,"id":1}',
    "latin": b'{"result":"caf\xe9","error":null,"id":1}',
    "utf-16": '{"result":"x","error":null,"id":1}'.encode("utf-16"),
    "lone surrogate": b'{"result":{"r":"\\ud800"},"error":null,"id":1}',
    "array": b"[1,2]",
    "text": b'"x"',
    "no result": b'{"id":1}',
    "odd error": b'{"error":5,"id":1}',
    "empty error": b'{"error":[],"id":1}',
    "nothing": b"",
    "html": b"<html></html>",
    "cut": b'{"result":{"OpaqueRef:1":{"uuid":"',
}


def _fails_alone_with_malformed(codec: Codec, body: bytes) -> None:
    for kind in _KINDS:
        try:
            codec.decode(body, kind)
        except (MalformedAnswer, ApiFailure):
            continue
    for shape in _SHAPES:
        reader = codec.reader(shape)
        try:
            rows = reader.feed(body)
            rows += reader.finish()[0]
        except (MalformedAnswer, ApiFailure):
            continue
        assert all(row.payload is None or plain(row.payload) is not None for row in rows)


@pytest.mark.parametrize("name", _HOSTILE_XML)
def test_hostile_xml_is_one_failure_soon_and_small(name: str) -> None:
    _is_cheap(XmlRpc(), _HOSTILE_XML[name])


@pytest.mark.parametrize("name", _HOSTILE_JSON)
def test_hostile_json_is_one_failure_soon_and_small(name: str) -> None:
    _is_cheap(JsonRpc(), _HOSTILE_JSON[name])


def _is_cheap(codec: Codec, body: bytes) -> None:
    began_s = time.monotonic()
    tracemalloc.start()
    try:
        with pytest.raises((MalformedAnswer, ApiFailure)):
            codec.decode(body, parse_type("int"))
        _fails_alone_with_malformed(codec, body)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert time.monotonic() - began_s < 10
    assert peak < 30_000_000 + 12 * len(body)


@settings(max_examples=300)
@given(body=st.binary(max_size=400))
def test_no_bytes_at_all_raise_anything_but_our_own(body: bytes) -> None:
    _fails_alone_with_malformed(XmlRpc(), body)
    _fails_alone_with_malformed(JsonRpc(), body)


_PIECES = st.sampled_from(
    [b"<value>", b"</value>", b"<struct>", b"</struct>", b"<member>", b"</member>", b"<name>", b"</name>", b"<array>",
     b"</array>", b"<data>", b"</data>", b"<int>", b"</int>", b"<i4>", b"<double>", b"</double>", b"<boolean>",
     b"<nil/>", b"<fault>", b"</fault>", b"<params>", b"</params>", b"<param>", b"</param>", b"<base64>",
     b"<dateTime.iso8601>",
     b"</base64>", b"x", b"1", b"Status", b"Success", b"Value", b"ErrorDescription", b"events", b"token", b"snapshot",
     b"<!--", b"-->", b"<![CDATA[", b"]]>", b"&amp;", b"&#0;", b"\r\n", b"<ex:nil/>", b"<bigdecimal>", b"faultCode"]
)  # fmt: skip


@settings(max_examples=400)
@given(pieces=st.lists(_PIECES, max_size=30))
@example(pieces=[b"<name>", b"x", b"</name>"])
def test_xml_tags_in_any_order_raise_nothing_but_our_own(pieces: list[bytes]) -> None:
    _fails_alone_with_malformed(XmlRpc(), _HEAD + _OPEN + b"".join(pieces) + _CLOSE)


_JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["result", "error", "events", "token", "class", "ref", "operation", "snapshot", "message", "x"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=300)
@given(value=_JSON_VALUES)
def test_json_of_any_shape_raises_nothing_but_our_own(value: object) -> None:
    body = json.dumps(value).encode()
    _fails_alone_with_malformed(JsonRpc(), body)
    _fails_alone_with_malformed(JsonRpc(), b'{"jsonrpc":"2.0","id":1,"result":' + body + b"}")
