"""Start diagnosis: every host of the pool with what stands in the way there, first by the rules, then by the server."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from lifeguard.commands.command import Command
from lifeguard.commands.confirming import confirm_hosts
from lifeguard.commands.menus import host_menu
from lifeguard.commands.selection import Item, Selection
from lifeguard.commands.vm_diagnosis import way_on
from lifeguard.quantities import format_count
from lifeguard.rules.verdict import Verdict
from lifeguard.scope import Begin
from lifeguard.ui.acting.place_menu import Run
from lifeguard.ui.acting.places import hosts_of
from lifeguard.ui.dialogs.answer import answered
from lifeguard.ui.dialogs.form import Form
from lifeguard.ui.glyph import Glyph
from lifeguard.ui.table.flat import FlatLines
from lifeguard.ui.table.line import Cell, Column, Line
from lifeguard.ui.table.view import TableView
from lifeguard.ui.theme import Theme

_COLUMNS = (Column("Server", 24), Column("What stands in the way", 70))
_FREE, _SHUT = Glyph("done", "ok"), Glyph("failed", "bad")


class DiagnosisDialog(Form):
    """`chosen` is the host that the VM is to start on, once it was accepted."""

    def __init__(self, way: Command, selection: Selection, theme: Theme, parent: QWidget) -> None:
        (item,) = selection.items
        self._words = selection.rules(item.source).words
        name = self._words.name(item.ref)
        super().__init__(
            "diagnosis", "Start diagnosis", f"Where can {name} start?", "Start there", Glyph("question"), theme, parent
        )
        found = host_menu(way, selection, hosts_of(item.source))
        self._hosts = {host.ref: host for host, _ in found}
        self._verdicts = {host.ref: verdict for host, verdict in found}
        self._order = {ref: place for place, ref in enumerate(self._hosts)}
        self._summary = QLabel()
        self._summary.setObjectName("diagnosis.summary")
        self.list = TableView("diagnosis", "Servers", _COLUMNS, theme)
        self.list.setMinimumWidth(self.fontMetrics().averageCharWidth() * 100)
        self._lines = FlatLines(self._line)
        for ref in self._hosts:
            self._lines.put(ref)
        self.list.show_lines(self._lines, lambda: 0.0)
        self.content.addWidget(self._summary)
        self.content.addWidget(self.list, 1)
        self.list.picked.connect(self._judge)
        self.list.opened.connect(self._take)
        self.leave.setText("Close")
        self.list.choose(next((ref for ref, one in self._verdicts.items() if one.allowed), next(iter(self._hosts), "")))
        self._judge()

    @property
    def hosts(self) -> tuple[Item, ...]:
        return tuple(self._hosts.values())

    @property
    def chosen(self) -> Item | None:
        return next((self._hosts[key] for key in self.list.keys()), None)

    def correct(self, host: Item, verdict: Verdict) -> None:
        """The server sees it differently."""
        self._verdicts[host.ref] = verdict
        self.list.lines.take(self._lines.put(host.ref))
        self._judge()

    def _line(self, ref: str) -> Line:
        verdict = self._verdicts[ref]
        name = Cell(self._words.name(ref), glyph=_FREE if verdict.allowed else _SHUT)
        why = Cell("Nothing: it can start here" if verdict.allowed else verdict.short or "", hint=verdict.refusal or "")
        return Line((name, why), order=self._order[ref], is_quiet=not verdict.allowed)

    def _judge(self) -> None:
        able = sum(verdict.allowed for verdict in self._verdicts.values())
        self._summary.setText(f"{able} of {format_count(len(self._verdicts), 'server')} could take it.")
        host = self.chosen
        verdict = self._verdicts[host.ref] if host is not None else None
        self.proceed.setEnabled(verdict is not None and verdict.allowed)
        self.proceed.setToolTip("Choose a server" if verdict is None else verdict.refusal or "")

    def _take(self) -> None:
        if self.proceed.isEnabled():
            self.accept()


async def open_diagnosis(selection: Selection, run: Run, begin: Begin, theme: Theme, parent: QWidget) -> tuple[()]:
    """Show it; start the VM on the host that was chosen, if any. That is a command of its own."""
    fresh = selection.with_target(None).renewed()
    way = way_on(fresh)
    dialog = DiagnosisDialog(way, fresh, theme, parent)
    asking = begin(confirm_hosts(way, fresh, dialog.hosts, dialog.correct), "confirm a diagnosis")
    try:
        if await answered(dialog):
            run(way, fresh.with_target(dialog.chosen))
    finally:
        asking.cancel()
    return ()
