"""A saved database in the window: what would change it is refused with one sentence, wherever it is asked for."""

from __future__ import annotations

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
from lifeguard.ui.mime import packed
from lifeguard.ui.palette.palette import Palette
from lifeguard.ui.tree.model import TreeModel
from tests.gui.desk import Seat, empty_desk
from tests.support import until
from tests.support.simulated import simulated

_SENTENCE = "This is a saved database: it can be read, not changed."
_MOVE, _LEFT, _NO_KEYS = Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


async def _open(seat: Seat) -> tuple[Thing, Thing]:
    """A running VM of a database, and a host where it could go if its pool were there."""
    async with simulated(3, 6) as served:
        tables = {name: served.db.rows(name) for name, known in CLASSES.items() if known.in_database}
        data = write_dump(tables)
    seat.desk.open_database("pool.xml", data)
    await until(seat.desk.is_loaded)
    inventory = seat.pool.source.inventory
    vm = next(vm for vm in inventory.all(Vm) if is_real_vm(vm) and vm.power_state == "Running")
    host = next(host for host in inventory.all(Host) if host.ref != vm.resident_on)
    return seat.thing(vm.ref), seat.thing(host.ref)


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
