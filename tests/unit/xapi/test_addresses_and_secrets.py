"""Addresses as people and records write them; secrets that no log may show; which calls may be repeated."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

import pytest

from lifeguard.xapi.certificate import facts_of
from lifeguard.xapi.codec import REF, arguments_for, is_safe_to_repeat
from lifeguard.xapi.endpoint import AddressBook, Endpoint, parse_endpoint
from lifeguard.xapi.failures import SessionInvalid
from lifeguard.xapi.permissions import Permissions
from lifeguard.xapi.redact import Redactor, redacted
from lifeguard.xapi.session import Credentials


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("xs1", Endpoint("xs1", 443, True)),
        ("xs1:80", Endpoint("xs1", 80, False)),
        ("xs1:8443", Endpoint("xs1", 8443, True)),
        ("http://10.0.0.1", Endpoint("10.0.0.1", 80, False)),
        ("http://10.0.0.1:1234/", Endpoint("10.0.0.1", 1234, False)),
        ("https://[fe80::1]:444/jsonrpc", Endpoint("fe80::1", 444, True)),
        ("fe80::1", Endpoint("fe80::1", 443, True)),
        ("[fe80::1]:80", Endpoint("fe80::1", 80, False)),
        ("  xs1  ", Endpoint("xs1", 443, True)),
    ],
)
def test_addresses_are_read_in_every_form(text: str, endpoint: Endpoint) -> None:
    assert parse_endpoint(text) == endpoint


@pytest.mark.parametrize("text", ["", "   ", "a b", "ftp://x", "x:0", "x:99999", "x:-1", "a/b", "u@h"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no|begins with"):
        parse_endpoint(text)


def test_ipv6_is_bracketed_in_urls() -> None:
    assert Endpoint("fe80::1", 443, True).url == "https://[fe80::1]:443"


def test_recorded_addresses_are_dialled_by_the_book_or_like_the_first() -> None:
    book = AddressBook(Endpoint("127.0.0.1", 9000, False), {"10.0.0.1": "127.0.0.2:9001"})
    assert book.endpoint("10.0.0.1") == Endpoint("127.0.0.2", 9001, False)
    assert book.endpoint("10.0.0.9") == Endpoint("10.0.0.9", 9000, False)


@pytest.mark.parametrize(
    "text",
    [
        "GET /export?uuid=u&session_id=OpaqueRef:s3cret HTTP/1.1",
        "Authorization: Basic s3cret==",
        "-----BEGIN CERTIFICATE-----\ns3cret\n-----END CERTIFICATE-----",
        "pool_secret=s3cret; x",
        "SESSION_INVALID(OpaqueRef:s3cret)",
        "the password is s3cret",
    ],
)
def test_secrets_are_blanked(text: str) -> None:
    assert "s3cret" not in redacted(text, ["s3cret"] if "password" in text else [])


@pytest.mark.parametrize("write", [quote, quote_plus, json.dumps, repr, escape, str])
def test_a_known_secret_is_blanked_in_every_notation(write: Callable[[str], str]) -> None:
    secret = "pä\"ss & <w>/\\ord'"
    text = f"before {write(secret)} after"
    left = redacted(text, [secret]).removeprefix("before ").removesuffix(" after").strip("\"'")
    assert left == "***"


def test_a_log_record_and_its_traceback_pass_without_secrets() -> None:
    try:
        raise RuntimeError("GET /rrd?session_id=OpaqueRef:s3cret")
    except RuntimeError as error:
        record = logging.LogRecord(
            "x", logging.INFO, "f", 1, "at %s", ("session_id=s3cret",), (type(error), error, error.__traceback__)
        )
    assert Redactor().filter(record)
    assert "s3cret" not in logging.Formatter().format(record)


def test_neither_passwords_nor_sessions_show_in_what_python_prints() -> None:
    assert "pw" not in repr(Credentials("root", "pw"))
    assert "secret" not in str(SessionInvalid("SESSION_INVALID", ("OpaqueRef:secret",)))


@pytest.mark.parametrize(
    "method", ["VM.get_record", "event.from", "session.login_with_password", "VM.assert_can_boot_here"]
)
def test_reading_may_be_repeated(method: str) -> None:
    assert is_safe_to_repeat(method)


@pytest.mark.parametrize(
    "method", ["VM.start", "Async.VM.start", "VM.set_name_label", "VM.clone", "task.create", "VM.add_tags"]
)
def test_changing_may_not_be_repeated(method: str) -> None:
    assert not is_safe_to_repeat(method)


def test_the_session_leads_the_arguments_where_the_call_takes_one() -> None:
    assert arguments_for("VM.get_uuid", ("v",), "s")[0] == (REF, "s")
    assert len(arguments_for("session.login_with_password", ("u", "p"), "s")) == 2
    assert arguments_for("unheard.of", (1,), "s") == [(REF, "s"), (None, 1)]
    with pytest.raises(TypeError):
        arguments_for("VM.get_uuid", ("v", "w"), "s")


def test_permissions_are_by_lower_case_method_and_by_key_pattern() -> None:
    some = Permissions(
        frozenset(
            {"vm.start", "vm.add_to_other_config/key:folder", "vm.add_to_other_config/key:xencenter.customfields.*"}
        )
    )
    assert some.allows("VM.start")
    assert some.allows("Async.VM.start")
    assert not some.allows("VM.destroy")
    assert some.allows("VM.add_to_other_config", "folder")
    assert some.allows("VM.add_to_other_config", "XenCenter.CustomFields.owner")
    assert not some.allows("VM.add_to_other_config", "auto_poweron")
    assert Permissions().allows("pool.eject")
    assert some.weakest_role("VM.start") == "vm-operator"


def test_a_certificate_that_cannot_be_read_still_has_its_fingerprint() -> None:
    facts = facts_of("h:443", b"junk")
    assert (facts.address, len(facts.fingerprint), facts.subject) == ("h:443", 95, "unreadable")
