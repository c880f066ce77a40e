"""The shape that both pages of notices share: choices above, a table, what a line says in full below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QVBoxLayout, QWidget

from lifeguard.ui.table.flat import FlatLines
from lifeguard.ui.table.layouts import Layouts
from lifeguard.ui.table.line import Column
from lifeguard.ui.table.live import Step
from lifeguard.ui.table.view import TableView
from lifeguard.ui.theme import Theme
from lifeguard.ui.widgets.flow import FlowLayout

_MINUTE_MS = 60_000


class NoticePage(QWidget):
    """Whoever makes it adds choices and buttons to `head` and says what is `empty`."""

    def __init__(
        self,
        name: str,
        title: str,
        columns: tuple[Column, ...],
        empty: str,
        now_s: Callable[[], float],
        theme: Theme,
        layouts: Layouts,
    ) -> None:
        super().__init__()
        self._lines: FlatLines | None = None
        self.setObjectName(f"notices.{name}")
        self._now_s = now_s
        self.view = TableView(f"notices.{name}", title, columns, theme, layouts)
        self._empty = QLabel(empty)
        self._empty.setObjectName(f"notices.{name}.empty")
        self._empty.setForegroundRole(self._empty.palette().ColorRole.PlaceholderText)
        self.details = QLabel()
        self.details.setObjectName(f"notices.{name}.details")
        self.details.setWordWrap(True)
        self.details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.details.setTextFormat(Qt.TextFormat.PlainText)
        self.details.hide()
        self.head = FlowLayout()
        self._lay_out()
        self._clock = QTimer(self)
        self._clock.setInterval(_MINUTE_MS)
        self._clock.timeout.connect(self.view.lines.tell_ages)

    def show_lines(self, lines: FlatLines) -> None:
        """Show these from the beginning."""
        self._lines = lines
        self.view.show_lines(lines, self._now_s)
        self.view.open_all()
        self._say_empty()

    def take(self, steps: Sequence[Step]) -> None:
        self.view.lines.take(steps)
        self._say_empty()

    def attend(self, is_in_front: bool) -> None:
        """Ages are told anew while somebody looks."""
        if is_in_front:
            self._clock.start()
        else:
            self._clock.stop()

    def choice(self, name: str, title: str, options: Sequence[str], chosen: Callable[[], object]) -> QComboBox:
        box = QComboBox()
        box.setObjectName(name)
        box.setAccessibleName(title)
        box.setToolTip(title)
        box.addItems(list(options))
        box.currentIndexChanged.connect(lambda _: chosen())
        self.head.addWidget(box)
        return box

    def button(self, name: str, title: str, act: Callable[[], object], keys: str = "") -> QPushButton:
        button = QPushButton(title)
        button.setObjectName(name)
        button.clicked.connect(lambda _: act())
        if keys:
            shortcut = QShortcut(QKeySequence(keys), self.view)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(button.click)
            button.setToolTip(f"{title} ({keys})")
        self.head.addWidget(button)
        return button

    def _say_empty(self) -> None:
        count = len(self._lines) if self._lines is not None else 0
        self.view.setVisible(count > 0)
        self._empty.setVisible(count == 0)

    def _lay_out(self) -> None:
        gap = self.fontMetrics().height() // 2
        self.head.setContentsMargins(gap, gap, gap, gap)
        self.head.setSpacing(gap)
        self._empty.setContentsMargins(gap, gap, gap, gap)
        self.details.setContentsMargins(gap, gap, gap, gap)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self.head)
        column.addWidget(self._empty)
        column.addWidget(self.view, 1)
        column.addWidget(self.details)
        column.addStretch(0)
