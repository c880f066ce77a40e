"""A saved database in the window: what would change it is refused with one sentence, wherever it is asked for."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QDragEnterEvent, QDragMoveEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QToolTip

from lifeguard.commands.registry import command
from lifeguard.commands.selection import Selection
from lifeguard.datamodel.dump import write_dump
from lifeguard.datamodel.records import Host, Vm
from lifeguard.datamodel.tables import CLASSES
from lifeguard.rules.domain import is_real_vm
from lifeguard.tree.node import Thing
from lifeguard.ui.grid.model import GridModel
from lifeguard.ui.mime import packed
from lifeguard.ui.palette.palette import Palette
from lifeguard.ui.properties.view import PropertyView
from lifeguard.ui.tree.model import TreeModel
from lifeguard.ui.widgets.eliding import ElidingLabel
from tests.gui.desk import Seat, empty_desk
from tests.support import until
from tests.support.simulated import simulated

_SENTENCE = "This is a saved database: it can be read, not changed."
_NOON_S: Final = 1_244_116_800
_MOVE, _LEFT, _NO_KEYS = Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


async def _open(seat: Seat, instants: Mapping[str, str] = MappingProxyType({})) -> tuple[Thing, Thing]:
    """A running VM of a database, and a host where it could go if its pool were there; `instants` is what every field
    of that name says."""
    async with simulated(3, 6) as served:
        tables = {
            name: {ref: _changed(row, instants) for ref, row in served.db.rows(name).items()}
            for name, known in CLASSES.items()
            if known.in_database
        }
    seat.desk.open_database("pool.xml", write_dump(tables))
    await until(seat.desk.is_loaded)
    inventory = seat.pool.source.inventory
    vm = next(vm for vm in inventory.all(Vm) if is_real_vm(vm) and vm.power_state == "Running")
    host = next(host for host in inventory.all(Host) if host.ref != vm.resident_on)
    return seat.thing(vm.ref), seat.thing(host.ref)


def _changed(row: Mapping[str, Any], instants: Mapping[str, str]) -> dict[str, Any]:
    return {**row, **{field: value for field, value in instants.items() if field in row}}


async def test_menus_palette_and_drags_refuse_with_the_same_sentence(application: QApplication) -> None:
    async with empty_desk(application) as seat:
        vm, host = await _open(seat)
        seat.desk.window.show_things([vm])
        await until(lambda: _action(seat, "vm.shutdown").toolTip() == _SENTENCE)
        for name in ("vm.shutdown", "vm.snapshot", "object.tags"):
            action = _action(seat, name)
            assert (action.isEnabled(), action.toolTip()) == (False, _SENTENCE)
        assert _palette_note(seat, "shut down") == _SENTENCE
        assert _palette_note(seat, "migrate to") == _SENTENCE
        assert _hint_over(seat, vm, host) == _SENTENCE


async def test_what_is_asked_for_all_the_same_leaves_a_row_with_the_sentence(application: QApplication) -> None:
    async with empty_desk(application) as seat:
        vm, _ = await _open(seat)
        one = command("vm.pause")
        assert one is not None
        seat.desk.run(one, Selection.of(seat.pool.source, [vm.ref]))
        await until(lambda: bool(seat.desk.board.jobs))
        (job,) = seat.desk.board.jobs
        assert job.error is not None
        assert job.error.sentence == _SENTENCE


async def test_a_saved_database_can_be_closed(application: QApplication) -> None:
    async with empty_desk(application) as seat:
        _, host = await _open(seat)
        seat.desk.window.show_things([host])
        action = _action(seat, "server.disconnect")
        await until(action.isEnabled)
        assert "This is a saved database" not in action.toolTip()
        again = _action(seat, "server.reconnect_as")
        assert (again.isEnabled(), "it can be read, not changed" in again.toolTip()) == (False, True)
        action.trigger()
        await until(lambda: len(seat.desk.pools) == 0)


async def test_time_stands_still_where_a_saved_database_ends(application: QApplication) -> None:
    """What had run for 5 minutes when the database was saved has run so long whenever somebody looks at it."""
    told = {name: "20090604T11:55:00Z" for name in ("start_time", "install_time", "timestamp", "created", "finished")}
    async with empty_desk(application) as seat:
        vm, _ = await _open(seat, {**told, "last_updated": "20090604T12:00:00Z"})
        window = seat.desk.window
        window.show_things([vm])
        window.stack.prefer("general")
        assert _value(seat.part(PropertyView, "tab.general"), "Uptime") == "5:00"
        stamp = time.strftime("as of 4 Jun 2009 %H:%M:%S", time.localtime(_NOON_S))
        assert stamp in seat.part(ElidingLabel, "header.words").text()
        assert stamp in window.banner.accessibleName()
        window.stack.prefer("search")
        model = seat.desk.search.grid.model()
        assert isinstance(model, GridModel)
        uptime = model.columns.index("uptime")
        place = await until(lambda: [key for key in model.keys() if key[-1] == vm])
        assert model.cell(model.index_of_key(place[0]).siblingAtColumn(uptime)).text == "5 minutes"


def _value(view: PropertyView, title: str) -> str:
    model = view.model()
    for group in map(model.index, range(model.rowCount()), [0] * model.rowCount()):
        for row in range(model.rowCount(group)):
            if model.index(row, 0, group).data() == title:
                return str(model.index(row, 1, group).data())
    raise AssertionError(f"there is no row {title!r}")


def _action(seat: Seat, name: str) -> QAction:
    action = seat.desk.window.findChild(QAction, name)
    assert action is not None
    return action


def _palette_note(seat: Seat, text: str) -> str:
    palette = seat.desk.keyboard.open_palette()
    assert isinstance(palette, Palette)
    line = palette.findChild(QLineEdit, "palette.line")
    assert line is not None
    QTest.keyClicks(line, text)
    note = str(palette.list.lines.index(0, 0).siblingAtColumn(1).data())
    palette.close()
    return note


def _hint_over(seat: Seat, dragged: Thing, target: Thing) -> str:
    tree = seat.desk.window.pane.tree
    model = tree.model()
    assert isinstance(model, TreeModel)
    tree.expandAll()
    index = model.index_of_key(next(key for key in model.keys() if key[-1] == target))
    tree.scrollTo(index)
    place: QPoint = tree.visualRect(index).center()
    data = packed([dragged])
    tree.dragEnterEvent(QDragEnterEvent(place, _MOVE, data, _LEFT, _NO_KEYS))
    over = QDragMoveEvent(place, _MOVE, data, _LEFT, _NO_KEYS)
    tree.dragMoveEvent(over)
    assert not over.isAccepted()
    hint = QToolTip.text()
    tree.end_drag()
    return hint
