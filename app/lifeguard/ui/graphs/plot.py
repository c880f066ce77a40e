"""One graph on a plot: hairline grid, thin lines, event marks, and the cross-hair that all graphs of a tab share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import pyqtgraph
from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainterPath,
)
from PySide6.QtWidgets import QMenu, QWidget

from lifeguard.ui.graphs.axis import TimeAxis, ValueAxis, scale_for
from lifeguard.ui.graphs.curve import Curve, as_table
from lifeguard.ui.graphs.happenings import Happening
from lifeguard.ui.graphs.timeline import LONGEST_S, SHORTEST_S, Timeline
from lifeguard.ui.theme import Theme

_KEY_PAN: Final = {Qt.Key.Key_Left: -0.1, Qt.Key.Key_Right: 0.1}
_KEY_ZOOM: Final = {Qt.Key.Key_Plus: 0.8, Qt.Key.Key_Minus: 1.25}
# A smooth line of one pixel costs Qt microseconds, any wider one milliseconds: so many may be wider, no more.
_FEW: Final = 8
_WIDTH_OF_FEW: Final = 1.5
_WIDTH_OF_MANY: Final = 1.0
_DOT_SIZE: Final = 5
_BEHIND: Final = -1.0
_BEFORE: Final = 1.0


class GraphPlot(pyqtgraph.PlotWidget):
    """Shows the curves it was given; the timeline says which stretch of time, and is told when the user moves it."""

    def __init__(self, title: str, timeline: Timeline, theme: Theme, parent: QWidget | None = None) -> None:
        self._value_axis, self._time_axis = ValueAxis(), TimeAxis()
        axes: dict[str, pyqtgraph.AxisItem] = {"left": self._value_axis, "bottom": self._time_axis}
        super().__init__(parent, axisItems=axes)
        self.setObjectName(f"graph.{title.lower()}")
        for part in (self, self.viewport()):  # the keyboard stops at either, depending on who asks
            part.setAccessibleName(f"{title} graph")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.timeline = timeline
        self.theme = theme
        self._shown: Sequence[Curve] = ()
        self._lines: list[pyqtgraph.PlotDataItem] = []
        self._marks = pyqtgraph.ScatterPlotItem(symbol=_arrow(), pen=None, hoverable=True, tip=_tip)
        self._cross = pyqtgraph.InfiniteLine(angle=90, movable=False)
        self._dots = pyqtgraph.ScatterPlotItem(pen=None, size=_DOT_SIZE)
        self._view = self._prepare()
        self._leave: list[Callable[[], None]] = [
            timeline.changed.connect(lambda _: self._follow()),
            timeline.pointed.connect(self._point),
            theme.changed.connect(lambda _: self._paint()),
        ]
        self._paint()
        self._follow()

    def _prepare(self) -> pyqtgraph.ViewBox:
        plot = self.getPlotItem()
        plot.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # time runs right wherever reading begins
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setMouseEnabled(x=True, y=False)
        plot.setContentsMargins(0, self.fontMetrics().height() / 2, self._time_axis.half_label(self.font()), 0)
        for axis in (self._value_axis, self._time_axis):
            axis.setZValue(_BEHIND)
        view = plot.getViewBox()
        view.disableAutoRange()
        view.setLimits(minXRange=SHORTEST_S, maxXRange=LONGEST_S)
        for item in (self._marks, self._cross, self._dots):
            plot.addItem(item, ignoreBounds=True)
        self._marks.setZValue(_BEFORE)
        self._cross.hide()
        view.sigRangeChangedManually.connect(self._tell_range)
        self.scene().sigMouseMoved.connect(self._tell_pointer)
        return view

    def close_graph(self) -> None:
        for leave in self._leave:
            leave()
        self.close()

    def show_curves(self, curves: Sequence[Curve], ceiling: float | None) -> None:
        """Draw these from now on. `ceiling` is the value that the axis ends at, where there is one."""
        self._fit_lines(curves)
        self._shown = curves
        for line, curve in zip(self._lines, curves, strict=True):
            line.setData(curve.times_s, curve.values)
        unit = curves[0].unit if curves else ""
        scale = scale_for(max((curve.largest or 0.0 for curve in curves), default=0.0), unit, ceiling)
        self._value_axis.show_scale(scale, unit)
        self._view.setYRange(0.0, scale.top, padding=0)
        self._point(self.timeline.cursor_s)

    def show_happenings(self, happenings: Sequence[Happening]) -> None:
        """Mark these on the time axis."""
        brushes = [self.theme.colour("bad" if happening.is_bad else "text-quiet") for happening in happenings]
        times = [happening.at_s for happening in happenings]
        self._marks.setData(x=times, y=[0.0] * len(times), data=list(happenings), brush=brushes)

    def sizeHint(self) -> QSize:
        line = self.fontMetrics().height()
        return QSize(line * 30, line * 9)

    def minimumSizeHint(self) -> QSize:
        line = self.fontMetrics().height()
        return QSize(line * 14, line * 7)

    def _fit_lines(self, curves: Sequence[Curve]) -> None:
        plot = self.getPlotItem()
        while len(self._lines) > len(curves):
            plot.removeItem(self._lines.pop())
        while len(self._lines) < len(curves):
            self._lines.append(_line())
            plot.addItem(self._lines[-1], ignoreBounds=True)
        if [curve.colour for curve in curves] != [curve.colour for curve in self._shown]:
            self._colour(curves)

    def _colour(self, curves: Sequence[Curve]) -> None:
        width = _WIDTH_OF_FEW if len(curves) <= _FEW else _WIDTH_OF_MANY
        for line, curve in zip(self._lines, curves, strict=True):
            pen = pyqtgraph.mkPen(self.theme.series(curve.colour), width=width)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            line.setPen(pen)

    def _paint(self) -> None:
        self.setBackground(self.theme.colour("surface"))
        for axis in (self._value_axis, self._time_axis):
            axis.use_theme(self.theme, self.font())
        self._cross.setPen(self.theme.colour("text-quiet"))
        self._marks.setSize(self.fontMetrics().height())
        self._frame()
        self._colour(self._shown)
        self._point(self.timeline.cursor_s)

    def _frame(self) -> None:
        self._view.setBorder(self.theme.colour("accent") if self.hasFocus() else None)

    def _follow(self) -> None:
        self._view.setXRange(self.timeline.start_s, self.timeline.end_s, padding=0)

    def _point(self, instant_s: float | None) -> None:
        for item in (self._cross, self._dots):
            item.setVisible(instant_s is not None)
        there = [] if instant_s is None else [(curve, curve.at(instant_s)) for curve in self._shown]
        known = [(curve, value) for curve, value in there if value is not None]
        if instant_s is not None:
            self._cross.setValue(instant_s)
            brushes = [self.theme.series(curve.colour) for curve, _ in known]
            self._dots.setData(x=[instant_s] * len(known), y=[value for _, value in known], brush=brushes)

    def _tell_range(self, _axes: object) -> None:
        (start_s, end_s), _ = self._view.viewRange()
        self.timeline.show(start_s, end_s)

    def _tell_pointer(self, place: QPointF) -> None:
        is_over = self._view.sceneBoundingRect().contains(place)
        self.timeline.point_at(self._view.mapSceneToView(place).x() if is_over else None)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.timeline.point_at(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._frame()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._frame()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.timeline.follow()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setObjectName("graph.menu")
        menu.addAction("Copy values", QKeySequence(QKeySequence.StandardKey.Copy), self.copy_values)
        menu.addAction("Return to live", QKeySequence(Qt.Key.Key_Home), self.timeline.follow)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(event.globalPos())

    def copy_values(self) -> None:
        """What is drawn, for a spreadsheet."""
        QGuiApplication.clipboard().setText(as_table(self._shown))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_values()
        elif key in _KEY_PAN:
            self.timeline.pan(_KEY_PAN[key])
        elif key in _KEY_ZOOM:
            self.timeline.zoom(_KEY_ZOOM[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_Escape):
            self.timeline.follow()
        else:
            super().keyPressEvent(event)


def _line() -> pyqtgraph.PlotDataItem:
    """Broken where a value is missing, drawn no finer than the screen is, and piece by piece, which is faster."""
    line = pyqtgraph.PlotDataItem(connect="finite", antialias=True, autoDownsample=True, downsampleMethod="peak")
    line.curve.setSegmentedLineMode("on")
    return line


def _arrow() -> QPainterPath:
    """Points at its instant from above the axis; in the box of -0.5..0.5 that symbols have."""
    path = QPainterPath(QPointF(0.0, 0.0))
    path.lineTo(-0.28, -0.42)
    path.lineTo(0.28, -0.42)
    path.closeSubpath()
    return path


def _tip(x: float, y: float, data: Happening) -> str:
    return data.text
