"""The one-line language of searches: text to query. `web os:debian memory>4G (host:"h 3" or ip:10.0.*) !tag:prod`.

line   = either ;                    either = all { "or" all } ;
all    = part { ["and"] part } ;     part   = "!" part | "(" either ")" | condition | word ;
condition = key (":" | "=" | "!=" | "<" | ">" | "<=" | ">=") value ;
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from msgspec.structs import replace

from lifeguard.inventory.custom_fields import FieldDefinition
from lifeguard.search.conditions import BY_KEY, Condition, Subject, field_subject, query_of
from lifeguard.search.fulltext import word_query
from lifeguard.search.query import GroupQuery, GroupType, Query, StringListContainsQuery
from lifeguard.search.words import DAY_WORDS, FIELD_KEY, HAS_WORDS, KEYS, SYNONYMS, amount_of, amount_text

_DENIED_AS_A_WHOLE = frozenset({"amount", "date", "objects", "object", "folder"})
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
    subject = _subject(token)
    if not token.value:
        raise QueryError(f"A value is missing after “{token.text}{token.operator}”.", token.value_position)
    if subject is None:
        return query_of(Condition(BY_KEY[_known_value(HAS_WORDS, token)], "empty" if _denies(token) else "filled"))
    if token.operator in ("<", ">", "<=", ">=") and subject.sort not in ("amount", "date"):
        raise QueryError(f"“{token.text}” has no more or less; write “{token.text}:”.", token.position)
    query = query_of(Condition(subject, *_compared(subject, token)))
    return negated(query) if _denies(token) and subject.sort in _DENIED_AS_A_WHOLE else query


def _subject(token: Token) -> Subject | None:
    """What a key looks at; None for the one that asks whether something is there at all."""
    name = token.text.lower()
    if name.startswith(f"{FIELD_KEY}."):
        return field_subject(FieldDefinition(token.text[len(FIELD_KEY) + 1 :].strip('"')))
    key = SYNONYMS.get(name, name)
    if key not in KEYS:
        raise QueryError(f"“{token.text}” is nothing to search by; put quotation marks around text.", token.position)
    return BY_KEY.get(key)


def _denies(token: Token) -> bool:
    return token.operator == "!="


def _compared(subject: Subject, token: Token) -> tuple[str, str]:
    """The relation that a token means, and the value as a line of the builder has it."""
    match subject.sort:
        case "text":
            return ("notcontain", token.value) if _denies(token) else _pattern(subject, token)
        case "objects" | "object":
            return _pattern(subject, token)
        case "folder":
            return "exactmatch", token.value
        case "amount":
            return _amount(token)
        case "date":
            return _day(token)
        case "bool":
            return "yes" if _yes_or_no(token) != _denies(token) else "no", ""
        case "enum":
            values = {text.replace(" ", "-"): value for value, text in subject.choices.items()}
            return "differs" if _denies(token) else "equals", _known_value(values, token)
    return "differs" if _denies(token) else "equals", token.value


def _pattern(subject: Subject, token: Token) -> tuple[str, str]:
    """How a text is to match: `=` wholly, `x*` and `*x` at an end, else anywhere; `*` alone is whether there is one."""
    value = token.value
    if token.operator == "=":
        return "exactmatch", value
    if not value.strip("*"):
        if "filled" not in {relation.key for relation in subject.relations}:
            raise QueryError("Something is missing beside the “*”.", token.value_position)
        return "filled", ""
    if value.endswith("*") and not value.startswith("*"):
        return "startswith", value[:-1]
    if value.startswith("*") and not value.endswith("*"):
        return "endswith", value[1:]
    return "contains", value.strip("*")


def _known_value(values: Mapping[str, str], token: Token) -> str:
    value = values.get(token.value.lower())
    if value is None:
        raise QueryError(f"“{token.value}” is none of {', '.join(values)}.", token.value_position)
    return value


def _yes_or_no(token: Token) -> bool:
    value = token.value.lower()
    if value not in ("yes", "no", "true", "false"):
        raise QueryError("This is either yes or no.", token.value_position)
    return value in ("yes", "true")


def _amount(token: Token) -> tuple[str, str]:
    value = amount_of(token.value)
    if value is None:
        raise QueryError(f"“{token.value}” is no amount; write 4G or 512M.", token.value_position)
    if ">" in token.operator:
        return "gt", amount_text(value - (token.operator == ">="))
    if "<" in token.operator:
        return "lt", amount_text(value + (token.operator == "<="))
    return "exactmatch", amount_text(value)


def _day(token: Token) -> tuple[str, str]:
    day = token.value.lower()
    if day in DAY_WORDS and token.operator not in ("<", ">", "<=", ">="):
        return day, ""
    try:
        day = date.fromisoformat(day).isoformat()
    except ValueError:
        choice = ", ".join(DAY_WORDS)
        raise QueryError(f"“{token.value}” is no day; write 2026-01-31 or {choice}.", token.value_position) from None
    return "after" if ">" in token.operator else "before" if "<" in token.operator else "exact", day
