"""The two pages of notices: alerts of the pools, and events, the history of the jobs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from lifeguard.clock import Clock
from lifeguard.commands.jobs import JobBoard
from lifeguard.commands.messages import DISMISS
from lifeguard.commands.selection import Item, Selection
from lifeguard.tree.node import Thing
from lifeguard.ui.notices import book, events
from lifeguard.ui.notices.alert import SEVERITIES
from lifeguard.ui.notices.book import AlertBook, AlertFilter, Known
from lifeguard.ui.notices.events import EventBook
from lifeguard.ui.notices.export import as_csv
from lifeguard.ui.notices.page import NoticePage
from lifeguard.ui.pools import Pools
from lifeguard.ui.table.layouts import Layouts
from lifeguard.ui.table.live import Step
from lifeguard.ui.theme import Theme

_EVERYWHERE: Final = "All servers"
_DAY_S: Final = 86_400.0
_SINCE: Final = (
    ("Any time", None),
    ("Last 24 hours", _DAY_S),
    ("Last 7 days", 7 * _DAY_S),
    ("Last 30 days", 30 * _DAY_S),
)
_AT_LEAST: Final = ("All severities", *(f"{SEVERITIES[level]} or worse" for level in (4, 3, 2)), SEVERITIES[1])


class Around(Protocol):
    """What the pages ask of the window."""

    def go_to(self, things: Sequence[Thing]) -> None: ...
    def open_menu(self, things: Sequence[Thing], place: QPoint) -> None: ...
    def dismiss(self, selection: Selection) -> None: ...
    def save_text(self, name: str, text: str) -> None: ...
    @property
    def layouts(self) -> Layouts: ...


class AlertsPage:
    def __init__(self, alerts: AlertBook, clock: Clock, theme: Theme, around: Around) -> None:
        self._alerts = alerts
        self._clock = clock
        self._around = around
        empty = "No alert calls for attention."
        self._page = NoticePage("alerts", "Alerts", book.COLUMNS, empty, clock.time_s, theme, around.layouts)
        self.view = self._page.view
        self._severity = self._page.choice("alerts.severity", "Severity", _AT_LEAST, self._use_filter)
        self._server = self._page.choice("alerts.server", "Server or pool", (_EVERYWHERE,), self._use_filter)
        self._since = self._page.choice("alerts.since", "Date", [words for words, _ in _SINCE], self._use_filter)
        self._page.button("alerts.export", "Export…", self._export)
        self._go = self._page.button("alerts.go", "Go to object", self._go_to)
        self._dismiss = self._page.button("alerts.dismiss", "Dismiss", self._dismiss_chosen, "Del")
        self._dismiss_all = self._page.button("alerts.dismiss_all", "Dismiss all", self._dismiss_listed)
        self._leave: list[Callable[[], None]] = [
            alerts.changed.connect(self._page.take),
            alerts.counted.connect(lambda _: self._renew()),
        ]
        self.view.picked.connect(self._renew)
        self.view.opened.connect(self._go_to)
        self._page.show_lines(alerts.lines)
        self._renew()

    @property
    def widget(self) -> QWidget:
        return self._page

    def attend(self, is_in_front: bool) -> None:
        self._page.attend(is_in_front)

    def close(self) -> None:
        for leave in self._leave:
            leave()

    def _chosen(self) -> list[Known]:
        return [known for key in self.view.keys() if (known := self._alerts.get(key)) is not None]

    def _use_filter(self) -> None:
        since_s = _SINCE[max(self._since.currentIndex(), 0)][1]
        chosen = AlertFilter(
            severity=len(SEVERITIES) - max(self._severity.currentIndex(), 0),
            server=self._server.currentText() if self._server.currentIndex() > 0 else "",
            since_s=self._clock.time_s() - since_s if since_s is not None else 0.0,
        )
        self._page.show_lines(self._alerts.use_filter(chosen))
        self._renew()

    def _renew(self) -> None:
        chosen = self._chosen()
        self._go.setEnabled(len(chosen) == 1 and bool(chosen[0].alert.object_ref))
        self._go.setToolTip("" if self._go.isEnabled() else "Choose one alert about an object that is there")
        for button, about, reason in (
            (self._dismiss, chosen, "Choose alerts first"),
            (self._dismiss_all, self._listed(), "There is nothing to dismiss"),
        ):
            refusal = self._refusal(about) if about else reason
            button.setEnabled(not refusal)
            button.setToolTip(refusal or "They disappear for everybody who looks after the pool")
        details = chosen[0].alert.detail if len(chosen) == 1 else ""
        self._page.details.setText(details)
        self._page.details.setVisible(bool(details))
        self._offer_servers()

    def _offer_servers(self) -> None:
        wanted = [_EVERYWHERE, *self._alerts.servers]
        if [self._server.itemText(row) for row in range(self._server.count())] != wanted:
            chosen = self._server.currentText()
            self._server.blockSignals(True)
            self._server.clear()
            self._server.addItems(wanted)
            self._server.setCurrentText(chosen if chosen in wanted else _EVERYWHERE)
            self._server.blockSignals(False)

    def _listed(self) -> list[Known]:
        return [known for key in self._alerts.lines.keys() if (known := self._alerts.get(key)) is not None]

    def _refusal(self, about: list[Known]) -> str:
        one_of_each = {known.pool.key: known for known in about}.values()
        verdict = DISMISS.sum_up(_selection(list(one_of_each)))
        return "" if verdict.allowed else verdict.refusal or "Not now"

    def _dismiss_chosen(self) -> None:
        self._around.dismiss(_selection(self._chosen()))

    def _dismiss_listed(self) -> None:
        self._around.dismiss(_selection(self._listed()))

    def _go_to(self) -> None:
        about = [Thing(known.pool.key, known.alert.object_ref) for known in self._chosen() if known.alert.object_ref]
        if about:
            self._around.go_to(about[:1])

    def _export(self) -> None:
        lines = self._alerts.lines
        self._around.save_text("alerts.csv", as_csv(book.COLUMNS, map(lines.line, lines.keys())))


class EventsPage:
    def __init__(self, board: JobBoard, pools: Pools, clock: Clock, theme: Theme, around: Around) -> None:
        self._events = EventBook(board, pools)
        self._around = around
        empty = "Nothing was done yet. What you begin is listed here until the program ends."
        self._page = NoticePage("events", "Events", events.COLUMNS, empty, clock.time_s, theme, around.layouts)
        self.view = self._page.view
        self._state = self._page.choice("events.state", "State", events.FILTERS, self._use_filter)
        self._page.button("events.export", "Export…", self._export)
        self._retry = self._page.button("events.retry", "Retry", self._retry_chosen)
        self._cancel = self._page.button("events.cancel", "Cancel", self._cancel_chosen)
        self._dismiss = self._page.button("events.dismiss", "Dismiss", self._dismiss_chosen, "Del")
        self._leave = self._events.changed.connect(self._take)
        self.view.picked.connect(self._renew)
        self._page.show_lines(self._events.lines)
        self._renew()

    @property
    def widget(self) -> QWidget:
        return self._page

    def attend(self, is_in_front: bool) -> None:
        self._page.attend(is_in_front)

    def close(self) -> None:
        self._leave()
        self._events.close()

    @property
    def events(self) -> EventBook:
        return self._events

    def _take(self, steps: Sequence[Step]) -> None:
        self._page.take(steps)
        self._renew()

    def _use_filter(self) -> None:
        self._page.show_lines(self._events.use_filter(self._state.currentText()))
        self._renew()

    def _renew(self) -> None:
        jobs = [job for key in self.view.keys() if (job := self._events.get(key)) is not None]
        self._retry.setEnabled(any(job.can_retry for job in jobs))
        self._cancel.setEnabled(any(not job.is_over for job in jobs))
        self._dismiss.setEnabled(any(job.is_over for job in jobs))
        error = jobs[0].error if len(jobs) == 1 else None
        self._page.details.setText("\n".join(filter(None, (error.sentence, error.raw))) if error is not None else "")
        self._page.details.setVisible(error is not None)

    def _retry_chosen(self) -> None:
        for key in self.view.keys():
            job = self._events.get(key)
            if job is not None and job.can_retry:
                job.retry()

    def _cancel_chosen(self) -> None:
        for key in self.view.keys():
            job = self._events.get(key)
            if job is not None:
                job.cancel()

    def _dismiss_chosen(self) -> None:
        self._events.dismiss(self.view.keys())

    def _export(self) -> None:
        lines = self._events.lines
        self._around.save_text("events.csv", as_csv(events.COLUMNS, map(lines.line, lines.keys())))


def _selection(about: list[Known]) -> Selection:
    return Selection(tuple(Item(known.pool.source, known.alert.ref) for known in about))
