"""Drawing one graph: hairline grid, thin lines, a shared cross-hair; wheel zooms, drag pans, double click is live."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QTransform, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from lifeguard.ui.graphs.axis import ValueAxis, time_ticks, value_axis
from lifeguard.ui.graphs.curve import Curve
from lifeguard.ui.graphs.timeline import Timeline
from lifeguard.ui.theme import Theme

_WIDEST_LABEL: Final = "999.9 MiB"
_WIDEST_TIME: Final = "00:00:00 "
_ZOOM_PER_NOTCH: Final = 0.8
_NOTCH: Final = 120.0
_KEY_PAN: Final = 0.1


class GraphCanvas(QWidget):
    """Shows the curves it was given; the timeline says which stretch of time."""

    def __init__(self, title: str, timeline: Timeline, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"graph.{title.lower()}")
        self.setAccessibleName(f"{title} graph")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._timeline = timeline
        self._theme = theme
        self._curves: Sequence[Curve] = ()
        self._paths: list[tuple[int, QPainterPath]] = []
        self._base_s = 0.0
        self._axis = ValueAxis(1.0, ())
        self._grabbed_x: float | None = None
        self._leave: list[Callable[[], None]] = [
            timeline.changed.connect(lambda _: self.update()),
            timeline.pointed.connect(lambda _: self.update()),
        ]

    def close_graph(self) -> None:
        for leave in self._leave:
            leave()

    def show_curves(self, curves: Sequence[Curve], ceiling: float | None) -> None:
        """Draw these from now on. `ceiling` is the value that the axis ends at, where there is one."""
        self._curves = curves
        self._base_s = self._timeline.start_s
        self._paths = [(curve.colour, curve.path(self._base_s)) for curve in curves]
        largest = max((curve.largest or 0.0 for curve in curves), default=0.0)
        unit = curves[0].unit if curves else ""
        self._axis = value_axis(largest, unit, ceiling)
        self.update()

    def sizeHint(self) -> QSize:
        line = self.fontMetrics().height()
        return QSize(line * 30, line * 9)

    def minimumSizeHint(self) -> QSize:
        line = self.fontMetrics().height()
        return QSize(line * 14, line * 7)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        field = self._field()
        self._paint_grid(painter, field)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_curves(painter, field)
        self._paint_cursor(painter, field)
        painter.end()

    def _field(self) -> QRectF:
        """The rectangle of the curves; its left edge depends on the font alone, so that labels never move it."""
        metrics = self.fontMetrics()
        left = metrics.horizontalAdvance(_WIDEST_LABEL) + metrics.height() / 2
        above = metrics.height() / 2
        return QRectF(left, above, self.width() - left - above, self.height() - above - metrics.height() * 1.6)

    def _x(self, field: QRectF, instant_s: float) -> float:
        return field.left() + (instant_s - self._timeline.start_s) / self._timeline.span_s * field.width()

    def _instant(self, x: float) -> float:
        field = self._field()
        return self._timeline.start_s + (x - field.left()) / field.width() * self._timeline.span_s

    def _paint_grid(self, painter: QPainter, field: QRectF) -> None:
        line, quiet = QPen(self._theme.colour("line"), 0), self._theme.colour("text-quiet")
        metrics = self.fontMetrics()
        for tick in self._axis.ticks:
            y = round(field.bottom() - tick.at / self._axis.top * field.height()) + 0.5
            painter.setPen(line)
            painter.drawLine(QPointF(field.left(), y), QPointF(field.right(), y))
            painter.setPen(quiet)
            label = QRectF(0, y - metrics.height() / 2, field.left() - metrics.height() / 3, metrics.height())
            painter.drawText(label, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, tick.label)
        room = int(field.width() // (metrics.horizontalAdvance(_WIDEST_TIME) * 1.5))
        for tick in time_ticks(self._timeline.start_s, self._timeline.end_s, room):
            x = round(self._x(field, tick.at)) + 0.5
            painter.setPen(line)
            painter.drawLine(QPointF(x, field.top()), QPointF(x, field.bottom()))
            painter.setPen(quiet)
            width = metrics.horizontalAdvance(_WIDEST_TIME)
            left = min(max(x - width / 2, field.left() - width / 2), self.width() - width)
            label = QRectF(left, field.bottom() + metrics.height() / 4, width, metrics.height())
            painter.drawText(label, Qt.AlignmentFlag.AlignCenter, tick.label)

    def _paint_curves(self, painter: QPainter, field: QRectF) -> None:
        if self.hasFocus():
            painter.setPen(QPen(self._theme.colour("accent"), 0))
            painter.drawRect(field)
        painter.save()
        painter.setClipRect(field.adjusted(-1, -1, 1, 1))
        to_screen = QTransform.fromTranslate(self._x(field, self._base_s), field.bottom())
        to_screen.scale(field.width() / self._timeline.span_s, -field.height() / self._axis.top)
        painter.setTransform(to_screen, combine=True)
        for colour, path in self._paths:
            pen = QPen(self._theme.series(colour), 1.5)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawPath(path)
        painter.restore()

    def _paint_cursor(self, painter: QPainter, field: QRectF) -> None:
        cursor_s = self._timeline.cursor_s
        if cursor_s is None:
            return
        x = self._x(field, cursor_s)
        painter.setPen(QPen(self._theme.colour("text-quiet"), 0))
        painter.drawLine(QPointF(x, field.top()), QPointF(x, field.bottom()))
        for curve in self._curves:
            value = curve.at(cursor_s)
            if value is not None:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self._theme.series(curve.colour))
                painter.drawEllipse(QPointF(x, field.bottom() - value / self._axis.top * field.height()), 2.5, 2.5)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._grabbed_x is not None:
            self._timeline.pan((self._grabbed_x - x) / self._field().width() * self._timeline.span_s)
            self._grabbed_x = x
        field = self._field()
        self._timeline.point_at(self._instant(x) if field.left() <= x <= field.right() else None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._grabbed_x = event.position().x()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grabbed_x = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._timeline.follow()

    def leaveEvent(self, event: QEvent) -> None:
        self._timeline.point_at(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / _NOTCH
        self._timeline.zoom(_ZOOM_PER_NOTCH**notches, self._instant(event.position().x()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {Qt.Key.Key_Left: -_KEY_PAN, Qt.Key.Key_Right: _KEY_PAN}
        middle_s = (self._timeline.start_s + self._timeline.end_s) / 2
        if event.key() in moves:
            self._timeline.pan(moves[Qt.Key(event.key())] * self._timeline.span_s)
        elif event.key() == Qt.Key.Key_Plus:
            self._timeline.zoom(_ZOOM_PER_NOTCH, middle_s)
        elif event.key() == Qt.Key.Key_Minus:
            self._timeline.zoom(1 / _ZOOM_PER_NOTCH, middle_s)
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_Escape):
            self._timeline.follow()
        else:
            super().keyPressEvent(event)
