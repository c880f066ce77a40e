"""What may come next in the one-line language: keys, values they know, and names from the pools."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lifeguard.datamodel.records import Host, Network, Sr, Vm, VmAppliance
from lifeguard.inventory.answers import Facts
from lifeguard.inventory.custom_fields import field_definitions
from lifeguard.inventory.folders import ancestors, empty_folders, folder_of
from lifeguard.inventory.kinds import SEARCHABLE_CLASSES
from lifeguard.inventory.naming import full_name, name_of
from lifeguard.inventory.natural import natural_key
from lifeguard.inventory.relations import is_real_vm, visible_pool_ref
from lifeguard.search.properties import os_name
from lifeguard.search.words import DAY_WORDS, FIELD_KEY, KEYS, SYNONYMS

_CONDITION = re.compile(r'([A-Za-z]+(?:\.(?:"[^"]*"|[^\s:=<>!()"]+))?)(?:!=|<=|>=|[:=<>])("?)([^"]*)$')
_START = re.compile(r'[^\s()!]*$')
_NAMED: Mapping[str, type[Host | Network | Sr | Vm | VmAppliance]] = {
    "host": Host, "network": Network, "sr": Sr, "vm": Vm, "vapp": VmAppliance,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to go on: `text` replaces everything from `start` to where the cursor was."""

    text: str
    start: int
    explanation: str = ""


def complete(text: str, cursor: int, pools: Iterable[Facts], limit: int = 20) -> list[Candidate]:
    """What may stand where the cursor is, best first."""
    before = text[:cursor]
    inside = _open_condition(before)
    if inside is not None:
        key, typed, start = inside
        found = _matching(_values(key, list(pools)), typed)
        return [Candidate(_quoted(value), start) for value in found[:limit]]
    match = _START.search(before)
    start = match.start() if match is not None else cursor
    typed = before[start:]
    keys = [f"{key}:" for key in KEYS] + [
        f"{FIELD_KEY}.{_quoted(definition.name)}:" for facts in pools for definition in field_definitions(facts)
    ]
    return [Candidate(key, start, _explanation(key)) for key in dict.fromkeys(keys) if key.startswith(typed.lower())]


def _open_condition(before: str) -> tuple[str, str, int] | None:
    """The key whose value is being written, what there is of the value, and where it starts."""
    match = _CONDITION.search(before)
    if match is None or (not match.group(2) and re.search(r"[\s()]", match.group(3))):
        return None
    name = match.group(1).lower()
    return SYNONYMS.get(name, name), match.group(3), match.end(3) - len(match.group(3)) - len(match.group(2))


def _values(key: str, pools: list[Facts]) -> Iterator[str]:
    word = KEYS.get(key)
    if word is not None and word.values:
        yield from word.values
    elif word is not None and word.sort == "date":
        yield from DAY_WORDS
    elif word is not None and word.sort == "bool":
        yield from ("yes", "no")
    else:
        for facts in pools:
            yield from _names(key, facts)


def _names(key: str, facts: Facts) -> Iterator[str]:
    if key == "tag":
        for ref in _searchable(facts):
            yield from getattr(facts.find(ref), "tags", ())
    elif key == "folder":
        yield from empty_folders(facts)
        for ref in _searchable(facts):
            record = facts.find(ref)
            folder = folder_of(record) if record is not None else None
            yield from ancestors(folder) if folder is not None else ()
    elif key == "os":
        yield from (name for vm in facts.all(Vm) if (name := os_name(facts, vm)) is not None)
    elif key == "pool":
        pool = visible_pool_ref(facts)
        yield from () if pool is None else (name_of(facts, pool),)
    elif key in _NAMED:
        for record in facts.all(_NAMED[key]):
            if not isinstance(record, Vm) or is_real_vm(record):
                yield full_name(facts, record)


def _searchable(facts: Facts) -> Iterator[str]:
    for class_name in SEARCHABLE_CLASSES:
        yield from facts.refs(class_name)


def _matching(values: Iterable[str], typed: str) -> list[str]:
    """Those that begin with what is typed, then those that have it inside, each in natural order."""
    wanted = typed.casefold()
    found = {value for value in values if wanted in value.casefold()}
    return sorted(found, key=lambda value: (not value.casefold().startswith(wanted), natural_key(value)))


def _quoted(value: str) -> str:
    return f'"{value}"' if re.search(r'[\s()]', value) else value


def _explanation(key: str) -> str:
    word = KEYS.get(key.rstrip(":"))
    return word.explanation if word is not None else "the custom field contains"
