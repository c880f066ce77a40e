"""Names and addresses sort as people, and XenCenter, expect."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifeguard.inventory.addresses import address_claim, is_partial_address
from lifeguard.inventory.natural import address_key, address_list_key, natural_key
from tests.unit.tree.slow_rules import compare_texts


@pytest.mark.parametrize(
    ("less", "greater"),
    [
        ("", "a"), ("1", "2"), ("1", "10"), ("123abc", "abc123"), ("abc123ax", "abc123bx"), ("foo bar", "foo bar1"),
        ("Windows 2000", "Windows 2000 SP1"), ("h10", "h112"), ("h9", "h10"), ("h 9", "h10"), ("VM-123", "VM-333"),
        ("VM-125x", "VM-334"), ("VM-334", "VM-1252"), ("abc", "abcd"), ("abcd", "zzz"), ("a", "B"), ("B", "c"),
        ("win95", "Win100"), ("Win95", "win100"), ("h1", "h01"), ("e", "é"), ("éa", "f"), ("a_", "a1"), ("a1", "aa"),
        ("9" * 60, "1" + "0" * 60),
    ],
)  # fmt: skip
def test_natural_order(less: str, greater: str) -> None:
    assert natural_key(less) < natural_key(greater)


@given(text=st.text(max_size=12))
def test_case_does_not_count(text: str) -> None:
    assert natural_key("a") == natural_key("A")
    if text.isascii():
        assert natural_key(text.upper()) == natural_key(text.lower())


_NAMES = st.text(st.sampled_from("aAbZ0019 -_.('"), max_size=8)


@given(one=_NAMES, other=_NAMES)
def test_the_key_orders_names_as_comparing_them_letter_by_letter_does(one: str, other: str) -> None:
    compared = compare_texts(one, other)
    assert (natural_key(one) < natural_key(other)) == (compared < 0)
    assert (natural_key(one) == natural_key(other)) == (compared == 0)


def test_longer_address_lists_come_first_then_ipv6_then_ipv4_by_number_then_other_text() -> None:
    lists = [("10.0.0.9", "10.0.0.1"), ("fe80::1",), ("10.0.0.9",), ("10.0.0.10",), ("10.0.*",), ("nas",), ()]
    assert sorted(reversed(lists), key=address_list_key) == lists
    assert address_key("10.0.0.2") < address_key("10.0.0.10")


@pytest.mark.parametrize(
    ("pattern", "address", "fits"),
    [
        ("10.", "10.9.8.7", True), ("10.0.", "10.9.8.7", False), ("10.*.*.7", "10.9.8.7", True),
        ("10.9.8.7", "10.9.8.7", True), ("10.9.8.7", "10.9.8.77", False), ("10.2*", "10.22.0.1", True),
        ("10.2", "10.22.0.1", False), ("fe80::1", "FE80:0::1", True), ("10.", "fe80::10", False),
    ],
)  # fmt: skip
def test_a_partial_address_is_compared_octet_by_octet(pattern: str, address: str, fits: bool) -> None:
    assert address_claim(pattern)(address) == fits


def test_words_that_are_no_addresses_are_not_taken_for_any() -> None:
    assert not any(map(is_partial_address, ("web", "2008", "10", "1.2.3.4.5", "256.1", "a.b", "", ".", "4.x")))
    assert all(map(is_partial_address, ("10.", "10.0", "10.*", "1.2.3.4", "fe80::1")))
