"""The rules of grouping and sorting written out a second time, the slow way: facts about one object are asked, and
everything else is done here, by comparing in pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cmp_to_key
from typing import Any

from lifeguard.datamodel.records import Host, Pool, Record, Vm
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.kinds import SEARCHABLE_CLASSES, TITLES, ObjectType, is_default_template, type_of
from lifeguard.inventory.naming import full_name
from lifeguard.inventory.relations import is_real_vm, master_ref
from lifeguard.inventory.visibility import is_shown
from lifeguard.search.evaluate import as_test
from lifeguard.search.properties import PROPERTIES
from lifeguard.search.query import Search, Sort
from lifeguard.search.relatives import RELATIVES

Outline = list[tuple[str | None, str, "Outline"]]  # type: ignore[misc]
"""A tree: ref, label, what is below."""


@dataclass(frozen=True)
class _Object:
    source: str
    ref: str
    facts: Inventory = field(compare=False)

    @property
    def record(self) -> Record:
        found = self.facts.find(self.ref)
        assert found is not None
        return found

    @property
    def name(self) -> str:
        return full_name(self.facts, self.record)


@dataclass(frozen=True)
class _Value:
    text: str
    label: str
    place: int


def compare_texts(one: str, other: str) -> int:
    """Letter by letter, and numbers as wholes: the shorter first, then digit by digit."""
    one, other = one.lower(), other.lower()
    at = 0
    while at < min(len(one), len(other)):
        digits = [_digits(text, at) for text in (one, other)]
        if all(digits):
            if len(digits[0]) != len(digits[1]):
                return len(digits[0]) - len(digits[1])
            if digits[0] != digits[1]:
                return -1 if digits[0] < digits[1] else 1
            at += len(digits[0])
            continue
        if one[at] != other[at]:
            return -1 if _weight(one[at]) < _weight(other[at]) else 1
        at += 1
    return len(one) - len(other)


def _digits(text: str, at: int) -> str:
    end = at
    while end < len(text) and text[end].isdigit():
        end += 1
    return text[at:end]


def _weight(letter: str) -> tuple[int, int]:
    kind = 2 if letter.isalpha() else 1 if letter.isdigit() else 0
    return kind, "'- !\"#$%&()*,./:;?@[\\]^_`{|}~+<=>".find(letter) if kind == 0 else ord(letter)


def _type_rank(one: _Object) -> str:
    match one.record:
        case Pool():
            return "20"
        case Host():
            return "30"
        case Vm() as vm if is_real_vm(vm):
            return "40"
    return {"VmAppliance": "vm_appliance"}.get(type(one.record).__name__, type(one.record).__name__.lower())


def _class_rank(one: _Object) -> int:
    match one.record:
        case Host() as host:
            return 0 if master_ref(one.facts) == host.ref else 1
        case Vm() as vm:
            if vm.is_a_snapshot:
                return 3
            if vm.is_a_template:
                return 5 if is_default_template(vm) else 4
            return 1 if vm.is_control_domain else 2
    return 0


def _comparing(sorting: tuple[Sort, ...]) -> Callable[[Any, Any], int]:
    def compare(one: _Object | _Value, other: _Object | _Value) -> int:
        is_value, is_other_value = isinstance(one, _Value), isinstance(other, _Value)
        if is_value != is_other_value:
            return -1 if is_value else 1
        for sort in sorting:
            by_name = compare_texts(*(each.text if isinstance(each, _Value) else each.name for each in (one, other)))
            if by_name:
                return by_name if sort.is_ascending else -by_name
        if isinstance(one, _Value) and isinstance(other, _Value):
            return one.place - other.place or compare_texts(one.label, other.label)
        assert isinstance(one, _Object)
        assert isinstance(other, _Object)
        pairs = ((_type_rank(one), _type_rank(other)), (_class_rank(one), _class_rank(other)))
        for mine, yours in pairs:
            if mine != yours:
                return -1 if mine < yours else 1
        tie = (one.ref, one.source) < (other.ref, other.source)
        return compare_texts(one.name, other.name) or (-1 if tie else 1)

    return compare


def _arranged(objects: list[_Object], names: tuple[str, ...], sorting: tuple[Sort, ...]) -> Outline:
    level = _level(objects, names, sorting)
    keys = sorted(level, key=cmp_to_key(_comparing(sorting)))
    return [
        (key.ref, key.name, level[key]) if isinstance(key, _Object) else (None, key.label, level[key]) for key in keys
    ]


def _level(objects: list[_Object], names: tuple[str, ...], sorting: tuple[Sort, ...]) -> dict[Any, Outline]:
    if not names:
        return {one: [] for one in objects}
    groups: dict[Any, list[_Object]] = {}
    ungrouped: list[_Object] = []
    for one in objects:
        values = list(_values(one, names[0]))
        if one in values:
            groups.setdefault(one, [])
            continue
        for value in values:
            groups.setdefault(value, []).append(one)
        if not values:
            ungrouped.append(one)
    level = {key: _arranged(members, names[1:], sorting) for key, members in groups.items()}
    return _level(ungrouped, names[1:], sorting) | level


def _values(one: _Object, name: str) -> Iterable[_Object | _Value]:
    value = PROPERTIES[name](one.facts, one.record)
    for item in value if isinstance(value, tuple) else () if value is None else (value,):
        if name in RELATIVES:
            if item in one.facts:
                yield _Object(one.source, item, one.facts)
        elif name == "type":
            sort = ObjectType(item)
            yield _Value(item, TITLES[sort], list(ObjectType).index(sort))
        else:
            yield _Value(str(item), str(item), 0)


def expected(pools: Mapping[str, Inventory], search: Search, now: datetime) -> Outline:
    passes = as_test(search.query, now)
    objects = [
        _Object(source, ref, facts)
        for source, facts in pools.items()
        for class_name in SEARCHABLE_CLASSES
        for ref in facts.refs(class_name)
        if (record := facts.find(ref)) is not None
        and type_of(record) in search.scope
        and is_shown(facts, record)
        and passes(facts, record) is not False
    ]
    names = tuple(str(getattr(grouping, "property", "")) for grouping in search.groupings)
    return _arranged(objects, names, search.sorting)
