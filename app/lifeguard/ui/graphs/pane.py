"""One graph with its title and its legend."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from lifeguard.metrics.graphs import Graph
from lifeguard.ui.graphs.curve import Curve
from lifeguard.ui.graphs.happenings import Happening
from lifeguard.ui.graphs.legend import Legend
from lifeguard.ui.graphs.plot import GraphPlot
from lifeguard.ui.graphs.timeline import Timeline
from lifeguard.ui.theme import Theme


class GraphPane(QSplitter):
    def __init__(self, graph: Graph, timeline: Timeline, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.graph = graph
        self._plot = GraphPlot(graph.title, timeline, theme)
        self._legend = Legend(graph.title, timeline, theme)
        title = QLabel(graph.title)
        font = title.font()
        font.setBold(True)
        title.setFont(font)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(title)
        column.addWidget(self._plot, 1)
        self.addWidget(left)
        self.addWidget(self._legend)
        self.setStretchFactor(0, 1)
        self.setStretchFactor(1, 0)
        self.setCollapsible(0, False)

    def show_curves(self, curves: Sequence[Curve], ceiling: float | None, happenings: Sequence[Happening]) -> None:
        self._plot.show_curves(curves, ceiling)
        self._plot.show_happenings(happenings)
        self._legend.show_curves(curves)

    def close_pane(self) -> None:
        self._plot.close_graph()
        self._legend.close_legend()
        self.deleteLater()
