"""`lifeguard tree` and `lifeguard search`: what scripts read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lifeguard.cli import main
from tests.support import shared_path


def _json(capsys: pytest.CaptureFixture[str], *argv: str) -> Any:
    assert main([*argv, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def _dump(name: str) -> str:
    return str(shared_path(f"dumps/{name}.xml"))


def test_the_tree_is_a_list_of_nodes(capsys: pytest.CaptureFixture[str]) -> None:
    (pool,) = _json(capsys, "tree", _dump("hottub"))
    assert set(pool) == {"kind", "ref", "name", "state", "children"}
    assert (pool["kind"], pool["name"], pool["children"][0]["name"]) == ("pool", "Hottub", "inflames")


def test_every_view_can_be_printed(capsys: pytest.CaptureFixture[str]) -> None:
    tops = {
        view: [node["name"] for node in _json(capsys, "tree", _dump("grimsby"), "--view", view)]
        for view in ("infrastructure", "objects", "tags", "folders", "fields", "vapps")
    }
    assert tops["objects"] == [
        "Pools", "Servers", "VMs", "Default Templates", "Remote SRs", "Local SRs", "Virtual Disks", "Networks",
    ]  # fmt: skip
    assert tops["infrastructure"] == ["Grimsby pool"]
    assert tops["tags"] == ["broken"]
    assert tops["folders"] == ["foo", "red"]
    assert tops["fields"] == ["Department", "Last Virus Scan"]
    assert tops["vapps"] == []


def test_the_first_row_of_a_search_is_the_master_with_its_address(capsys: pytest.CaptureFixture[str]) -> None:
    rows = _json(capsys, "search", _dump("hottub"))
    assert {"kind", "ref", "name", "address"} <= set(rows[0])
    assert (rows[0]["kind"], rows[0]["name"], rows[0]["address"]) == ("host", "inflames", "10.80.224.75")
    assert [row["name"] for row in _json(capsys, "search", _dump("hottub"), "ip:10.80.237.* box")] == ["Iscsi Box"]


def test_groups_nest_and_name_the_object_they_stand_for(capsys: pytest.CaptureFixture[str]) -> None:
    by_network = _json(capsys, "search", _dump("grimsby"), "--saved", "vmsbynet")
    by_state = _json(capsys, "search", _dump("grimsby"), "--saved", "vmsbyps")
    assert by_network[0]["kind"] == "vm"
    assert by_network[1]["group"] == "Network 0"
    assert by_network[1]["ref"].startswith("OpaqueRef:")
    assert [(group["group"], group["ref"]) for group in by_state] == [("Halted", None), ("Running", None)]
    assert {row["kind"] for group in by_state for row in group["children"]} == {"vm"}


def test_several_sources_are_one_result(capsys: pytest.CaptureFixture[str]) -> None:
    rows = _json(capsys, "search", _dump("grimsby"), _dump("hottub"), "type:host")
    assert [row["name"] for row in rows] == ["grimsby", "inflames", "chester", "incubus"]


def test_a_text_that_makes_no_sense_is_one_sentence_and_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", _dump("hottub"), "memory>lots"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "Character 8, at “lots”: “lots” is no amount; write 4G or 512M.\n"
    assert main(["search", _dump("hottub"), "--saved", "nothing"]) == 2
    assert main(["tree", "no/such/file"]) == 2


def test_without_json_there_is_a_table_and_an_outline(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", _dump("hottub"), "state:running"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["Kind", "Name", "Address", "State"]
    assert len(lines) == 4
    assert main(["tree", _dump("hottub")]) == 0
    assert capsys.readouterr().out.splitlines()[:2] == ["pool Hottub", "  host inflames  [master]"]
