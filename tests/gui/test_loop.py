"""The ground other tests of widgets stand on: Qt's loop runs coroutines, real clicks arrive, nothing stays behind."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from lifeguard.clock import SystemClock
from lifeguard.inventory.change import Event
from lifeguard.inventory.inventory import Inventory
from lifeguard.link.saved import SavedDatabase
from lifeguard.ui.pools import PoolNews
from tests.gui.desk import empty_desk
from tests.support import until
from tests.support.leaks import QtWatch

_VMS = 400


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


def _pool_with_vms_on(host: str) -> Iterator[Event]:
    yield Event("pool", "p", "add", {"name_label": "P", "master": "h0"})
    for name in ("h0", "h1"):
        yield Event("host", name, "add", {"name_label": name, "enabled": True})
    for number in range(_VMS):
        vm = {"name_label": f"web-{number}", "power_state": "Running", "resident_on": host}
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
