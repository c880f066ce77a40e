"""Saved searches of every age, and of none: what is not understood is kept as it was, and said in a sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifeguard.inventory.custom_fields import FieldDefinition
from lifeguard.inventory.kinds import ObjectType
from lifeguard.search.document import MalformedSearch, read_searches
from lifeguard.search.query import (
    AllCustomFieldsGrouping,
    BooleanQuery,
    BoolGrouping,
    Column,
    CustomFieldDateQuery,
    CustomFieldGrouping,
    CustomFieldQuery,
    DatePropertyQuery,
    DummyQuery,
    EnumPropertyQuery,
    FolderGrouping,
    ForeignGrouping,
    GroupQuery,
    IntPropertyQuery,
    IPAddressQuery,
    ListEmptyQuery,
    NullQuery,
    PropertyGrouping,
    Query,
    RecursiveXMOListPropertyQuery,
    RecursiveXMOPropertyQuery,
    Search,
    Sort,
    StringListContainsQuery,
    StringPropertyQuery,
    ValuePropertyQuery,
    XenModelObjectListContainsNameQuery,
    XenModelObjectListContainsQuery,
    XenModelObjectPropertyGrouping,
    XenModelObjectPropertyQuery,
)
from lifeguard.search.remarks import remarks_on
from lifeguard.search.writing import write_file, write_search


def _read(text: str) -> Search:
    (search,) = read_searches(text)
    return search


def _searched(inside: str, **attributes: str) -> str:
    known = {"uuid": "u", "name": "n", "major_version": "2", "minor_version": "0", **attributes}
    head = " ".join(f'{name}="{value}"' for name, value in known.items())
    return f"<Search {head}>{inside}</Search>"


def _query(text: str, scope: str = "<VM />") -> str:
    return f"<Query><QueryScope>{scope}</QueryScope>{text}</Query>"


_FOREIGN = [
    '<FlyingQuery property="label" query="a"><Wing side="left" /></FlyingQuery>',
    '<StringPropertyQuery property="label" casesensitive="no" query="a" type="rhymeswith" />',
    '<DatePropertyQuery property="start_time" query="20260101" type="nextyear" />',
    '<IntPropertyQuery property="memory" query="a lot" type="gt" />',
    '<XenModelObjectPropertyQuery property="pool" equals="yes" query="OpaqueRef:1" />',
    '<GroupQuery type="Xor"><NullQuery property="pool" query="yes" /></GroupQuery>',
]


@pytest.mark.parametrize("text", _FOREIGN)
def test_a_condition_of_another_version_is_kept_as_it_was_and_said(text: str) -> None:
    both = f'<GroupQuery type="And"><BooleanQuery property="shared" query="yes" />{text}</GroupQuery>'
    for written, inside in ((_searched(_query(text)), False), (_searched(_query(both)), True)):
        search = _read(written)
        parts = search.query.queries if inside and isinstance(search.query, GroupQuery) else (search.query,)
        assert parts[-1] == DummyQuery(text=text)
        renamed = write_search(replace(search, name="renamed"))
        assert text in renamed
        assert _read(renamed) == replace(search, name="renamed")
        (remark,) = remarks_on(search)
        assert remark.startswith(f"The condition {text.partition('>')[0].rstrip(' /')}> is not understood")


def test_a_grouping_of_another_version_keeps_its_place_among_the_others() -> None:
    groupings = (
        '<PropertyGrouping property="type"><MoonGrouping phase="full">'
        '<XenModelObjectPropertyGrouping property="host" /></MoonGrouping></PropertyGrouping>'
    )
    search = _read(_searched(_query("") + groupings))
    assert search.groupings == (
        PropertyGrouping("type"),
        ForeignGrouping('<MoonGrouping phase="full" />'),
        XenModelObjectPropertyGrouping("host"),
    )
    assert groupings in write_search(search)
    assert remarks_on(search) == (
        'The grouping <MoonGrouping phase="full"> is not understood: nothing is grouped by it.',
    )


@pytest.mark.parametrize(
    "text",
    [
        '<GroupQuery type="Nor"><GroupQuery type="And" /></GroupQuery>',
        '<StringPropertyQuery property="label" casesensitive="yes" query="a &amp; &quot;b&quot;" type="exactmatch" />',
        '<EnumPropertyQuery property="type" equals="no" query="VM" />',
        '<ValuePropertyQuery property="os_name" equals="yes" query="Debian 4.0" />',
        '<BooleanQuery property="shared" query="no" />',
        '<IntPropertyQuery property="memory" query="4294967296" type="gt" />',
        '<DatePropertyQuery property="start_time" query="20090504" type="exact" />',
        '<NullQuery property="folder" query="no" />',
        '<IPAddressQuery property="ip_address" contains="yes" address="10.*.*.*" />',
        '<StringListContainsQuery property="tags" contains="no" query="broken" />',
        '<ListEmptyQuery property="tags" empty="no" />',
        '<XenModelObjectPropertyQuery property="pool" equals="yes" uuid="d44c0bc1" />',
        '<XenModelObjectListContainsQuery property="host" contains="yes" uuid="d44c0bc1" />',
        '<XenModelObjectListContainsNameQuery property="host" contains="yes" query="h" type="startswith" />',
        '<RecursiveXMOPropertyQuery property="pool"><NullQuery property="folder" query="yes" />'
        "</RecursiveXMOPropertyQuery>",
        '<RecursiveXMOListPropertyQuery property="host"><BooleanQuery property="shared" query="yes" />'
        "</RecursiveXMOListPropertyQuery>",
        '<CustomFieldQuery query="i" type="contains"><CustomFieldDefinition name="f" type="String" defaultValue="" />'
        "</CustomFieldQuery>",
        '<CustomFieldDateQuery query="20090504" type="before"><CustomFieldDefinition name="d" type="Date"'
        ' defaultValue="" /></CustomFieldDateQuery>',
    ],
)
def test_every_query_that_xencenter_writes_comes_back_letter_by_letter(text: str) -> None:
    whole = _searched(_query(text) + "<sorting />")
    search = _read(whole)
    assert write_search(search) == whole
    assert remarks_on(search) == ()


def test_groupings_are_written_as_xencenter_writes_them_the_nested_one_first() -> None:
    text = _searched(
        _query("")
        + '<CustomFieldGrouping><PropertyGrouping property="type"><CustomFieldGrouping>'
        + '<CustomFieldDefinition name="b" type="Date" defaultValue="" /></CustomFieldGrouping></PropertyGrouping>'
        + '<CustomFieldDefinition name="a" type="String" defaultValue="" /></CustomFieldGrouping><sorting />'
    )
    search = _read(text)
    assert write_search(search) == text
    assert search.groupings == (
        CustomFieldGrouping(FieldDefinition("a")),
        PropertyGrouping("type"),
        CustomFieldGrouping(FieldDefinition("b", is_date=True)),
    )


def test_names_of_another_version_are_kept_and_said() -> None:
    query = (
        '<GroupQuery type="Or"><NullQuery property="storageLinkPool" query="no" />'
        '<RecursiveXMOListPropertyQuery property="host"><BooleanQuery property="is_blue" query="yes" />'
        '</RecursiveXMOListPropertyQuery><EnumPropertyQuery property="type" equals="yes" query="StorageLinkServer" />'
        "</GroupQuery>"
    )
    text = _searched(_query(query) + '<PropertyGrouping property="colour" /><sorting />')
    search = _read(text)
    assert write_search(search) == text
    assert remarks_on(search) == (
        "Nothing is known here of “storageLinkPool”: the condition on it is left out of account.",
        "Nothing is known here of “is_blue”: the condition on it is left out of account.",
        "There are no objects of the type “StorageLinkServer” here.",
        "Nothing is known here of “colour”: nothing is grouped by it.",
    )


def test_what_is_understood_needs_no_remark() -> None:
    query = GroupQuery("Or", (EnumPropertyQuery("type", "SR"), CustomFieldQuery(FieldDefinition("Owner"), "ann")))
    groupings = (CustomFieldGrouping(FieldDefinition("Owner")), FolderGrouping(), AllCustomFieldsGrouping())
    assert remarks_on(Search("x", query=query, groupings=groupings)) == ()


def test_scopes_name_sorts_of_things_also_by_old_words_and_words_of_others_are_passed_over() -> None:
    def scope(words: str) -> tuple[ObjectType, ...]:
        return _read(_searched(_query("", words))).scope

    assert scope("<VM /><SR /><StorageLinkServer /><VM />") == (ObjectType.VM, ObjectType.REMOTE_SR)
    assert scope("") == ()
    assert ObjectType.FOLDER not in scope("<AllExcFolders />")
    assert ObjectType.FOLDER in scope("<AllIncFolders />")


def test_old_spellings_are_read() -> None:
    old = (
        '<search uuid="u" name="n" major_version="1" minor_version="0" showsearch="True">'
        '<ListEmptyQuery property="tags" empty="False" /><BoolGrouping property="read_caching_enabled" />'
        '<columns><column name="name" /><column width="9" /></columns>'
        '<sorting><sort column="cpu" ascending="False" /><sort column="name" ascending="True" /></sorting></search>'
    )
    search = _read(old)
    assert search.query == ListEmptyQuery("tags", empty=False)
    assert search.groupings == (BoolGrouping("read_caching_enabled"),)
    assert search.show_expanded is True
    assert search.columns == (Column("name", 100),)
    assert search.sorting == (Sort("cpu", is_ascending=False), Sort("name"))
    assert read_searches(f"<Searches>{old}{old}</Searches>") == [search, search]


def test_missing_attributes_white_space_comments_and_a_namespace_do_not_matter() -> None:
    text = """<?xml version="1.0" encoding="utf-8"?>
        <Searches xmlns="http://www.citrix.com/XenCenter/XenSearch/schema"> <!-- mine -->
          <Search name="a &amp; b &#xe9;">
            <!-- what -->
            <Query>
              <QueryScope> <VM /> </QueryScope>
              <GroupQuery> <StringPropertyQuery property="label" /> <NewQuery> <a /> </NewQuery>
                <GroupQuery type="Or" /> </GroupQuery>
            </Query>
          </Search>
        </Searches>"""
    search = _read(text)
    assert (search.name, search.uuid, search.show_expanded) == ("a & b é", "", None)
    assert search.query == GroupQuery(
        "And",
        (StringPropertyQuery("label", ""), DummyQuery(text="<NewQuery> <a /> </NewQuery>"), GroupQuery("Or", ())),
    )
    assert read_searches(text.encode()) == [search]
    assert read_searches(f"\ufeff{text}".encode()) == [search]
    assert read_searches(text.replace("utf-8", "utf-16").encode("utf-16")) == [search]


def test_lines_that_say_nothing_yet_are_not_written_nor_columns_that_nobody_chose() -> None:
    gap = DummyQuery("label")
    shared = BooleanQuery("shared", True)
    nested = GroupQuery("Or", (gap, shared, RecursiveXMOListPropertyQuery("host", GroupQuery("And", (gap, shared)))))
    written = write_search(Search("n", "u", (ObjectType.VM,), nested))
    assert "DummyQuery" not in written
    assert "columns" not in written
    assert _read(written).query == GroupQuery(
        "Or", (shared, RecursiveXMOListPropertyQuery("host", GroupQuery("And", (shared,))))
    )
    assert _read(write_search(Search("n", query=gap))).query is None
    assert _read(write_search(Search("n", query=RecursiveXMOPropertyQuery("pool", gap)))).query is None


def test_an_encoding_that_nobody_knows_is_refused_in_a_sentence() -> None:
    with pytest.raises(MalformedSearch, match=r"^This is not a saved search: "):
        read_searches(b'<?xml version="1.0" encoding="none-such"?><Search/>')


_TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=8)
_NAMES = st.sampled_from(["label", "host", "of_the_future"])
_TRUTHS = st.booleans()
_MATCHES = st.sampled_from(["contains", "notcontain", "startswith", "endswith", "exactmatch"])
_DAYS = st.sampled_from(["today", "yesterday", "thisweek", "lastweek", "before", "after", "exact"])
_LEAVES: st.SearchStrategy[Query] = st.one_of(
    st.builds(StringPropertyQuery, _NAMES, _TEXT, _MATCHES, _TRUTHS),
    st.builds(EnumPropertyQuery, _NAMES, _TEXT, _TRUTHS),
    st.builds(ValuePropertyQuery, _NAMES, _TEXT, _TRUTHS),
    st.builds(BooleanQuery, _NAMES, _TRUTHS),
    st.builds(IntPropertyQuery, _NAMES, st.integers(), st.sampled_from(["exactmatch", "gt", "lt"])),
    st.builds(DatePropertyQuery, _NAMES, _TEXT, _DAYS),
    st.builds(NullQuery, _NAMES, _TRUTHS),
    st.builds(IPAddressQuery, _NAMES, _TEXT, _TRUTHS),
    st.builds(StringListContainsQuery, _NAMES, _TEXT, _TRUTHS),
    st.builds(ListEmptyQuery, _NAMES, _TRUTHS),
    st.builds(XenModelObjectPropertyQuery, _NAMES, _TEXT, _TRUTHS),
    st.builds(XenModelObjectListContainsQuery, _NAMES, _TEXT, _TRUTHS),
    st.builds(XenModelObjectListContainsNameQuery, _NAMES, _TEXT, _MATCHES, _TRUTHS),
    st.builds(CustomFieldQuery, st.builds(FieldDefinition, _TEXT), _TEXT, _MATCHES),
    st.builds(CustomFieldDateQuery, st.builds(FieldDefinition, _TEXT, _TRUTHS), _TEXT, _DAYS),
    st.sampled_from([DummyQuery(text=text) for text in _FOREIGN]),
)
_QUERIES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(
            GroupQuery, st.sampled_from(["And", "Or", "Nor"]), st.lists(inner, max_size=3).map(lambda many: tuple(many))
        ),
        st.builds(RecursiveXMOPropertyQuery, _NAMES, inner),
        st.builds(RecursiveXMOListPropertyQuery, _NAMES, inner),
    ),
    max_leaves=8,
)
_GROUPINGS = st.one_of(
    st.builds(PropertyGrouping, _NAMES), st.builds(XenModelObjectPropertyGrouping, _NAMES),
    st.builds(BoolGrouping, _NAMES), st.builds(CustomFieldGrouping, st.builds(FieldDefinition, _TEXT, _TRUTHS)),
    st.just(FolderGrouping()), st.just(AllCustomFieldsGrouping()), st.just(ForeignGrouping('<MoonGrouping a="1" />')),
)  # fmt: skip
_SEARCHES = st.builds(
    Search,
    name=_TEXT,
    uuid=_TEXT,
    scope=st.lists(st.sampled_from(list(ObjectType)), unique=True).map(lambda many: tuple(many)),
    query=st.none() | _QUERIES,
    groupings=st.lists(_GROUPINGS, max_size=5).map(lambda many: tuple(many)),
    columns=st.lists(st.builds(Column, st.just("name"), st.integers(0, 999)), max_size=3).map(lambda many: tuple(many)),
    sorting=st.lists(st.builds(Sort, _TEXT, _TRUTHS), max_size=3).map(lambda many: tuple(many)),
    show_expanded=st.none() | _TRUTHS,
)


@given(searches=st.lists(_SEARCHES, min_size=1, max_size=3))
def test_whatever_is_written_reads_back_the_same(searches: list[Search]) -> None:
    assert read_searches(write_file(searches)) == searches
    assert read_searches(write_search(searches[0])) == searches[:1]
    for search in searches:
        assert all(remark.endswith(".") for remark in remarks_on(search))


@given(
    text=st.recursive(
        _TEXT.map(lambda text: text.replace("<", "").replace("&", "")),
        lambda inner: st.builds(
            lambda tag, name, parts: f'<{tag} property="{name}" type="{name}" query="{name}">{"".join(parts)}</{tag}>',
            st.sampled_from([
                "Search", "Query", "QueryScope", "GroupQuery", "NullQuery", "IntPropertyQuery", "CustomFieldQuery",
                "CustomFieldDefinition", "RecursiveXMOPropertyQuery", "CustomFieldGrouping", "PropertyGrouping",
                "columns", "column", "sorting", "sort", "x",
            ]),
            st.sampled_from(["", "label", "And", "gt", "7"]),
            st.lists(inner, max_size=4),
        ),
        max_leaves=12,
    )
)  # fmt: skip
def test_whatever_stands_in_a_search_is_read_or_refused_and_what_is_read_is_stable(text: str) -> None:
    try:
        searches = read_searches(f"<Searches>{text}</Searches>")
    except MalformedSearch:
        return
    for search in searches:
        (again,) = read_searches(write_search(search))
        assert replace(again, query=None) == replace(search, query=None)
        assert read_searches(write_search(again)) == [again]
