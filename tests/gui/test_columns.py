"""What the tabs list is found as its user left it: columns and their order, groups that were folded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolButton, QTreeView

from lifeguard.clock import SystemClock
from lifeguard.datamodel.records import Host, Pool, Vm
from lifeguard.inventory.relations import is_real_vm
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
async def _sitting(application: QApplication, pool: Simulated, settings: Path, tab: str) -> AsyncIterator[Seat]:
    """A tab of the pool in a window that remembers."""
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
        desk.window.stack.prefer(tab)
        yield seat
    finally:
        await desk.close()
        theme.close()


def _networks(seat: Seat) -> TableView:
    return seat.part(TableView, "table.networking.networks")


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
        async with _sitting(application, pool, settings, "networking") as seat:
            view = _networks(seat)
            first_names, first_width = _names(view), view.columnWidth(0)
            view.header().resizeSection(0, first_width + 57)
            for _ in range(2):
                view.header().sectionClicked.emit(0)
            _menu_action(view, "Bridge").trigger()
            assert view.isColumnHidden(8)
        async with _sitting(application, pool, settings, "networking") as seat:
            view = _networks(seat)
            assert view.columnWidth(0) == first_width + 57
            assert view.isColumnHidden(8)
            assert not view.isColumnHidden(7)
            assert _names(view) == sorted(first_names, key=str.casefold, reverse=True)
            assert view.header().sortIndicatorSection() == 0
            _menu_action(view, "Reset columns").trigger()
            assert (view.columnWidth(0), _names(view)) == (first_width, first_names)
            assert not view.isColumnHidden(8)
        async with _sitting(application, pool, settings, "networking") as seat:
            view = _networks(seat)
            assert (view.columnWidth(0), _names(view)) == (first_width, first_names)


async def test_columns_are_chosen_and_sorted_by_keyboard(application: QApplication, tmp_path: Path) -> None:
    settings = tmp_path / "settings.json"
    async with simulated(3, 6) as pool, _sitting(application, pool, settings, "networking") as seat:
        view = _networks(seat)
        names = _names(view)
        view.setFocus()
        QTest.keyClick(view, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        menu = await until(QApplication.activePopupWidget)
        assert isinstance(menu, QMenu)
        orders = next(action for action in menu.actions() if action.text() == "Sort by").menu()
        assert isinstance(orders, QMenu)
        by_name = orders.actions()[0]
        assert by_name.text() == "Name"
        for _ in range(2):
            by_name.trigger()
        menu.close()
        assert _names(view) == sorted(names, key=str.casefold, reverse=True)


async def test_columns_that_nobody_has_sized_follow_the_window(application: QApplication, tmp_path: Path) -> None:
    settings = tmp_path / "settings.json"
    async with simulated(3, 6) as pool, _sitting(application, pool, settings, "networking") as seat:
        view, window = _networks(seat), seat.desk.window
        widths: list[int] = []
        for wide in (1300, 1800):
            window.resize(wide, 800)
            await until(lambda wide=wide: window.width() == wide)
            widths.append(view.columnWidth(1))
            assert view.header().length() == view.viewport().width()
        assert widths[0] < widths[1]


async def test_a_folded_group_is_found_folded_for_objects_of_its_class_only(
    application: QApplication, tmp_path: Path
) -> None:
    settings = tmp_path / "settings.json"
    async with simulated(3, 6) as pool:
        for is_first in (True, False):
            async with _sitting(application, pool, settings, "general") as seat:
                view = seat.part(QTreeView, "tab.general")
                titles = [view.model().index(row, 0).data() for row in range(view.model().rowCount())]
                place = view.model().index(titles.index("Storage"), 0)
                assert view.isExpanded(place) == is_first
                view.collapse(place)
                seat.desk.window.show_things([seat.thing(next(seat.pool.source.inventory.all(Host)).ref)])
                assert all(view.isExpanded(view.model().index(row, 0)) for row in range(view.model().rowCount()))


async def test_snapshots_are_listed_again_by_whoever_likes_a_list_better(
    application: QApplication, tmp_path: Path
) -> None:
    settings = tmp_path / "settings.json"
    async with simulated(3, 6) as pool:
        for is_again in (False, True):
            async with _sitting(application, pool, settings, "general") as seat:
                vm = next(vm for vm in seat.pool.source.inventory.all(Vm) if is_real_vm(vm))
                seat.desk.window.show_things([seat.thing(vm.ref)])
                seat.desk.window.stack.prefer("snapshots")
                as_list = seat.part(QToolButton, "snapshots.as_list")
                assert as_list.isChecked() is is_again
                as_list.click()
                assert as_list.isChecked()
