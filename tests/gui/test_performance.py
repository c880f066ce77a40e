"""Figures are fetched only while somebody looks, come at five seconds a row, and cost the window little."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from lifeguard.clock import VirtualClock
from lifeguard.datamodel.records import Host, Vm
from lifeguard.inventory.relations import is_real_vm
from lifeguard.ui.graphs.axis import time_ticks, value_axis
from lifeguard.ui.graphs.canvas import GraphCanvas
from lifeguard.ui.graphs.curve import Curve
from lifeguard.ui.graphs.timeline import DEFAULT_SPAN_S, Timeline
from lifeguard.ui.theme import Theme
from tests.gui.desk import desk_on_pool
from tests.support import until


async def test_a_running_vm_shows_ten_minutes_at_five_seconds_in_every_default_graph(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        vm = next(vm for vm in seat.pool.source.inventory.all(Vm) if is_real_vm(vm) and vm.power_state == "Running")
        seat.desk.window.show_things([seat.thing(vm.ref)])
        seat.desk.window.stack.prefer("performance")
        await until(lambda: seat.desk.performance.is_alive, 15)
        assert seat.desk.performance.titles == ("CPU", "Memory", "Network", "Disk")
        assert seat.pool.feed is not None
        now_s = seat.pool.feed.server_now_s
        times_s, values = seat.pool.feed.store.window(vm.uuid, "cpu0", now_s - DEFAULT_SPAN_S + 10, now_s, now_s)
        assert set(np.diff(times_s)) == {5}
        assert np.isfinite(values).sum() > 100


async def test_nothing_is_fetched_once_nobody_looks(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        host = next(seat.pool.source.inventory.all(Host))
        feed = seat.pool.feed
        assert feed is not None
        seat.desk.window.show_things([seat.thing(host.ref)])
        assert not feed.is_watched
        seat.desk.window.stack.prefer("performance")
        assert feed.is_watched
        seat.desk.window.stack.prefer("search")
        assert feed.is_watched
        seat.desk.window.stack.prefer("general")
        assert not feed.is_watched


async def test_a_vm_that_halts_has_a_sentence_in_place_of_graphs(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        vm = next(vm for vm in seat.pool.source.inventory.all(Vm) if is_real_vm(vm) and vm.power_state == "Running")
        seat.desk.window.show_things([seat.thing(vm.ref)])
        seat.desk.window.stack.prefer("performance")
        await until(lambda: seat.desk.performance.is_alive, 15)
        seat.simulated.db.set("VM", vm.ref, "power_state", "Halted")
        sentence = f"{vm.name_label} is halted. Its figures appear once it runs."
        await until(lambda: seat.desk.performance.note == sentence)


def test_a_gap_in_the_values_is_a_gap_in_the_line() -> None:
    values = np.array([1.0, 2.0, np.nan, 3.0, 4.0])
    curve = Curve("cpu0", "CPU 0", "fraction", 0, np.arange(5, dtype=np.int64) * 5, values)
    path = curve.path(0)
    moves = [path.elementAt(place).isMoveTo() for place in range(path.elementCount())]
    assert moves == [True, False, True, False]
    assert curve.at(10) is None
    assert curve.at(4) == 2.0
    assert (curve.now, curve.average, curve.largest) == (4.0, 2.5, 4.0)


def test_the_value_axis_ends_at_a_round_number_or_at_what_there_is() -> None:
    assert value_axis(0.3, "fraction").top == 1.0
    assert value_axis(1.2, "fraction").top > 1.2
    assert value_axis(3e9, "B", ceiling=8 * 2**30).top == 8 * 2**30
    labels = [tick.label for tick in value_axis(750_000, "B/s").ticks]
    assert labels == ["0 kB/s", "200 kB/s", "400 kB/s", "600 kB/s", "800 kB/s"]
    assert value_axis(float("nan"), "B/s").top > 0


def test_time_ticks_are_round_and_few() -> None:
    ticks = time_ticks(1_700_000_003, 1_700_000_603, 6)
    assert 3 <= len(ticks) <= 6
    assert {int(tick.at) % 60 for tick in ticks} == {0}


def test_dragging_leaves_the_present_and_a_double_click_returns(application: QApplication) -> None:
    theme = Theme(application, "light")
    timeline = Timeline(VirtualClock())
    canvas = GraphCanvas("CPU", timeline, theme)
    canvas.resize(600, 200)
    canvas.show()
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPointF(300, 80).toPoint())
    QTest.mouseMove(canvas, QPointF(400, 80).toPoint())
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPointF(400, 80).toPoint())
    assert not timeline.is_live
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPointF(300, 80).toPoint())
    assert timeline.is_live
    canvas.close_graph()
    canvas.close()
    theme.close()


def test_a_hundred_and_twenty_eight_processors_are_drawn_within_a_frame(application: QApplication) -> None:
    theme = Theme(application, "light")
    timeline = Timeline(VirtualClock())
    canvas = GraphCanvas("CPU", timeline, theme)
    canvas.resize(900, 200)
    times_s = np.arange(120, dtype=np.int64) * 5
    values = np.random.default_rng(1).random((128, 120))
    curves = [Curve(f"cpu{n}", f"CPU {n}", "fraction", n, times_s, values[n]) for n in range(128)]
    canvas.show_curves(curves, None)
    taken_s = min(_seconds(lambda: canvas.show_curves(curves, None)) for _ in range(5))
    canvas.close_graph()
    theme.close()
    assert taken_s < 0.016


def _seconds(act: Callable[[], None]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun
