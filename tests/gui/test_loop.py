"""The ground other tests of widgets stand on: Qt's loop runs coroutines, real clicks arrive, nothing stays behind."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from tests.support import until
from tests.support.leaks import QtWatch


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


async def _note_after(delay_s: float, order: list[str]) -> None:
    await asyncio.sleep(delay_s)
    order.append("task")
