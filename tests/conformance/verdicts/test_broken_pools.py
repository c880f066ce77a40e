"""Judging pools whose records contradict each other: always an answer, always in words, never a traceback."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifeguard.commands.menus import context_menu
from lifeguard.commands.registry import all_commands
from lifeguard.commands.selection import Selection
from lifeguard.inventory.change import Event
from lifeguard.inventory.inventory import Inventory
from lifeguard.rules.verdict import Verdict
from lifeguard.shell.judge import at_rest, verdicts
from tests.conformance.verdicts.random_pools import random_pool

_CLASSES = (
    "pool", "host", "host_metrics", "VM", "VM_metrics", "VM_guest_metrics", "SR", "PBD", "VDI", "VBD", "network", "PIF",
    "VIF",
)  # fmt: skip
_ODD: tuple[Any, ...] = (
    "", "OpaqueRef:NULL", "OpaqueRef:nowhere", "Unheard of", -1, 2**70, [], {}, None, ["OpaqueRef:nowhere"],
    {"": ""}, True, 1.5, "ffff-xyz",
)  # fmt: skip


def broken_pool(seed: int) -> Inventory:
    """A pool in which rows and fields are missing, lead nowhere, or are of a kind that nobody has heard of."""
    rng = random.Random(seed)
    db, inventory = random_pool(seed), Inventory()
    for table in _CLASSES:
        for ref, row in db.rows(table).items():
            if rng.random() > 0.05:
                inventory.apply([Event(table, ref, "add", dict(_broken(dict(row), rng)))])
    return inventory


def _broken(row: dict[str, Any], rng: random.Random) -> Iterator[tuple[str, Any]]:
    for field, value in row.items():
        fate = rng.random()
        if fate < 0.03:
            continue
        yield field, rng.choice(_ODD) if fate < 0.08 else value


def assert_told(verdict: Verdict) -> None:
    """Either allowed, or refused in a whole sentence that names no ref."""
    if verdict.allowed:
        assert (verdict.code, verdict.refusal, verdict.short) == (None, None, None)
        return
    assert verdict.refusal
    assert verdict.refusal[-1] in ".?!"
    assert "OpaqueRef" not in f"{verdict.refusal} {verdict.short}"
    assert json.loads(json.dumps(verdict.refusal)) == verdict.refusal


@settings(max_examples=40, deadline=None)
@given(st.integers(min_value=0, max_value=2**63))
def test_every_command_has_a_verdict_on_a_broken_pool(seed: int) -> None:
    source = at_rest("", "pool", broken_pool(seed))
    for command in all_commands():
        for _, _, verdict in verdicts(command, source):
            assert_told(verdict)


@settings(max_examples=40, deadline=None)
@given(st.integers(min_value=0, max_value=2**63))
def test_every_selection_has_a_menu_on_a_broken_pool(seed: int) -> None:
    source = at_rest("", "pool", broken_pool(seed))
    rng = random.Random(seed)
    refs = [ref for table in _CLASSES for ref in source.inventory.refs(table)]
    picks = [[ref] for ref in refs] + [rng.sample(refs, min(len(refs), rng.randint(2, 4))) for _ in range(20)]
    for pick in picks:
        lines = context_menu(Selection.of(source, pick))
        assert None not in (*lines[:1], *lines[-1:])
        assert (None, None) not in pairwise(lines)
        names = [line.id for line in lines if line is not None]
        assert len(names) == len(set(names))
        for line in lines:
            if line is not None:
                assert_told(line.verdict)


@pytest.mark.parametrize("hosts", [0, 1])
def test_a_pool_of_nothing_and_a_host_without_its_pool_are_judged_too(hosts: int) -> None:
    inventory = Inventory()
    inventory.apply([Event("host", f"OpaqueRef:{number}", "add", {}) for number in range(hosts)])
    source = at_rest("", "pool", inventory)
    for command in all_commands():
        for _, _, verdict in verdicts(command, source):
            assert_told(verdict)
    for ref in inventory.refs("host"):
        assert context_menu(Selection.of(source, [ref]))
