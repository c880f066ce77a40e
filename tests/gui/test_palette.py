"""The palette: part of a command or of a name, by the keyboard alone. And the page where keys are changed."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QKeySequenceEdit, QLabel, QLineEdit, QPushButton

from lifeguard.datamodel.records import Host, Sr, Vm
from lifeguard.inventory.relations import is_real_vm
from lifeguard.settings.keeper import Keeper
from lifeguard.tree.node import Thing
from lifeguard.ui.dialogs.shortcuts import Keyed, ShortcutsDialog, clashes
from lifeguard.ui.palette.index import NameIndex
from lifeguard.ui.palette.palette import Palette
from tests.gui.desk import Seat, desk_on_pool
from tests.support import until


async def _opened(seat: Seat, text: str) -> Palette:
    seat.desk.window.findChild(QAction, "go.palette").trigger()
    palette = _palette()
    QTest.keyClicks(palette.findChild(QLineEdit, "palette.line"), text)
    return palette


def _palette() -> Palette:
    """The one that is open; those that were may not be gone yet."""
    return next(one for one in QApplication.topLevelWidgets() if isinstance(one, Palette) and one.isVisible())


def _press(key: Qt.Key) -> None:
    event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(_palette().findChild(QLineEdit, "palette.line"), event)


def _a_vm(seat: Seat, state: str) -> Vm:
    vms = seat.pool.source.inventory.all(Vm)
    return next(vm for vm in vms if is_real_vm(vm) and vm.power_state == state)


async def test_part_of_a_name_and_return_goes_to_the_object(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        sr = next(sr for sr in seat.pool.source.inventory.all(Sr) if sr.shared)
        palette = await _opened(seat, sr.name_label)
        assert sr.name_label in palette.titles
        for _ in range(palette.titles.index(sr.name_label)):
            _press(Qt.Key.Key_Down)
        _press(Qt.Key.Key_Return)
        shown = seat.desk.window.stack.shown
        assert shown is not None
        assert shown.ref == sr.ref


async def test_part_of_a_command_and_return_runs_it_on_what_is_selected(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        vm = _a_vm(seat, "Running")
        seat.desk.window.show_things([seat.thing(vm.ref)])
        palette = await _opened(seat, "pause")
        assert palette.titles[0] == "Pause"
        _press(Qt.Key.Key_Return)
        assert seat.simulated is not None
        db = seat.simulated.db
        await until(lambda: db.get("VM", vm.ref, "power_state") == "Paused")


async def test_what_cannot_be_done_says_why_and_stays_open(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        vm = _a_vm(seat, "Running")
        seat.desk.window.show_things([seat.thing(vm.ref)])
        palette = await _opened(seat, "resume")
        assert palette.titles[0] == "Resume"
        note = palette.list.lines.index(0, 1).data()
        assert vm.name_label in note
        _press(Qt.Key.Key_Return)
        assert palette.isVisible()
        _press(Qt.Key.Key_Escape)
        assert not palette.isVisible()


async def test_migrate_is_offered_with_each_host_it_could_go_to(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        vm = _a_vm(seat, "Running")
        seat.desk.window.show_things([seat.thing(vm.ref)])
        palette = await _opened(seat, "migrate to")
        hosts = {host.name_label for host in seat.pool.source.inventory.all(Host)}
        assert {f"Migrate to {name}" for name in hosts} <= set(palette.titles)
        palette.close()


async def test_what_the_window_does_is_found_too_and_nonsense_finds_nothing(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        palette = await _opened(seat, "events")
        assert palette.titles[0] == "Events"
        _press(Qt.Key.Key_Return)
        assert seat.desk.notices.panel.isVisible()
        palette = await _opened(seat, "qqqxxx")
        assert palette.titles == ()
        assert palette.findChild(QLabel, "palette.nothing").isVisible()
        palette.close()


def test_a_keystroke_over_sixty_thousand_names_is_answered_at_once() -> None:
    names = [f"Disk {number} of vm-{number % 97}" for number in range(60_000)]
    index = NameIndex((name.casefold(), name, Thing("pool", name)) for name in names)
    costs_s = []
    for text in ("d", "disk 5", "vm-13", "5999", "dk9v"):
        began_s = time.perf_counter()
        assert index.find(text, 20)
        costs_s.append(time.perf_counter() - began_s)
    assert sorted(costs_s)[2] < 0.1, costs_s
    assert index.find("disk 5 of", 1)[0][0] == "Disk 5 of vm-5"


async def test_changed_keys_hold_at_once_and_are_remembered(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        seat.desk.window.findChild(QAction, "go.shortcuts").trigger()
        dialog = await seat.dialog("shortcuts")
        assert isinstance(dialog, ShortcutsDialog)
        dialog.assign("vm.snapshot", "Ctrl+Alt+S")
        dialog.assign("go.filter", "")
        await seat.press("shortcuts", "proceed")
        action = seat.desk.window.findChild(QAction, "vm.snapshot")
        await until(lambda: action.shortcut().toString() == "Ctrl+Alt+S")
        assert seat.desk.window.findChild(QAction, "go.filter").shortcut().isEmpty()


async def test_keys_of_the_window_are_not_given_to_anything_else(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        seat.desk.window.findChild(QAction, "go.shortcuts").trigger()
        dialog = await seat.dialog("shortcuts")
        assert isinstance(dialog, ShortcutsDialog)
        dialog.list.choose("vm.snapshot")
        edit = seat.part(QKeySequenceEdit, "shortcuts.keys")
        button = seat.part(QPushButton, "shortcuts.set")
        edit.setKeySequence(QKeySequence("Ctrl+Shift+A"))
        assert not button.isEnabled()
        assert "“Alerts”" in button.toolTip()
        edit.setKeySequence(QKeySequence("Ctrl+Shift+F9"))
        assert button.isEnabled()
        await seat.press("shortcuts", "cancel")


def test_keys_clash_only_where_both_commands_could_be_meant() -> None:
    vm, host, window = (
        Keyed("vm.x", "X", frozenset({"vm"}), "Ctrl+R"),
        Keyed("host.x", "Y", frozenset({"host"}), "Ctrl+R"),
        Keyed("go.x", "Z", frozenset(), "Ctrl+G"),
    )
    everything = (vm, host, window)
    assert clashes(everything, {}, vm, "Ctrl+R") == []
    assert clashes(everything, {}, vm, "Ctrl+G") == [window]
    assert clashes(everything, {"go.x": ""}, vm, "Ctrl+G") == []
    assert Keeper().now.preferences.shortcuts == {}
