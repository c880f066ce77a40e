"""A person at the window: looks at what shows, points, drags and types; knows nothing of how it is made."""

from __future__ import annotations

import asyncio
import tempfile
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from tests.e2e.forms import Forms
from tests.e2e.program import Pool, end, plain_environment, program
from tests.e2e.tree import Tree
from tests.support.accessibility import Audience, Desktop, Role, State, Thing
from tests.support.display import Point, Screen

T = TypeVar("T")

_GRID, _JOBS = "search.grid", "jobs.list"
_SLOW_S = 20.0
_LONGEST_MENU = 40
_ENOUGH = 400
_MARGIN = 40
_OFFER = "What: "


class Person:
    """One who uses the window with mouse and keys. `tree` and `forms` are the parts with most to do."""

    def __init__(self, screen: Screen, desktop: Desktop, process: Process) -> None:
        self.screen = screen
        self.desktop = desktop
        self.process = process
        self.tree = Tree(screen, desktop)
        self.forms = Forms(screen, desktop)

    async def connect(self, pool: Pool, address: str) -> list[str]:
        """By shortcut, typing and Return. Returns the fingerprints in hex that were shown and trusted, in order."""
        await self._ask_for(pool, address)
        return await self._trust_all()

    async def connect_besides(self, pool: Pool, address: str, name: str) -> None:
        """Another server, without a certificate, that shows in the tree by this name."""
        await self._ask_for(pool, address)
        await self.tree.focus()
        await self.screen.key("Home")
        await self.tree.row(name)

    async def _ask_for(self, pool: Pool, address: str) -> None:
        await self.desktop.wait_for(Role.FRAME, starts="Lifeguard")
        await self.screen.key("ctrl+shift+n")
        await self.desktop.wait_for(Role.TEXT, id_ends="connect.address", such_that=_has_focus)
        await self.screen.type(address)
        await self.screen.key("Tab", "Tab")
        await self.desktop.wait_for(Role.PASSWORD, id_ends="connect.password", such_that=_has_focus)
        await self.screen.type(pool.password)
        await self.screen.key("Return")
        await self.desktop.wait_gone(Role.PASSWORD, id_ends="connect.password")

    async def _trust_all(self) -> list[str]:
        """Trust each certificate shown, until the pool is there."""
        shown: list[str] = []
        deadline_s = time.monotonic() + _SLOW_S
        while await self.desktop.find(Role.LABEL, "connected", id_ends="jobs.connection") is None:
            assert time.monotonic() < deadline_s, "the pool did not come"
            label = await self.desktop.find(Role.LABEL, id_ends="trust.fingerprint")
            if label is None or (found := "".join(filter(str.isalnum, label.name))) in shown:
                await asyncio.sleep(0.1)
                continue
            shown.append(found)
            await self.screen.picture(f"trust-{len(shown)}")
            await self.press("Trust and connect")
        return shown

    async def show_tab(self, title: str) -> None:
        tab = await self.desktop.wait_for(Role.PAGE_TAB, title)
        await self.screen.click(tab.middle)
        await self.desktop.wait_for(Role.PAGE_TAB, title, such_that=lambda thing: State.SELECTED in thing.states)

    async def grid(self) -> list[list[str]]:
        """The rows of the Search tab, each with its cells."""
        by_row: dict[int, list[Thing]] = {}
        for cell in await self.desktop.find_all(Role.CELL, id_ends=_GRID):
            by_row.setdefault(cell.top, []).append(cell)
        return [[cell.name for cell in sorted(by_row[top], key=lambda cell: cell.left)] for top in sorted(by_row)]

    async def press(self, button: str) -> None:
        found = await self.desktop.wait_for(Role.BUTTON, button, such_that=lambda thing: thing.is_enabled)
        await self.screen.click(found.middle)

    async def try_now(self) -> None:
        """Do not wait for the next try, unless it has come about meanwhile."""
        button = await self.desktop.find(Role.BUTTON, "Try now")
        if button is not None:
            await self.screen.click(button.middle)

    async def press_view(self, title: str) -> None:
        """One of the views below the tree."""
        await self.screen.click((await self.desktop.wait_for(Role.CHECK_BOX, title)).middle)
        await self.desktop.wait_for(Role.CHECK_BOX, title, such_that=lambda thing: State.CHECKED in thing.states)

    async def choose_organisation(self, title: str) -> None:
        """One of the views behind the button for organisation."""
        await self.screen.click((await self.desktop.wait_for(Role.BUTTON, "Organisation")).middle)
        found = await self.desktop.wait_for(Role.MENU_ITEM, title, such_that=lambda item: item.height > 0)
        await self.screen.click(found.middle)

    async def take_up(self, name: str) -> Point:
        """Press on a row and move far enough for a drag to begin. Returns where the pointer is."""
        x, y = (await self.tree.row(name)).middle
        await self.screen.press((x, y))
        await self.screen.glide((x, y), (x + 12, y + 12))
        return x + 12, y + 12

    async def carry(self, start: Point, host: str) -> Point:
        """Move over a host's row with the button held."""
        end_at = (await self.tree.row(host)).middle
        await self.screen.glide(start, end_at)
        await self.screen.glide(end_at, (end_at[0] + 3, end_at[1]))
        return end_at[0] + 3, end_at[1]

    async def carry_beside(self, start: Point) -> None:
        """Move to where the tree shows no object, with the button held."""
        tree = await self.desktop.wait_for(Role.TREE, id_ends="resources.tree")
        lowest = max(row.top + row.height for row in await self.tree.rows())
        assert lowest < tree.top + tree.height - _MARGIN, "the tree is full"
        await self.screen.glide(start, (tree.middle[0], tree.top + tree.height - _MARGIN))

    async def hint(self, *, such_that: Callable[[Thing], bool] = lambda _: True) -> str:
        """The line beside the pointer."""
        return (await self.desktop.wait_for(Role.TOOL_TIP, such_that=such_that)).name

    async def jobs_bar(self, *, such_that: Callable[[Thing], bool], timeout_s: float = _SLOW_S) -> str:
        thing = await self.desktop.wait_for(
            Role.LABEL, id_ends="jobs.current", such_that=such_that, timeout_s=timeout_s
        )
        return thing.name

    async def choose_in_menu_bar(self, menu: str, entry: str) -> None:
        await self.screen.click((await self.desktop.wait_for(Role.MENU_ITEM, menu)).middle)
        found = await self.desktop.wait_for(Role.MENU_ITEM, entry, such_that=lambda thing: thing.is_enabled)
        await self.screen.click(found.middle)

    async def open_palette(self, text: str) -> list[str]:
        """Type into it. Returns what it offers, from above; the first is what Return takes."""
        await self.screen.key("ctrl+k")
        await self.desktop.wait_for(Role.TEXT, id_ends="palette.line", such_that=_has_focus)
        await self.screen.type(text)
        await self.desktop.wait_for(
            Role.CELL, id_ends="table.palette", such_that=lambda cell: text in cell.name.lower()
        )
        cells = await self.desktop.find_all(Role.CELL, id_ends="table.palette", starts=_OFFER)
        return [cell.name.removeprefix(_OFFER) for cell in sorted(cells, key=lambda cell: cell.top)]

    async def go_by_palette(self, name: str) -> None:
        """To an object whose name says which it is."""
        offers = await self.open_palette(name)
        await self.screen.key(*["Down"] * (offers.index(name)), "Return")
        await self.header(name)

    async def header(self, name: str) -> None:
        """Until the right side is about this object."""
        await self.desktop.wait_for(Role.LABEL, name, id_ends="header.name", timeout_s=_SLOW_S)

    async def walk_menu(self, *entries: str) -> None:
        """From an open menu by arrow keys alone, down to the last entry, which is taken."""
        for place, entry in enumerate(entries):
            for _ in range(_LONGEST_MENU):
                if await self._is_at(entry):
                    break
                await self.screen.key("Down")
            assert await self._is_at(entry), f"{entry!r} is not reached by the arrow keys"
            await self.screen.key("Return" if place == len(entries) - 1 else "Right")

    async def _is_at(self, entry: str) -> bool:
        return any(item.name == entry for item in await self.desktop.everything(Role.MENU_ITEM, State.FOCUSED))

    async def settle(self) -> None:
        """Leave whatever a failed act has left open: a menu, a palette, a wizard over a dialog."""
        await self.screen.key("Escape", "Escape", "Escape")

    async def close(self) -> int:
        """By the window manager. Returns the exit status."""
        await self.screen.close_window()
        await asyncio.wait_for(self.process.wait(), _SLOW_S)
        return self.process.returncode or 0


@asynccontextmanager
async def opened_window(screen: Screen, audience: Audience, pool: Pool) -> AsyncIterator[Person]:
    """`lifeguard` as somebody starts it for the first time."""
    with tempfile.TemporaryDirectory(prefix="lg-") as folder:
        async with started(screen, audience, Path(folder), "--address-book", str(pool.book)) as person:
            yield person


@asynccontextmanager
async def started(screen: Screen, audience: Audience, home: Path, *args: str) -> AsyncIterator[Person]:
    """`lifeguard` of somebody whose home this is. It must write nothing to standard error."""
    shown = {name: screen.environment[name] for name in ("DISPLAY", "QT_QPA_PLATFORM")}
    complaints = home / "complaints"
    with complaints.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *program(), *args, env=plain_environment(home, {**shown, **audience.environment}),
            stdin=DEVNULL, stdout=DEVNULL, stderr=errors,
        )  # fmt: skip
    try:
        yield Person(screen, audience.desktop, process)
    finally:
        await end(process)
    assert complaints.read_text() == "", complaints.read_text()


async def eventually(ask: Callable[[], Awaitable[T]], is_good: Callable[[T], bool], timeout_s: float = _SLOW_S) -> T:
    """What another client is told, once it is as expected. Raises AssertionError with the last answer."""
    deadline_s = time.monotonic() + timeout_s
    while not is_good(value := await ask()):
        assert time.monotonic() < deadline_s, f"still {str(value)[:_ENOUGH]}"
        await asyncio.sleep(0.1)
    return value


def _has_focus(thing: Thing) -> bool:
    return State.FOCUSED in thing.states
