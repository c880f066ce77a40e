"""One table with what belongs to it: its heading, a summary, buttons for what can be done, a word when it is empty."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, Protocol

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from lifeguard.commands.command import Command
from lifeguard.commands.registry import command
from lifeguard.commands.selection import Selection
from lifeguard.inventory.change import Change
from lifeguard.tree.node import Thing
from lifeguard.ui.pools import Pools
from lifeguard.ui.shown import Shown
from lifeguard.ui.slices import Slices
from lifeguard.ui.table.layouts import Layouts
from lifeguard.ui.table.line import Table
from lifeguard.ui.table.live import Inserted, LiveTable, Removed
from lifeguard.ui.table.view import TableView
from lifeguard.ui.theme import Theme
from lifeguard.ui.widgets.flow import FlowLayout

_JUDGE_MS: Final = 60
_AT_ONCE: Final = 60
"""So many lines are worked out within a frame."""
_BESIDE: Final = 4
"""So many buttons fit beside the title."""


class Around(Protocol):
    """What a tab asks of the window."""

    def go_to(self, things: Sequence[Thing]) -> None: ...
    def open_menu(self, things: Sequence[Thing], place: QPoint) -> None: ...
    def run(self, command: Command, selection: Selection) -> None: ...
    @property
    def layouts(self) -> Layouts: ...


class TablePanel(QWidget):
    """`show_table` fills it; `take` follows a change."""

    def __init__(self, table: Table, pools: Pools, around: Around, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = table
        self._pools = pools
        self._around = around
        self._live: LiveTable | None = None
        self._shown: Shown | None = None
        self.view = TableView(table.key, table.title, table.columns, theme, around.layouts, has_header=table.has_header)
        self._title = QLabel(table.title)
        self._summary = QLabel()
        self._summary.setObjectName(f"{table.key}.summary")
        self._empty = QLabel(table.empty)
        self._empty.setObjectName(f"{table.key}.empty")
        self._head = QHBoxLayout()
        self._own = self._buttons(table.own_commands)
        self._chosen = self._buttons(table.commands)
        self._judge_later = QTimer(self)
        self._filling = Slices(self)
        self._lay_out()
        self._judge_later.setSingleShot(True)
        self._judge_later.setInterval(_JUDGE_MS)
        self._judge_later.timeout.connect(self._judge)
        self.view.menu_wanted.connect(self._open_menu)
        self.view.opened.connect(lambda: self._around.go_to(self._things()[:1]))
        self.view.picked.connect(self._judge_later.start)

    def speak_of(self, table: Table) -> None:
        """Be about a table with the same columns and commands, that other objects have by another name."""
        self.table = table
        self._title.setText(table.title)
        self._empty.setText(table.empty)
        self.view.setAccessibleName(table.title)

    def show_table(self, shown: Shown | None, now_s: Callable[[], float]) -> None:
        self._shown = shown
        self._filling.stop()
        self._live = None if shown is None else LiveTable(self.table, shown.source.inventory, shown.ref, _AT_ONCE)
        self.view.show_lines(self._live, now_s)
        self.view.open_all()
        if self._live is not None:
            self._filling.run(self._fill(self._live))
        self._judge_later.stop()
        if shown is not None:
            self._say()
            self._judge()

    def _fill(self, live: LiveTable) -> Iterator[None]:
        """The lines of a long table come between the next frames."""
        for step in live.fill():
            self.view.lines.take((step,))
            if isinstance(step, Inserted) and step.parent:
                self.view.expand(self.view.lines.index_of(step.parent))
            yield
        self.view.updateGeometry()
        self._say()

    def take(self, change: Change) -> None:
        if self._live is None:
            return
        steps = self._live.apply(change)
        self.view.lines.take(steps)
        if any(isinstance(step, Inserted | Removed) for step in steps):
            self.view.updateGeometry()
            for step in steps:
                if isinstance(step, Inserted) and step.parent:
                    self.view.expand(self.view.lines.index_of(step.parent))
        self._say()
        if not self._judge_later.isActive():
            self._judge_later.start()

    def take_aside(self, control: QWidget) -> None:
        """Put a control at the end of the heading; it leaves the panel that had it."""
        self._head.addWidget(control)

    def rest(self) -> None:
        self._judge_later.stop()

    def _say(self) -> None:
        if self._live is not None:
            self._summary.setText(self._live.summary)
            self.view.setVisible(len(self._live) > 0)
            self._empty.setVisible(len(self._live) == 0)

    def _lay_out(self) -> None:
        gap = self.fontMetrics().height() // 2
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        for quiet in (self._summary, self._empty):
            quiet.setForegroundRole(quiet.palette().ColorRole.PlaceholderText)
        self._summary.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(gap, gap, gap, gap)
        head = self._head
        head.setContentsMargins(gap, gap, gap, gap // 2)
        head.setSpacing(gap)
        head.addWidget(self._title)
        head.addWidget(self._summary, 1)
        buttons = [button for _, button, _ in (*self._own, *self._chosen)]
        acts = FlowLayout() if len(buttons) > _BESIDE else head
        for button in buttons:
            acts.addWidget(button)
        self.view.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        if acts is not head:
            acts.setContentsMargins(gap, 0, gap, gap)
            acts.setSpacing(gap)
            column.addLayout(acts)
        column.addWidget(self.view, 1)
        column.addWidget(self._empty, 1)

    def _buttons(self, names: Sequence[str]) -> tuple[tuple[Command, QPushButton, str], ...]:
        """A button for each of these commands that there is."""
        found = []
        for name in names:
            known = command(name)
            if known is not None:
                button = QPushButton(known.title, self)
                button.setObjectName(f"{self.table.key}.{name}")
                button.clicked.connect(partial(self._run, known, name in self.table.own_commands))
                found.append((known, button, known.title))
        return tuple(found)

    def _run(self, known: Command, is_own: bool, _checked: bool = False) -> None:
        self._around.run(known, self._own_selection() if is_own else self._pools.selection(self._things()))

    def _judge(self) -> None:
        """A button that cannot be pressed says why."""
        for buttons, selection in (
            (self._own, self._own_selection()),
            (self._chosen, self._pools.selection(self._things())),
        ):
            for known, button, title in buttons:
                if not selection.items:
                    reason = "Choose a line first"
                else:
                    verdict = known.sum_up(selection)
                    reason = (verdict.refusal or "Not now") if not verdict.allowed else ""
                button.setEnabled(not reason)
                button.setToolTip(reason or title)

    def _own_selection(self) -> Selection:
        return Selection.of(self._shown.source, [self._shown.ref]) if self._shown is not None else Selection(())

    def _things(self) -> list[Thing]:
        if self._shown is None:
            return []
        found = (self._pools.thing(self._shown.source, ref) for ref in self.view.refs())
        return [thing for thing in found if thing is not None]

    def _open_menu(self, place: QPoint) -> None:
        things = self._things()
        if things:
            self._around.open_menu(things, place)
