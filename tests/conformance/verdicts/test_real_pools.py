"""Every command and every menu on databases of real pools: an answer for each object, in whole sentences."""

import random
from itertools import pairwise
from pathlib import Path

import pytest

from lifeguard.commands.menus import context_menu
from lifeguard.commands.registry import all_commands
from lifeguard.commands.selection import Selection
from lifeguard.inventory.saved import open_dump
from lifeguard.shell.judge import at_rest, verdicts
from tests.conformance.verdicts.test_broken_pools import assert_told
from tests.support.samples import shared_glob

_DATABASES = pytest.mark.parametrize(
    "database", [*shared_glob("dumps/*[!e].xml"), *shared_glob("golden/rules/*/db-after-upgrade.xml")]
)


@_DATABASES
def test_every_command_has_a_verdict_for_every_object_it_is_for(database: Path) -> None:
    source = at_rest(str(database), database.stem, open_dump(database.read_bytes())[0])
    for command in all_commands():
        for _, _, verdict in verdicts(command, source):
            assert_told(verdict)


@_DATABASES
def test_every_object_and_some_selections_have_a_menu(database: Path) -> None:
    source = at_rest(str(database), database.stem, open_dump(database.read_bytes())[0])
    inventory, rng = source.inventory, random.Random(1)
    refs = [ref for name in ("pool", "host", "VM", "SR", "network", "VM_appliance") for ref in inventory.refs(name)]
    for pick in [*([ref] for ref in refs), *(rng.sample(refs, rng.randint(2, 6)) for _ in range(60))]:
        selection = Selection.of(source, pick)
        lines = context_menu(selection)
        assert None not in (*lines[:1], *lines[-1:])
        assert (None, None) not in pairwise(lines)
        for line in lines:
            if line is not None:
                assert_told(line.verdict)
                assert line.allowed == line.command.sum_up(selection.renewed()).allowed
