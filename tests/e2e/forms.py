"""Dialogs as a person meets them: fields to fill, boxes to choose from, buttons to press."""

from __future__ import annotations

from tests.support.accessibility import Desktop, Role, State, Thing
from tests.support.display import Screen

_SLOW_S = 20.0


class Forms:
    """Whatever dialog is open; its parts are told apart by their ids."""

    def __init__(self, screen: Screen, desktop: Desktop) -> None:
        self.screen = screen
        self.desktop = desktop

    async def asked(self, dialog: str) -> Thing:
        """The button that says yes to a question, once it is asked."""
        return await self.desktop.wait_for(Role.BUTTON, id_ends=f"{dialog}.proceed")

    async def say_yes(self, dialog: str) -> None:
        await self.screen.click((await self.asked(dialog)).middle)

    async def choose_from(self, box: str, part: str) -> None:
        """The first that may be chosen and has these words in it."""
        await self.screen.click((await self.desktop.wait_for(Role.COMBO_BOX, id_ends=box)).middle)
        found = await self.desktop.wait_for(
            Role.LIST_ITEM, id_has=f"{box}.", such_that=lambda item: part in item.name and item.is_enabled
        )
        await self.screen.click(found.middle)

    async def press_in(self, button: str) -> None:
        """A button by its id."""
        found = await self.desktop.wait_for(
            Role.BUTTON, id_ends=button, such_that=lambda thing: thing.is_enabled, timeout_s=_SLOW_S
        )
        await self.screen.click(found.middle)

    async def fill(self, field: str, text: str) -> None:
        role = Role.PASSWORD if field.endswith("password") else Role.TEXT
        await self.screen.click((await self.desktop.wait_for(role, id_ends=field)).middle)
        await self.desktop.wait_for(role, id_ends=field, such_that=lambda thing: State.FOCUSED in thing.states)
        await self.screen.type(text)
