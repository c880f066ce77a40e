"""`lifeguard tree` and `lifeguard search`: what scripts read."""

from __future__ import annotations

import json
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

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
    assert {tuple(row) for row in rows} == {("kind", "ref", "name", "address")}
    assert (rows[0]["kind"], rows[0]["name"], rows[0]["address"]) == ("host", "inflames", "10.80.224.75")
    assert [row["name"] for row in _json(capsys, "search", _dump("hottub"), "ip:10.80.237.* box")] == ["Iscsi Box"]


def test_groups_nest_and_name_the_object_they_stand_for(capsys: pytest.CaptureFixture[str]) -> None:
    by_network = _json(capsys, "search", _dump("grimsby"), "--saved", "vmsbynet")
    by_state = _json(capsys, "search", _dump("grimsby"), "--saved", "vmsbyps")
    assert tuple(by_network[0]) == ("kind", "ref", "name", "address")
    assert tuple(by_network[1]) == ("group", "ref", "children")
    assert by_network[1]["group"] == "Network 0"
    assert by_network[1]["ref"].startswith("OpaqueRef:")
    assert [(group["group"], group["ref"]) for group in by_state] == [("Halted", None), ("Running", None)]
    assert {row["kind"] for group in by_state for row in group["children"]} == {"vm"}


def test_a_folder_is_a_row_and_with_something_in_it_a_group(capsys: pytest.CaptureFixture[str]) -> None:
    (foo, red) = _json(capsys, "search", _dump("grimsby"), "--saved", "0e69156e-f977-4da4-9d27-2ca16443109d")
    assert (foo["group"], foo["ref"], [child["group"] for child in foo["children"]]) == ("foo", "/foo", ["bar"])
    assert red == {"kind": "folder", "ref": "/red", "name": "red", "address": ""}


def test_what_is_not_understood_of_a_saved_search_is_said_and_what_cannot_be_read_at_all_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    strange = "<Search name=\\'odd\\' uuid=\\'u1\\'><Query><QueryScope><Pool/></QueryScope><NewQuery/></Query></Search>"
    path = tmp_path / "pool.xml"
    config = f"(('X.Search-u1' '{strange}') ('X.Search-u2' '<Search') ('X.Search-u3' 'null'))"
    path.write_text(
        f'<database><table name="pool"><row ref="p" name_label="P" gui_config={quoteattr(config)}/></table></database>'
    )
    assert main(["search", str(path), "--saved", "u1", "--json"]) == 0
    said = capsys.readouterr()
    assert [row["name"] for row in json.loads(said.out)] == ["P"]
    assert said.err == "odd: The condition <NewQuery> is not understood and is left out of account.\n"
    assert main(["search", str(path), "--saved", "u2"]) == 2
    assert capsys.readouterr().err.startswith("The saved search u2 cannot be read. This is not a saved search: ")
    assert main(["search", str(path), "--saved", "u3"]) == 2
    assert capsys.readouterr().err.startswith("There is no saved search u3; there are ")


_WHOLE = (
    b'<database><table name="pool"><row ref="p" name_label="P" master="h"/></table>\n'
    b'<table name="host"><row ref="h" name__label="one"/>\n<row ref="g" name__label="two"/></table>\n'
    b'<table name="VM"><row ref="v" name__label="web" power_state="Running" resident_on="h"/></table></database>'
)


@pytest.mark.parametrize("command", ["tree", "search"])
def test_a_file_that_ends_anywhere_is_listed_up_to_there_or_refused_in_one_sentence(
    command: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "cut.xml"
    for end in range(len(_WHOLE)):
        path.write_bytes(_WHOLE[:end])
        status = main([command, str(path), "--json"])
        said = capsys.readouterr()
        assert status in (0, 2)
        assert said.err.startswith(f"{path}: ")
        assert said.err.count("\n") == 1 or status == 0
        assert bool(said.out) == (status == 0)
        assert "Traceback" not in said.err
        if status == 0:
            assert isinstance(json.loads(said.out), list)


def test_an_empty_database_and_what_is_none(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "empty.xml"
    path.write_text("<database/>")
    assert (main(["tree", str(path)]), capsys.readouterr().out) == (0, "")
    assert (main(["tree", str(path), "--json"]), capsys.readouterr().out) == (0, "[]\n")
    for content in (b"", b"hello", b"\0" * 100, b"<html/>"):
        path.write_bytes(content)
        assert main(["search", str(path), "web", "--json"]) == 2
        said = capsys.readouterr()
        assert (said.out, said.err.count("\n")) == ("", 1)
        assert said.err.startswith(f"{path}: This is ")
    assert main(["tree", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"{tmp_path}: Is a directory.\n"


def test_a_terminal_with_few_letters_gets_the_others_escaped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "pool.xml"
    path.write_text('<database><table name="host"><row ref="h" name__label="Zürich 東京 🐧"/></table></database>')
    for option, expected in (((), "host Z\\xfcrich \\u6771\\u4eac"), (("--json",), '"name": "Z\\u00fcrich ')):
        with TextIOWrapper(BytesIO(), encoding="ascii") as narrow:
            monkeypatch.setattr("sys.stdout", narrow)
            assert main(["tree", str(path), *option]) == 0
            narrow.seek(0)
            printed = narrow.read()
        assert expected in printed
        assert not option or json.loads(printed)[0]["name"] == "Zürich 東京 🐧"


def test_several_sources_are_one_result(capsys: pytest.CaptureFixture[str]) -> None:
    rows = _json(capsys, "search", _dump("grimsby"), _dump("hottub"), "type:host")
    assert [row["name"] for row in rows] == ["grimsby", "inflames", "chester", "incubus"]
    assert main(["search", _dump("grimsby"), "hottbu.xml", "type:host"]) == 2
    assert capsys.readouterr().err == "hottbu.xml: there is no such file.\n"


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
