"""The two dialects as the simulated server writes and reads them, hostile bodies included."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifeguard.datamodel.schema import Type, parse_type
from lifeguard.sim.failure import ApiError
from lifeguard.sim.release import PRODUCTS
from lifeguard.sim.wire import jsonrpc, xmlrpc
from lifeguard.sim.wire.failure import MalformedRequest, UnsayableText
from lifeguard.sim.wire.jsonrpc import JsonCodec
from lifeguard.sim.wire.request import DateText, Request
from lifeguard.sim.wire.typed import typed
from lifeguard.sim.wire.xmlrpc import XmlCodec

XML = XmlCodec(PRODUCTS["newest"])
JSON = JsonCodec(PRODUCTS["newest"], "2.0")


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("string", 'a<b>&"c\'', "<value>a&lt;b&gt;&amp;&quot;c'</value>"),
        ("int", 2**40, "<value>1099511627776</value>"),
        ("float", 1.0, "<value><double>1</double></value>"),
        ("float", 0.1, "<value><double>0.1</double></value>"),
        ("float", float("nan"), "<value><double>nan</double></value>"),
        ("bool", True, "<value><boolean>1</boolean></value>"),
        ("datetime", "20260101T12:00:00Z", "<value><dateTime.iso8601>20260101T12:00:00Z</dateTime.iso8601></value>"),
        ("string set", (), "<value><array><data></data></array></value>"),
        ("(int -> float) map", {1: 0.5},
         "<value><struct><member><name>1</name><value><double>0.5</double></value></member></struct></value>"),
        ("string", "bell\x07", "<value>bell</value>"),
    ],
)  # fmt: skip
def test_xml_values_are_written_as_real_servers_write_them(kind: str, value: object, text: str) -> None:
    assert XML.value(parse_type(kind), value).decode() == text


def test_json_numbers_that_are_none_stay_readable() -> None:
    assert JSON.value(Type("float"), float("nan")) == b"NaN"
    assert JSON.value(Type("void"), None) == b'""'


def test_each_json_version_has_its_shape_of_error() -> None:
    error = ApiError("VM_BAD_POWER_STATE", "vm", "halted", "running")
    old = JsonCodec(PRODUCTS["newest"], "1.0").failure(Request("x", [], 1), error)
    assert old == b'{"result":null,"error":["VM_BAD_POWER_STATE","vm","halted","running"],"id":1}'
    new = JSON.failure(Request("x", [], "abc"), error)
    told = b'{"code":1,"message":"VM_BAD_POWER_STATE","data":["vm","halted","running"]}'
    assert new == b'{"jsonrpc":"2.0","error":' + told + b',"id":"abc"}'


def test_releases_before_7_3_list_their_json_errors() -> None:
    body = JsonCodec(PRODUCTS["7.1"], "2.0").failure(Request("x", [], 1), ApiError("A", "b"))
    assert body == b'{"jsonrpc":"2.0","error":["A","b"],"id":1}'


def test_xml_parameters_keep_the_tags_they_came_with() -> None:
    body = (
        b"<methodCall><methodName>X.y</methodName><params>"
        b"<param><value>bare</value></param><param><value><i4>7</i4></value></param>"
        b"<param><value><boolean>1</boolean></value></param><param><value><nil/></value></param>"
        b"<param><value><dateTime.iso8601>20260101T00:00:00Z</dateTime.iso8601></value></param>"
        b"<param><value><struct><member><name>k</name><value><array><data><value>v</value></data></array></value>"
        b"</member></struct></value></param></params></methodCall>"
    )
    request = xmlrpc.read_request(body)
    assert request.params == ["bare", 7, True, None, "20260101T00:00:00Z", {"k": ["v"]}]
    assert isinstance(request.params[4], DateText)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<oops",
        b"<foo/>",
        b"<methodCall><methodName>x</methodName></methodCall>",
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]><methodCall><methodName>&a;</methodName><params/></methodCall>',
        b"<methodCall><methodName>x</methodName><params>"
        + b"<param><value>" + b"<array><data><value>" * 200 + b"</value></data></array>" * 200
        + b"</value></param></params></methodCall>",
        b"<methodCall><methodName>x</methodName><params><param><value><i4>x</i4></value></param></params></methodCall>",
    ],
)  # fmt: skip
def test_a_body_that_is_no_call_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedRequest):
        xmlrpc.read_request(body)


@pytest.mark.parametrize(
    "body",
    [
        b"{oops",
        b"[]",
        b'{"method":"x","params":[]}',
        b'{"method":"x","params":[],"id":null}',
        b'{"jsonrpc":"1.0","method":"x","params":[],"id":1}',
        b'{"method":7,"params":[],"id":1}',
        b"[" * 100_000,
    ],
)
def test_a_json_body_that_is_no_call_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedRequest):
        jsonrpc.read_request(body)


def test_json_text_that_xml_could_not_say_is_refused() -> None:
    with pytest.raises(UnsayableText):
        jsonrpc.read_request(b'{"method":"x","params":[{"k":["a\\u0007"]}],"id":1}')


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_random_bytes_are_malformed_and_nothing_worse(body: bytes) -> None:
    for read in (xmlrpc.read_request, jsonrpc.read_request):
        with pytest.raises((MalformedRequest, UnsayableText)):
            read(body)


_WIRE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


_KINDS = ("int", "string set", "(string -> int) map", "VM record", "datetime", "enum vm_operations")


@given(_WIRE, st.sampled_from(_KINDS))
@settings(max_examples=300, deadline=None)
def test_any_wire_value_is_read_or_refused_with_an_error_of_the_api(wire: object, kind: str) -> None:
    codes = set()
    try:
        typed(parse_type(kind), wire, "VM")
    except ApiError as refused:
        codes.add(refused.code)
    assert codes <= {"INTERNAL_ERROR"}
