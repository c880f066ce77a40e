"""The language of `get_all_records_where`: true, false, and, or, not, and equality of fields and texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from lifeguard.datamodel import attribute
from lifeguard.datamodel.tables import CLASSES
from lifeguard.sim.failure import ApiError

Test: TypeAlias = Callable[[Mapping[str, Any]], bool]
_Text: TypeAlias = Callable[[Mapping[str, Any]], str]
_TOKEN = re.compile(
    r"""\s*(?:(?P<word>field|true|false|and|or|not)\b|(?P<sign>[=()])|(?P<quote>["'])(?P<text>.*?)(?P=quote))"""
)
_END = ""


def parse(class_name: str, text: str) -> Test:
    """A test of rows of a class. Raises ApiError INVALID_VALUE when the text is no expression; the test itself raises
    INTERNAL_ERROR when it names a field that the class does not have."""
    parser = _Parser(class_name, text, _tokens(text))
    test = parser.any_of()
    parser.expect(_END)
    return test


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        token = _TOKEN.match(text, at)
        if token is None:
            raise ApiError("INVALID_VALUE", text, 'Failure("lexing: empty token")')
        if token["text"] is not None:
            found.append(("text", token["text"]))
        else:
            found.append((token["word"] or token["sign"], ""))
        at = token.end()
    return [*found, (_END, "")]


class _Parser:
    def __init__(self, class_name: str, text: str, tokens: list[tuple[str, str]]) -> None:
        self._class_name = class_name
        self._text = text
        self._tokens = tokens

    def any_of(self) -> Test:
        test = self._all_of()
        while self._take("or"):
            test = _either(test, self._all_of())
        return test

    def _all_of(self) -> Test:
        test = self._single()
        while self._take("and"):
            test = _both(test, self._single())
        return test

    def _single(self) -> Test:
        if self._take("not"):
            inner = self._single()
            return lambda row: not inner(row)
        if self._take("("):
            inner = self.any_of()
            self.expect(")")
            return inner
        if self._take("true"):
            return lambda row: True
        if self._take("false"):
            return lambda row: False
        left = self._value()
        self.expect("=")
        right = self._value()
        return lambda row: left(row) == right(row)

    def _value(self) -> _Text:
        if self._take("field"):
            return _field(self._class_name, self.expect("text"))
        text = self.expect("text")
        return lambda row: text

    def _take(self, kind: str) -> bool:
        if self._tokens[0][0] != kind:
            return False
        self._tokens.pop(0)
        return True

    def expect(self, kind: str) -> str:
        if self._tokens[0][0] != kind:
            raise ApiError("INVALID_VALUE", self._text, "Stdlib.Parsing.Parse_error")
        return self._tokens.pop(0)[1]


def _either(one: Test, other: Test) -> Test:
    return lambda row: one(row) or other(row)


def _both(one: Test, other: Test) -> Test:
    return lambda row: one(row) and other(row)


def _field(class_name: str, db_name: str) -> _Text:
    """Fields go by their database names (`name__label`) and are compared as the database writes them."""
    for field in CLASSES[class_name].fields.values():
        if field.db_name == db_name:
            known = field
            return lambda row: attribute.write(known.type, row[known.name])

    def missing(row: Mapping[str, Any]) -> str:
        raise ApiError("INTERNAL_ERROR", "missing field", db_name, "")

    return missing
