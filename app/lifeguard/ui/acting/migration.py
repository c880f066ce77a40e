"""The migration wizard: where VMs go, which storage takes their disks, which networks, and what both sides say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtWidgets import QWidget, QWizard

from lifeguard.commands.command import Command
from lifeguard.commands.jobs import Job, JobBoard
from lifeguard.commands.migrating import begin
from lifeguard.commands.perform import Anew
from lifeguard.commands.selection import Selection
from lifeguard.commands.source import Source
from lifeguard.quantities import format_count
from lifeguard.scope import Begin
from lifeguard.ui.acting.journey import Journey
from lifeguard.ui.acting.migration_pages import DestinationPage, NetworksPage, StoragePage, SummaryPage
from lifeguard.ui.dialogs.answer import answered

_BUTTONS = (
    (QWizard.WizardButton.BackButton, "back"),
    (QWizard.WizardButton.NextButton, "next"),
    (QWizard.WizardButton.FinishButton, "proceed"),
    (QWizard.WizardButton.CancelButton, "cancel"),
)


class MigrationWizard(QWizard):
    def __init__(self, journey: Journey, parent: QWidget) -> None:
        super().__init__(parent)
        title = journey.command.title
        self.setObjectName("migration")
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setWizardStyle(QWizard.WizardStyle.ClassicStyle)
        self.setOption(QWizard.WizardOption.NoBackButtonOnStartPage)
        for page in (DestinationPage(journey), StoragePage(journey), NetworksPage(journey), SummaryPage(journey, self)):
            self.addPage(page)
        for which, name in _BUTTONS:
            self.button(which).setObjectName(f"migration.{name}")
        count = format_count(len(journey.selection.items), "VM")
        self.setButtonText(QWizard.WizardButton.BackButton, "&Back")
        self.setButtonText(QWizard.WizardButton.NextButton, "&Next")
        self.setButtonText(QWizard.WizardButton.FinishButton, f"{title.split()[0]} {count}")
        line = self.fontMetrics().height()
        self.resize(line * 44, line * 30)


class MigrationDesk:
    """Opens the wizard for a command and puts what it has come to on the board."""

    def __init__(self, sources: Callable[[], Iterable[Source]], board: JobBoard, begin_work: Begin) -> None:
        self._sources = sources
        self._board = board
        self._begin_work = begin_work

    async def open(
        self, command: Command, selection: Selection, parent: QWidget, anew: Anew | None = None
    ) -> tuple[Job, ...]:
        """Only for those of the selection that can be moved at all. Returns the jobs that were begun."""
        able = selection.with_target(None).renewed()
        verdicts = command.judge(able)
        able = able.with_items(item for item, one in zip(able.items, verdicts, strict=True) if one.allowed)
        if not able.items:
            return ()
        own = {id(source.inventory): source for source in able.sources}  # another user's session is a source as well
        sources = [own.get(id(one.inventory), one) for one in self._sources() if one.state.phase == "live"]
        journey = Journey(command, able.with_target(selection.target), sources, self._begin_work)
        if not await answered(MigrationWizard(journey, parent)):
            return ()
        again = partial(anew, command, selection) if anew is not None else None
        return tuple(begin(plan, self._board, again) for plan in journey.plans)
