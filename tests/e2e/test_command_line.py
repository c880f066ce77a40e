"""Every subcommand as a process of its own: what it prints, how it ends, and that a password is nowhere to be seen."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.facts import facts_of, migratable
from tests.e2e.program import BRISKLY, Pool, end, plain_environment, program, run, served_pool
from tests.e2e.window import eventually

_NODE_KEYS = {"kind", "ref", "name", "state", "children"}
_VERDICT_KEYS = {"object", "target", "allowed", "code", "refusal"}
_WAIT_S = 15.0


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    async with served_pool("--hosts", "3", "--vms", "8", *BRISKLY) as served:
        yield served


def _secret(pool: Pool) -> dict[str, str]:
    return {"LIFEGUARD_PASSWORD": pool.password}


async def test_the_tree_of_a_server_is_a_list_of_nodes_master_first(pool: Pool, tmp_path: Path) -> None:
    done = await run("tree", pool.master, "--json", home=tmp_path, extra=_secret(pool))
    assert (done.status, done.err) == (0, "")
    nodes = json.loads(done.out)
    assert all(set(node) == _NODE_KEYS for node in _with_all_below(nodes))
    facts = await facts_of(pool)
    hosts = [node for node in nodes[0]["children"] if node["kind"] == "host"]
    assert nodes[0]["kind"] == "pool"
    assert hosts[0]["ref"] == facts.master
    assert {node["ref"] for node in hosts} == set(facts.hosts)
    vms = {node["ref"] for node in _with_all_below(nodes) if node["kind"] == "vm"}
    assert vms == set(facts.vms)


async def test_search_finds_by_text_and_tells_addresses(pool: Pool, tmp_path: Path) -> None:
    facts = await facts_of(pool)
    everything = json.loads((await run("search", pool.master, "--json", home=tmp_path, extra=_secret(pool))).out)
    (master,) = (row for row in _with_all_below(everything) if row["ref"] == facts.master)
    assert master["address"].startswith(facts.address(facts.master))
    assert {"kind", "ref", "name", "address"} <= set(master)
    name = facts.name(facts.master)
    done = await run("search", pool.master, name, "--json", home=tmp_path, extra=_secret(pool))
    assert facts.master in {row["ref"] for row in _with_all_below(json.loads(done.out))}


async def test_judge_answers_for_every_vm_and_every_host(pool: Pool, tmp_path: Path) -> None:
    facts = await facts_of(pool)
    done = await run("judge", pool.master, "vm.migrate", "--json", home=tmp_path, extra=_secret(pool))
    verdicts = json.loads(done.out)["verdicts"]
    assert all(set(verdict) == _VERDICT_KEYS for verdict in verdicts)
    assert len(verdicts) == len(facts.vms) * len(facts.hosts)
    assert {(verdict["object"], verdict["target"]) for verdict in verdicts} == {
        (vm, host) for vm in facts.vms for host in facts.hosts
    }
    assert all((verdict["refusal"] is None) == verdict["allowed"] for verdict in verdicts)


async def test_the_menu_of_a_vm_gives_each_command_with_its_reason(pool: Pool, tmp_path: Path) -> None:
    facts = await facts_of(pool)
    done = await run("menu", pool.master, next(iter(facts.vms)), "--json", home=tmp_path, extra=_secret(pool))
    lines = [line for line in json.loads(done.out) if line is not None]
    assert {"id", "title", "allowed", "refusal"} <= set(lines[0])
    assert "vm.migrate" in {line["id"] for line in lines}
    assert all((line["refusal"] is None) == line["allowed"] for line in lines)


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("tree",),
        ("tree", "/nowhere"),
        ("search", "/nowhere"),
        ("judge", "/nowhere", "vm.migrate"),
        ("open", "/nowhere"),
        ("simulate", "--hosts", "0"),
        ("simulate", "--pace", "0"),
        ("simulate", "--listen", "127.0.0.1:none"),
        ("simulate", "--database", "/nowhere"),
        ("--address-book", "/nowhere"),
        ("tree", "127.0.0.1:1"),
    ],
    ids=" ".join,
)
async def test_what_cannot_be_done_ends_with_2_and_one_sentence(words: tuple[str, ...], tmp_path: Path) -> None:
    done = await run(*words, home=tmp_path, extra={"LIFEGUARD_PASSWORD": "wrong"})
    assert done.status == 2
    assert done.out == ""
    assert len(done.err.splitlines()) == 1
    assert done.err.rstrip().endswith(".") or "required" in done.err


async def test_a_wrong_password_or_none_ends_with_2_and_one_sentence(pool: Pool, tmp_path: Path) -> None:
    for extra in ({"LIFEGUARD_PASSWORD": "wrong"}, {}):
        done = await run("tree", pool.master, home=tmp_path, extra=extra)
        assert done.status == 2
        assert len(done.err.splitlines()) == 1
        assert "password" in done.err.lower()


async def test_a_broken_database_is_told_in_one_sentence(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xml"
    bomb.write_text('<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><database>&b;</database>')
    for words in (("tree", str(bomb)), ("simulate", "--database", str(bomb)), ("judge", str(bomb), "vm.migrate")):
        done = await run(*words, home=tmp_path)
        assert done.status == 2
        assert len(done.err.splitlines()) == 1


async def test_a_closed_pipe_is_no_complaint(pool: Pool, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        process = await asyncio.create_subprocess_exec(
            *program(), "tree", pool.master, "--json",
            env=plain_environment(tmp_path, _secret(pool)), stdin=DEVNULL, stdout=writing, stderr=PIPE,
        )  # fmt: skip
    finally:
        os.close(writing)
    _, err = await asyncio.wait_for(process.communicate(), _WAIT_S)
    assert (process.returncode, err) == (0, b"")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_simulate_tells_when_it_is_ready_and_obeys_a_signal(number: signal.Signals, tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *program(), "simulate", "--hosts", "2", "--vms", "2",
        env=plain_environment(tmp_path), stdin=DEVNULL, stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        told = json.loads(await asyncio.wait_for(process.stdout.readline(), _WAIT_S))
        assert set(told) == {"master", "hosts", "user", "password"}
        assert told["master"] in told["hosts"].values()
        assert len(set(told["hosts"].values())) == 2
        process.send_signal(number)
        out, err = await asyncio.wait_for(process.communicate(), _WAIT_S)
    finally:
        await end(process)
    assert (process.returncode, out, err) == (0, b"", b"")


async def test_another_client_lists_what_is_simulated_and_migrates_a_vm(pool: Pool) -> None:
    facts = await facts_of(pool)
    assert len(facts.hosts) == 3
    assert len(facts.vms) == 8
    vm = (await migratable(pool, facts, facts.roomy))[0]
    task = await pool.witness.ask("Async.VM.pool_migrate", vm, facts.roomy, {})
    await eventually(lambda: pool.witness.ask("task.get_status", task), lambda status: status != "pending")
    assert await pool.witness.ask("task.get_status", task) == "success"
    assert await pool.witness.ask("VM.get_resident_on", vm) == facts.roomy


def _with_all_below(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [*nodes, *(below for node in nodes for below in _with_all_below(node.get("children", [])))]


async def test_no_process_that_is_started_shows_a_password_among_its_arguments(tmp_path: Path) -> None:
    secret = "sesame-7"
    async with served_pool("--hosts", "1", "--vms", "0") as pool:
        asking = asyncio.ensure_future(run("tree", pool.master, home=tmp_path, extra={"LIFEGUARD_PASSWORD": secret}))
        seen: set[bytes] = set()
        while not asking.done():
            seen |= await asyncio.to_thread(_command_lines)
            await asyncio.sleep(0.02)
        assert (await asking).status == 2
    assert any(b"tree" in line for line in seen)
    assert not [line for line in seen if secret.encode() in line]


def _command_lines() -> set[bytes]:
    """The arguments of every process there is."""
    found = set()
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.add(place.read_bytes())
    return found
