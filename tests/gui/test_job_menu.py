"""The menu of a job's row offers what the buttons below the list do."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMenu, QTreeView

from lifeguard.commands.selection import Selection
from lifeguard.datamodel.records import Vm
from lifeguard.rules.verdict import Verdict
from tests.gui.desk import desk_on_pool
from tests.support import until


async def test_a_refused_job_is_copied_and_tried_again_from_the_menu_of_its_row(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        vm, tried = next(iter(seat.link.inventory.all(Vm))), list[str]()
        words = Selection.of(seat.link, [vm.ref]).rules(seat.link).words
        verdict = Verdict("VM_BAD_POWER_STATE", (vm.ref, "halted", "running"), words, vm.ref)
        seat.desk.board.refuse("Start it", verdict, words, lambda: tried.append("again"))
        seat.part(QAbstractButton, "jobs.toggle").click()
        rows = seat.part(QTreeView, "jobs.list")
        place = rows.visualRect(rows.model().index(0, 0)).center()

        async def choose(title: str) -> None:
            rows.customContextMenuRequested.emit(place)
            await until(lambda: seat.desk.window.findChild(QMenu, "jobs.menu") is not None)
            action = next(one for one in seat.part(QMenu, "jobs.menu").actions() if one.text() == title)
            action.trigger()
            seat.part(QMenu, "jobs.menu").close()
            await until(lambda: seat.desk.window.findChild(QMenu, "jobs.menu") is None)

        await choose("Try again")
        assert tried == ["again"]
        await choose("Copy details")
        assert QGuiApplication.clipboard().text() == seat.part(QLabel, "jobs.details").text() != ""
        rows.customContextMenuRequested.emit(QPoint(5, rows.viewport().height() - 2))
        assert seat.desk.window.findChild(QMenu, "jobs.menu") is None
