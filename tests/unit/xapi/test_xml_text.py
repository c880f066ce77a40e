"""The quick way through large XML-RPC answers gives what the real parser gives, or steps aside."""

from __future__ import annotations

import json
import xmlrpc.client
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifeguard.xapi.xml_answer import loads
from lifeguard.xapi.xml_text import NotPlain, as_json, condensed, restored

_DATE = "20260101T12:00:00Z"
_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=10)
_VALUES = st.recursive(
    _TEXT | st.booleans() | st.sampled_from(['"', "\\", "<value>", "&amp;", "a\nb\tc", "]]>", "},{", '","']),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=25,
)


def _written(value: Any) -> bytes:
    """As servers write: no white space between tags, strings without a tag of their own."""
    body = xmlrpc.client.dumps((value,), methodresponse=True)
    start, end = body.index("<value>"), body.rindex("</value>") + len("</value>")
    text = body[start:end]
    for tag in ("struct", "member", "/member", "/struct", "array", "data", "/data", "/array", "/value", "/name"):
        text = text.replace(f"<{tag}>\n", f"<{tag}>")
    return text.replace("<string>", "").replace("</string>", "").encode()


@settings(max_examples=400)
@given(value=_VALUES)
def test_what_it_reads_is_what_was_written(value: Any) -> None:
    text = _written(value)
    try:
        read = json.loads(as_json(condensed(text)))
    except (NotPlain, ValueError):
        read = loads(b"<methodResponse><params><param>" + text + b"</param></params></methodResponse>")
    assert read == value


@settings(max_examples=400)
@given(value=_VALUES)
def test_what_was_condensed_can_be_restored(value: Any) -> None:
    """Line ends apart, which XML has its reader turn into one."""
    text = _written(value)
    assert restored(condensed(text)) == text


@pytest.mark.parametrize(
    "value",
    [
        "x", "", [], {}, ["a", "b"], {"a": "b", "c": {}, "d": [], "e": True, "f": ["x", "y"], "g": {"h": "i"}},
        [{"a": "b"}, {"a": "c"}], {"a": False}, {"a": {"b": {"c": "d"}}, "e": "f"}, [["a"], ["b"]],
        {"a": "", "b": ""}, {"a": True, "b": False, "c": True},
    ],
)  # fmt: skip
def test_everything_that_records_hold_is_read_the_quick_way(value: Any) -> None:
    assert json.loads(as_json(condensed(_written(value)))) == value


def test_numbers_and_dates_are_read_as_text() -> None:
    members = "".join(
        f"<member><name>{name}</name><value>{inner}</value></member>"
        for name, inner in (
            ("a", "<double>0.5</double>"), ("b", "<i4>7</i4>"),
            ("c", f"<dateTime.iso8601>{_DATE}</dateTime.iso8601>"), ("d", "1073741824"), ("e", "<double>nan</double>"),
        )
    )  # fmt: skip
    read = json.loads(as_json(condensed(f"<value><struct>{members}</struct></value>".encode())))
    assert read == {"a": "0.5", "b": "7", "c": _DATE, "d": "1073741824", "e": "nan"}


@pytest.mark.parametrize(
    "xml",
    [
        b"<value><![CDATA[x]]></value>", b"<value><!-- x --></value>", b"<value>a</name>", b"<value>&#7;</value>",
        b"<value><base64>eA==</base64></value>", b"<value>a<value>b</value></value>", b"<value>&nope;</value>",
        b"<value>", b"<value><?x?></value>",
    ],
)  # fmt: skip
def test_it_steps_aside_from_what_servers_do_not_write(xml: bytes) -> None:
    with pytest.raises((NotPlain, ValueError)):
        json.loads(as_json(condensed(xml)))
