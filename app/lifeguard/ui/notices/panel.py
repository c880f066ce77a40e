"""Where alerts and events are read: in place of the tabs, with a way back to them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QTabWidget, QVBoxLayout, QWidget

from lifeguard.clock import Clock
from lifeguard.commands.jobs import JobBoard
from lifeguard.ui.notices.book import AlertBook
from lifeguard.ui.notices.pages import AlertsPage, Around, EventsPage
from lifeguard.ui.pools import Pools
from lifeguard.ui.theme import Theme


class NoticesPanel(QWidget):
    """`counted` tells how many alerts there are, and how many of them say that something is wrong."""

    counted = Signal(int, int)
    left = Signal()

    def __init__(self, pools: Pools, board: JobBoard, clock: Clock, theme: Theme, around: Around) -> None:
        super().__init__()
        self.setObjectName("notices")
        self._book = AlertBook(pools, self)
        self.alerts = AlertsPage(self._book, clock, theme, around)
        self.events = EventsPage(board, pools, clock, theme, around)
        self._pages: tuple[AlertsPage | EventsPage, ...] = (self.alerts, self.events)
        self._bar = QTabWidget()
        self._bar.setObjectName("notices.pages")
        self._bar.setDocumentMode(True)
        self._bar.addTab(self.alerts.widget, "Alerts")
        self._bar.addTab(self.events.widget, "Events")
        self._bar.currentChanged.connect(lambda _: self._attend())
        back = QPushButton("Back")
        back.setObjectName("notices.back")
        back.setToolTip("Back to what was shown before (Escape)")
        back.setShortcut("Escape")
        back.clicked.connect(self.left)
        gap = self.fontMetrics().height() // 2
        corner = QWidget()
        inset = QHBoxLayout(corner)
        inset.setContentsMargins(gap, 0, gap, gap // 2)
        inset.addWidget(back)
        self._bar.setCornerWidget(corner)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, gap, 0, 0)
        column.addWidget(self._bar)
        self._leave: list[Callable[[], None]] = [
            self._book.counted.connect(lambda _: self._say()),
            self.events.events.counted.connect(lambda _: self._say()),
        ]
        self._say()

    @property
    def counts(self) -> tuple[int, int]:
        return len(self._book), self._book.serious

    def open_page(self, name: str) -> None:
        """`alerts` or `events`."""
        self._bar.setCurrentIndex(1 if name == "events" else 0)
        self._attend()

    def rest(self) -> None:
        """Nobody looks any more."""
        for page in self._pages:
            page.attend(False)

    def close_panel(self) -> None:
        self.rest()
        for leave in self._leave:
            leave()
        for page in self._pages:
            page.close()
        self._book.close()

    def _attend(self) -> None:
        for place, page in enumerate(self._pages):
            page.attend(self.isVisible() and place == self._bar.currentIndex())

    def _say(self) -> None:
        count = len(self._book)
        failed = self.events.events.failed
        self._bar.setTabText(0, f"Alerts ({count})" if count else "Alerts")
        self._bar.setTabText(1, f"Events ({failed} failed)" if failed else "Events")
        self.counted.emit(count, self._book.serious)
