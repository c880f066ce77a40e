"""Start diagnosis in the window: each host with its reason, corrected by the server, and the way on from there."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton

from lifeguard.commands.selection import Selection
from lifeguard.commands.vm_diagnosis import DIAGNOSE
from lifeguard.datamodel.records import Vm
from lifeguard.rules.domain import is_real_vm
from lifeguard.rules.verdict import Verdict
from lifeguard.ui.table.view import TableView
from tests.gui.desk import Seat, desk_on_pool
from tests.support import until


async def _halted(seat: Seat) -> Vm:
    """Some VM that can start, and for which any host would do."""
    inventory = seat.link.inventory
    ref = next(vm.ref for vm in inventory.all(Vm) if is_real_vm(vm) and vm.power_state == "Running")
    await seat.link.call("VM.hard_shutdown", ref)
    await until(lambda: "start" in getattr(inventory.find(ref), "allowed_operations", ()))
    vm = inventory.get(Vm, ref)
    assert vm is not None
    return vm


def _rows(table: TableView) -> dict[str, str]:
    model = table.lines
    rows = [model.index(row, 0) for row in range(model.rowCount())]
    return {str(row.data()): str(row.siblingAtColumn(1).data()) for row in rows}


async def test_each_host_says_what_stands_in_the_way_and_the_servers_word_wins(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        db, vm = seat.simulated.db, await _halted(seat)
        master, *members = [
            str(db.get("host", ref, "name_label"))
            for ref in (seat.simulated.pool.master_ref, *seat.simulated.members())
        ]
        seat.simulated.pool.faults.loses_events = True
        for ref in seat.simulated.members():
            db.set("host", ref, "enabled", False)
        seat.desk.run(DIAGNOSE, Selection.of(seat.link, [vm.ref]))
        await seat.dialog("diagnosis")
        table = seat.part(TableView, "table.diagnosis")
        await until(lambda: all("maintenance" in _rows(table)[name] for name in members))
        assert _rows(table)[master] == "Nothing: it can start here"
        assert seat.part(QLabel, "diagnosis.summary").text() == "1 of 3 servers could take it."
        await seat.press("diagnosis", "proceed")
        await until(lambda: db.get("VM", vm.ref, "power_state") == "Running", 15)
        assert db.get("VM", vm.ref, "resident_on") == seat.simulated.pool.master_ref
        seat.simulated.pool.faults.loses_events = False
        await until(lambda: not seat.desk.board.active)


async def test_a_start_that_found_no_host_offers_it_in_its_row(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        vm = await _halted(seat)
        words = Selection.of(seat.link, [vm.ref]).rules(seat.link).words
        seat.desk.board.refuse("Start", Verdict("NO_HOSTS_AVAILABLE", (), words, vm.ref), words)
        seat.part(QAbstractButton, "jobs.toggle").click()
        button = seat.part(QPushButton, "jobs.explain")
        assert button.isVisible()
        assert not seat.part(QPushButton, "jobs.retry").isVisible()
        button.click()
        dialog = await seat.dialog("diagnosis")
        assert vm.name_label in " ".join(label.text() for label in dialog.findChildren(QLabel))
        await seat.press("diagnosis", "cancel")
        await until(lambda: seat.find_dialog("diagnosis") is None)
