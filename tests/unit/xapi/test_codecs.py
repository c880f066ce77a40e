"""What goes into a request comes out of it, and what servers write in their many ways is read as what it means."""

from __future__ import annotations

import json
import math
import xmlrpc.client
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifeguard.datamodel.records import Vm
from lifeguard.datamodel.schema import NULL_REF, parse_type
from lifeguard.xapi.codec import Codec
from lifeguard.xapi.failures import ApiFailure, MalformedAnswer, PermissionDenied
from lifeguard.xapi.jsonrpc import JsonRpc
from lifeguard.xapi.xmlrpc import XmlRpc

CODECS = [pytest.param(JsonRpc(2), id="json2"), pytest.param(JsonRpc(1), id="json1"), pytest.param(XmlRpc(), id="xml")]


def _answer(codec: Codec, value: Any) -> bytes:
    """A successful answer as a server that knows nothing of our codecs would write it."""
    if isinstance(codec, XmlRpc):
        return xmlrpc.client.dumps(
            ({"Status": "Success", "Value": value},), methodresponse=True, allow_none=True
        ).encode()
    return json.dumps({"result": value, "error": None, "id": 1}).encode()


def _asked(codec: Codec, body: bytes) -> tuple[str, list[Any]]:
    if isinstance(codec, XmlRpc):
        params, method = xmlrpc.client.loads(body.decode())
        return str(method), list(params)
    question = json.loads(body)
    return question["method"], question["params"]


_XML_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))


@pytest.mark.parametrize("codec", CODECS)
@given(text=_XML_TEXT)
def test_any_text_survives_a_request_and_an_answer(codec: Codec, text: str) -> None:
    body = codec.encode("VM.set_name_label", [(parse_type("VM ref"), "r"), (parse_type("string"), text)])
    assert _asked(codec, body) == ("VM.set_name_label", ["r", text])
    assert codec.decode(_answer(codec, text), parse_type("string")) == text


@pytest.mark.parametrize("codec", CODECS)
def test_line_ends_survive_a_request(codec: Codec) -> None:
    body = codec.encode("VM.set_name_label", [(parse_type("string"), "a\r\nb\rc\nd\te")])
    assert _asked(codec, body)[1] == ["a\r\nb\rc\nd\te"]


@given(number=st.integers(-(2**63), 2**63 - 1))
def test_ints_of_64_bits_survive_as_text_in_xml_and_as_numbers_in_json(number: int) -> None:
    for codec, wire in ((XmlRpc(), str(number)), (JsonRpc(), number)):
        assert _asked(codec, codec.encode("m", [(parse_type("int"), number)]))[1] == [wire]
        assert codec.decode(_answer(codec, wire), parse_type("int")) == number


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(
    ("kind", "wire", "value"),
    [
        ("int", "1073741824", 1073741824),
        ("int", 7, 7),
        ("float", 0.5, 0.5),
        ("float", "inf", math.inf),
        ("bool", True, True),
        ("datetime", "20260101T12:00:00Z", "20260101T12:00:00Z"),
        ("VM ref", "", NULL_REF),
        ("VM ref set", ["OpaqueRef:a", "OpaqueRef:b"], ("OpaqueRef:a", "OpaqueRef:b")),
        ("(string -> int) map", {"a": "1"}, {"a": 1}),
        ("(int -> float) map", {"0": 0.25}, {0: 0.25}),
        ("(int -> string set) map", {"3": ["x"]}, {3: ("x",)}),
        ("string set", "", ()),
        ("void", "", None),
        ("enum vm_power_state", "Dancing", "Dancing"),
        ("string option", None, None),
    ],
)
def test_values_are_decoded_by_the_described_type(codec: Codec, kind: str, wire: Any, value: Any) -> None:
    assert codec.decode(_answer(codec, wire), parse_type(kind)) == value


def test_a_date_is_read_whether_xml_marks_it_or_not() -> None:
    for inner in ("<dateTime.iso8601>20260101T12:00:00Z</dateTime.iso8601>", "<string>20260101T12:00:00Z</string>"):
        body = _xml_success(inner)
        assert XmlRpc().decode(body, parse_type("datetime")) == "20260101T12:00:00Z"


def test_a_bare_nan_is_read_as_one() -> None:
    for text in (b"NaN", b"Infinity", b"-Infinity"):
        value = JsonRpc().decode(
            b'{"result":{"0":' + text + b'},"error":null,"id":1}', parse_type("(int -> float) map")
        )
        assert str(value[0]) == str(float(text))


@pytest.mark.parametrize("codec", CODECS)
def test_a_record_gets_its_ref_and_defaults_for_what_it_lacks(codec: Codec) -> None:
    vm = codec.decode(_answer(codec, {"name_label": "web", "new_field": "x"}), parse_type("VM record"), "OpaqueRef:1")
    assert isinstance(vm, Vm)
    assert (vm.ref, vm.name_label, vm.memory_static_max, vm.VBDs) == ("OpaqueRef:1", "web", 0, ())


@pytest.mark.parametrize("codec", CODECS)
def test_a_record_to_create_is_written_field_by_field(codec: Codec) -> None:
    fields = {"name_label": "n", "memory_static_max": 2**33, "is_a_template": False, "other_config": {"a": "b"}}
    sent = _asked(codec, codec.encode("VM.create", [(parse_type("VM record"), fields)]))[1][0]
    number = str(2**33) if isinstance(codec, XmlRpc) else 2**33
    assert sent == {**fields, "memory_static_max": number}


def test_a_date_is_sent_as_a_date() -> None:
    body = XmlRpc().encode("VM.set_start_time", [(parse_type("datetime"), "20260101T12:00:00Z")])
    assert b"<dateTime.iso8601>20260101T12:00:00Z</dateTime.iso8601>" in body


@pytest.mark.parametrize(
    "body",
    [
        b'{"jsonrpc":"2.0","error":{"code":1,"message":"VM_BAD_POWER_STATE","data":["r","halted"]},"id":1}',
        b'{"result":null,"error":["VM_BAD_POWER_STATE","r","halted"],"id":0}',
        b'{"jsonrpc":"2.0","error":["VM_BAD_POWER_STATE","r","halted"],"id":1}',
    ],
)
def test_json_errors_of_every_shape_say_the_same(body: bytes) -> None:
    with pytest.raises(ApiFailure) as raised:
        JsonRpc().decode(body, parse_type("void"))
    assert (raised.value.code, raised.value.params) == ("VM_BAD_POWER_STATE", ("r", "halted"))


def test_unknown_codes_are_kept_as_they_are() -> None:
    with pytest.raises(ApiFailure) as raised:
        JsonRpc().decode(b'{"result":null,"error":["SOMETHING_NEW","x"],"id":1}', None)
    assert type(raised.value) is ApiFailure
    assert raised.value.code == "SOMETHING_NEW"


def test_a_refusal_by_role_names_the_roles_that_would_suffice() -> None:
    denied = PermissionDenied(
        "RBAC_PERMISSION_DENIED",
        ("vm.start", "No permission in user session. (Roles with this permission: pool-admin, vm-operator)"),
    )
    assert denied.permission == "vm.start"
    assert denied.sufficient_roles == ("pool-admin", "vm-operator")


def test_control_characters_are_refused_before_they_are_sent_as_xml() -> None:
    with pytest.raises(ApiFailure, match="INVALID_VALUE"):
        XmlRpc().encode("VM.set_name_label", [(parse_type("string"), "bell\x07")])


def test_a_list_of_methods_comes_without_the_usual_struct() -> None:
    body = xmlrpc.client.dumps((["VM.start", "VM.clone"],), methodresponse=True).encode()
    assert XmlRpc().decode(body, None) == ("VM.start", "VM.clone")


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(
    ("kind", "wire"),
    [
        ("int", "seven"), ("int", True), ("int", ["1"]), ("bool", "perhaps"), ("string", 5), ("string", ["x"]),
        ("VM ref set", "x"), ("(string -> string) map", ["x"]), ("VM record", "x"), ("float", {}),
        ("(VM ref -> VM record) map", {"r": "x"}),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_type_is_malformed(codec: Codec, kind: str, wire: Any) -> None:
    with pytest.raises(MalformedAnswer):
        codec.decode(_answer(codec, wire), parse_type(kind))


def _xml_success(inner: str) -> bytes:
    return (
        "<?xml version='1.0'?><methodResponse><params><param><value><struct><member><name>Status</name>"
        "<value>Success</value></member><member><name>Value</name><value>" + inner + "</value></member>"
        "</struct></value></param></params></methodResponse>"
    ).encode()
