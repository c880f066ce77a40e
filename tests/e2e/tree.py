"""The resources tree as a person sees it: rows, and what the mouse and the keys do to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import takewhile

from tests.support.accessibility import Desktop, Role, State, Thing
from tests.support.display import Screen

_TREE = "resources.tree"
_SLOW_S = 20.0
_WHEEL_UP, _WHEEL_DOWN = 4, 5


class Tree:
    """Where a name of an object is asked for, it is the name in the tree."""

    def __init__(self, screen: Screen, desktop: Desktop) -> None:
        self.screen = screen
        self.desktop = desktop

    async def row(self, name: str, *, such_that: Callable[[Thing], bool] = lambda _: True) -> Thing:
        """The row of an object in the tree."""
        return await self.desktop.wait_for(
            Role.CELL, starts=f"{name}, ", id_ends=_TREE, such_that=lambda thing: such_that(thing), timeout_s=_SLOW_S
        )

    async def rows(self) -> list[Thing]:
        """What the tree shows, from above."""
        found = await self.desktop.find_all(Role.CELL, id_ends=_TREE)
        return sorted(found, key=lambda thing: thing.top)

    async def names(self) -> list[str]:
        return [named(row) for row in await self.rows()]

    async def below(self, name: str) -> list[str]:
        """The names right below a row that is unfolded, one step further in."""
        rows = await self.rows()
        place = next((at for at, row in enumerate(rows) if named(row) == name), None)
        if place is None:
            return []
        inside = list(takewhile(lambda row: row.left > rows[place].left, rows[place + 1 :]))
        return [named(row) for row in inside if row.left == inside[0].left]

    async def choose(self, name: str) -> Thing:
        await self.screen.click((await self._in_view(name)).middle)
        return await self.row(name, such_that=lambda thing: State.SELECTED in thing.states)

    async def _in_view(self, name: str) -> Thing:
        """The row once it is where it can be pointed at; the wheel is turned until then."""
        tree = await self.desktop.wait_for(Role.TREE, id_ends=_TREE)
        while not tree.top <= (row := await self.row(name)).middle[1] < tree.top + tree.height:
            await self.screen.click(tree.middle, button=_WHEEL_DOWN if row.top > tree.top else _WHEEL_UP)
        return row

    async def choose_several(self, names: Iterable[str]) -> None:
        first, *others = names
        await self.choose(first)
        for name in others:
            await self.screen.click_holding("ctrl", (await self.row(name)).middle)
            await self.row(name, such_that=lambda thing: State.SELECTED in thing.states)

    async def unfold(self, name: str) -> None:
        """Choose it and open it by the keyboard."""
        row = await self.choose(name)
        if State.EXPANDED not in row.states:
            await self.screen.key("Right")
            await self.row(name, such_that=lambda thing: State.EXPANDED in thing.states)

    async def focus(self) -> None:
        """By the keyboard: through the filter above it."""
        await self.screen.key("ctrl+f", "Down")
        await self.desktop.wait_for(Role.TREE, id_ends=_TREE, such_that=lambda thing: State.FOCUSED in thing.states)


def named(row: Thing) -> str:
    """The name on a row; what screen readers hear besides is cut off."""
    return row.name.partition(", ")[0]
