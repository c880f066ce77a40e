"""What a table consists of, before it is drawn: columns, lines and their cells, and where the lines come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lifeguard.inventory.answers import Facts
from lifeguard.inventory.natural import natural_key
from lifeguard.quantities import UNKNOWN
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.tokens import Token


@dataclass(frozen=True, slots=True)
class Fill:
    """How full something is, 0..1; `is_watched` turns amber and red towards the end."""

    fraction: float
    is_watched: bool = True


@dataclass(frozen=True, slots=True)
class Share:
    """Who has how much of a whole: (fraction, colour, what) from the left; the rest is free."""

    parts: tuple[tuple[float, Token, str], ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A range within a whole, and where in it things stand now."""

    low: float
    high: float
    now: float | None = None


Bar = Fill | Share | Span


@dataclass(frozen=True, slots=True)
class Cell:
    """`sort` is compared with others of its column, None goes last; `hint` says why a value is unknown, or more of it.

    `instant_s` (UTC epoch seconds) is told as how long ago that was; `is_dated` by its day once that is long ago.
    """

    text: str
    sort: Any = None
    hint: str = ""
    glyph: Glyph | None = None
    bar: Bar | None = None
    instant_s: float | None = None
    is_dated: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """`ref` is the object that a menu on this line is about, empty for none. `order` is its place among its like while
    no column was chosen to sort by."""

    cells: tuple[Cell, ...]
    ref: str = ""
    order: Any = None
    is_quiet: bool = False


GONE = Line(())
"""The line of something that has just left the pool."""


@dataclass(frozen=True, slots=True)
class Column:
    """As wide as what it holds, up to so many letters; a steady one is always that wide. `is_code`: fixed width.
    `is_copied`: a mark beside the value copies it. `gives_way`: where there is no room for all columns, this one
    becomes narrower."""

    title: str
    letters: int = 16
    is_code: bool = False
    is_copied: bool = False
    is_steady: bool = False
    gives_way: bool = False


def _nothing_below(facts: Facts, subject: str, key: str) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Table:
    """Where lines come from, as pure functions of the facts and of the object that the table is about.

    `members` are the keys at the top, `below` those under a key: refs, or whatever tells lines of one table apart.
    `empty` says what would be here. `own_commands` are offered for the object the table is about, `commands` for the
    chosen lines.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    members: Callable[[Facts, str], tuple[str, ...]]
    line: Callable[[Facts, str, str], Line]
    empty: str
    below: Callable[[Facts, str, str], tuple[str, ...]] = _nothing_below
    summary: Callable[[Facts, str], str] | None = None
    own_commands: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    has_header: bool = True


def text(value: str, hint: str = "", glyph: Glyph | None = None) -> Cell:
    """A cell of words, sorted as people sort names; an en dash and the reason where there are none."""
    return Cell(value or UNKNOWN, natural_key(value) if value else None, hint if hint else value, glyph)


def number(value: float | None, words: str, hint: str = "", bar: Bar | None = None) -> Cell:
    """A cell of a number, sorted by it."""
    return Cell(words if value is not None else UNKNOWN, value, hint, bar=bar)


def yes_no(value: bool, hint: str = "") -> Cell:
    return Cell("Yes" if value else "No", int(value), hint)
