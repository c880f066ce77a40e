"""The one-line language of searches: text to query. `web os:debian memory>4G (host:"h 3" or ip:10.0.*) !tag:prod`.

line   = either ;                    either = all { "or" all } ;
all    = part { ["and"] part } ;     part   = "!" part | "(" either ")" | condition | word ;
condition = key (":" | "=" | "!=" | "<" | ">" | "<=" | ">=") value ;
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from lifeguard.inventory.custom_fields import FieldDefinition
from lifeguard.search.fulltext import word_query
from lifeguard.search.query import (
    BooleanQuery,
    CustomFieldQuery,
    DatePropertyQuery,
    DateRelation,
    EnumPropertyQuery,
    GroupQuery,
    GroupType,
    IntPropertyQuery,
    IPAddressQuery,
    ListEmptyQuery,
    NullQuery,
    Query,
    RecursiveXMOListPropertyQuery,
    RecursiveXMOPropertyQuery,
    StringListContainsQuery,
    StringPropertyQuery,
    TextMatch,
)
from lifeguard.search.words import DAY_WORDS, FIELD_KEY, KEYS, SYNONYMS, Word, amount_of

_LISTS = frozenset({"tags", "disks", "networks", "vm", "host", "storage"})
_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<open>\()
      | (?P<close>\))
      | (?P<not>!)
      | (?P<key>[A-Za-z]+(?:\.(?:"[^"]*"|[^\s:=<>!()"]+))?)(?P<operator>!=|<=|>=|[:=<>])
      | (?P<quoted>"[^"]*")
      | (?P<broken>")
      | (?P<word>[^\s()"]+)""",
    re.VERBOSE,
)
_VALUE = re.compile(r'"(?P<quoted>[^"]*)"|(?P<word>[^\s()"]*)')


class QueryError(Exception):
    """The text makes no sense from `position` on; the message says why, in a sentence."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is open, close, not, word, quoted, or key; a key's condition has an operator and a value as well."""

    kind: str
    text: str
    position: int
    operator: str = ""
    value: str = ""
    value_position: int = 0


def parse(text: str) -> Query | None:
    """The query that a text means; None for an empty one. Raises QueryError."""
    reader = _Reader(list(tokens(text)), len(text))
    if reader.peek() is None:
        return None
    query = reader.either()
    rest = reader.peek()
    if rest is not None:
        raise QueryError("This parenthesis closes nothing.", rest.position)
    return query


def tokens(text: str) -> Iterator[Token]:
    """The parts of a text. Raises QueryError at a quotation mark without its partner."""
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup == "broken":
            raise QueryError("This quotation mark has no partner.", position)
        start, position = position, match.end()
        if match.group("operator"):
            value = cast("re.Match[str]", _VALUE.match(text, position))
            if value.end() == position and text[position : position + 1] == '"':
                raise QueryError("This quotation mark has no partner.", position)
            content = value.group("quoted") if value.group("quoted") is not None else value.group("word")
            yield Token("key", match.group("key"), start, match.group("operator"), content, position)
            position = value.end()
        elif match.lastgroup != "space":
            yield Token(match.lastgroup or "", match.group().strip('"'), start)


class _Reader:
    """Recursive descent over tokens."""

    _DEEPEST = 100

    def __init__(self, found: list[Token], end: int) -> None:
        self._tokens = found
        self._end = end
        self._at = 0
        self._depth = 0

    def peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def either(self) -> Query:
        parts = [self._all()]
        while self._takes_word("or", "|", "||"):
            parts.append(self._all())
        return _grouped("Or", parts)

    def _all(self) -> Query:
        parts = [self._part()]
        while (token := self.peek()) is not None and token.kind != "close" and not self._is_word("or", "|", "||"):
            self._takes_word("and", "&", "&&")
            parts.append(self._part())
        return _grouped("And", parts)

    def _part(self) -> Query:
        token = self.peek()
        if token is None:
            raise QueryError("Something is missing at the end.", self._end)
        if token.kind == "close" or self._is_word("or", "|", "||", "and", "&", "&&"):
            raise QueryError(f"Something is missing before “{token.text}”.", token.position)
        self._at += 1
        if token.kind in ("not", "open"):
            return self._nested(token)
        return condition(token) if token.kind == "key" else word_query(token.text)

    def _nested(self, token: Token) -> Query:
        self._depth += 1
        if self._depth > self._DEEPEST:
            raise QueryError("This is nested too deep.", token.position)
        if token.kind == "not":
            query = negated(self._part())
        else:
            query = self.either()
            if self.peek() is None:
                raise QueryError("This parenthesis is never closed.", token.position)
            self._at += 1
        self._depth -= 1
        return query

    def _is_word(self, *words: str) -> bool:
        token = self.peek()
        return token is not None and token.kind == "word" and token.text.lower() in words

    def _takes_word(self, *words: str) -> bool:
        is_there = self._is_word(*words)
        self._at += is_there
        return is_there


def _grouped(kind: GroupType, parts: list[Query]) -> Query:
    return parts[0] if len(parts) == 1 else GroupQuery(kind, tuple(parts))


def negated(query: Query) -> Query:
    """The query that holds where this one does not."""
    if isinstance(query, StringListContainsQuery):
        return replace(query, contains=not query.contains)
    if isinstance(query, GroupQuery) and query.type == "Nor" and len(query.queries) == 1:
        return query.queries[0]
    return GroupQuery("Nor", (query,))


def condition(token: Token) -> Query:
    """What a key with its value asks. Raises QueryError that points at the key, the operator's side or the value."""
    name = token.text.lower()
    if name.startswith(f"{FIELD_KEY}."):
        field_name = token.text[len(FIELD_KEY) + 1 :].strip('"')
        how, pattern = _pattern(token)
        return CustomFieldQuery(FieldDefinition(field_name), pattern, how)
    word = KEYS.get(SYNONYMS.get(name, name))
    if word is None:
        raise QueryError(f"“{token.text}” is nothing to search by; put quotation marks around text.", token.position)
    if not token.value:
        raise QueryError(f"A value is missing after “{token.text}{token.operator}”.", token.value_position)
    if token.operator in ("<", ">", "<=", ">=") and word.sort not in ("amount", "date"):
        raise QueryError(f"“{token.text}” has no more or less; write “{token.text}:”.", token.position)
    return _query_of(word, token)


def _query_of(word: Word, token: Token) -> Query:
    is_positive = token.operator != "!="
    match word.sort:
        case "text":
            how, pattern = _pattern(token)
            return StringPropertyQuery(word.property, pattern, how)
        case "enum":
            return EnumPropertyQuery(word.property, _known_value(word, token), is_positive)
        case "list":
            return StringListContainsQuery(word.property, token.value, is_positive)
        case "address":
            return IPAddressQuery(word.property, token.value, is_positive)
        case "amount":
            return _amount_query(word, token)
        case "date":
            return _date_query(word, token)
        case "bool":
            return BooleanQuery(word.property, _yes_or_no(token) == is_positive)
        case "has":
            name = _known_value(word, token)
            return ListEmptyQuery(name, not is_positive) if name in _LISTS else NullQuery(name, not is_positive)
    how, pattern = _pattern(token)
    query: Query
    if word.sort == "folder":
        query = RecursiveXMOListPropertyQuery(word.property, StringPropertyQuery("uuid", token.value, "exactmatch"))
    elif word.sort == "object":
        query = RecursiveXMOPropertyQuery(word.property, StringPropertyQuery("label", pattern, how))
    else:
        query = RecursiveXMOListPropertyQuery(word.property, StringPropertyQuery("label", pattern, how))
    return query if is_positive or how == "notcontain" else negated(query)


def _pattern(token: Token) -> tuple[TextMatch, str]:
    """How a text is to match: `=` wholly, `!=` not at all, `x*` and `*x` at an end, else anywhere."""
    value = token.value
    if token.operator in ("=", "!="):
        return ("exactmatch" if token.operator == "=" else "notcontain"), value
    if value.endswith("*") and not value.startswith("*"):
        return "startswith", value[:-1]
    if value.startswith("*") and not value.endswith("*"):
        return "endswith", value[1:]
    return "contains", value.strip("*")


def _known_value(word: Word, token: Token) -> str:
    value = word.values.get(token.value.lower())
    if value is None:
        choice = ", ".join(word.values)
        raise QueryError(f"“{token.value}” is none of {choice}.", token.value_position)
    return value


def _yes_or_no(token: Token) -> bool:
    value = token.value.lower()
    if value not in ("yes", "no", "true", "false"):
        raise QueryError("This is either yes or no.", token.value_position)
    return value in ("yes", "true")


def _amount_query(word: Word, token: Token) -> Query:
    value = amount_of(token.value)
    if value is None:
        raise QueryError(f"“{token.value}” is no amount; write 4G or 512M.", token.value_position)
    match token.operator:
        case ">" | ">=":
            return IntPropertyQuery(word.property, value - (token.operator == ">="), "gt")
        case "<" | "<=":
            return IntPropertyQuery(word.property, value + (token.operator == "<="), "lt")
    query = IntPropertyQuery(word.property, value)
    return query if token.operator != "!=" else negated(query)


def _date_query(word: Word, token: Token) -> Query:
    day = token.value.lower()
    if day in DAY_WORDS and token.operator in (":", "="):
        return DatePropertyQuery(word.property, "", cast("DateRelation", day))
    try:
        digits = date.fromisoformat(day).strftime("%Y%m%d")
    except ValueError:
        choice = ", ".join(DAY_WORDS)
        raise QueryError(f"“{token.value}” is no day; write 2026-01-31 or {choice}.", token.value_position) from None
    relation: DateRelation = "after" if ">" in token.operator else "before" if "<" in token.operator else "exact"
    query = DatePropertyQuery(word.property, digits, relation)
    return query if token.operator != "!=" else negated(query)
