"""In place of graphs: why there are none, and the one thing that would bring them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from lifeguard.commands.command import Command
from lifeguard.commands.opening import next_command
from lifeguard.commands.selection import Selection
from lifeguard.ui.shown import Shown

Run = Callable[[Command, Selection], None]


class Absence(QWidget):
    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run
        self._offer: tuple[Command, Selection] | None = None
        self._why = QLabel()
        self._why.setTextFormat(Qt.TextFormat.PlainText)
        self._why.setWordWrap(True)
        self._why.setForegroundRole(self._why.palette().ColorRole.PlaceholderText)
        self._act = QPushButton()
        self._act.setObjectName("performance.act")
        self._act.clicked.connect(lambda _: self._do())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.fontMetrics().height() // 2)
        column.addWidget(self._why)
        column.addWidget(self._act, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)

    @property
    def text(self) -> str:
        return self._why.text()

    def say(self, reason: str, shown: Shown) -> None:
        """Nothing is offered where graphs are there, or will come by themselves."""
        self._why.setText(reason)
        selection = Selection.of(shown.source, [shown.ref])
        command = next_command(selection) if reason else None
        self._offer = (command, selection) if command is not None else None
        self._act.setVisible(command is not None)
        self._act.setText(command.title if command is not None else "")

    def _do(self) -> None:
        if self._offer is not None:
            self._run(*self._offer)
