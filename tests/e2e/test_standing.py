"""How the window stands: light and dark, as it was left the last time, on a database that was saved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tests.e2e.program import served_pool
from tests.e2e.window import Person, eventually, started
from tests.support.accessibility import Audience, Role, State, Thing
from tests.support.display import Point, Screen
from tests.support.samples import shared_path

_DATABASE = "dumps/hottub.xml"


async def test_a_saved_database_opens_in_the_same_window_and_refuses_commands(
    screen: Screen, audience: Audience, tmp_path: Path
) -> None:
    async with started(screen, audience, tmp_path, "open", str(shared_path(_DATABASE))) as person:
        await person.desktop.wait_for(Role.LABEL, "saved database", id_ends="jobs.connection")
        rows = await person.tree.rows()
        assert "master" in rows[1].name
        await person.tree.choose(rows[1].name.partition(", ")[0])
        await person.screen.click((await person.desktop.wait_for(Role.MENU_ITEM, "Server")).middle)
        await person.desktop.wait_for(
            Role.MENU_ITEM, "Enter maintenance mode", such_that=lambda entry: not entry.is_enabled
        )
        await person.screen.picture("saved-database")
        await person.screen.key("Escape", "Escape")
        assert await person.close() == 0


async def test_the_window_is_as_it_was_left(screen: Screen, audience: Audience, tmp_path: Path) -> None:
    async with served_pool("--hosts", "2", "--vms", "4") as pool:
        book = "--address-book", str(pool.book)
        async with started(screen, audience, tmp_path, *book) as person:
            await person.connect(pool, pool.master)
            await person.press_view("Objects")
            await person.show_tab("Search")
            frame = await _resized(person, 1111, 717)
            assert await person.close() == 0
        async with started(screen, audience, tmp_path, *book) as person:
            again = await person.desktop.wait_for(Role.FRAME, starts="Lifeguard")
            assert (again.width, again.height) == (frame.width, frame.height)
            await person.desktop.wait_for(
                Role.CHECK_BOX, "Objects", such_that=lambda view: State.CHECKED in view.states
            )
            await person.screen.picture("restarted")
            await person.settle()
            assert await person.close() == 0


@pytest.mark.parametrize(("appearance", "lightness"), [("light", (200, 256)), ("dark", (10, 80))])
async def test_the_window_is_light_or_dark_as_chosen(
    screen: Screen, audience: Audience, tmp_path: Path, appearance: str, lightness: tuple[int, int]
) -> None:
    settings = tmp_path / "config" / "lifeguard" / "settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"preferences": {"appearance": appearance}}))
    async with started(screen, audience, tmp_path) as person:
        frame = await person.desktop.wait_for(Role.FRAME, starts="Lifeguard")
        await person.desktop.wait_for(Role.TREE)
        name = f"appearance-{appearance}"
        aside = frame.left + frame.width // 2, frame.top + frame.height * 3 // 4  # where no pointer covers it
        await eventually(lambda: _lightness(screen, name, aside), range(*lightness).__contains__)
        assert await person.close() == 0


async def _lightness(screen: Screen, name: str, at: Point) -> int:
    return QImage(str(await screen.picture(name))).pixelColor(*at).lightness()


async def _resized(person: Person, width: int, height: int) -> Thing:
    """The main window, once it is so large."""
    (window,) = await person.screen.windows("^Lifeguard$")
    before = await person.desktop.wait_for(Role.FRAME, starts="Lifeguard")
    await person.screen.resize(window, width, height)
    return await person.desktop.wait_for(
        Role.FRAME,
        starts="Lifeguard",
        such_that=lambda frame: frame.width < before.width and frame.height < before.height,
    )
