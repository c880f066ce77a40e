"""Find the rows of a database file that is not well-formed XML, so that each can be tried on its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

_TAG = re.compile(r"<(/?)(database|manifest|pair|table|row)\b")


@dataclass(frozen=True, slots=True)
class RowText:
    """One element that carries data: `text` up to the next element, `line` counted from 1."""

    tag: str
    table: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Pieces:
    tags: tuple[RowText, ...]
    is_complete: bool


_NAME = re.compile(r"""\bname\s*=\s*["']([^"']*)["']""")


def split_rows(text: str) -> Pieces:
    """Cut the text at every tag a dump can have. An element goes up to where the next tag begins."""
    found = [(tag.start(), tag[1] == "/", tag[2]) for tag in _TAG.finditer(text)]
    found.append((len(text), True, "end"))
    pieces: list[RowText] = []
    table, line, counted_to = "", 1, 0
    for (start, closes, tag), (stop, _, _) in pairwise(found):
        line += text.count("\n", counted_to, start)
        counted_to = start
        piece = text[start:stop]
        if closes:
            table = "" if tag == "table" else table
            continue
        if tag == "table":
            named = _NAME.search(piece)
            table = named[1] if named else ""
        if tag in ("database", "pair", "table") or (tag == "row" and table):
            pieces.append(RowText(tag, table, line, _closed(piece)))
    return Pieces(tuple(pieces), "</database>" in text[-4096:])


def _closed(piece: str) -> str:
    """The opening tag made an element of its own; a piece without an end is left as it is, and will not parse."""
    body = piece[: piece.rfind(">") + 1]  # what follows is white space, or the first letters of a tag that was cut off
    if not body or body.endswith("/>"):
        return body or piece
    return f"{body[:-1]}/>"
