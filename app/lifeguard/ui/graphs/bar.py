"""Above the graphs: how much of the past, whether they follow the present, and the instant under the pointer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QStackedLayout, QToolButton, QWidget

from lifeguard.metrics.ranges import SPANS
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.graphs.happenings import Happening
from lifeguard.ui.graphs.timeline import Timeline
from lifeguard.ui.theme import Theme

_RANGES: Final = tuple(zip(("10 minutes", "2 hours", "1 week", "1 year"), SPANS, strict=True))
_NEAR: Final = 0.008
_MOST_TOLD: Final = 2
_LIVE: Final = Glyph("live", "ok")


class GraphBar(QWidget):
    def __init__(self, timeline: Timeline, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._timeline = timeline
        self._theme = theme
        self._happenings: Sequence[Happening] = ()
        self._ranges = QButtonGroup(self)
        self._pointer = QLabel()
        self._pointer.setObjectName("graphs.pointer")
        self._pointer.setTextFormat(Qt.TextFormat.PlainText)
        self._dot = QLabel()
        self._badge = QWidget()
        self._back = QPushButton("Return to live")
        self._back.setObjectName("graphs.follow")
        self._back.setToolTip("Return to the present (Home, or a double click on a graph)")
        self._back.clicked.connect(timeline.follow)
        self._ends = QStackedLayout()
        self._lay_out()
        timeline.changed.connect(lambda _: self._show_liveness())
        timeline.pointed.connect(self._tell_pointer)
        self.repaint_icons()
        self._show_liveness()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for words, span in _RANGES:
            button = QToolButton()
            button.setObjectName(f"graphs.range.{span.length_s}")
            button.setText(words)
            button.setAccessibleName(f"Show the last {words}")
            button.setToolTip(f"The last {words}, a value every {_every(span.step_s)}")
            button.setCheckable(True)
            button.setAutoRaise(True)
            button.clicked.connect(partial(self._choose, float(span.length_s)))
            self._ranges.addButton(button, span.length_s)
            row.addWidget(button)
        gap = self.fontMetrics().height() // 2
        row.addSpacing(gap * 2)
        row.addWidget(self._pointer, 1)
        live = QHBoxLayout(self._badge)
        live.setContentsMargins(0, 0, gap, 0)
        live.setSpacing(gap // 2)
        live.addStretch(1)
        live.addWidget(self._dot)
        live.addWidget(QLabel("Live"))
        self._ends.addWidget(self._badge)
        self._ends.addWidget(self._back)
        row.addLayout(self._ends)

    def show_happenings(self, happenings: Sequence[Happening]) -> None:
        self._happenings = happenings

    def repaint_icons(self) -> None:
        side = self.fontMetrics().height() * 3 // 4
        self._dot.setPixmap(self._theme.pixmap(_LIVE, side, self.devicePixelRatioF()))

    def _choose(self, span_s: float, _checked: bool = False) -> None:
        self._timeline.choose(span_s)

    def _show_liveness(self) -> None:
        self._ends.setCurrentIndex(0 if self._timeline.is_live else 1)
        self._ranges.setExclusive(False)
        for button in self._ranges.buttons():
            button.setChecked(self._timeline.is_live and self._ranges.id(button) == round(self._timeline.span_s))
        self._ranges.setExclusive(True)

    def _tell_pointer(self, instant_s: float | None) -> None:
        if instant_s is None:
            self._pointer.clear()
            return
        shape = "%H:%M:%S" if self._timeline.span_s < 86_400 else "%d %b %Y %H:%M"
        near_s = self._timeline.span_s * _NEAR
        near = [happening for happening in self._happenings if abs(happening.at_s - instant_s) <= near_s]
        told = [f"{happening.name} {happening.words}" for happening in near[:_MOST_TOLD]]
        told += [f"{len(near) - _MOST_TOLD} more"] if len(near) > _MOST_TOLD else []
        self._pointer.setText("  ·  ".join([time.strftime(shape, time.localtime(instant_s)), *told]))


def _every(step_s: int) -> str:
    return {5: "5 s", 60: "minute", 3_600: "hour"}.get(step_s, "day")
