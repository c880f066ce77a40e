"""The one-line language of searches: query to text, the other face of `language`."""

from __future__ import annotations

from lifeguard.search.conditions import condition_of, field_name
from lifeguard.search.fulltext import plain_word
from lifeguard.search.query import DummyQuery, GroupQuery, Query
from lifeguard.search.words import FIELD_KEY

_OPERATORS = {"gt": ">", "lt": "<", "after": ">", "before": "<", "differs": "!="}
_TEXT_OPERATORS = {"exactmatch": "=", "notcontain": "!="}
_SPECIAL = frozenset(' \t\n()"')
_CONNECTIVES = frozenset({"or", "and", "|", "||", "&", "&&"})


class Unspeakable(Exception):
    """The language has no words for this query: it can be edited in the builder only."""


def wording(query: Query | None) -> str:
    """The text that means a query. Raises Unspeakable."""
    if query is None:
        return ""
    if isinstance(query, GroupQuery) and plain_word(query) is None and query.type != "Nor" and query.queries:
        connective = " " if query.type == "And" else " or "
        return connective.join(map(_part, query.queries))
    return _part(query)


def _part(query: Query) -> str:
    """The text for something that stands between others: with parentheses where it needs them."""
    word = plain_word(query)
    if word is not None:
        return _word(word)
    if isinstance(query, GroupQuery):
        if not query.queries:
            raise Unspeakable
        if query.type != "Nor":
            return f"({wording(query)})"
        inner = query.queries[0] if len(query.queries) == 1 else GroupQuery("Or", query.queries)
        return f"!{_part(inner)}"
    return _condition(query)


def _word(text: str) -> str:
    needs_quotes = text.lower() in _CONNECTIVES or any(mark in text for mark in ":=<>!")
    return _quoted(text, needs_quotes)


def _condition(query: Query) -> str:
    found = condition_of(query)
    if found is None or isinstance(query, DummyQuery):
        raise Unspeakable
    subject, relation, value = found.subject, found.relation, found.value
    name = field_name(subject)
    if name is not None and subject.sort == "date":
        raise Unspeakable
    key = subject.key if name is None else f"{FIELD_KEY}.{_quoted(name, any(mark in ':=<>!' for mark in name))}"
    match subject.sort, relation:
        case _, "filled" if name is not None:
            return f"{key}:*"
        case _, ("filled" | "empty"):
            return f"has{':' if relation == 'filled' else '!='}{key}"
        case (("text" | "objects" | "object"), _):
            return _text(key, value, relation)
        case "bool", _:
            return f"{key}:{relation}"
        case "enum", _:
            value = subject.choices.get(value, "").replace(" ", "-")
        case "list", "differs":
            return f"!{key}:{_quoted(value)}"
        case "date", _ if not value:
            return f"{key}:{relation}"
    return f"{key}{_OPERATORS.get(relation, ':')}{_quoted(value)}"


def _text(key: str, text: str, relation: str) -> str:
    if not text or ("*" in (text[0], text[-1]) and relation not in ("exactmatch", "notcontain")):
        raise Unspeakable
    pattern = {"startswith": f"{text}*", "endswith": f"*{text}"}.get(relation, text)
    return f"{key}{_TEXT_OPERATORS.get(relation, ':')}{_quoted(pattern)}"


def _quoted(text: str, is_needed: bool = False) -> str:
    if '"' in text or not text:
        raise Unspeakable
    return f'"{text}"' if is_needed or any(mark in _SPECIAL or mark.isspace() for mark in text) else text
