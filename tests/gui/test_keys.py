"""Keys that several commands share: what they mean for a mixed selection, and what they say where nothing can run."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from lifeguard.datamodel.records import Vm
from lifeguard.rules.domain import is_real_vm
from tests.gui.desk import Seat, desk_on_pool
from tests.support import until

_CTRL = Qt.KeyboardModifier.ControlModifier


async def _press(seat: Seat, key: Qt.Key) -> None:
    """In the tree, as soon as the window listens."""
    seat.desk.window.activateWindow()
    await until(seat.desk.window.isActiveWindow)
    QTest.keyClick(seat.desk.window.pane.tree, key, _CTRL)


def _running(seat: Seat) -> list[Vm]:
    vms = [vm for vm in seat.link.inventory.all(Vm) if is_real_vm(vm) and vm.power_state == "Running"]
    return [vm for vm in vms if "suspend" in vm.allowed_operations]


async def test_shared_keys_act_on_those_that_can_and_list_the_others_first(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        db = seat.simulated.db
        awake, asleep = _running(seat)[:2]
        await seat.link.call("VM.suspend", asleep.ref)
        await until(lambda: "resume" in getattr(seat.link.inventory.find(asleep.ref), "allowed_operations", ()))
        seat.desk.window.show_things([seat.thing(awake.ref), seat.thing(asleep.ref)])
        for name in ("vm.suspend", "vm.resume"):
            action = seat.desk.window.findChild(QAction, name)
            assert action is not None
            await until(action.isEnabled)
        await _press(seat, Qt.Key.Key_Y)
        dialog = await seat.dialog("confirm")
        text = " ".join(label.text() for label in dialog.findChildren(QLabel))
        assert text.startswith(" Resume: 1 of 2")
        assert f"{awake.name_label}: " in text
        assert asleep.name_label not in text
        await seat.press("confirm", "proceed")
        await until(lambda: db.get("VM", asleep.ref, "power_state") == "Running", 15)
        await until(lambda: not seat.desk.board.active)
        assert db.get("VM", awake.ref, "power_state") == "Running"


async def test_keys_that_can_do_nothing_say_why(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        vm = _running(seat)[0]
        seat.desk.window.show_things([seat.thing(vm.ref)])
        await _press(seat, Qt.Key.Key_B)
        await until(lambda: bool(seat.desk.board.jobs))
        error = seat.desk.board.jobs[0].error
        assert error is not None
        assert error.sentence == f"{vm.name_label}: it is running, this needs it halted. Change its power state first."
        await seat.link.call("VM.hard_shutdown", vm.ref)
        await until(lambda: "start" in getattr(seat.link.inventory.find(vm.ref), "allowed_operations", ()))
        assert seat.desk.board.jobs[0].can_retry
        seat.desk.board.jobs[0].retry()
        await until(lambda: [job.status for job in seat.desk.board.jobs] == ["failed", "done"], 15)


async def test_keys_are_about_what_is_selected_now_not_a_moment_ago(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        first, second = _running(seat)[:2]
        seat.desk.window.show_things([seat.thing(first.ref)])
        seat.desk.window.activateWindow()
        await until(seat.desk.window.isActiveWindow)
        seat.desk.window.show_things([seat.thing(second.ref)])
        QTest.keyClick(seat.desk.window.pane.tree, Qt.Key.Key_E, _CTRL)
        dialog = await seat.dialog("confirm")
        assert f"Shut down {second.name_label}?" in [label.text() for label in dialog.findChildren(QLabel)]
        await seat.press("confirm", "cancel")
        await until(lambda: seat.find_dialog("confirm") is None)


async def test_keys_given_to_a_command_that_wants_a_place_open_its_list(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        seat.desk.window.use_shortcuts({"vm.migrate": "Ctrl+M"})
        seat.desk.window.show_things([seat.thing(_running(seat)[0].ref)])
        await _press(seat, Qt.Key.Key_M)
        await until(lambda: QApplication.activePopupWidget() is not None)
        popup = QApplication.activePopupWidget()
        assert popup is not None
        assert "To other storage or another pool…" in [action.text() for action in popup.actions()]
        popup.close()


async def test_rename_in_a_menu_edits_the_row_that_is_chosen_and_asks_elsewhere(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        first, second = _running(seat)[:2]
        tree = seat.desk.window.pane.tree
        seat.desk.window.show_things([seat.thing(first.ref)])
        rename = seat.desk.window.findChild(QAction, "object.rename")
        assert rename is not None
        await until(rename.isEnabled)
        rename.trigger()
        assert tree.is_editing
        line = tree.findChild(QLineEdit, "inline")
        assert line is not None
        assert line.text() == first.name_label
        QTest.keyClick(line, Qt.Key.Key_Escape)
        await until(lambda: not tree.is_editing)
        seat.desk.window.open_menu([seat.thing(second.ref)], QPoint(0, 0))
        rename.trigger()
        dialog = await seat.dialog("fill")
        assert dialog.windowTitle() == f"Rename {second.name_label}"
        await seat.press("fill", "cancel")
        await until(lambda: seat.find_dialog("fill") is None)


async def test_many_that_cannot_for_the_same_reason_leave_one_row(application: QApplication) -> None:
    async with desk_on_pool(application, vms=12) as seat:
        vms = _running(seat)[:5]
        seat.desk.window.show_things([seat.thing(vm.ref) for vm in vms])
        await _press(seat, Qt.Key.Key_B)
        await until(lambda: bool(seat.desk.board.jobs))
        (job,) = seat.desk.board.jobs
        assert job.error is not None
        assert job.error.sentence.endswith(" and 2 more: It is running, this needs it halted.")
        assert job.can_retry


async def test_an_open_menu_stays_about_what_it_was_opened_for(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        chosen, asked = _running(seat)[:2]
        window = seat.desk.window
        window.show_things([seat.thing(chosen.ref)])
        shut_down, resume = (window.findChild(QAction, name) for name in ("vm.shutdown", "vm.resume"))
        assert shut_down is not None
        assert resume is not None
        await until(shut_down.isEnabled)
        window.open_menu([seat.thing(asked.ref)], QPoint(0, 0))
        await seat.link.call("VM.suspend", asked.ref)
        await until(resume.isEnabled)
        assert not shut_down.isEnabled()
        popup = QApplication.activePopupWidget()
        assert popup is not None
        popup.close()
        await until(shut_down.isEnabled)
