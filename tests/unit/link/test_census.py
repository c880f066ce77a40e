"""Counting against the server: differences are confirmed before anything is fetched, and hidden rows are learnt."""

from __future__ import annotations

from lifeguard.inventory.change import Event
from lifeguard.inventory.inventory import Inventory
from lifeguard.link.census import Census

_NOBODY: frozenset[str] = frozenset()


def _inventory(vms: int) -> Inventory:
    inventory = Inventory()
    inventory.apply([Event("VM", f"OpaqueRef:{n}", "add", b"{}") for n in range(vms)])
    return inventory


def test_equal_counts_ask_for_nothing() -> None:
    census = Census()
    assert census.to_reload({"VM": 2}, _inventory(2), _NOBODY) == []
    assert not census.has_suspects


def test_a_difference_is_confirmed_by_a_second_look() -> None:
    census, inventory = Census(), _inventory(3)
    assert census.to_reload({"VM": 2}, inventory, _NOBODY) == []
    assert census.has_suspects
    assert census.to_reload({"VM": 2}, inventory, _NOBODY) == ["VM"]


def test_a_difference_that_goes_away_by_itself_is_forgotten() -> None:
    census = Census()
    census.to_reload({"VM": 3}, _inventory(2), frozenset({"VM"}))
    assert census.to_reload({"VM": 3}, _inventory(3), frozenset({"VM"})) == []
    assert not census.has_suspects


def test_a_busy_class_is_fetched_in_the_end() -> None:
    census, inventory = Census(), _inventory(3)
    rounds = [census.to_reload({"VM": 2}, inventory, frozenset({"VM"})) for _ in range(6)]
    assert ["VM"] in rounds
    assert rounds[0] == rounds[1] == []


def test_rows_that_the_server_counts_but_hides_are_learnt_and_asked_for_once() -> None:
    census, inventory = Census(), _inventory(3)
    for _ in range(2):
        reloaded = census.to_reload({"VM": 5}, inventory, _NOBODY)
    assert reloaded == ["VM"]
    assert [census.to_reload({"VM": 5}, inventory, _NOBODY) for _ in range(6)] == [[]] * 6
    assert not census.has_suspects
