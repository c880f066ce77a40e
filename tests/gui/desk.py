"""The real window on a real link to a simulated pool, all in the test's own loop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QWidget

from lifeguard.clock import Clock, SystemClock
from lifeguard.link.fleet import Fleet
from lifeguard.link.gate import SessionTrust
from lifeguard.link.link import Link
from lifeguard.link.roster import Roster
from lifeguard.tree.node import Thing
from lifeguard.ui.desk import Desk
from lifeguard.ui.dialogs.door import DialogGate
from lifeguard.ui.pools import OpenPool
from lifeguard.ui.theme import Theme
from lifeguard.xapi.failures import Failure
from tests.support.simulated import HASTY, Simulated, simulated
from tests.support.waiting import until

W = TypeVar("W", bound=QWidget)


@dataclass
class Seat:
    """A test at the window. `simulated` is the pool behind it, None for an empty window."""

    desk: Desk
    theme: Theme
    simulated: Simulated | None = None

    @property
    def pool(self) -> OpenPool:
        (pool,) = self.desk.pools
        return pool

    @property
    def link(self) -> Link:
        assert isinstance(self.pool.source, Link)
        return self.pool.source

    def thing(self, ref: str) -> Thing:
        return Thing(self.pool.key, ref)

    def part(self, kind: type[W], name: str) -> W:
        """A widget by its object name, in the window or in a dialog over it."""
        for place in QApplication.topLevelWidgets():
            found = [place] if place.objectName() == name else place.findChildren(kind, name)
            for widget in found:
                if isinstance(widget, kind):
                    return widget
        raise AssertionError(f"there is no {kind.__name__} called {name!r}")

    async def dialog(self, name: str) -> QDialog:
        """The dialog of that name, once it is open."""
        return await until(lambda: self.find_dialog(name))

    def find_dialog(self, name: str) -> QDialog | None:
        dialogs = (widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QDialog))
        return next((dialog for dialog in dialogs if dialog.objectName() == name and dialog.isVisible()), None)

    async def press(self, dialog: str, button: str) -> None:
        await self.dialog(dialog)
        self.part(QPushButton, f"{dialog}.{button}").click()


@asynccontextmanager
async def empty_desk(
    application: QApplication, clock: Clock | None = None, roster: Roster | None = None
) -> AsyncIterator[Seat]:
    theme = Theme(application, "light")
    clock, gate = clock or SystemClock(), DialogGate(theme)
    desk = Desk(theme, Fleet(gate, SessionTrust(), clock, HASTY), gate, clock, (Failure,), roster=roster)
    desk.window.resize(1200, 800)
    desk.window.show()
    try:
        yield Seat(desk, theme)
    finally:
        await desk.close()
        theme.close()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@asynccontextmanager
async def desk_on_pool(application: QApplication, hosts: int = 3, vms: int = 8) -> AsyncIterator[Seat]:
    """The window with one simulated pool loaded."""
    async with simulated(hosts, vms) as pool, empty_desk(application) as seat:
        seat.simulated = pool
        seat.desk.connect(pool.target())
        await until(seat.desk.is_loaded, 15)
        yield seat
