"""The one-line language of searches: query to text, the other face of `language`."""

from __future__ import annotations

from collections.abc import Mapping

from lifeguard.search.fulltext import plain_word
from lifeguard.search.query import (
    BooleanQuery,
    CustomFieldQuery,
    DatePropertyQuery,
    EnumPropertyQuery,
    GroupQuery,
    IntPropertyQuery,
    IPAddressQuery,
    ListEmptyQuery,
    NullQuery,
    Query,
    RecursiveXMOListPropertyQuery,
    RecursiveXMOPropertyQuery,
    StringListContainsQuery,
    StringPropertyQuery,
)
from lifeguard.search.words import FIELD_KEY, HAS_WORDS, KEYS, amount_text

_KEY_OF: Mapping[str, str] = {word.property: key for key, word in KEYS.items() if word.property}
_HAS_OF: Mapping[str, str] = {name: word for word, name in HAS_WORDS.items()}
_RELATION = {"gt": ">", "lt": "<", "exactmatch": ":", "after": ">", "before": "<", "exact": ":"}
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
    match query:
        case StringPropertyQuery(name, text, how, False):
            return _text(_key(name, "text"), text, how)
        case CustomFieldQuery(definition, text, how):
            return _text(f"{FIELD_KEY}.{_field_name(definition.name)}", text, how)
        case EnumPropertyQuery(name, value, equals):
            key = _key(name, "enum")
            words = {known: word for word, known in KEYS[key].values.items()}
            if value not in words:
                raise Unspeakable
            return f"{key}{':' if equals else '!='}{words[value]}"
        case StringListContainsQuery(name, text, contains):
            return f"{'' if contains else '!'}{_key(name, 'list')}:{_quoted(text)}"
        case IPAddressQuery(name, text, contains):
            return f"{_key(name, 'address')}{':' if contains else '!='}{_quoted(text)}"
        case IntPropertyQuery(name, number, how):
            return f"{_key(name, 'amount')}{_RELATION[how]}{amount_text(number)}"
        case DatePropertyQuery(name, day, how):
            return f"{_key(name, 'date')}{_date(day, how)}"
        case BooleanQuery(name, value):
            return f"{_key(name, 'bool')}:{'yes' if value else 'no'}"
        case ListEmptyQuery(name, is_absent) | NullQuery(name, is_absent) if name in _HAS_OF:
            return f"has{'!=' if is_absent else ':'}{_HAS_OF[name]}"
    return _about_others(query)


def _about_others(query: Query) -> str:
    match query:
        case RecursiveXMOListPropertyQuery("folders", StringPropertyQuery("uuid", path, "exactmatch")):
            return f"folder:{_quoted(path)}"
        case RecursiveXMOListPropertyQuery(name, StringPropertyQuery("label", text, how, False)):
            return _text(_key(name, "objects"), text, how)
        case RecursiveXMOPropertyQuery(name, StringPropertyQuery("label", text, how, False)):
            return _text(_key(name, "object"), text, how)
    raise Unspeakable


def _key(name: str, sort: str) -> str:
    key = _KEY_OF.get(name)
    if key is None or KEYS[key].sort != sort:
        raise Unspeakable
    return key


def _text(key: str, text: str, how: str) -> str:
    if not text or ("*" in (text[0], text[-1]) and how not in ("exactmatch", "notcontain")):
        raise Unspeakable
    match how:
        case "startswith":
            return f"{key}:{_quoted(text + '*')}"
        case "endswith":
            return f"{key}:{_quoted('*' + text)}"
        case "exactmatch":
            return f"{key}={_quoted(text)}"
        case "notcontain":
            return f"{key}!={_quoted(text)}"
        case _:
            return f"{key}:{_quoted(text)}"


def _date(day: str, how: str) -> str:
    if how not in _RELATION:
        return f":{how}"
    if len(day) != 8 or not day.isdecimal():
        raise Unspeakable
    return f"{_RELATION[how]}{day[:4]}-{day[4:6]}-{day[6:]}"


def _quoted(text: str, is_needed: bool = False) -> str:
    if '"' in text or not text:
        raise Unspeakable
    return f'"{text}"' if is_needed or any(mark in _SPECIAL or mark.isspace() for mark in text) else text


def _field_name(name: str) -> str:
    return _quoted(name, any(mark in ":=<>!" for mark in name))
