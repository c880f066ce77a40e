"""The ground other tests of widgets stand on: Qt's loop runs coroutines, real clicks arrive, nothing stays behind."""

from __future__ import annotations

import asyncio
import gc
import re
import time
from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QTreeView, QWidget

from lifeguard.clock import SystemClock
from lifeguard.datamodel.records import Vm
from lifeguard.inventory.answers import Facts
from lifeguard.inventory.change import Event
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.placing import View
from lifeguard.link.saved import SavedDatabase
from lifeguard.tree.build import build_tree
from lifeguard.tree.node import Node
from lifeguard.tree.options import Options
from lifeguard.tree.views import VIEWS
from lifeguard.ui.notices.book import AlertBook
from lifeguard.ui.pane import TreePane
from lifeguard.ui.pools import PoolNews
from lifeguard.ui.tree.model import TreeModel
from tests.gui.desk import empty_desk
from tests.support import until
from tests.support.leaks import QtWatch

_VMS = 400
_MANY = 5_000


async def test_a_real_click_wakes_a_coroutine_that_waits_for_it() -> None:
    button = QPushButton("Migrate")
    clicked: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    button.clicked.connect(lambda: clicked.set_result(True))
    button.show()
    await until(button.isVisible)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert await asyncio.wait_for(clicked, 1)
    button.close()


async def test_timers_of_qt_and_tasks_of_asyncio_share_one_loop() -> None:
    order: list[str] = []
    QTimer.singleShot(5, lambda: order.append("timer"))
    async with asyncio.TaskGroup() as group:
        group.create_task(_note_after(0.02, order))
    assert order == ["timer", "task"]


async def test_sockets_work_on_the_loop_of_qt() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
        writer.write(b"hello\n")
        assert await reader.readline() == b"hello\n"
        writer.close()
        await writer.wait_closed()


def test_a_window_and_a_timer_left_behind_are_found() -> None:
    watch = QtWatch()
    watch.begin()
    window, timer = QPushButton("left"), QTimer()
    timer.start(1000)
    assert len(watch.complaints()) == 2
    timer.stop()
    window.deleteLater()
    del window
    assert watch.complaints() == []


async def test_a_storm_reaches_the_window_in_parts_with_a_picture_after_each(application: QApplication) -> None:
    inventory = Inventory()
    inventory.apply(_pool_with_vms_on("h0"))
    source = SavedDatabase("storm.xml", inventory, SystemClock())
    async with empty_desk(application) as seat:
        pool, pane = seat.desk.pools.open(source, None), seat.desk.window.pane
        pane.load(pool)
        await until(lambda: pane.choose([seat.thing(f"vm{_VMS - 1}")]))
        pane.tree.expandAll()
        diary = _Diary(pane.tree.viewport())
        await until(lambda: "p" in diary.text)
        diary.text = ""
        told: set[str] = set()

        def note(news: PoolNews) -> None:
            diary.note("t")
            told.update(news.change.updated)

        leave = seat.desk.pools.changed.connect(note)
        source.changed.emit(inventory.apply(_pool_with_vms_on("h1")))
        assert diary.text == ""  # taking in so much has filled a frame already
        await until(lambda: len(told) >= _VMS and "p" in diary.text.rpartition("t")[2])
        leave()
        diary.close()
    assert len(re.findall("t+", diary.text)) > 2
    assert not re.search(r"t\.+t", diary.text)


async def test_another_view_or_filter_of_a_large_pool_never_holds_the_loop(application: QApplication) -> None:
    inventory = Inventory()
    inventory.apply(_pool_with_vms_on("h0", _MANY))
    source = SavedDatabase("large.xml", inventory, SystemClock())
    async with empty_desk(application) as seat:
        pool, pane = seat.desk.pools.open(source, None), seat.desk.window.pane
        whole_s = _work_s(lambda: build_tree({"p": inventory}, VIEWS["infrastructure"](Options())))
        pane.load(pool)
        chosen = seat.thing(f"vm{_MANY // 2}")
        await until(lambda: pane.choose([chosen]) and _has_rows(pane, _MANY + 3))
        for view, headings in (("objects", 3), ("infrastructure", 0)):
            pulse = _Pulse()
            pane.use_view(view)
            assert 0 < _rows(pane) < _MANY
            assert pane.things()
            await until(partial(_has_rows, pane, _MANY + 3 + headings), 20)
            assert pulse.stop_s() < whole_s / 2
            assert _shown(pane) == _wanted(inventory, VIEWS[view](Options()))
        assert pane.choose([chosen])
        pane.filter_box.setText("web-1")
        matching = _wanted(inventory, VIEWS["infrastructure"](Options(matches=_is_web_1)))
        await until(lambda: _has_rows(pane, len(matching)) and _shown(pane) == matching, 20)
        pane.filter_box.clear()
        await until(lambda: _has_rows(pane, _MANY + 3), 20)
        assert pane.things() == (chosen,)


async def test_what_changes_while_the_tree_is_being_filled_is_not_missed(application: QApplication) -> None:
    inventory = Inventory()
    inventory.apply(_pool_with_vms_on("h0", _MANY))
    source = SavedDatabase("large.xml", inventory, SystemClock())
    async with empty_desk(application) as seat:
        pool, pane = seat.desk.pools.open(source, None), seat.desk.window.pane
        pane.load(pool)
        pane.use_view("objects")
        last = f"vm{_MANY - 1}"
        source.changed.emit(inventory.apply([
            Event("VM", "new", "add", {"name_label": "new", "power_state": "Running", "resident_on": "h1"}),
            Event("VM", "vm0", "del", None),
            Event("VM", last, "mod", {"name_label": "renamed", "power_state": "Halted"}),
        ]))  # fmt: skip
        assert _rows(pane) < _MANY
        pane.use_view("infrastructure")
        wanted = _wanted(inventory, VIEWS["infrastructure"](Options()))
        await until(lambda: _shown(pane) == wanted, 20)
        assert pane.choose([seat.thing("new")])
        assert pane.choose([seat.thing(last)])
        assert not pane.choose([seat.thing("vm0")])


async def test_what_was_open_in_sight_and_selected_is_so_while_the_tree_is_filled_anew(
    application: QApplication,
) -> None:
    inventory = Inventory()
    inventory.apply(_pool_with_vms_on("h0", _MANY))
    source = SavedDatabase("large.xml", inventory, SystemClock())
    async with empty_desk(application) as seat:
        pool, pane = seat.desk.pools.open(source, None), seat.desk.window.pane
        tree = pane.tree
        pane.load(pool)
        chosen = [seat.thing(f"vm{number}") for number in range(0, _MANY, 5)]
        await until(lambda: pane.choose(chosen) and len(pane.things()) == len(chosen))
        await until(lambda: _has_rows(pane, _MANY + 3))
        tree.scrollTo(_model(pane).index_of_key(pane.nodes()[60].key), QTreeView.ScrollHint.PositionAtTop)
        top = _top(pane)
        pane.use_options(Options(hidden=True))
        assert _rows(pane) < _MANY
        await until(lambda: _has_rows(pane, _MANY + 3), 20)
        assert set(pane.things()) == set(chosen)
        assert _top(pane) == top


async def test_alerts_of_a_large_pool_are_read_between_frames_and_none_is_missed(application: QApplication) -> None:
    inventory = Inventory()
    inventory.apply(_pool_with_vms_on("h0", _MANY))
    inventory.apply(_alert(number) for number in range(30))
    source = SavedDatabase("large.xml", inventory, SystemClock())
    async with empty_desk(application) as seat:
        book = AlertBook(seat.desk.pools, seat.desk.window)
        pool = seat.desk.pools.open(source, None)
        assert len(book) == 0
        source.changed.emit(inventory.apply([Event("message", "m0", "del", None), _alert(30)]))
        await until(lambda: len(book) == 30)
        told = [known.alert for number in range(31) if (known := book.get(f"{pool.key} m{number}")) is not None]
        assert [alert.object_name for alert in told] == [f"web-{number}" for number in range(1, 31)]
        book.close()


def _alert(number: int) -> Event:
    row = {"name": "VBD_QOS_FAILED", "cls": "VM", "obj_uuid": f"u{number}", "priority": 3, "body": ""}
    return Event("message", f"m{number}", "add", row)


def _top(pane: TreePane) -> str:
    return str(pane.tree.indexAt(QPoint(1, 1)).data())


def _model(pane: TreePane) -> TreeModel:
    model = pane.tree.model()
    assert isinstance(model, TreeModel)
    return model


def _rows(pane: TreePane) -> int:
    return len(list(_model(pane).keys()))


def _has_rows(pane: TreePane, count: int) -> bool:
    return _rows(pane) == count


def _is_web_1(facts: Facts, ref: str) -> bool:
    record = facts.get(Vm, ref)
    return record is not None and record.name_label.startswith("web-1")


def _shown(pane: TreePane) -> list[str]:
    model = _model(pane)
    return [str(model.index_of_key(key).data()) for key in model.keys()]


def _wanted(inventory: Inventory, view: View) -> list[str]:
    """The rows of a tree that is built at once."""
    return [node.name for top in build_tree({"p": inventory}, view) for node in _below(top)]


def _below(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _below(child)


def _work_s(act: Callable[[], object]) -> float:
    """Of the processor: a machine that is busy with other things says nothing about us."""
    begun_s = time.thread_time()
    act()
    return time.thread_time() - begun_s


class _Pulse:
    """The longest that the loop did not turn, in time of the processor; the collector of garbage rests meanwhile."""

    def __init__(self) -> None:
        gc.collect()
        gc.disable()
        self._longest_s = 0.0
        self._last_s = time.thread_time()
        self._turn = QTimer()
        self._turn.timeout.connect(self._beat)
        self._turn.start()

    def _beat(self) -> None:
        now_s = time.thread_time()
        self._longest_s, self._last_s = max(self._longest_s, now_s - self._last_s), now_s

    def stop_s(self) -> float:
        self._turn.stop()
        gc.enable()
        return self._longest_s


def _pool_with_vms_on(host: str, count: int = _VMS) -> Iterator[Event]:
    yield Event("pool", "p", "add", {"name_label": "P", "master": "h0"})
    for name in ("h0", "h1"):
        yield Event("host", name, "add", {"name_label": name, "enabled": True})
    for number in range(count):
        vm = {"uuid": f"u{number}", "name_label": f"web-{number}", "power_state": "Running", "resident_on": host}
        yield Event("VM", f"vm{number}", "add", vm)


class _Diary(QObject):
    """What happened, a letter each: `p` a widget was painted, `.` the loop has turned, others as they are noted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.text = ""
        self._widget = widget
        self._turn = QTimer(self)
        self._turn.timeout.connect(lambda: self.note("."))
        self._turn.start()
        widget.installEventFilter(self)

    def close(self) -> None:
        self._turn.stop()
        self._widget.removeEventFilter(self)

    def note(self, letter: str) -> None:
        self.text += letter

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.note("p")
        return False


async def _note_after(delay_s: float, order: list[str]) -> None:
    await asyncio.sleep(delay_s)
    order.append("task")
