"""The index must find what the rules find, in any pool and for any query, and follow every change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifeguard.inventory.answers import Answers
from lifeguard.inventory.change import Event
from lifeguard.inventory.custom_fields import FieldDefinition
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.kinds import SEARCHABLE_CLASSES, ObjectType, type_of
from lifeguard.inventory.saved import open_dump
from lifeguard.inventory.visibility import is_shown
from lifeguard.search.evaluate import as_test
from lifeguard.search.fulltext import word_query
from lifeguard.search.index import SearchIndex
from lifeguard.search.language import parse
from lifeguard.search.properties import PROPERTIES
from lifeguard.search.query import (
    BooleanQuery,
    CustomFieldQuery,
    DatePropertyQuery,
    DummyQuery,
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
    ValuePropertyQuery,
    XenModelObjectListContainsNameQuery,
    XenModelObjectListContainsQuery,
    XenModelObjectPropertyQuery,
)
from tests.support import shared_path

_NOW = datetime(2026, 3, 15, 12, 0, tzinfo=UTC)
_LINES = [
    "w", "web", "10.80.", "os:debian", "memory>1M", "!tag:prod", "host:chester", "name:*e or name:d*", "type:vdi iso",
    "sr:local", "network:0", "has:ip", "has!=tag", "folder:/foo", "state:running !os:debian", "pool:grims", "!(a or b)",
    "description:e", "size>1G", 'name="DVD drives on grimsby"', "shared:yes", "tag:BROKEN", "ip!=10.*",
]  # fmt: skip


@pytest.mark.parametrize("line", _LINES)
def test_the_index_finds_what_the_rules_find(line: str) -> None:
    inventory, _ = open_dump(shared_path("dumps/grimsby.xml").read_bytes())
    index = SearchIndex()
    index.connect("pool", Answers(inventory))
    query = parse(line)
    assert _found(index, query, None) == _expected(inventory, query, frozenset(ObjectType))


_RENAMES = st.tuples(st.sampled_from(["new1", "new2", "vm"]), st.sampled_from(["x1", "x2", "y", ""]))


@given(names=st.lists(_RENAMES, max_size=12))
def test_the_index_follows_every_change(names: list[tuple[str, str]]) -> None:
    inventory = Inventory()
    inventory.apply(Event("VM", ref, "add", {"name_label": f"x {ref}"}) for ref in ("vm", "other"))
    answers, index = Answers(inventory), SearchIndex()
    index.connect("pool", answers)
    index.fill()
    for ref, name in names:
        event = Event("VM", ref, "mod", {"name_label": name}) if name else Event("VM", ref, "del")
        change = inventory.apply([event])
        index.apply("pool", change, answers.apply(change))
        anew = SearchIndex()
        anew.connect("pool", Answers(inventory))
        assert index.find(parse("x"), None, _NOW) == anew.find(parse("x"), None, _NOW)
        assert index.find(None, None, _NOW) == anew.find(None, None, _NOW)
    index.disconnect("pool")
    assert index.find(None, None, _NOW) == []


_REFS = {"pool": ["p"], "host": ["h1", "h2"], "VM": ["v1", "v2", "v3"], "SR": ["s1", "s2", "s3"], "VDI": ["d1", "d2"],
         "network": ["n1"], "VM_appliance": ["a"]}  # fmt: skip
_TEXTS = st.sampled_from(["web", "Web 1", "db", "10.0.0.7", "é", "STRASSE", "Running", ""])
_REF = {table: st.sampled_from([*refs, "OpaqueRef:NULL"]) for table, refs in _REFS.items()}
_FOLDER = st.sampled_from([{}, {"folder": "/a/b"}, {"folder": "/a", "XenCenter.CustomFields.Owner": "web"}])
_NAMED = {"name_label": _TEXTS, "name_description": _TEXTS, "uuid": _TEXTS, "other_config": _FOLDER,
          "tags": st.lists(st.sampled_from(["prod", "Web"]), unique=True)}  # fmt: skip
_ROWS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "pool": {**_NAMED, "master": _REF["host"], "ha_enabled": st.booleans()},
    "host": _NAMED,
    "VM": {
        **_NAMED, "resident_on": _REF["host"], "power_state": st.sampled_from(["Running", "Halted"]),
        "is_a_template": st.booleans(), "is_a_snapshot": st.booleans(), "has_vendor_device": st.booleans(),
        "appliance": _REF["VM_appliance"], "metrics": st.just("m"), "guest_metrics": st.just("g"),
    },
    "SR": {**_NAMED, "type": st.sampled_from(["nfs", "lvm", "ext"]), "shared": st.booleans()},
    "VDI": {**_NAMED, "SR": _REF["SR"], "virtual_size": st.integers(0, 3), "managed": st.just(True)},
    "network": _NAMED,
    "VM_appliance": _NAMED,
    "VM_metrics": {"memory_actual": st.integers(0, 3), "start_time": st.just("20260314T23:30:00Z")},
    "VM_guest_metrics": {"os_version": st.just({"name": "Web OS"}), "networks": st.just({"0/ip": "10.0.0.7"})},
    "VIF": {"VM": _REF["VM"], "network": _REF["network"], "device": st.just("0")},
    "VBD": {"VM": _REF["VM"], "VDI": _REF["VDI"]},
}  # fmt: skip
_OTHERS = {"VM_metrics": ["m"], "VM_guest_metrics": ["g"], "VIF": ["i"], "VBD": ["b1", "b2"]}


@st.composite
def _pools(draw: st.DrawFn) -> Inventory:
    inventory = Inventory()
    inventory.apply(
        Event(table, ref, "add", draw(st.fixed_dictionaries(_ROWS[table])))
        for table, refs in (_REFS | _OTHERS).items()
        for ref in refs
    )
    return inventory


_PROPERTY = st.sampled_from([*PROPERTIES, "of_the_future"])
_HOW = st.sampled_from(["contains", "notcontain", "startswith", "endswith", "exactmatch"])
_WORD = st.sampled_from(["web", "e", "RUNNING", "10.0.*", "10.0.", "SR", "VM", "RemoteSR", "localsr", "/a", "strasse"])
_PLAIN_QUERIES: st.SearchStrategy[Query] = st.one_of(
    st.just(DummyQuery()),
    _WORD.map(word_query),
    st.builds(StringPropertyQuery, _PROPERTY, st.one_of(_WORD, st.just("")), _HOW, st.booleans()),
    st.builds(EnumPropertyQuery, st.one_of(st.just("type"), _PROPERTY), _WORD, st.booleans()),
    st.builds(ValuePropertyQuery, _PROPERTY, _WORD, st.booleans()),
    st.builds(BooleanQuery, _PROPERTY, st.booleans()),
    st.builds(IntPropertyQuery, _PROPERTY, st.integers(0, 3), st.sampled_from(["gt", "lt", "exactmatch"])),
    st.builds(DatePropertyQuery, _PROPERTY, st.just("20260314"), st.sampled_from(["exact", "yesterday", "before"])),
    st.builds(NullQuery, _PROPERTY, st.booleans()),
    st.builds(IPAddressQuery, _PROPERTY, _WORD, st.booleans()),
    st.builds(StringListContainsQuery, st.one_of(st.just("tags"), _PROPERTY), _WORD, st.booleans()),
    st.builds(ListEmptyQuery, _PROPERTY, st.booleans()),
    st.builds(XenModelObjectPropertyQuery, _PROPERTY, _WORD, st.booleans()),
    st.builds(XenModelObjectListContainsQuery, _PROPERTY, _WORD, st.booleans()),
    st.builds(XenModelObjectListContainsNameQuery, _PROPERTY, _WORD, _HOW),
    st.builds(CustomFieldQuery, st.just(FieldDefinition("Owner")), _WORD, _HOW),
)


def _nested(parts: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    return st.one_of(
        st.builds(GroupQuery, st.sampled_from(["And", "Or", "Nor"]), st.lists(parts, max_size=3).map(tuple)),
        st.builds(RecursiveXMOPropertyQuery, _PROPERTY, parts),
        st.builds(RecursiveXMOListPropertyQuery, _PROPERTY, parts),
    )


def _everything_about(name: str) -> list[Query]:
    """Each type of query about one property, for and against."""
    found: list[Query] = []
    for is_so in (True, False):
        found += [
            EnumPropertyQuery(name, "Running", is_so), ValuePropertyQuery(name, "Web OS", is_so),
            BooleanQuery(name, is_so), NullQuery(name, is_so), ListEmptyQuery(name, is_so),
            IPAddressQuery(name, "10.0.*", is_so),
            StringListContainsQuery(name, "PROD", is_so), XenModelObjectPropertyQuery(name, "web", is_so),
            XenModelObjectListContainsQuery(name, "web", is_so), IntPropertyQuery(name, 1, "gt" if is_so else "lt"),
            StringPropertyQuery(name, "web", "contains" if is_so else "notcontain"),
            StringPropertyQuery(name, "Web", "startswith", casesensitive=is_so),
            RecursiveXMOListPropertyQuery(name, StringPropertyQuery("label", "web", "startswith")),
            RecursiveXMOPropertyQuery(name, StringPropertyQuery("uuid", "", "contains")),
        ]  # fmt: skip
    return found


@settings(max_examples=15, deadline=None)
@given(inventory=_pools())
def test_each_type_of_query_about_each_property_finds_what_the_rules_find(inventory: Inventory) -> None:
    index, everything = SearchIndex(), frozenset(ObjectType)
    index.connect("pool", Answers(inventory))
    for query in (query for name in PROPERTIES for query in _everything_about(name)):
        assert _found(index, query, None) == _expected(inventory, query, everything), query


_QUERIES = st.recursive(_PLAIN_QUERIES, _nested, max_leaves=6)
_SCOPES = st.frozensets(st.sampled_from(ObjectType), min_size=1)


@settings(max_examples=200, deadline=None)
@given(inventory=_pools(), query=_QUERIES, scope=_SCOPES)
def test_in_any_pool_and_for_any_query_the_index_finds_what_the_rules_find(
    inventory: Inventory, query: Query, scope: frozenset[ObjectType]
) -> None:
    index = SearchIndex()
    index.connect("pool", Answers(inventory))
    for wanted in (scope, frozenset(ObjectType)):
        assert _found(index, query, wanted) == _expected(inventory, query, wanted)
        some = index.find_some(query, wanted, _NOW, 60.0, 1_000)
        assert some == index.find(query, wanted, _NOW)


def _expected(inventory: Inventory, query: Query | None, scope: frozenset[ObjectType]) -> set[str]:
    test = as_test(query, _NOW)
    refs = [ref for class_name in SEARCHABLE_CLASSES for ref in inventory.refs(class_name)]
    records = [record for ref in refs if (record := inventory.find(ref)) is not None and is_shown(inventory, record)]
    return {record.ref for record in records if type_of(record) in scope and test(inventory, record) is not False}


def _found(index: SearchIndex, query: Query | None, scope: frozenset[ObjectType] | None) -> set[str]:
    """What is found, in the order of a list."""
    found = index.find(query, scope, _NOW)
    assert [hit.place for hit in found] == sorted(hit.place for hit in found)
    return {hit.ref for hit in found}
