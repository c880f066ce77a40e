"""What those hear who cannot see the window: every control has a name, and the Tab key reaches each part in order."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.e2e.scene import Scene, open_scene
from tests.e2e.window import Person
from tests.support.accessibility import Role, State

pytestmark = pytest.mark.asyncio(loop_scope="module")
_ITEMS = frozenset({Role.PAGE_TAB, Role.CELL, Role.LIST_ITEM, Role.LABEL})
"""What Qt says to be focused all the time, as the current item of its list, or once it was clicked."""
_PARTS = ("resources.filter", "resources.tree", "view.organisation", "view.searches", "header.address", "tab.general")
_TABS = ("General", "Storage", "Networking", "Performance", "Search")
_MOST_STOPS = 40
_NEAR = 40
_NOTHING_IN_PARTICULAR = frozenset({Role.INVALID, Role.PANEL, Role.UNKNOWN})
"""Graphs and what scrolls are boxes to Qt: their names say what they are."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene() -> AsyncIterator[Scene]:
    async with open_scene("--hosts", "2", "--vms", "4") as opened:
        yield opened


async def test_every_control_of_the_window_has_a_name_and_a_role(scene: Scene) -> None:
    person = scene.person
    facts = await scene.facts()
    await person.tree.choose(facts.name(facts.master))
    for tab in _TABS:
        await person.show_tab(tab)
        assert not await _unheard(person), f"in the tab {tab}"


@pytest.mark.parametrize(
    ("keys", "sign"), [("ctrl+shift+n", "connect.address"), ("ctrl+k", "palette.line"), ("ctrl+f", "resources.filter")]
)
async def test_every_control_of_a_dialog_has_a_name_and_a_role(scene: Scene, keys: str, sign: str) -> None:
    await scene.person.settle()
    await scene.person.screen.key(keys)
    await scene.person.desktop.wait_for(Role.TEXT, id_ends=sign)
    assert not await _unheard(scene.person)
    await scene.person.settle()


async def test_the_tab_key_reaches_each_part_from_left_to_right_and_comes_back(scene: Scene) -> None:
    await scene.person.show_tab("General")
    await scene.person.screen.key("ctrl+f")
    stops: list[str] = []
    for _ in range(_MOST_STOPS):
        found = await _stops(scene.person)
        assert found, f"after {stops} the keyboard is nowhere"
        stop = found[-1]  # a bar of tabs shares it with the box around it
        if stops and stop == stops[0]:
            break
        stops.append(stop)
        await scene.person.screen.key("Tab")
    reached = [next((at for at, stop in enumerate(stops) if stop.endswith(part)), None) for part in _PARTS]
    assert None not in reached, f"{stops} miss some of {_PARTS}"
    assert reached == sorted(reached, key=lambda at: at or 0), f"{stops} are out of order"
    assert len(stops) < _MOST_STOPS, "the Tab key does not come back"


@pytest.mark.parametrize("menu", ["Pool", "Server"])
async def test_a_command_that_two_menus_have_is_heard_in_each_of_them(scene: Scene, menu: str) -> None:
    person = scene.person
    await person.screen.click((await person.desktop.wait_for(Role.MENU_ITEM, menu)).middle)
    heading = await person.desktop.wait_for(Role.MENU_ITEM, menu)
    found = await person.desktop.find_all(Role.MENU_ITEM, "Remove from pool")
    showing = [item for item in found if item.width and abs(item.left - heading.left) < _NEAR]
    assert len(showing) == 1, f"{found} below {heading}"
    await person.settle()


@pytest.mark.parametrize(
    ("button", "inside"), [("Organisation", "Custom fields"), ("Saved searches", "VMs by Network")]
)
async def test_what_a_button_opens_below_the_tree_is_heard(scene: Scene, button: str, inside: str) -> None:
    person = scene.person
    await person.screen.click((await person.desktop.wait_for(Role.BUTTON, button)).middle)
    await person.desktop.wait_for(Role.MENU_ITEM, inside, such_that=lambda item: item.height > 0)
    await person.settle()


async def _unheard(person: Person) -> list[tuple[str, int, str]]:
    """Where they are, what they are, and what they are called: that which has no name, or is nothing in particular."""
    things = await person.desktop.everything(None, State.FOCUSABLE)
    assert things
    return [
        (thing.id, thing.role, thing.name)
        for thing in things
        if (not thing.name and thing.role != Role.CELL) or thing.role in _NOTHING_IN_PARTICULAR
    ]


async def _stops(person: Person) -> list[str]:
    """The ids of what the keyboard is in."""
    return [thing.id for thing in await person.desktop.everything(None, State.FOCUSED) if thing.role not in _ITEMS]
