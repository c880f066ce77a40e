"""Saved searches: read in every version, written as they were, run with their groups, and the built-in ones."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.kinds import ALL_BUT_FOLDERS, ObjectType
from lifeguard.inventory.saved import open_dump
from lifeguard.search.columns import Moment
from lifeguard.search.document import MalformedSearch, read_searches
from lifeguard.search.overview import by_pool, overview
from lifeguard.search.query import (
    EnumPropertyQuery,
    GroupQuery,
    NullQuery,
    PropertyGrouping,
    SavedSearch,
    Search,
    StringPropertyQuery,
)
from lifeguard.search.saved import BUILT_IN, find_search, known_searches, saved_searches, text_to_save
from lifeguard.search.view import SearchView
from lifeguard.search.writing import write_file, write_search
from lifeguard.tree.build import build_tree
from lifeguard.tree.node import Node
from tests.support import shared_glob, shared_path

_MOMENT = Moment(datetime(2026, 3, 15, tzinfo=UTC))


def _load(name: str) -> Inventory:
    return open_dump(shared_path(f"dumps/{name}.xml").read_bytes())[0]


def _run(inventory: Inventory, search: Search) -> tuple[Node, ...]:
    return build_tree({"pool": inventory}, SearchView(search, _MOMENT))


def _outline(nodes: tuple[Node, ...]) -> list[object]:
    return [(node.tooltip, _outline(node.children)) if node.children else node.tooltip for node in nodes]


@pytest.mark.parametrize("path", shared_glob("dumps/*[!e].xml"))
def test_every_search_found_in_a_pool_loads_runs_and_is_written_as_it_was(path: Path) -> None:
    inventory, _ = open_dump(path.read_bytes())
    texts = [text for pool in inventory.refs("pool") for key, text in _gui_config(inventory, pool) if ".Search-" in key]
    saved = saved_searches(inventory)
    assert [one.text for one in saved.values()] == texts
    for one in saved.values():
        assert text_to_save(one) == one.text
        assert write_search(one.search) == one.text
        _run(inventory, one.search)
        assert find_search(inventory, one.search.uuid) == one.search


def _gui_config(inventory: Inventory, pool_ref: str) -> list[tuple[str, str]]:
    record = inventory.find(pool_ref)
    return list(getattr(record, "gui_config", {}).items())


@pytest.mark.parametrize(
    ("uuid", "outline"),
    [
        ("f8d4e7ab-e1a8-4df1-8deb-77dfe1806f93", [("Engineering", ["chester"]), ("Finance", ["grimsby"])]),
        (
            "4c033d0d-f237-446b-a365-ba222e4e1554",
            [("iSCSI virtual disk storage", [f"Debian Etch 4.0 ({number})" for number in range(1, 5)])],
        ),
        ("0b574b29-f560-4c4e-b48b-4235d8d2371f", [("VMs", ["Debian Etch 4.0 (5)", "Windows Vista (1)"])]),
        ("0e69156e-f977-4da4-9d27-2ca16443109d", [("foo", [("bar", ["sq", "sqrt"])]), "red"]),
        ("54d7f376-1bda-4b12-a705-31d87680d3cf", ["sq", "sqrt", "Debian Etch 4.0 (1)"]),
        ("9c0122ba-69c5-48cc-9a84-9d46d92d4259", [
            ("Grimsby pool", [
                ("grimsby", ["Debian Etch 4.0 (1)", "Debian Etch 4.0 (4)", "Debian Etch 4.0 (5)"]),
                ("chester", ["Debian Etch 4.0 (3)", "Windows Vista (1)"]),
                "Debian Etch 4.0 (2)",
            ]),
        ]),
        ("vmsbyps", [
            ("Halted", ["Debian Etch 4.0 (2)", "Debian Etch 4.0 (4)", "Debian Etch 4.0 (5)"]),
            ("Running", ["Debian Etch 4.0 (1)", "Debian Etch 4.0 (3)", "Windows Vista (1)"]),
        ]),
        ("dead-beef-1234-objbytags", [("broken", ["Debian Etch 4.0 (5)", "Windows Vista (1)"])]),
    ],
)  # fmt: skip
def test_groups_and_members_of_a_result(uuid: str, outline: list[object]) -> None:
    inventory = _load("grimsby")
    search = find_search(inventory, uuid)
    assert search is not None
    assert _outline(_run(inventory, search)) == outline


def test_sorting_by_name_backwards_turns_every_level_round() -> None:
    inventory = _load("grimsby")
    search = find_search(inventory, "89b7a217-6ab1-42e0-ace7-cd5f3c76c649")
    assert search is not None
    running, stopped = _run(inventory, search)
    assert (running.tooltip, stopped.tooltip) == ("Running", "Halted")
    halted = stopped.children[0]
    assert [node.tooltip for node in halted.children] == [f"Network {number}" for number in (4, 3, 2, 1, 0)]
    assert [node.tooltip for node in halted.children[0].children] == ["Debian Etch 4.0 (4)", "Debian Etch 4.0 (2)"]


def test_the_overview_lists_the_master_first_and_by_pool_it_is_under_its_pool() -> None:
    inventory = _load("grimsby")
    flat = _run(inventory, overview())
    assert [node.kind for node in flat] == ["host"] * 2 + ["vm"] * 6 + ["sr"] * 2
    assert flat[0].marks == ("master",)
    (pool,) = _run(inventory, by_pool())
    assert (pool.kind, pool.children[0].kind, pool.children[0].marks) == ("pool", "host", ("master",))


def test_several_pools_are_searched_as_one() -> None:
    pools = {name: _load(name) for name in ("grimsby", "hottub")}
    nodes = build_tree(pools, SearchView(BUILT_IN[2], _MOMENT))
    assert [node.tooltip for node in nodes] == ["Halted", "Running"]
    assert {child.source for child in nodes[1].children} == {"grimsby", "hottub"}


def test_snapshots_hang_under_the_vm_they_were_taken_of() -> None:
    inventory = _load("tampa-snapshots")
    search = find_search(inventory, "snapshotsbyvm")
    assert search is not None
    (pool,) = _run(inventory, search)
    vms = [node for host in pool.children for node in host.children]
    assert {node.kind for node in vms} == {"vm"}
    assert {child.kind for node in vms for child in node.children} == {"snapshot"}
    assert sum(len(node.children) for node in vms) == 5


def test_searches_of_the_first_versions_have_no_scope() -> None:
    for version in ("0", "1"):
        text = (
            f'<Search uuid="u" name="old" major_version="{version}" minor_version="0">'
            '<GroupQuery type="Or"><EnumPropertyQuery property="type" equals="yes" query="SR" />'
            '<NullQuery property="memory" query="no" /></GroupQuery><PropertyGrouping property="type" />'
            '<columns><column name="state" width="9" /><column name="name" width="250" /></columns></Search>'
        )
        (search,) = read_searches(text)
        assert frozenset(search.scope) == ALL_BUT_FOLDERS
        assert search.query == GroupQuery("Or", (EnumPropertyQuery("type", "SR"), NullQuery("memory", False)))
        assert search.groupings == (PropertyGrouping("type"),)
        assert [column.name for column in search.columns] == ["name"]


def test_the_old_word_for_storage_means_remote_storage() -> None:
    inventory = _load("grimsby")
    found = _run(inventory, Search("x", query=EnumPropertyQuery("type", "SR")))
    assert [node.tooltip for node in found] == ["iSCSI virtual disk storage", "NFS ISO library"]


def test_a_file_holds_several_searches_and_reads_back_the_same() -> None:
    searches = [*BUILT_IN, Search('a "b" <c>', "1", (ObjectType.VM,), StringPropertyQuery("label", "é & ü"))]
    text = write_file(searches)
    assert "<!DOCTYPE" in text
    assert read_searches(text.encode()) == searches


def test_an_edited_search_is_written_anew() -> None:
    one = next(iter(saved_searches(_load("grimsby")).values()))
    edited = SavedSearch(Search("mine", one.search.uuid), one.text)
    assert read_searches(text_to_save(edited)) == [edited.search]


@pytest.mark.parametrize(
    "text",
    [
        "", "no xml", "<Search", "<database/>",
        '<!DOCTYPE x [<!ENTITY a "b">]><Search name="&a;"/>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Search name="&a;"/>',
        "<Search><Query>" + '<GroupQuery type="And">' * 5000 + "</GroupQuery>" * 5000 + "</Query></Search>",
    ],
)  # fmt: skip
def test_what_is_no_search_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(MalformedSearch, match=r"^This is not a saved search"):
        read_searches(text)


def test_known_searches_are_the_pools_own_then_the_built_in_ones_each_by_name() -> None:
    names = [search.name for search in known_searches(_load("grimsby"))]
    assert names[-7:] == [
        "Objects by Tag", "Snapshots by VM", "VMs by Network", "VMs by Operating System", "VMs by Power State",
        "VMs by vApp", "VMs without VM Tools",
    ]  # fmt: skip
    assert names[:3] == ["[XenServer] Templates with name constraints", "Address 10.*, group by type then pool",
                         "All resources and folders"]  # fmt: skip
