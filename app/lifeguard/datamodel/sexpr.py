"""How a database writes a value into one XML attribute: white space protected, collections as quoted lists."""

from __future__ import annotations

import re
from typing import TypeAlias

Node: TypeAlias = "str | list[Node]"

_PROTECTED = re.compile(r"%([.tnr%_])")
_MEANING = {".": " ", "t": "\t", "n": "\n", "r": "\r", "%": "%", "_": "  "}
_PROTECT = str.maketrans({" ": "%.", "\t": "%t", "\n": "%n", "\r": "%r", "%": "%%"})
_TOKEN = re.compile(r"""\s*(?:([()])|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^\s()'"]+))""", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_BLANKS = re.compile(r"[ \t\r\n]+")
_MAX_DEPTH = 4


class Unreadable(ValueError):
    """The text is not such a list; `so_far` is what could be read before it broke."""

    def __init__(self, reason: str, so_far: list[Node]) -> None:
        super().__init__(reason)
        self.so_far = so_far


def unprotect(attribute: str) -> str:
    """The value behind an attribute. Raw blanks mean one space at most; the server trims and folds them too."""
    folded = _BLANKS.sub(" ", attribute).strip(" ")
    return _PROTECTED.sub(lambda found: _MEANING[found[1]], folded) if "%" in folded else folded


def protect(value: str) -> str:
    """The attribute text of a value, as current servers write it: every blank protected."""
    return value.translate(_PROTECT)


def parse(text: str) -> list[Node]:
    """Read `('a' 'b')` or `(('k' 'v'))`; what follows the list is passed over. Raises Unreadable."""
    stack: list[list[Node]] = []
    at = 0
    while found := _TOKEN.match(text, at):
        at = found.end()
        if found[1] == "(":
            inner: list[Node] = []
            if stack:
                stack[-1].append(inner)
            stack.append(inner)
            if len(stack) > _MAX_DEPTH:
                raise Unreadable("lists are nested too deeply", stack[0])
        elif not stack:
            break
        elif found[1] == ")":
            done = stack.pop()
            if not stack:
                return done
        else:
            stack[-1].append(_atom(found))
    raise Unreadable("the list does not end" if stack else "there is no list", stack[0] if stack else [])


def _atom(found: re.Match[str]) -> str:
    if found[4] is not None:
        return found[4]
    quoted = found[2] if found[2] is not None else found[3]
    return _ESCAPED.sub(r"\1", quoted) if "\\" in quoted else quoted


def quote(text: str) -> str:
    """One element as it stands in a list."""
    for letter in ("\\", "'", '"'):
        text = text.replace(letter, "\\" + letter)
    return f"'{text}'"
