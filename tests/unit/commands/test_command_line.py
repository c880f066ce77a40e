"""`lifeguard judge` and `lifeguard menu`, exactly as tools depend on them."""

import json
from pathlib import Path
from typing import Any

import pytest

from lifeguard.cli import main
from lifeguard.datamodel.dump import write_dump
from lifeguard.inventory.inventory import Inventory
from tests.support.building import build_pool, ref


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    pool = build_pool().host("h1").host("h2", 1).vm("web", on="h1", memory_gib=2)
    pool.vm("off").vm("tpl", is_a_template=True)
    path = tmp_path / "pool.xml"
    path.write_bytes(write_dump(tables_of(pool.inventory), {"schema_major_vsn": "5", "schema_minor_vsn": "775"}))
    return path


def tables_of(inventory: Inventory) -> dict[str, dict[str, dict[str, Any]]]:
    return {
        name: {one: dict(inventory.payload(one) or {}) for one in inventory.refs(name)}  # type: ignore[arg-type]
        for name in inventory.class_names()
    }


def printed(capsys: pytest.CaptureFixture[str], *argv: object) -> Any:
    assert main([str(word) for word in argv]) == 0
    return json.loads(capsys.readouterr().out)


def test_judge_prints_a_verdict_for_every_real_vm_and_host(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = printed(capsys, "judge", saved, "vm.migrate", "--json")
    assert list(answer) == ["verdicts"]
    by_pair = {(row["object"], row["target"]): row for row in answer["verdicts"]}
    assert set(by_pair) == {(ref(vm), ref(host)) for vm in ("web", "off") for host in ("h1", "h2")}
    assert by_pair[ref("web"), ref("h2")] == {
        "object": ref("web"),
        "target": ref("h2"),
        "allowed": False,
        "code": "HOST_NOT_ENOUGH_FREE_MEMORY",
        "refusal": by_pair[ref("web"), ref("h2")]["refusal"],
    }
    assert by_pair[ref("web"), ref("h2")]["refusal"].startswith("web cannot go to h2: h2 has 1.0 GiB of memory free")
    at_home = by_pair[ref("web"), ref("h1")]
    assert (at_home["allowed"], at_home["code"], at_home["refusal"]) == (True, None, None), "a server takes it"


def test_judge_of_a_command_without_target_has_none(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = printed(capsys, "judge", saved, "VM.start", "--json")["verdicts"]
    assert [(row["object"], row["target"], row["allowed"], row["code"]) for row in answer] == [
        (ref("web"), None, False, "VM_BAD_POWER_STATE"),
        (ref("off"), None, True, None),
    ]


def test_menu_prints_lines_and_separators(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, "menu", saved, ref("web"), "--json")
    assert lines[0] == {
        "id": "vm.start",
        "title": "Start",
        "allowed": False,
        "refusal": "web: it is running, this needs it halted. Change its power state first.",
    }
    assert None in lines


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (("judge", "{saved}", "vm.fly"), "There is no command 'vm.fly'"),
        (("menu", "{saved}", "OpaqueRef:none"), "has no object OpaqueRef:none"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    saved: Path, capsys: pytest.CaptureFixture[str], argv: tuple[str, ...], sentence: str
) -> None:
    assert main([word.format(saved=saved) for word in argv]) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1


def test_without_json_a_person_reads_names(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["judge", str(saved), "vm.migrate"]) == 0
    assert "no   web > h2  h2 has 1.0 GiB of memory free" in capsys.readouterr().out
    assert main(["menu", str(saved), ref("off")]) == 0
    assert "Start" in capsys.readouterr().out
