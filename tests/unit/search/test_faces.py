"""Text, builder and query are faces of one search: one comes back from the other, errors point, offers fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifeguard.inventory.custom_fields import FieldDefinition
from lifeguard.search.completion import complete
from lifeguard.search.conditions import SUBJECTS, Condition, condition_of, field_subject, query_of
from lifeguard.search.language import QueryError, parse, tokens
from lifeguard.search.query import DummyQuery, Query
from lifeguard.search.wording import Unspeakable, wording
from lifeguard.search.words import KEYS, SYNONYMS

_LETTERS = st.text(st.sampled_from("ab1é*.:=<>!/-_ ()|&ßI"), min_size=1, max_size=6)
_SAID = st.sampled_from([
    "web", "or", "and", "10.0.*", "4G", "1.5T", "0", "2026-01-31", "today", "yes", "running", "vm", "local-sr", "*",
    "tag", "best-effort", "out-of-date", "a*", "*a", "**", "h 3", "(x)", "!",
])  # fmt: skip
_VALUES = st.one_of(_SAID, _LETTERS)
_KEYS = st.sampled_from([*KEYS, *SYNONYMS, "field.Owner", 'field."Last scan"', "nonsense"])
_OPERATORS = st.sampled_from([":", "=", "!=", "<", ">", "<=", ">="])
_QUOTED = _VALUES.map(lambda value: f'"{value}"')
_CONDITIONS = st.builds("{}{}{}".format, _KEYS, _OPERATORS, st.one_of(_VALUES, _QUOTED))
_PARTS = st.one_of(_CONDITIONS, _QUOTED, _VALUES, _CONDITIONS.map("!{}".format), _VALUES.map("({})".format))
_TEXTS = st.lists(st.one_of(_PARTS, st.sampled_from(["or", "(", ")", "!"])), min_size=1, max_size=5).map(" ".join)
_SUBJECTS = (*SUBJECTS, field_subject(FieldDefinition("Owner")), field_subject(FieldDefinition("Day", True)))
_LINES = st.sampled_from(_SUBJECTS).flatmap(
    lambda subject: st.builds(
        Condition,
        st.just(subject),
        st.sampled_from([one.key for one in subject.relations]),
        st.sampled_from(list(subject.choices)) if subject.choices else _VALUES.map(str.strip),
    )
)


@given(text=_TEXTS)
def test_a_text_means_a_query_whose_words_mean_the_same_again(text: str) -> None:
    try:
        query = parse(text)
    except QueryError:
        return
    said = _words(query)
    if said is not None:
        assert parse(said) == query
        assert _words(parse(said)) == said


@given(line=_LINES)
def test_a_line_of_the_builder_is_read_back_and_said_in_words(line: Condition) -> None:
    query = query_of(line)
    if isinstance(query, DummyQuery):
        return
    read = condition_of(query)
    assert read is not None
    assert (read.subject.key, read.relation) == (line.subject.key, line.relation)
    assert query_of(read) == query
    said = _words(query)
    if said is not None:
        assert parse(said) == query
        assert condition_of(query) == read


@given(
    before=st.lists(st.sampled_from(["web", "os:debian", "!tag:prod", '"a b"', "(a or b)"]), max_size=3), data=st.data()
)
@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ("nonsense:x", 0), ("!nonsense:x", 1), ("(nonsense:x)", 1), ('os:"x', 3), ('"x', 0), ("(a", 0), (")", 0),
        ("memory>x", 7), ('memory>="x"', 8), ("size:", 5), ("state=flying", 6), ("name>x", 0), ("started:someday", 8),
        ("shared!=maybe", 8), ("has:wings", 4), ("name:*", 5), ("started>today", 8), ("a or or", 5), ("!)", 1),
    ],
)  # fmt: skip
def test_an_error_points_at_its_character_wherever_it_stands(
    before: list[str], data: st.DataObject, wrong: str, place: int
) -> None:
    text = "".join(f"{part}{data.draw(st.sampled_from([' ', '  ']))}" for part in before)
    with pytest.raises(QueryError) as refusal:
        parse(text + wrong)
    assert refusal.value.position == len(text) + place


_NAMES = ["h 3", "web", "web (1)", "prod", "a:b", "/a/b", 'with "quotes"', "or", "É"]


@given(text=_TEXTS, data=st.data())
def test_every_offer_fits_where_the_cursor_is(text: str, data: st.DataObject) -> None:
    cursor = data.draw(st.integers(0, len(text)))
    known = [name for name in _NAMES if name]
    for offer in complete(text, cursor, lambda key, typed, limit: known, ["Owner", "Last scan"]):
        assert 0 <= offer.start <= cursor
        last = list(tokens(text[: offer.start] + offer.text + ("x" if offer.text[-1] in ":=<>" else "")))[-1]
        assert last.kind == "key"
        assert last.position <= offer.start
        if offer.text[-1] not in ":=<>":
            assert last.value == offer.text.strip('"')


def _words(query: Query | None) -> str | None:
    try:
        return wording(query)
    except Unspeakable:
        return None
