"""Columns of the tabs' tables: as the user left them at the next start, and reset from the menu of the header."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu

from lifeguard.clock import SystemClock
from lifeguard.datamodel.records import Pool
from lifeguard.link.fleet import Fleet
from lifeguard.link.gate import SessionTrust
from lifeguard.settings.file import SettingsFile
from lifeguard.settings.keeper import Keeper
from lifeguard.ui.desk import Desk
from lifeguard.ui.dialogs.door import DialogGate
from lifeguard.ui.table.view import TableView
from lifeguard.ui.theme import Theme
from lifeguard.xapi.failures import Failure
from tests.gui.desk import Seat
from tests.support.simulated import HASTY, Simulated, simulated
from tests.support.waiting import until


@asynccontextmanager
async def _sitting(application: QApplication, pool: Simulated, settings: Path) -> AsyncIterator[TableView]:
    """The table of networks of a pool, in a window that remembers."""
    theme = Theme(application, "light")
    gate, clock = DialogGate(theme), SystemClock()
    fleet = Fleet(gate, SessionTrust(), clock, HASTY)
    desk = Desk(theme, fleet, gate, clock, (Failure,), keeper=Keeper(SettingsFile(settings)))
    seat = Seat(desk, theme, pool)
    desk.window.resize(1200, 800)
    desk.window.show()
    try:
        desk.connect(pool.target())
        await until(desk.is_loaded, 15)
        desk.window.show_things([seat.thing(next(seat.pool.source.inventory.all(Pool)).ref)])
        desk.window.stack.prefer("networking")
        yield seat.part(TableView, "table.networking.networks")
    finally:
        await desk.close()
        theme.close()


def _menu_action(view: TableView, title: str) -> QAction:
    view.header().customContextMenuRequested.emit(QPoint(1, 1))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    action = next(action for action in menu.actions() if action.text() == title)
    menu.close()
    return action


def _names(view: TableView) -> list[str]:
    return [str(view.lines.index(row, 0).data()) for row in range(view.lines.rowCount())]


async def test_widths_order_and_hidden_columns_are_found_again_and_can_be_reset(
    application: QApplication, tmp_path: Path
) -> None:
    settings = tmp_path / "settings.json"
    async with simulated(3, 6) as pool:
        async with _sitting(application, pool, settings) as view:
            first_names, first_width = _names(view), view.columnWidth(0)
            view.header().resizeSection(0, first_width + 57)
            for _ in range(2):
                view.header().sectionClicked.emit(0)
            _menu_action(view, "Bridge").trigger()
            assert view.isColumnHidden(8)
        async with _sitting(application, pool, settings) as view:
            assert view.columnWidth(0) == first_width + 57
            assert view.isColumnHidden(8)
            assert not view.isColumnHidden(7)
            assert _names(view) == sorted(first_names, key=str.casefold, reverse=True)
            assert view.header().sortIndicatorSection() == 0
            _menu_action(view, "Reset columns").trigger()
            assert (view.columnWidth(0), _names(view)) == (first_width, first_names)
            assert not view.isColumnHidden(8)
        async with _sitting(application, pool, settings) as view:
            assert (view.columnWidth(0), _names(view)) == (first_width, first_names)


async def test_columns_that_nobody_has_sized_follow_the_window(application: QApplication, tmp_path: Path) -> None:
    async with simulated(3, 6) as pool, _sitting(application, pool, tmp_path / "settings.json") as view:
        window = view.window()
        widths: list[int] = []
        for wide in (1300, 1800):
            window.resize(wide, 800)
            await until(lambda wide=wide: window.width() == wide)
            widths.append(view.columnWidth(1))
            assert view.header().length() == view.viewport().width()
        assert widths[0] < widths[1]
