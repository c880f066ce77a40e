"""The pages of the migration wizard. They show plans and change them; what is possible is judged below."""

from __future__ import annotations

import asyncio
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
    QWizard,
    QWizardPage,
)

from lifeguard.commands.checking import Answer, ask_servers
from lifeguard.commands.migration import disks_of, interfaces_of, networks_for, storages_for
from lifeguard.commands.selection import Item
from lifeguard.commands.work import Remedy
from lifeguard.datamodel.records import Vm
from lifeguard.datamodel.schema import NULL_REF
from lifeguard.rules.words import Words
from lifeguard.ui.acting.journey import Journey
from lifeguard.ui.dialogs.choosing import chooser, fill_chooser


class _Page(QWizardPage):
    """A page with a form that is built anew whenever it is entered."""

    def __init__(self, journey: Journey, title: str, text: str) -> None:
        super().__init__()
        self.journey = journey
        self.setTitle(title)
        self.setSubTitle(text)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setAccessibleName(title)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it scrolls to whatever the keyboard is in
        column = QVBoxLayout(self)
        column.addWidget(self._area)

    def fresh_rows(self) -> QFormLayout:
        place = QWidget()
        rows = QFormLayout(place)
        rows.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._area.setWidget(place)
        return rows


class DestinationPage(_Page):
    def __init__(self, journey: Journey) -> None:
        super().__init__(journey, "Destination", "The server that the VMs go to, in this pool or another one.")
        self._where = chooser("migration.destination", "Destination")
        self._copy = QCheckBox("Copy: the original stays where it is")
        self._copy.setObjectName("migration.copy")
        self._why = QLabel()
        self._why.setObjectName("migration.why")
        self._why.setWordWrap(True)
        self._fill()
        self._where.currentIndexChanged.connect(self._say)
        rows = self.fresh_rows()
        rows.addRow("&Destination", self._where)
        rows.addRow(self._copy)
        rows.addRow(self._why)
        vms = [item.record for item in journey.selection.items]
        halted = all(isinstance(vm, Vm) and vm.power_state == "Halted" for vm in vms)
        self._copy.setEnabled(halted)
        self._copy.setToolTip("" if halted else "Only VMs that are shut down can be copied.")
        self._say()

    def isComplete(self) -> bool:
        return self._where.currentIndex() >= 0 and not self._refusal()

    def validatePage(self) -> bool:
        self.journey.aim(self.journey.hosts[self._where.currentIndex()], copy=self._copy.isChecked())
        return True

    def _fill(self) -> None:
        wanted, first = self.journey.selection.target, -1
        options: list[tuple[str, str, str | None]] = []
        for place, host in enumerate(self.journey.hosts):
            short, _ = self.journey.refusal(host)
            name = Words(host.source.inventory).name(host.ref)
            options.append((str(place), f"{name} in {host.source.title}", short))
            if short is None and (first < 0 or host == wanted):
                first = place
        fill_chooser(self._where, options, str(first))
        if first < 0:
            self._where.setCurrentIndex(-1)

    def _refusal(self) -> str:
        place = self._where.currentIndex()
        if place < 0:
            return "No server that is connected can take them; each says why in the list."
        return self.journey.refusal(self.journey.hosts[place])[1]

    def _say(self) -> None:
        self._why.setText(self._refusal())
        self.completeChanged.emit()


class StoragePage(_Page):
    def __init__(self, journey: Journey) -> None:
        super().__init__(journey, "Storage", "Where each disk goes. Disks that the destination sees may stay.")

    def initializePage(self) -> None:
        rows = self.fresh_rows()
        for place, plan in enumerate(self.journey.plans):
            here, there = Words(plan.vm.source.inventory), Words(plan.host.source.inventory)
            free = {sr.ref: max(0, sr.physical_size - sr.physical_utilisation) for sr in storages_for(plan.host)}
            options = [(ref, f"{there.name(ref)} ({there.size(room)} free)", None) for ref, room in free.items()]
            for vdi in disks_of(plan.vm):
                box = chooser(f"migration.disk.{vdi.uuid}", here.name(vdi.ref))
                fill_chooser(box, options, plan.vdis.get(vdi.ref, ""))
                box.currentIndexChanged.connect(partial(self._store, place, vdi.ref, box))
                size = here.size(vdi.virtual_size)
                rows.addRow(f"{here.name(plan.vm.ref)}: {here.name(vdi.ref)}, {size} on {here.name(vdi.SR)}", box)
        if not rows.rowCount():
            rows.addRow(QLabel("There are no disks to move."))

    def _store(self, place: int, vdi: str, box: QComboBox, _index: int) -> None:
        self.journey.store(place, vdi, str(box.currentData()))


class NetworksPage(_Page):
    def __init__(self, journey: Journey) -> None:
        super().__init__(journey, "Networks", "What each interface is connected to there, and what to send over.")

    def initializePage(self) -> None:
        rows = self.fresh_rows()
        first = self.journey.plans[0]
        there = Words(first.host.source.inventory)
        networks = [(one.ref, there.name(one.ref), None) for one in networks_for(first.host)]
        for place, plan in enumerate(self.journey.plans):
            here = Words(plan.vm.source.inventory)
            for vif in interfaces_of(plan.vm) if plan.crosses_pools else ():
                box = chooser(f"migration.interface.{vif.uuid}", here.name(vif.ref))
                fill_chooser(box, networks, plan.vifs.get(vif.ref, ""))
                box.currentIndexChanged.connect(partial(self._connect, place, vif.ref, box))
                rows.addRow(f"{here.name(vif.VM)}: interface {vif.device} on {here.name(vif.network)}", box)
        if not first.crosses_pools:
            rows.addRow(QLabel("Within a pool every interface keeps its network."))
        over = chooser("migration.network", "Send over")
        fill_chooser(over, networks or [(NULL_REF, "The management network", None)], first.network)
        over.currentIndexChanged.connect(partial(self._send_over, over))
        rows.addRow("&Send over", over)

    def _connect(self, place: int, vif: str, box: QComboBox, _index: int) -> None:
        self.journey.connect(place, vif, str(box.currentData()))

    def _send_over(self, box: QComboBox, _index: int) -> None:
        self.journey.send_over(str(box.currentData()))


class SummaryPage(_Page):
    """Asks both sides while the person reads; what stands in the way comes with the button that clears it."""

    def __init__(self, journey: Journey, wizard: QWizard) -> None:
        super().__init__(journey, "Summary", "What will be done, and what the servers say to it.")
        self._area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # text alone: the arrow keys scroll it
        self._asking: asyncio.Task[None] | None = None
        self._answers: dict[Item, Answer] = {}
        wizard.finished.connect(lambda _: self._stop())

    def initializePage(self) -> None:
        self._answers = {}
        self._show()
        self._stop()
        self._asking = self.journey.begin_work(ask_servers(self.journey.plans, self._told), "check a migration")

    def cleanupPage(self) -> None:
        self._stop()

    def isComplete(self) -> bool:
        """Whatever the servers say may be tried, as long as one of the VMs could go."""
        return any(answer.verdict is None or answer.verdict.allowed for answer in self._all())

    def _all(self) -> list[Answer]:
        return [self._answers.get(plan.vm, Answer(None)) for plan in self.journey.plans]

    def _told(self, vm: Item, answer: Answer) -> None:
        self._answers[vm] = answer
        self._show()

    def _show(self) -> None:
        rows = self.fresh_rows()
        rows.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        for plan, answer in zip(self.journey.plans, self._all(), strict=True):
            here = Words(plan.vm.source.inventory)
            told = QLabel(f"{_what(plan.vm, here, self.journey)}\n{answer.words}")
            told.setObjectName("migration.answer")
            told.setWordWrap(True)
            told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            rows.addRow(here.name(plan.vm.ref), told)
            for remedy in answer.remedies:
                rows.addRow(self._button(remedy))
        self.completeChanged.emit()

    def _button(self, remedy: Remedy) -> QPushButton:
        button = QPushButton(remedy.title)
        button.setObjectName("migration.remedy")
        button.clicked.connect(partial(self._clear_way, remedy))
        return button

    def _clear_way(self, remedy: Remedy, _checked: bool = False) -> None:
        self._stop()
        self._asking = self.journey.begin_work(
            ask_servers(self.journey.plans, self._told, first=remedy), "clear the way of a migration"
        )

    def _stop(self) -> None:
        task, self._asking = self._asking, None
        if task is not None:
            task.cancel()


def _what(vm: Item, here: Words, journey: Journey) -> str:
    plan = next(plan for plan in journey.plans if plan.vm == vm)
    there = Words(plan.host.source.inventory)
    parts = [f"{'Copied' if plan.copy else 'Moved'} to {there.name(plan.host.ref)} in {plan.host.source.title}"]
    parts += [f"{here.name(vdi)} to {there.name(sr)}" for vdi, sr in plan.vdis.items()]
    parts += [f"{here.name(vif)} to {there.name(network)}" for vif, network in plan.vifs.items()]
    parts.append(f"{here.size(plan.size_bytes)} to carry over {there.name(plan.network)}")
    return "; ".join(parts) + "."
