"""One line of text is a query, and a query is a line of text; errors point at the character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifeguard.inventory.custom_fields import FieldDefinition
from lifeguard.search.fulltext import word_query, words_query
from lifeguard.search.language import QueryError, parse
from lifeguard.search.query import (
    CustomFieldQuery,
    DatePropertyQuery,
    EnumPropertyQuery,
    GroupQuery,
    IntPropertyQuery,
    IPAddressQuery,
    ListEmptyQuery,
    RecursiveXMOListPropertyQuery,
    RecursiveXMOPropertyQuery,
    StringListContainsQuery,
    StringPropertyQuery,
    XenModelObjectPropertyQuery,
)
from lifeguard.search.wording import Unspeakable, wording

_GIB = 1024**3


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", None),
        ("web", word_query("web")),
        ('"web server"', word_query("web server")),
        ("os:debian", StringPropertyQuery("os_name", "debian")),
        ("name:web*", StringPropertyQuery("label", "web", "startswith")),
        ("name:*web", StringPropertyQuery("label", "web", "endswith")),
        ("name=web", StringPropertyQuery("label", "web", "exactmatch")),
        ("memory>4G", IntPropertyQuery("memory", 4 * _GIB, "gt")),
        ("memory>=4GiB", IntPropertyQuery("memory", 4 * _GIB - 1, "gt")),
        ("size<1.5T", IntPropertyQuery("size", 1536 * _GIB, "lt")),
        ('host:"h 3"', RecursiveXMOListPropertyQuery("host", StringPropertyQuery("label", "h 3"))),
        ("pool:paris", RecursiveXMOPropertyQuery("pool", StringPropertyQuery("label", "paris"))),
        ("ip:10.0.*", IPAddressQuery("ip_address", "10.0.*")),
        ("!tag:prod", StringListContainsQuery("tags", "prod", contains=False)),
        ("tags!=prod", StringListContainsQuery("tags", "prod", contains=False)),
        ("state:running", EnumPropertyQuery("power_state", "Running")),
        ("type!=vm", EnumPropertyQuery("type", "VM", equals=False)),
        ("started>2026-01-31", DatePropertyQuery("start_time", "20260131", "after")),
        ("started:today", DatePropertyQuery("start_time", "", "today")),
        ("has:tag", ListEmptyQuery("tags", empty=False)),
        ("field.Owner:ann", CustomFieldQuery(FieldDefinition("Owner"), "ann")),
        ('field."Last scan":2026*', CustomFieldQuery(FieldDefinition("Last scan"), "2026", "startswith")),
    ],
)
def test_each_form_means_its_query(text: str, query: object) -> None:
    assert parse(text) == query


def test_words_side_by_side_must_all_hold_and_or_binds_looser() -> None:
    a, b, c = (word_query(word) for word in "abc")
    assert parse("a b or c") == GroupQuery("Or", (GroupQuery("And", (a, b)), c))
    assert parse("a (b or c)") == GroupQuery("And", (a, GroupQuery("Or", (b, c))))
    assert parse("a and !b") == GroupQuery("And", (a, GroupQuery("Nor", (b,))))
    assert parse("!(a or b)") == GroupQuery("Nor", (GroupQuery("Or", (a, b)),))
    assert parse("!!a") == a


def test_plain_words_mean_the_same_as_in_the_quick_filter() -> None:
    for text in ("web", "web 10.0.", "10.1.2.3 db  x"):
        assert parse(text) == words_query(text)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("web foo:bar", 4),
        ('a "b', 2),
        ('name:"x', 5),
        ("(a b", 0),
        ("a) b", 1),
        ("a or", 4),
        ("or a", 0),
        ("a or or b", 5),
        ("memory>lots", 7),
        ("name>x", 0),
        ("state:flying", 6),
        ("started:someday", 8),
        ("shared:maybe", 7),
        ("os: debian", 3),
        ("!", 1),
        ("()", 1),
    ],
)
def test_an_error_points_at_the_character(text: str, position: int) -> None:
    with pytest.raises(QueryError) as refusal:
        parse(text)
    assert refusal.value.position == position


def test_hostile_nesting_is_refused_and_not_a_crash() -> None:
    for text in ("(" * 5000, "!" * 5000 + "a", "(" * 5000 + "a" + ")" * 5000):
        with pytest.raises(QueryError):
            parse(text)


_TEXT = st.text(st.characters(exclude_characters='"', exclude_categories=("Cs", "Cc")), min_size=1, max_size=8)
_PLAIN = st.sampled_from(["web", "h 3", "a:b", "or", "10.0.", "(x)", "é", "!"])
_CONDITIONS = st.one_of(
    _PLAIN.map(word_query),
    _TEXT.filter(lambda text: text.strip("*") == text).map(lambda text: StringPropertyQuery("os_name", text)),
    st.builds(StringPropertyQuery, st.just("label"), _PLAIN, st.sampled_from(["contains", "startswith", "exactmatch"])),
    st.builds(EnumPropertyQuery, st.just("power_state"), st.sampled_from(["Running", "Halted"]), st.booleans()),
    st.builds(StringListContainsQuery, st.just("tags"), _TEXT, st.booleans()),
    st.builds(IntPropertyQuery, st.just("memory"), st.integers(0, 2**45), st.sampled_from(["gt", "lt", "exactmatch"])),
    st.builds(RecursiveXMOListPropertyQuery, st.just("host"), st.builds(StringPropertyQuery, st.just("label"), _PLAIN)),
)


def _groups(parts: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    denied = parts.filter(
        lambda part: not isinstance(part, StringListContainsQuery) and getattr(part, "type", "") != "Nor"
    )
    return st.one_of(
        st.builds(GroupQuery, st.sampled_from(["And", "Or"]), several),
        st.builds(GroupQuery, st.just("Nor"), denied.map(lambda part: (part,))),
    )


@given(query=st.recursive(_CONDITIONS, _groups, max_leaves=6))
def test_text_and_query_are_two_faces_of_one_search(query: object) -> None:
    assert parse(wording(query)) == query


def test_what_the_language_cannot_say_is_refused() -> None:
    for query in (XenModelObjectPropertyQuery("pool", "some-uuid"), StringPropertyQuery("label", 'with "quotes"')):
        with pytest.raises(Unspeakable):
            wording(query)


@given(text=st.text(st.sampled_from('ab :()!"=<>*or1.'), max_size=20))
def test_any_text_is_a_query_or_one_clear_error(text: str) -> None:
    refusal = None
    try:
        query = parse(text)
    except QueryError as error:
        refusal, query = error, None
    if refusal is None:
        assert query is not None or not text.strip()
    else:
        assert 0 <= refusal.position <= len(text)
        assert str(refusal).endswith(".")
