"""The Performance tab: live graphs of a host or a VM, one cross-hair through all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from lifeguard.clock import Clock
from lifeguard.datamodel.records import Host, Network, Vm
from lifeguard.inventory.change import Change
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.relations import is_live, vifs_of
from lifeguard.metrics.graphs import Graph, default_graphs, series_window
from lifeguard.metrics.sources import describe
from lifeguard.ui.graphs.canvas import GraphCanvas
from lifeguard.ui.graphs.curve import Curve
from lifeguard.ui.graphs.legend import Legend
from lifeguard.ui.graphs.timeline import DEFAULT_SPAN_S, Timeline
from lifeguard.ui.live.feed import STEP_S, Feed
from lifeguard.ui.shown import Shown, Source
from lifeguard.ui.theme import Theme

_MOST_CPUS: Final = 512
_TICK_MS: Final = 1000
"""How a feed is found for a pool; None for one that has no living figures."""
FeedOf = Callable[[Source], Feed | None]


class _Pane:
    """One graph with its title and its legend."""

    def __init__(self, graph: Graph, timeline: Timeline, theme: Theme) -> None:
        self.graph = graph
        self.canvas = GraphCanvas(graph.title, timeline, theme)
        self.legend = Legend(graph.title, timeline, theme)
        self.widget = QSplitter(Qt.Orientation.Horizontal)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        title = QLabel(graph.title)
        font = title.font()
        font.setBold(True)
        title.setFont(font)
        column.addWidget(title)
        column.addWidget(self.canvas, 1)
        self.widget.addWidget(left)
        self.widget.addWidget(self.legend)
        self.widget.setStretchFactor(0, 1)
        self.widget.setStretchFactor(1, 0)
        self.widget.setCollapsible(0, False)

    def close(self) -> None:
        self.canvas.close_graph()
        self.legend.close_legend()
        self.widget.deleteLater()


class PerformanceTab:
    key = "performance"
    title = "Performance"

    def __init__(self, clock: Clock, theme: Theme, feed_of: FeedOf) -> None:
        self._theme = theme
        self._feed_of = feed_of
        self._timeline = Timeline(clock)
        self._shown: Shown | None = None
        self._feed: Feed | None = None
        self._leave: list[Callable[[], None]] = []
        self._panes: list[_Pane] = []
        self._place: QWidget = QWidget()
        self._place.setObjectName("tab.performance")
        self._live = QPushButton("Live")
        self._live.setObjectName("graphs.follow")
        self._live.setToolTip("Return to the present (Home, or a double click on a graph)")
        self._live.clicked.connect(self._timeline.follow)
        self._note = QLabel()
        self._note.setWordWrap(True)
        self._note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._column = QVBoxLayout()
        self._stack = QStackedLayout()
        self._lay_out()
        self._tick = QTimer(self._place)
        self._tick.setInterval(_TICK_MS)
        self._tick.timeout.connect(self._timeline.tick)
        self._timeline.changed.connect(lambda _: self._show_liveness())

    def _lay_out(self) -> None:
        gap = self._place.fontMetrics().height() // 2
        graphs = QWidget()
        graphs.setLayout(self._column)
        self._column.setSpacing(gap * 2)
        scroller = QScrollArea()
        scroller.setWidgetResizable(True)
        scroller.setFrameShape(QScrollArea.Shape.NoFrame)
        scroller.setWidget(graphs)
        self._stack.addWidget(scroller)
        self._stack.addWidget(self._note)
        bar = QHBoxLayout()
        self._span = QLabel()
        self._span.setForegroundRole(self._span.palette().ColorRole.PlaceholderText)
        bar.addWidget(self._span)
        bar.addStretch(1)
        bar.addWidget(self._live)
        outer = QVBoxLayout(self._place)
        outer.addLayout(bar)
        outer.addLayout(self._stack, 1)

    @property
    def widget(self) -> QWidget:
        return self._place

    @property
    def is_alive(self) -> bool:
        """Whether figures are drawn."""
        return bool(self._panes) and self._stack.currentIndex() == 0

    @property
    def titles(self) -> tuple[str, ...]:
        """The graphs that are drawn, from the top down."""
        return tuple(pane.graph.title for pane in self._panes)

    @property
    def note(self) -> str:
        """Why there are no graphs; empty while there are."""
        return self._note.text()

    def suits(self, shown: Shown) -> bool:
        record = shown.source.inventory.find(shown.ref)
        if isinstance(record, Vm):
            return not (record.is_a_template or record.is_a_snapshot)
        return isinstance(record, Host)

    def show_object(self, shown: Shown | None) -> None:
        if shown == self._shown and shown is not None:
            return
        self._release()
        self._shown = shown
        self._feed = self._feed_of(shown.source) if shown is not None else None
        if shown is None:
            self._tick.stop()
            return
        self._timeline.use_server_offset(shown.source.server_time_offset_s)
        self._clear()
        self._watch(shown)
        self._tick.start()
        self._draw()

    def renew(self, change: Change) -> None:
        """A VM may have moved to another host, which then has its figures."""
        if self._shown is not None and self._shown.ref in change.updated:
            fields = change.updated[self._shown.ref]
            if "resident_on" in fields or "power_state" in fields:
                self._release()
                self._watch(self._shown)
                self._draw()

    def _watch(self, shown: Shown) -> None:
        host_ref = _host_of(shown)
        if self._feed is None or host_ref is None:
            return
        self._leave = [
            self._feed.watch([host_ref], STEP_S, DEFAULT_SPAN_S),
            self._feed.renewed.connect(lambda ref: self._draw() if ref == host_ref else None),
        ]

    def _release(self) -> None:
        for leave in self._leave:
            leave()
        self._leave = []

    def _clear(self) -> None:
        for pane in self._panes:
            pane.close()
        self._panes = []

    def _draw(self) -> None:
        if self._shown is None:
            return
        reason = self._why_empty(self._shown)
        self._note.setText(reason)
        self._stack.setCurrentIndex(1 if reason else 0)
        self._show_liveness()
        if reason or self._feed is None:
            return
        uuid = _uuid_of(self._shown)
        self._fit_panes(self._graphs(self._shown, self._feed, uuid))
        start_s, end_s = self._timeline.end_s - DEFAULT_SPAN_S - STEP_S, self._timeline.end_s + STEP_S
        labels = _labels(self._shown)
        for pane in self._panes:
            curves = []
            for number, name in enumerate(pane.graph.names):
                source = describe(name, labels)
                times_s, values = series_window(self._feed.store, uuid, name, start_s, end_s)
                curves.append(Curve(name, source.title, source.unit, number, times_s, values))
            pane.canvas.show_curves(curves, self._ceiling(pane.graph, uuid, start_s, end_s))
            pane.legend.show_curves(curves)

    def _ceiling(self, graph: Graph, uuid: str, start_s: float, end_s: float) -> float | None:
        if not graph.ceiling or self._feed is None:
            return None
        _, values = series_window(self._feed.store, uuid, graph.ceiling, start_s, end_s)
        known = values[np.isfinite(values)]
        return float(known.max()) if len(known) else None

    def _graphs(self, shown: Shown, feed: Feed, uuid: str) -> tuple[Graph, ...]:
        kind = "host" if isinstance(shown.source.inventory.find(shown.ref), Host) else "vm"
        return default_graphs(kind, feed.store.names(uuid), _MOST_CPUS)

    def _fit_panes(self, graphs: tuple[Graph, ...]) -> None:
        if [pane.graph.title for pane in self._panes] == [graph.title for graph in graphs]:
            for pane, graph in zip(self._panes, graphs, strict=True):
                pane.graph = graph
            return
        self._clear()
        for graph in graphs:
            pane = _Pane(graph, self._timeline, self._theme)
            self._panes.append(pane)
            self._column.addWidget(pane.widget, 1)

    def _why_empty(self, shown: Shown) -> str:
        inventory = shown.source.inventory
        record = inventory.find(shown.ref)
        if self._feed is None:
            return "A saved database holds no live figures."
        if isinstance(record, Vm) and _host_of(shown) is None:
            return f"{record.name_label} is {record.power_state.lower()}. Its figures appear once it runs."
        if isinstance(record, Host) and not is_live(inventory, record.ref):
            return f"{record.name_label} does not answer. Its figures appear once it is back."
        if not self._feed.store.names(_uuid_of(shown)):
            trouble = self._feed.trouble.get(_host_of(shown) or "")
            return f"No figures: {trouble}" if trouble else "Waiting for the first figures…"
        return ""

    def _show_liveness(self) -> None:
        self._live.setEnabled(not self._timeline.is_live)
        self._live.setText("Live" if self._timeline.is_live else "Return to live")
        minutes = self._timeline.span_s / 60
        self._span.setText(f"Last {minutes:.0f} minutes, every {STEP_S} s" if self._timeline.is_live else "Not live")


def _host_of(shown: Shown) -> str | None:
    record = shown.source.inventory.find(shown.ref)
    if isinstance(record, Vm):
        runs = record.power_state in ("Running", "Paused")
        return record.resident_on if runs and record.resident_on in shown.source.inventory else None
    return shown.ref if isinstance(record, Host) else None


def _uuid_of(shown: Shown) -> str:
    return str(getattr(shown.source.inventory.find(shown.ref), "uuid", ""))


def _labels(shown: Shown) -> Mapping[str, str]:
    record = shown.source.inventory.find(shown.ref)
    return _vif_labels(shown.source.inventory, record) if isinstance(record, Vm) else {}


def _vif_labels(inventory: Inventory, vm: Vm) -> dict[str, str]:
    """What the user calls each network interface: the network it is on."""
    labels: dict[str, str] = {}
    for vif in vifs_of(inventory, vm):
        network = inventory.get(Network, vif.network)
        if network is not None and network.name_label:
            labels[f"vif_{vif.device}"] = network.name_label
    return labels
