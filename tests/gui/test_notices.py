"""Alerts and events in the window: counted in the bar, read in front of the tabs, dismissed at the server."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QLabel, QPushButton, QTabWidget, QToolButton

from lifeguard.commands.selection import Selection
from lifeguard.commands.work import Report, Work
from lifeguard.datamodel.records import Host, Message, Vm
from lifeguard.inventory.relations import is_real_vm
from lifeguard.ui.notices.alert import alert_of
from lifeguard.ui.table.view import TableView
from lifeguard.xapi.failures import ApiFailure
from tests.gui.desk import Seat, desk_on_pool
from tests.support import until


def _alerts(seat: Seat) -> TableView:
    return seat.part(TableView, "table.notices.alerts")


def _messages(view: TableView) -> list[str]:
    return [str(view.lines.index(row, 1).data()) for row in range(view.lines.rowCount())]


def _post(seat: Seat, name: str, host: Host, priority: int, ref: str = "OpaqueRef:posted") -> str:
    assert seat.simulated is not None
    fields = {
        "name": name, "priority": priority, "cls": "Host", "obj_uuid": host.uuid, "body": "what happened",
        "timestamp": "20990101T00:00:00Z",
    }  # fmt: skip
    seat.simulated.db.create("message", ref, fields)
    return ref


async def test_the_bar_counts_what_calls_for_attention_and_opens_it(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        inventory = seat.pool.source.inventory
        expected = sum(alert_of(inventory, message.ref) is not None for message in inventory.all(Message))
        button = seat.part(QToolButton, "jobs.alerts")
        assert button.text() == f"{expected} alert" + "s" * (expected != 1)
        assert expected < inventory.count("message"), "life-cycle messages are not counted"
        button.click()
        assert seat.desk.notices.panel.isVisible()
        assert _alerts(seat).lines.rowCount() == expected
        seat.part(QPushButton, "notices.back").click()
        assert seat.desk.window.stack.isVisible()


async def test_an_alert_that_comes_is_on_top_and_goes_when_it_is_dismissed(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        host = next(seat.pool.source.inventory.all(Host))
        seat.desk.notices.open_page("alerts")
        view = _alerts(seat)
        QAbstractItemModelTester(view.lines, QAbstractItemModelTester.FailureReportingMode.Warning)
        before = view.lines.rowCount()
        ref = _post(seat, "HA_HOST_FAILED", host, 3)
        await until(lambda: view.lines.rowCount() == before + 1)
        assert _messages(view)[0] == f"{host.name_label} has failed"
        assert not seat.part(QPushButton, "alerts.dismiss").isEnabled()
        view.setCurrentIndex(view.lines.index(0, 0))
        assert seat.part(QLabel, "notices.alerts.details").text() == "what happened"
        seat.part(QPushButton, "alerts.dismiss").click()
        await until(lambda: view.lines.rowCount() == before)
        assert ref not in seat.simulated.db.rows("message")


async def test_all_that_is_listed_is_dismissed_after_one_question_in_one_job(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        host = next(seat.pool.source.inventory.all(Host))
        seat.desk.notices.open_page("alerts")
        view = _alerts(seat)
        for number in range(5):
            _post(seat, "HOST_CLOCK_SKEW_DETECTED", host, 3, f"OpaqueRef:posted-{number}")
        await until(lambda: sum("clock" in message for message in _messages(view)) >= 5)
        seat.part(QPushButton, "alerts.dismiss_all").click()
        await seat.press("confirm", "proceed")
        await until(lambda: view.lines.rowCount() == 0)
        assert seat.part(QLabel, "notices.alerts.empty").isVisible()
        assert seat.part(QToolButton, "jobs.alerts").text() == "No alerts"
        seat.desk.notices.open_page("events")
        events = seat.part(TableView, "table.notices.events")
        assert events.lines.rowCount() == 1
        events.selectAll()
        seat.part(QPushButton, "events.dismiss").click()
        assert events.lines.rowCount() == 0


async def test_filters_narrow_by_severity_server_and_date(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        one, other = list(seat.pool.source.inventory.all(Host))[:2]
        seat.desk.notices.open_page("alerts")
        view = _alerts(seat)
        _post(seat, "HOST_CLOCK_WENT_BACKWARDS", one, 1, "OpaqueRef:bad")
        _post(seat, "HOST_CPU_FEATURES_UP", other, 5, "OpaqueRef:mild")
        await until(lambda: {f"The clock of {one.name_label} went backwards"} < set(_messages(view)))
        everything = view.lines.rowCount()
        severity = seat.part(QComboBox, "alerts.severity")
        severity.setCurrentIndex(severity.count() - 1)
        assert f"The clock of {one.name_label} went backwards" in _messages(view)
        assert f"{other.name_label} has gained CPU features" not in _messages(view)
        severity.setCurrentIndex(0)
        server = seat.part(QComboBox, "alerts.server")
        server.setCurrentText(other.name_label)
        assert f"{other.name_label} has gained CPU features" in _messages(view)
        assert f"The clock of {one.name_label} went backwards" not in _messages(view)
        server.setCurrentIndex(0)
        assert view.lines.rowCount() == everything
        since = seat.part(QComboBox, "alerts.since")
        since.setCurrentText("Last 24 hours")
        assert 2 <= view.lines.rowCount() < everything


async def test_alerts_are_exported_as_a_spreadsheet_takes_them(application: QApplication, tmp_path: Path) -> None:
    async with desk_on_pool(application) as seat:
        seat.desk.notices.open_page("alerts")
        seat.part(QPushButton, "alerts.export").click()
        dialog = await seat.dialog("export.dialog")
        assert isinstance(dialog, QFileDialog)
        dialog.selectFile(str(tmp_path / "alerts.csv"))
        dialog.accept()
        await until((tmp_path / "alerts.csv").exists)
        await until(lambda: (tmp_path / "alerts.csv").stat().st_size > 0)
        lines = (tmp_path / "alerts.csv").read_text("utf-8").splitlines()
        assert lines[0] == "Severity,Message,Object,Server or pool,Date"
        assert len(lines) == _alerts(seat).lines.rowCount() + 1


async def test_going_to_an_alerts_object_or_choosing_one_in_the_tree_shows_the_tabs_again(
    application: QApplication,
) -> None:
    async with desk_on_pool(application) as seat:
        inventory = seat.pool.source.inventory
        host = list(inventory.all(Host))[-1]
        seat.desk.window.findChild(QAction, "go.alerts").trigger()
        _post(seat, "HA_HOST_FAILED", host, 3)
        view = _alerts(seat)
        await until(lambda: f"{host.name_label} has failed" in _messages(view))
        view.setCurrentIndex(view.lines.index(0, 0))
        seat.part(QPushButton, "alerts.go").click()
        shown = seat.desk.window.stack.shown
        assert shown is not None
        assert shown.ref == host.ref
        assert seat.desk.window.stack.isVisible()
        seat.desk.window.findChild(QAction, "go.events").trigger()
        vm = next(vm for vm in inventory.all(Vm) if is_real_vm(vm))
        seat.desk.window.show_things([seat.thing(vm.ref)])
        assert seat.desk.window.stack.isVisible()


def _events(seat: Seat) -> TableView:
    return seat.part(TableView, "table.notices.events")


def _column(view: TableView, title: str) -> list[str]:
    place = [column.title for column in view.lines.columns].index(title)
    return [str(view.lines.index(row, place).data()) for row in range(view.lines.rowCount())]


async def _three_jobs(seat: Seat) -> asyncio.Event:
    """One that is over, one that has failed, and one that goes on until the event is set."""
    words = Selection.of(seat.pool.source, []).rules(seat.pool.source).words
    host = next(seat.pool.source.inventory.all(Host))
    gate = asyncio.Event()

    async def well(_: Report) -> None:
        await asyncio.sleep(0)

    async def badly(_: Report) -> None:
        raise ApiFailure("HOST_OFFLINE", (host.ref,))

    async def long(_: Report) -> None:
        await gate.wait()

    for title, run in (("Do one thing", well), ("Do another", badly), ("Do much", long)):
        seat.desk.board.start(Work(title, run, words, subjects=(host.ref,)))
    await until(lambda: len(seat.desk.board.active) == 1)
    return gate


async def test_events_are_the_jobs_so_far_and_failures_are_counted(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        gate = await _three_jobs(seat)
        seat.desk.notices.open_page("events")
        view = _events(seat)
        assert _column(view, "What") == ["Do much", "Do another", "Do one thing"]
        assert _column(view, "State") == ["Running", "Failed", "Done"]
        assert set(_column(view, "Server or pool")) == {seat.pool.source.title}
        assert seat.part(QTabWidget, "notices.pages").tabText(1) == "Events (1 failed)"
        view.setCurrentIndex(view.lines.index(1, 0))
        details = seat.part(QLabel, "notices.events.details")
        assert details.isVisible()
        assert "HOST_OFFLINE" in details.text()
        gate.set()
        await until(lambda: not seat.desk.board.active)


async def test_events_are_filtered_cancelled_retried_and_dismissed(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        await _three_jobs(seat)
        seat.desk.notices.open_page("events")
        view, state = _events(seat), seat.part(QComboBox, "events.state")
        state.setCurrentText("Failed")
        assert _column(view, "What") == ["Do another"]
        view.setCurrentIndex(view.lines.index(0, 0))
        seat.part(QPushButton, "events.retry").click()
        await until(lambda: _column(view, "What") == ["Do another", "Do another"])
        state.setCurrentText("Under way")
        assert _column(view, "What") == ["Do much"]
        view.setCurrentIndex(view.lines.index(0, 0))
        seat.part(QPushButton, "events.cancel").click()
        await until(lambda: view.lines.rowCount() == 0)
        assert seat.part(QLabel, "notices.events.empty").isVisible()
        state.setCurrentText("All")
        view.selectAll()
        seat.part(QPushButton, "events.dismiss").click()
        assert view.lines.rowCount() == 0
        assert seat.part(QTabWidget, "notices.pages").tabText(1) == "Events"
        assert not seat.desk.board.jobs


async def test_events_are_exported_with_their_results(application: QApplication, tmp_path: Path) -> None:
    async with desk_on_pool(application) as seat:
        gate = await _three_jobs(seat)
        gate.set()
        await until(lambda: not seat.desk.board.active)
        seat.desk.notices.open_page("events")
        seat.part(QPushButton, "events.export").click()
        dialog = await seat.dialog("export.dialog")
        assert isinstance(dialog, QFileDialog)
        dialog.selectFile(str(tmp_path / "events.csv"))
        dialog.accept()
        await until((tmp_path / "events.csv").exists)
        await until(lambda: (tmp_path / "events.csv").stat().st_size > 0)
        lines = (tmp_path / "events.csv").read_text("utf-8").splitlines()
        assert lines[0] == "State,What,Server or pool,Started,Took,Result"
        assert [line.split(",")[1] for line in lines[1:]] == ["Do much", "Do another", "Do one thing"]
        assert "does not answer" in lines[2]


async def test_an_alert_says_in_full_what_it_is_about_and_where_it_can_be_gone_to(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        host = next(seat.pool.source.inventory.all(Host))
        seat.desk.notices.open_page("alerts")
        view = _alerts(seat)
        _post(seat, "HA_HOST_FAILED", host, 3)
        await until(lambda: f"{host.name_label} has failed" in _messages(view))
        assert not seat.part(QPushButton, "alerts.go").isEnabled()
        assert seat.part(QPushButton, "alerts.go").toolTip() != ""
        view.setCurrentIndex(view.lines.index(0, 0))
        assert seat.part(QPushButton, "alerts.go").isEnabled()
        assert seat.part(QLabel, "notices.alerts.details").text() == "what happened"
        assert "UTC" in str(view.lines.index(0, 4).data(Qt.ItemDataRole.ToolTipRole))
