"""Figures are fetched only while somebody looks, come at five seconds a row, and cost the window little."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pytest
from pyqtgraph import PlotDataItem
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QKeySequence, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton, QTreeView

from lifeguard.clock import VirtualClock
from lifeguard.datamodel.records import Host, Vm
from lifeguard.inventory.relations import is_real_vm
from lifeguard.metrics.document import FloatArray
from lifeguard.metrics.ranges import SPANS
from lifeguard.ui.graphs.axis import scale_for, time_lines, time_step_s
from lifeguard.ui.graphs.curve import Curve
from lifeguard.ui.graphs.happenings import happenings_of
from lifeguard.ui.graphs.plot import GraphPlot
from lifeguard.ui.graphs.timeline import DEFAULT_SPAN_S, Timeline
from lifeguard.ui.theme import Theme
from lifeguard.ui.tokens import SCHEMES
from tests.gui.desk import Seat, desk_on_pool
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


async def test_where_a_halted_vm_has_no_graphs_it_can_be_started(application: QApplication) -> None:
    async with desk_on_pool(application, vms=24) as seat:
        vms = seat.pool.source.inventory.all(Vm)
        vm = next(vm for vm in vms if is_real_vm(vm) and vm.power_state == "Halted")
        seat.desk.window.show_things([seat.thing(vm.ref)])
        seat.desk.window.stack.prefer("performance")
        start = seat.part(QPushButton, "performance.act")
        await until(start.isVisible)
        assert start.text() == "Start"
        start.click()
        await until(lambda: seat.desk.performance.is_alive, 20)


async def test_each_range_is_drawn_from_the_archive_that_reaches_so_far_back(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        host = next(seat.pool.source.inventory.all(Host))
        seat.desk.window.show_things([seat.thing(host.ref)])
        seat.desk.window.stack.prefer("performance")
        await until(lambda: seat.desk.performance.is_alive, 15)
        for span in SPANS:
            seat.part(QToolButton, f"graphs.range.{span.length_s}").click()
            await until(partial(_is_drawn_every, seat, span.step_s), 15)
            start_s, end_s = _range(seat.part(GraphPlot, "graph.cpu"))
            assert end_s - start_s == pytest.approx(span.length_s, abs=2)


async def test_what_happened_to_a_machine_is_marked_and_told_at_the_pointer(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        vm = next(vm for vm in seat.pool.source.inventory.all(Vm) if is_real_vm(vm) and vm.power_state == "Running")
        now_s = time.time()
        stamp = time.strftime("%Y%m%dT%H:%M:%SZ", time.gmtime(now_s - 120))
        row = {"name": "VM_MIGRATED", "cls": "VM", "obj_uuid": vm.uuid, "timestamp": stamp, "priority": 5, "body": ""}
        seat.simulated.db.insert("message", row)
        await until(lambda: any(told.at_s > now_s - 130 for told in happenings_of(seat.pool.source.inventory, vm)))
        seat.desk.window.show_things([seat.thing(vm.ref)])
        seat.desk.window.stack.prefer("performance")
        await until(lambda: seat.desk.performance.is_alive, 15)
        plot = seat.part(GraphPlot, "graph.memory")
        _mouse(plot, QEvent.Type.MouseMove, _place(plot, now_s - 120))
        assert seat.part(QLabel, "graphs.pointer").text().endswith(f"{vm.name_label} migrated")
        legend = seat.part(QTreeView, "legend.cpu").model()
        assert legend.headerData(1, Qt.Orientation.Horizontal) == "At pointer"
        assert legend.index(0, 1).data().endswith("%")


async def test_other_colours_are_taken_at_once(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        host = next(seat.pool.source.inventory.all(Host))
        seat.desk.window.show_things([seat.thing(host.ref)])
        seat.desk.window.stack.prefer("performance")
        await until(lambda: seat.desk.performance.is_alive, 15)
        plot = seat.part(GraphPlot, "graph.memory")
        for scheme in SCHEMES:
            seat.theme.force(scheme)
            picture = plot.grab().toImage()
            assert any(_is_there(picture, seat.theme.series(0), x) for x in range(picture.width()))
            assert picture.pixelColor(picture.width() - 1, 0) == seat.theme.colour("surface")


def test_a_missing_value_is_no_value_at_its_instant() -> None:
    curve = _curve(0, np.array([1.0, 2.0, np.nan, 3.0, 4.0]))
    assert curve.at(10) is None
    assert curve.at(4) == 2.0
    assert (curve.average, curve.largest) == (2.5, 4.0)


def test_a_gap_in_the_values_is_a_gap_in_the_line(plot: GraphPlot) -> None:
    values = np.full(121, 0.5)
    values[40:81] = np.nan
    plot.show_curves([_curve(0, values, plot.timeline.start_s)], None)
    picture = plot.grab().toImage()
    start_s, end_s = plot.timeline.start_s, plot.timeline.end_s
    colour = plot.theme.series(0)
    for share, is_drawn in ((0.2, True), (0.5, False), (0.8, True)):
        x = _place(plot, start_s + share * (end_s - start_s)).x()
        assert _is_there(picture, colour, x) == is_drawn


def test_values_are_copied_as_rows_of_a_spreadsheet_with_gaps_empty(plot: GraphPlot) -> None:
    plot.show_curves([_curve(0, np.array([0.25, np.nan])), _curve(1, np.array([0.5, 0.75]))], None)
    QTest.keySequence(plot, QKeySequence.StandardKey.Copy)
    head, first, second = QGuiApplication.clipboard().text().split("\n")
    assert head.split("\t") == ["Time", "CPU 0 [fraction]", "CPU 1 [fraction]"]
    assert first.split("\t")[1:] == ["0.25", "0.5"]
    assert second.split("\t")[1:] == ["", "0.75"]


def test_the_value_axis_ends_at_a_round_number_or_at_what_there_is() -> None:
    assert scale_for(0.3, "fraction").top == 1.0
    assert scale_for(1.2, "fraction").top > 1.2
    assert scale_for(3e9, "B", ceiling=8 * 2**30).top == 8 * 2**30
    assert scale_for(750_000, "B/s").lines == (0.0, 200_000.0, 400_000.0, 600_000.0, 800_000.0)
    assert scale_for(float("nan"), "B/s").top > 0


def test_no_value_moves_the_edge_of_the_graph(plot: GraphPlot) -> None:
    edges = set()
    for largest in (0.4, 12.0, 3.3e7, 999.9e9):
        plot.show_curves([_curve(0, np.array([0.0, largest]), unit="B/s")], None)
        plot.grab()
        edges.add(plot.getPlotItem().getViewBox().sceneBoundingRect().left())
    assert len(edges) == 1


@pytest.mark.parametrize("span_s", [30, 600, 7_200, 604_800, 366 * 86_400])
def test_time_lines_are_round_and_few(span_s: int) -> None:
    step_s = time_step_s(span_s, 6)
    lines = time_lines(1_700_000_003, 1_700_000_003 + span_s, step_s)
    assert 1 <= len(lines) <= 7
    assert {time.localtime(line).tm_sec % 10 for line in lines} == {0}


@pytest.mark.parametrize("span_s", [600.0, 600.0002, 7_200.0])
def test_a_graph_too_narrow_for_many_times_tells_one_at_any_moment(span_s: float) -> None:
    step_s = time_step_s(span_s, 0)
    for start_s in range(1_700_000_000, 1_700_000_000 + 3_600, 7):
        assert 1 <= len(time_lines(start_s, start_s + span_s, step_s)) <= 3


def test_the_wheel_zooms_in_at_the_pointer(plot: GraphPlot) -> None:
    before_s, instant_s = plot.timeline.span_s, plot.timeline.start_s + 300
    _wheel(plot, _place(plot, instant_s), 120)
    assert plot.timeline.span_s < before_s
    assert abs((instant_s - plot.timeline.start_s) / plot.timeline.span_s - 0.5) < 0.02


def test_dragging_leaves_the_present_and_a_double_click_returns(plot: GraphPlot) -> None:
    begin = _place(plot, plot.timeline.start_s + 300)
    _drag(plot, begin, begin + QPoint(120, 0))
    assert not plot.timeline.is_live
    assert plot.timeline.now_s - plot.timeline.end_s > 60
    assert _range(plot) == pytest.approx((plot.timeline.start_s, plot.timeline.end_s))
    QTest.mouseDClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=begin)
    assert plot.timeline.is_live
    assert plot.timeline.span_s == DEFAULT_SPAN_S


def test_the_keyboard_pans_zooms_and_returns(plot: GraphPlot) -> None:
    QTest.keyClick(plot, Qt.Key.Key_Left)
    assert not plot.timeline.is_live
    QTest.keyClick(plot, Qt.Key.Key_Plus)
    assert plot.timeline.span_s < DEFAULT_SPAN_S
    QTest.keyClick(plot, Qt.Key.Key_Home)
    assert plot.timeline.is_live


def test_a_hundred_and_twenty_eight_processors_stay_fluid(plot: GraphPlot) -> None:
    values = np.random.default_rng(1).random((128, 121))
    curves = [_curve(n, values[n], plot.timeline.start_s) for n in range(128)]
    plot.show_curves(curves, None)
    plot.grab()
    assert min(_seconds(lambda: plot.show_curves(curves, None)) for _ in range(5)) < 0.02
    assert min(_seconds(lambda: plot.timeline.pan(-0.01)) for _ in range(5)) < 0.02
    assert min(_seconds(plot.grab) for _ in range(5)) < 0.1


def test_values_stand_at_the_left_of_a_graph_wherever_reading_begins(application: QApplication) -> None:
    application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    theme = Theme(application, "light")
    made = GraphPlot("CPU", Timeline(VirtualClock()), theme)
    try:
        made.resize(600, 200)
        made.grab()
        item = made.getPlotItem()
        assert item.getAxis("left").geometry().right() <= item.getViewBox().geometry().left()
    finally:
        application.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        made.close_graph()
        made.deleteLater()
        theme.close()


@pytest.fixture
def plot(application: QApplication) -> Iterator[GraphPlot]:
    theme = Theme(application, "light")
    made = GraphPlot("CPU", Timeline(VirtualClock()), theme)
    made.resize(600, 200)
    made.show()
    made.grab()
    yield made
    made.close_graph()
    made.deleteLater()
    theme.close()


def _curve(number: int, values: FloatArray, start_s: float = 0.0, unit: str = "fraction") -> Curve:
    times_s = int(start_s) + np.arange(len(values), dtype=np.int64) * 5
    return Curve(f"cpu{number}", f"CPU {number}", unit, number, times_s, values)


def _place(plot: GraphPlot, instant_s: float) -> QPoint:
    view = plot.getPlotItem().getViewBox()
    place = view.mapViewToScene(QPointF(instant_s, sum(view.viewRange()[1]) / 2))
    return plot.mapFromScene(place)


def _range(plot: GraphPlot) -> tuple[float, float]:
    (start_s, end_s), _ = plot.getPlotItem().getViewBox().viewRange()
    return start_s, end_s


def _is_drawn_every(seat: Seat, step_s: int) -> bool:
    drawn = [line.xData for line in seat.part(GraphPlot, "graph.cpu").getPlotItem().listDataItems()
             if isinstance(line, PlotDataItem)]  # fmt: skip
    return {int(step) for times in drawn if times is not None for step in np.diff(times)} == {step_s}


def _wheel(plot: GraphPlot, place: QPoint, notch: int) -> None:
    far = QPointF(plot.viewport().mapToGlobal(place))
    turn, none = QPoint(0, notch), Qt.KeyboardModifier.NoModifier
    phase = Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(QPointF(place), far, QPoint(), turn, Qt.MouseButton.NoButton, none, phase, False)
    QApplication.sendEvent(plot.viewport(), event)


def _drag(plot: GraphPlot, begin: QPoint, end: QPoint) -> None:
    left = Qt.MouseButton.LeftButton
    _mouse(plot, QEvent.Type.MouseButtonPress, begin, left, left)
    for share in range(1, 5):
        _mouse(plot, QEvent.Type.MouseMove, begin + (end - begin) * share / 4, buttons=left)
    _mouse(plot, QEvent.Type.MouseButtonRelease, end, left)


def _mouse(
    plot: GraphPlot,
    kind: QEvent.Type,
    place: QPoint,
    button: Qt.MouseButton = Qt.MouseButton.NoButton,
    buttons: Qt.MouseButton = Qt.MouseButton.NoButton,
) -> None:
    """Qt's own helper for moves runs a nested loop, which a coroutine would not outlive."""
    far = QPointF(plot.viewport().mapToGlobal(place))
    event = QMouseEvent(kind, QPointF(place), far, button, buttons, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(plot.viewport(), event)


def _is_there(picture: QImage, colour: QColor, x: int) -> bool:
    """Whether the column of pixels has this colour, be it blended at an edge."""
    seen = (QColor(picture.pixel(x, y)) for y in range(picture.height()))
    return any(abs(one.hue() - colour.hue()) < 8 and one.saturation() > colour.saturation() / 2 for one in seen)


def _seconds(act: Callable[[], object]) -> float:
    """Of the processor: a machine that is busy with other things says nothing about us."""
    begun_s = time.process_time()
    act()
    return time.process_time() - begun_s
