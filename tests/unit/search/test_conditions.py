"""The builder's lines, the text and the tree of queries are three faces of one query."""

from __future__ import annotations

import pytest

from lifeguard.inventory.change import Event
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.placing import group
from lifeguard.search.conditions import (
    SUBJECTS,
    Condition,
    Relation,
    Subject,
    condition_of,
    query_of,
    subjects,
    without_gaps,
)
from lifeguard.search.groupings import DEEPEST, offered
from lifeguard.search.language import parse
from lifeguard.search.overview import of_group
from lifeguard.search.query import (
    DummyQuery,
    EnumPropertyQuery,
    FolderGrouping,
    GroupQuery,
    Query,
    RecursiveXMOListPropertyQuery,
)
from lifeguard.search.wording import Unspeakable, wording

_FIELDS = (
    '<x><CustomFieldDefinition name="Owner" type="String"/><CustomFieldDefinition name="Scan day" type="Date"/></x>'
)


def _pool() -> Inventory:
    inventory = Inventory()
    inventory.apply([Event("pool", "p", "add", {"gui_config": {"XenCenter.CustomFields": _FIELDS}})])
    return inventory


def _value(subject: Subject, relation: Relation) -> str:
    if relation.needs == "choice":
        return next(iter(subject.choices))
    return {"text": "web", "amount": "4G", "day": "2026-01-31"}.get(relation.needs, "")


_EVERY = [
    Condition(subject, relation.key, _value(subject, relation))
    for subject in subjects([_pool()])
    for relation in subject.relations
]


@pytest.mark.parametrize("condition", _EVERY, ids=lambda one: f"{one.subject.key}-{one.relation}")
def test_every_line_of_the_builder_is_read_back_from_the_query_that_it_means(condition: Condition) -> None:
    read = condition_of(query_of(condition))
    assert read is not None
    assert (read.subject.key, read.relation, read.value) == (condition.subject.key, condition.relation, condition.value)


def test_what_the_builder_says_the_text_says_too_in_almost_every_case() -> None:
    queries = [query_of(condition) for condition in _EVERY]
    spoken = [query for query in queries if _is_speakable(query)]
    assert all(parse(wording(query)) == query for query in spoken)
    unspeakable = [one for one, query in zip(_EVERY, queries, strict=True) if query not in spoken]
    assert {one.subject.key for one in unspeakable} <= {"field:Scan day"}


def _is_speakable(query: Query) -> bool:
    try:
        wording(query)
    except Unspeakable:
        return False
    return True


@pytest.mark.parametrize(
    "text",
    ["web", "os:debian", "memory>4G", "ip:10.0.*", 'host:"h 3"', "started:thisweek", "tag:prod", "state!=running",
     "shared:yes", "has:folder", "folder:/a/b", "field.Owner:me"],
)  # fmt: skip
def test_what_is_typed_stands_in_the_builder(text: str) -> None:
    query = parse(text)
    assert query is not None
    condition = condition_of(query)
    assert condition is not None
    assert query_of(condition) == query


def test_a_line_without_its_value_says_nothing_and_changes_no_result() -> None:
    gaps = [query_of(Condition(subject, subject.relations[0].key)) for subject in SUBJECTS]
    needing = [gap for subject, gap in zip(SUBJECTS, gaps, strict=True) if subject.relations[0].needs != "nothing"]
    assert needing
    assert all(isinstance(gap, DummyQuery) for gap in needing)
    web = parse("web")
    assert web is not None
    assert without_gaps(GroupQuery("And", (web, *needing))) == web
    assert without_gaps(GroupQuery("Or", tuple(needing))) is None
    memory = next(subject for subject in SUBJECTS if subject.key == "memory")
    assert isinstance(query_of(Condition(memory, "gt", "a lot")), DummyQuery)


def test_what_the_builder_has_no_line_for_is_left_as_it_is() -> None:
    deep = parse("host:x")
    assert isinstance(deep, RecursiveXMOListPropertyQuery)
    assert condition_of(RecursiveXMOListPropertyQuery("vm", deep)) is None
    assert condition_of(GroupQuery("And", ())) is None
    for name, value in (("ha_restart_priority", "AlwaysRestart"), ("virtualisation_status", "UNKNOWN"), ("type", "SR")):
        assert condition_of(EnumPropertyQuery(name, value)) is None
    assert condition_of(DummyQuery(text="<NewQuery />")) is None
    assert without_gaps(GroupQuery("Or", (DummyQuery(text="<NewQuery />"),))) == DummyQuery(text="<NewQuery />")


def test_groupings_are_offered_once_five_deep_and_folders_alone() -> None:
    pool = _pool()
    assert {title for title, _ in offered([pool])} >= {"Pool", "Owner", "Scan day", "Folder"}
    above = tuple(grouping for _, grouping in offered([pool])[:2])
    assert not set(above) & {grouping for _, grouping in offered([pool], above)}
    assert "Folder" not in {title for title, _ in offered([pool], above)}
    assert offered([pool], (FolderGrouping(),)) == ()
    assert offered([pool], tuple(grouping for _, grouping in offered([pool])[:DEEPEST])) == ()


def test_what_is_in_a_group_is_found_by_a_search_for_it() -> None:
    assert [sort.value for sort in of_group((group("type", "VDI"),)).scope] == ["VDI"]
    for path, text in (
        ((group("tag", "prod"),), "tag:prod"),
        ((group("folder", "/a"), group("folder", "/a/b")), "folder:/a/b"),
        ((group("field", "Owner"), group("value", "me")), "field.Owner=me"),
    ):
        assert of_group(path).query == parse(text)
    assert of_group((group("value", "x"),)).query is None
