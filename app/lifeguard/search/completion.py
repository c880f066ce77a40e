"""What may come next in the one-line language: keys, values they know, and names from the pools."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from lifeguard.inventory.natural import natural_key
from lifeguard.search.words import DAY_WORDS, FIELD_KEY, KEYS, SYNONYMS, Sort

_BEGINNING = r"(?:^|[\s()])!*"
_CONDITION = re.compile(
    _BEGINNING
    + r"""(?P<key>[A-Za-z]+(?:\.(?:"[^"]*"|[^\s:=<>!()"]+))?)(?:!=|<=|>=|[:=<>])(?P<value>"[^"]*|[^\s()"]*)$"""
)
_WORD = re.compile(_BEGINNING + r"""(?P<word>[^\s()!"]*)$""")
_OPERATORS: dict[Sort, tuple[str, ...]] = {
    "text": (":", "=", "!="), "enum": (":", "!="), "list": (":", "!="), "address": (":", "!="),
    "amount": (">", "<", ":"), "date": (":", ">", "<"), "objects": (":", "=", "!="), "object": (":", "=", "!="),
}  # fmt: skip

Known = Callable[[str, str, int], Iterable[str]]
"""The names that may stand after a key and hold what is typed of them; so many of objects."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to go on: `text` replaces everything from `start` to where the cursor was."""

    text: str
    start: int
    explanation: str = ""


def complete(text: str, cursor: int, known: Known, fields: Iterable[str] = (), limit: int = 20) -> list[Candidate]:
    """What may stand where the cursor is, best first. `fields` are the names of custom fields."""
    before = text[:cursor]
    inside = _CONDITION.search(before)
    if inside is not None:
        key, typed = _plain_key(inside["key"]), inside["value"].removeprefix('"')
        found = _best(_values(key, typed) or known(key, typed, limit), typed, limit)
        return [Candidate(_quoted(value), inside.start("value")) for value in found]
    word = _WORD.search(before)
    if word is None or before.count('"') % 2:
        return []
    typed, start = word["word"].lower(), word.start("word")
    own = (f"{FIELD_KEY}.{_quoted(name)}:" for name in fields if _is_sayable(name))
    keys = dict.fromkeys((*_keys(typed), *own))
    return [Candidate(key, start, _explanation(key)) for key in keys if key.lower().startswith(typed)]


def _keys(typed: str) -> Iterator[str]:
    """Every key as it is mostly used; one that is there already in all its uses."""
    for key, word in KEYS.items():
        operators = _OPERATORS.get(word.sort, (":",))
        yield from (key + operator for operator in (operators if typed == key else operators[:1]))


def _plain_key(key: str) -> str:
    name = key.lower()
    return key.replace('"', "") if name.startswith(f"{FIELD_KEY}.") else SYNONYMS.get(name, name)


def _values(key: str, typed: str) -> list[str]:
    """The words that the language itself knows."""
    word = KEYS.get(key)
    fixed: Iterable[str] = word.values if word is not None else ()
    if word is not None and word.sort in ("date", "bool"):
        fixed = DAY_WORDS if word.sort == "date" else ("yes", "no")
    return [value for value in fixed if typed.casefold() in value.casefold()]


def _best(values: Iterable[str], typed: str, limit: int) -> list[str]:
    """Those that begin with what is typed, then those that have it inside, each in natural order."""
    wanted = typed.casefold()
    sayable = set(filter(_is_sayable, values))
    return sorted(sayable, key=lambda value: (not value.casefold().startswith(wanted), natural_key(value)))[:limit]


def _is_sayable(value: str) -> bool:
    return bool(value) and '"' not in value


def _quoted(value: str) -> str:
    return f'"{value}"' if re.search(r"[\s()]", value) else value


def _explanation(key: str) -> str:
    word = KEYS.get(key.rstrip(":=<>!"))
    return word.explanation if word is not None else "the custom field contains"
