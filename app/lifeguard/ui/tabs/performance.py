"""The Performance tab: live graphs of a host or a VM, one cross-hair through all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from lifeguard.clock import Clock
from lifeguard.datamodel.records import Host, Network, Vm
from lifeguard.inventory.change import Change
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.relations import is_live, vifs_of
from lifeguard.metrics.document import FloatArray, IntArray
from lifeguard.metrics.graphs import Graph, default_graphs, series_window
from lifeguard.metrics.ranges import step_for
from lifeguard.metrics.sources import describe
from lifeguard.ui.graphs.absence import Absence, Run
from lifeguard.ui.graphs.bar import GraphBar
from lifeguard.ui.graphs.curve import Curve, last_known
from lifeguard.ui.graphs.happenings import happenings_of
from lifeguard.ui.graphs.pane import GraphPane
from lifeguard.ui.graphs.timeline import DEFAULT_SPAN_S, Timeline
from lifeguard.ui.live.feed import STEP_S, Feed
from lifeguard.ui.shown import Shown, Source
from lifeguard.ui.theme import Theme

_MOST_CPUS: Final = 512
_TICK_MS: Final = 1000
_SETTLE_MS: Final = 40
_RECENT_S: Final = 4 * STEP_S
_LONGEST_PAUSE_S: Final = 600.0
"""How a feed is found for a pool; None for one that has no living figures."""
FeedOf = Callable[[Source], Feed | None]


class PerformanceTab:
    key = "performance"
    title = "Performance"

    def __init__(self, clock: Clock, theme: Theme, feed_of: FeedOf, run: Run) -> None:
        self._theme = theme
        self._feed_of = feed_of
        self._timeline = Timeline(clock)
        self._shown: Shown | None = None
        self._feed: Feed | None = None
        self._archive_s = 0
        self._drawn_span_s = 0.0
        self._leave: list[Callable[[], None]] = []
        self._panes: list[GraphPane] = []
        self._place: QWidget = QWidget()
        self._place.setObjectName("tab.performance")
        self._bar = GraphBar(self._timeline, theme)
        self._note = Absence(run)
        self._column = QVBoxLayout()
        self._stack = QStackedLayout()
        self._lay_out()
        self._tick = QTimer(self._place)
        self._tick.setInterval(_TICK_MS)
        self._tick.timeout.connect(self._timeline.tick)
        self._settle = QTimer(self._place)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._draw)
        self._timeline.changed.connect(lambda _: self._follow_timeline())

    def _lay_out(self) -> None:
        gap = self._place.fontMetrics().height() // 2
        graphs = QWidget()
        graphs.setLayout(self._column)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(gap * 2)
        scroller = QScrollArea()
        scroller.setObjectName("graphs")
        scroller.setAccessibleName("Graphs")
        scroller.setWidgetResizable(True)
        scroller.setFrameShape(QScrollArea.Shape.NoFrame)
        scroller.setWidget(graphs)
        self._stack.addWidget(scroller)
        self._stack.addWidget(self._note)
        outer = QVBoxLayout(self._place)
        outer.setContentsMargins(gap * 2, gap, gap * 2, gap * 2)
        outer.setSpacing(gap)
        outer.addWidget(self._bar)
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
        return self._note.text

    def suits(self, shown: Shown) -> bool:
        record = shown.source.inventory.find(shown.ref)
        if isinstance(record, Vm):
            return not (record.is_a_template or record.is_a_snapshot)
        return isinstance(record, Host)

    def show_object(self, shown: Shown | None) -> None:
        if shown == self._shown and shown is not None:
            return
        self._release()
        self._clear()
        self._shown = shown
        self._feed = self._feed_of(shown.source) if shown is not None else None
        if shown is None:
            self._tick.stop()
            self._settle.stop()
            return
        self._timeline.use_server_offset(shown.source.server_time_offset_s)
        self._bar.repaint_icons()
        self._watch(shown)
        self._tick.start()
        self._draw()

    def renew(self, change: Change) -> None:
        """A VM may have moved to another host, which then has its figures; or something has happened to it."""
        if self._shown is None:
            return
        if not {"resident_on", "power_state"}.isdisjoint(change.updated.get(self._shown.ref, ())):
            self._release()
            self._watch(self._shown)
            self._draw()
        elif "message" in change.added.values():
            self._draw_soon()

    def _watch(self, shown: Shown) -> None:
        """The newest figures, and beside them the archive that reaches as far back as is shown."""
        self._archive_s = self._archive_step_s()
        self._leave = [self._theme.changed.connect(lambda _: self._bar.repaint_icons())]
        host_ref = _host_of(shown)
        if self._feed is None or host_ref is None:
            return
        self._leave += [
            self._feed.watch([host_ref], STEP_S, DEFAULT_SPAN_S),
            self._feed.renewed.connect(lambda ref: self._draw() if ref == host_ref else None),
        ]
        if self._archive_s > STEP_S:
            pause_s = min(float(self._archive_s), _LONGEST_PAUSE_S)
            self._leave.append(self._feed.watch([host_ref], pause_s, self._timeline.reach_s))

    def _archive_step_s(self) -> int:
        return step_for(-self._timeline.reach_s, 0.0)

    def _follow_timeline(self) -> None:
        """Another archive may be needed, and what the present moves by itself need not be drawn again."""
        if self._shown is None:
            return
        if self._archive_step_s() != self._archive_s:
            self._release()
            self._watch(self._shown)
        if not (self._timeline.is_live and self._drawn_span_s == self._timeline.span_s):
            self._draw_soon()

    def _draw_soon(self) -> None:
        if not self._settle.isActive():
            self._settle.start()

    def _release(self) -> None:
        for leave in self._leave:
            leave()
        self._leave = []

    def _clear(self) -> None:
        for pane in self._panes:
            pane.close_pane()
        self._panes = []

    def _draw(self) -> None:
        if self._shown is None:
            return
        reason = self._why_empty(self._shown)
        self._note.say(reason, self._shown)
        self._stack.setCurrentIndex(1 if reason else 0)
        self._bar.setVisible(not reason or self._are_figures_due(self._shown))
        record = self._shown.source.inventory.find(self._shown.ref)
        if reason or self._feed is None or record is None:
            return
        self._drawn_span_s = self._timeline.span_s
        uuid = _uuid_of(self._shown)
        self._fit_panes(self._graphs(self._shown, self._feed, uuid))
        happenings = happenings_of(self._shown.source.inventory, record)
        self._bar.show_happenings(happenings)
        labels = _labels(self._shown)
        for pane in self._panes:
            names = enumerate(pane.graph.names)
            curves = [self._curve(self._feed, uuid, name, number, labels) for number, name in names]
            pane.show_curves(curves, self._ceiling(self._feed, pane.graph, uuid), happenings)

    def _curve(self, feed: Feed, uuid: str, name: str, number: int, labels: Mapping[str, str]) -> Curve:
        """What is shown of a series, and its newest value, whatever is shown."""
        source, now_s = describe(name, labels), self._timeline.now_s
        times_s, values = self._window(feed, uuid, name)
        _, newest = series_window(feed.store, uuid, name, now_s - _RECENT_S, now_s)
        return Curve(name, source.title, source.unit, number, times_s, values, last_known(newest))

    def _window(self, feed: Feed, uuid: str, name: str) -> tuple[IntArray, FloatArray]:
        """One step more than is shown at either side, so that lines reach the edges."""
        margin_s, timeline = self._archive_s, self._timeline
        start_s = timeline.start_s - margin_s
        return series_window(feed.store, uuid, name, start_s, timeline.end_s + margin_s, start_s + timeline.reach_s)

    def _ceiling(self, feed: Feed, graph: Graph, uuid: str) -> float | None:
        if not graph.ceiling:
            return None
        _, values = self._window(feed, uuid, graph.ceiling)
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
            pane = GraphPane(graph, self._timeline, self._theme)
            self._panes.append(pane)
            self._column.addWidget(pane, 1)

    def _are_figures_due(self, shown: Shown) -> bool:
        """Whether there is anything that figures come from."""
        host_ref = _host_of(shown)
        return self._feed is not None and host_ref is not None and is_live(shown.source.inventory, host_ref)

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
