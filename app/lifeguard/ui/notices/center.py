"""Notices in the window: the counter in the bar, the pages in front of the tabs, and what can be done there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QFileDialog

from lifeguard.clock import Clock
from lifeguard.commands.ask import Ask
from lifeguard.commands.jobs import JobBoard
from lifeguard.commands.messages import DISMISS, dismissal
from lifeguard.commands.selection import Selection
from lifeguard.tree.node import Thing
from lifeguard.ui.dialogs.answer import answered
from lifeguard.ui.notices.panel import NoticesPanel
from lifeguard.ui.pools import Pools
from lifeguard.ui.table.layouts import Layouts
from lifeguard.ui.theme import Theme
from lifeguard.ui.window import MainWindow

Start = Callable[[Coroutine[Any, Any, None], str], object]
Tell = Callable[[str, str], Coroutine[Any, Any, None]]


class NoticesCenter:
    """`start` begins what has to wait for an answer, `tell` says what went wrong."""

    def __init__(
        self,
        window: MainWindow,
        pools: Pools,
        board: JobBoard,
        ask: Ask,
        clock: Clock,
        theme: Theme,
        layouts: Layouts,
        start: Start,
        tell: Tell,
    ) -> None:
        self._window = window
        self._board = board
        self._ask = ask
        self._start = start
        self._tell = tell
        self.layouts = layouts
        self.panel = NoticesPanel(pools, board, clock, theme, self)
        window.add_page(self.panel)
        self.panel.counted.connect(window.tray.say_alerts)
        self.panel.left.connect(self._leave)
        window.tray.alerts_wanted.connect(lambda: self.open_page("alerts"))
        window.tray.say_alerts(*self.panel.counts)

    def open_page(self, name: str) -> None:
        """`alerts` or `events`."""
        self._window.show_in_front(self.panel)
        self.panel.open_page(name)

    def close(self) -> None:
        self.panel.close_panel()

    def go_to(self, things: Sequence[Thing]) -> None:
        self._leave()
        self._window.show_things(things)

    def open_menu(self, things: Sequence[Thing], place: QPoint) -> None:
        self._window.open_menu(things, place)

    def dismiss(self, selection: Selection) -> None:
        self._start(self._dismiss(selection), "dismiss alerts")

    def save_text(self, name: str, text: str) -> None:
        self._start(self._save_text(name, text), "export")

    def _leave(self) -> None:
        self.panel.rest()
        self._window.show_in_front()

    async def _dismiss(self, selection: Selection) -> None:
        """One job for each pool, however many alerts."""
        prompt = DISMISS.prompt(selection) if DISMISS.prompt is not None else None
        if prompt is not None and len(selection.items) > 1 and not await self._ask.confirm(prompt):
            return
        for source in selection.sources:
            refs = tuple(item.ref for item in selection.items if item.source is source and item.record is not None)
            if refs:
                self._board.start(dismissal(source, refs))

    async def _save_text(self, name: str, text: str) -> None:
        dialog = QFileDialog(self._window, "Export")
        dialog.setObjectName("export.dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(name)
        if not await answered(dialog):
            return
        path = Path(dialog.selectedFiles()[0])
        try:
            await asyncio.to_thread(path.write_text, text, encoding="utf-8", newline="")
        except OSError as failure:
            await self._tell(f"{path.name} was not written", failure.strerror or str(failure))
