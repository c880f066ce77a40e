"""Acting in the window: places with reasons, the migration wizard, drops of every kind, other users, taking leave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from PySide6.QtCore import QMimeData, QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QToolBar

from lifeguard.commands.registry import command
from lifeguard.commands.selection import Selection
from lifeguard.commands.work import Remedy, Report, Work
from lifeguard.datamodel.records import Host, Vm
from lifeguard.inventory.inventory import Inventory
from lifeguard.link.link import Link
from lifeguard.rules.domain import is_real_vm
from lifeguard.rules.words import Words
from lifeguard.scope import Scope
from lifeguard.sim.neighbours import Neighbourhood
from lifeguard.tree.node import Thing
from lifeguard.ui.acting.herald import LONG_S, Herald, is_away
from lifeguard.ui.acting.place_menu import PlaceMenu
from lifeguard.ui.jobs.model import progress_words
from lifeguard.ui.mime import packed
from lifeguard.ui.tree.model import NOTE_ROLE, TreeModel
from lifeguard.xapi.failures import ApiFailure
from tests.gui.desk import Seat, desk_on_pool, empty_desk
from tests.support import until
from tests.support.simulated import Simulated, simulated

_LEFT = Qt.MouseButton.LeftButton
_NO_KEYS = Qt.KeyboardModifier.NoModifier


@asynccontextmanager
async def two_pools(application: QApplication, far_hosts: int = 2) -> AsyncIterator[tuple[Seat, Simulated, Simulated]]:
    """The window on two pools whose VMs can go from one to the other."""
    around = Neighbourhood()
    async with (
        simulated(3, 6, seed=1, neighbourhood=around) as near,
        simulated(far_hosts, 1, seed=2, neighbourhood=around) as far,
        empty_desk(application) as seat,
    ):
        for pool in (near, far):
            seat.desk.connect(pool.target())
        await until(lambda: len(seat.desk.pools) == 2 and seat.desk.is_loaded(), 15)
        yield seat, near, far


def running(source: Link) -> Vm:
    """Some running VM that has no snapshots: those may keep it from moving."""
    vms = [vm for vm in source.inventory.all(Vm) if is_real_vm(vm) and vm.power_state == "Running"]
    return next(vm for vm in vms if not source.inventory.pointing_to(Vm, "snapshot_of", vm.ref))


def link_of(seat: Seat, served: Simulated) -> Link:
    for pool in seat.desk.pools:
        if isinstance(pool.source, Link) and served.pool.pool_ref in pool.source.inventory:
            return pool.source
    raise AssertionError("this pool is not in the window")


def thing(seat: Seat, source: Link, ref: str) -> Thing:
    found = seat.desk.pools.thing(source, ref)
    assert found is not None
    return found


def tree_model(seat: Seat) -> TreeModel:
    model = seat.desk.window.pane.tree.model()
    assert isinstance(model, TreeModel)
    return model


def index_of(seat: Seat, wanted: object) -> QModelIndex:
    """The row of an object, or of a group by its label."""
    model = tree_model(seat)
    key = next(key for key in model.keys() if key[-1] == wanted or getattr(key[-1], "label", None) == wanted)
    return model.index_of_key(key)


def drag_to(seat: Seat, things: Iterable[Thing], place: QPoint) -> bool:
    """Drag and let go there. Whether the place was open to it."""
    tree, data = seat.desk.window.pane.tree, packed(things)
    tree.dragEnterEvent(QDragEnterEvent(place, Qt.DropAction.MoveAction, data, _LEFT, _NO_KEYS))
    over = QDragMoveEvent(place, Qt.DropAction.MoveAction, data, _LEFT, _NO_KEYS)
    tree.dragMoveEvent(over)
    is_open = over.isAccepted()
    tree.dropEvent(_drop(place, data))
    return is_open


def _drop(place: QPoint, data: QMimeData) -> QDropEvent:
    return QDropEvent(QPointF(place), Qt.DropAction.MoveAction, data, _LEFT, _NO_KEYS)


def middle_of(seat: Seat, index: QModelIndex) -> QPoint:
    tree = seat.desk.window.pane.tree
    tree.expandAll()
    tree.scrollTo(index)
    return tree.visualRect(index).center()


async def test_the_menu_of_places_names_each_host_with_its_reason_and_leads_on_to_the_wizard(
    application: QApplication,
) -> None:
    async with desk_on_pool(application) as seat:
        vm, one = running(seat.link), command("vm.migrate")
        assert one is not None
        selection = Selection.of(seat.link, [vm.ref])
        scope = Scope("test")
        menu = PlaceMenu(
            one, lambda: selection, lambda: [seat.link], lambda *_: None, scope.start, seat.desk.window
        )
        menu.fill()
        texts = [action.text() for action in menu.actions() if not action.isSeparator()]
        home = seat.link.inventory.get(Host, vm.resident_on)
        assert home is not None
        assert f"{home.name_label} (It already runs there)" in texts
        assert len(texts) == seat.link.inventory.count("host") + 1
        refused = next(action for action in menu.actions() if action.text().endswith("(It already runs there)"))
        assert not refused.isEnabled()
        assert refused.toolTip() == refused.statusTip()
        assert vm.name_label in refused.toolTip()
        assert texts[-1] == "To other storage or another pool…"
        menu.aboutToHide.emit()
        menu.deleteLater()
        await scope.close()


async def test_a_vm_dropped_on_a_host_of_another_pool_goes_there_by_the_wizard(application: QApplication) -> None:
    async with two_pools(application) as (seat, near, far):
        here, there = link_of(seat, near), link_of(seat, far)
        vm, host = running(here), there.inventory.all(Host)
        target = next(iter(host))
        place = middle_of(seat, index_of(seat, thing(seat, there, target.ref)))
        assert drag_to(seat, [thing(seat, here, vm.ref)], place)
        await seat.dialog("migration")
        assert seat.part(QComboBox, "migration.destination").currentText().startswith(target.name_label)
        for _ in range(3):
            seat.part(QAbstractButton, "migration.next").click()
        await until(lambda: "Both sides agree." in seat.part(QLabel, "migration.answer").text(), 10)
        seat.part(QAbstractButton, "migration.proceed").click()
        await until(lambda: any(row["uuid"] == vm.uuid for row in far.db.rows("VM").values()), 30)
        moved = next(row for row in far.db.rows("VM").values() if row["uuid"] == vm.uuid)
        await until(lambda: vm.ref not in near.db.rows("VM"), 30)
        assert (moved["name_label"], moved["power_state"]) == (vm.name_label, "Running")
        await until(lambda: not seat.desk.board.active, 10)
        assert [job.status for job in seat.desk.board.jobs] == ["done"]
        assert seat.desk.board.jobs[0].can_undo
        await until(lambda: any(vm.uuid == one.uuid for one in there.inventory.all(Vm)))
        seat.desk.board.jobs[0].undo()
        await until(lambda: any(row["uuid"] == vm.uuid for row in near.db.rows("VM").values()), 30)
        await until(lambda: not seat.desk.board.active, 30)
        returned = next(row for row in near.db.rows("VM").values() if row["uuid"] == vm.uuid)
        assert (returned["power_state"], returned["resident_on"]) == ("Running", vm.resident_on)


async def test_tracked_blocks_are_told_in_the_wizard_and_switched_off_there(application: QApplication) -> None:
    async with two_pools(application) as (seat, near, far):
        here, there = link_of(seat, near), link_of(seat, far)
        vm, target = running(here), next(iter(there.inventory.all(Host)))
        vdi = next(row["VDI"] for row in near.db.rows("VBD").values() if row["VM"] == vm.ref and row["type"] == "Disk")
        near.db.set("VDI", vdi, "cbt_enabled", True)
        await until(lambda: bool(getattr(here.inventory.find(vdi), "cbt_enabled", False)))
        seat.desk.window.show_things([thing(seat, here, vm.ref)])
        action = seat.desk.window.findChild(QAction, "vm.migrate_with_storage")
        assert action is not None
        await until(action.isEnabled)
        action.trigger()
        await seat.dialog("migration")
        box = seat.part(QComboBox, "migration.destination")
        places = [place for place in range(box.count()) if box.itemText(place).startswith(f"{target.name_label} in")]
        entries = box.model()
        flags = [entries.flags(entries.index(place, 0)) for place in range(box.count())]
        able = [bool(one & Qt.ItemFlag.ItemIsEnabled) for one in flags]
        assert able == ["(" not in box.itemText(place) for place in range(box.count())]
        assert not all(able)
        box.setCurrentIndex(places[-1])
        for _ in range(3):
            seat.part(QAbstractButton, "migration.next").click()
        await until(lambda: "tracking" in seat.part(QLabel, "migration.answer").text())
        seat.part(QPushButton, "migration.remedy").click()
        await until(lambda: not near.db.get("VDI", vdi, "cbt_enabled"), 10)
        await until(lambda: "Both sides agree." in seat.part(QLabel, "migration.answer").text(), 10)
        seat.part(QAbstractButton, "migration.cancel").click()
        await until(lambda: seat.find_dialog("migration") is None)


async def test_a_standalone_host_dropped_on_a_pool_is_asked_for_the_password_and_hides_it(
    application: QApplication,
) -> None:
    async with two_pools(application, far_hosts=1) as (seat, near, far):
        here, there = link_of(seat, near), link_of(seat, far)
        (host,) = there.inventory.all(Host)
        pool = index_of(seat, thing(seat, here, near.pool.pool_ref))
        place = middle_of(seat, pool)
        if drag_to(seat, [thing(seat, there, host.ref)], place):
            await seat.dialog("fill")
            assert seat.part(QLineEdit, "fill.password").echoMode() == QLineEdit.EchoMode.Password
            await seat.press("fill", "cancel")
        else:
            assert seat.desk.window.pane.tree.things()


async def test_anything_is_dropped_on_a_tag_to_get_it(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        db, vm = seat.simulated.db, running(seat.link)
        db.set("host", seat.simulated.pool.master_ref, "tags", ("gold",))
        master_ref = seat.simulated.pool.master_ref
        await until(lambda: "gold" in getattr(seat.link.inventory.find(master_ref), "tags", ()))
        seat.desk.window.pane.use_view("tags")
        place = middle_of(seat, index_of(seat, "gold"))
        assert drag_to(seat, [seat.thing(vm.ref)], place)
        await until(lambda: "gold" in db.get("VM", vm.ref, "tags"))
        assert not drag_to(seat, [seat.thing(master_ref)], place)


async def test_the_servers_word_on_a_host_wins_during_a_drag(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        vm, one = running(seat.link), command("vm.migrate")
        assert one is not None
        hosts = [host.ref for host in seat.link.inventory.all(Host)]
        target = next(ref for ref in hosts if one.judge(Selection.of(seat.link, [vm.ref], ref))[0].allowed)
        seat.simulated.pool.faults.loses_events = True
        seat.simulated.db.set("host", target, "enabled", False)
        index = index_of(seat, seat.thing(target))
        place = middle_of(seat, index)
        data, tree = packed([seat.thing(vm.ref)]), seat.desk.window.pane.tree
        tree.dragEnterEvent(QDragEnterEvent(place, Qt.DropAction.MoveAction, data, _LEFT, _NO_KEYS))
        assert not index.data(NOTE_ROLE).is_refused
        await until(lambda: index.data(NOTE_ROLE).is_refused)
        assert "maintenance" in index.data(NOTE_ROLE).words
        tree.end_drag()
        seat.simulated.pool.faults.loses_events = False


async def test_closing_while_jobs_run_says_what_goes_on_and_lets_go_of_it(application: QApplication) -> None:
    async with simulated(3, 8) as served:
        async with empty_desk(application) as seat:
            seat.desk.connect(served.target())
            await until(seat.desk.is_loaded, 15)
            vm, one = running(seat.link), command("vm.migrate")
            assert one is not None
            hosts = [host.ref for host in seat.link.inventory.all(Host)]
            target = next(ref for ref in hosts if one.judge(Selection.of(seat.link, [vm.ref], ref))[0].allowed)
            seat.desk.run(one, Selection.of(seat.link, [vm.ref], target))
            await seat.press("confirm", "proceed")
            await until(lambda: bool(served.db.get("VM", vm.ref, "current_operations")))
            await until(lambda: any(job.is_in_last_step for job in seat.desk.board.active))
            assert not seat.desk.window.close()
            dialog = await seat.dialog("confirm")
            assert "goes on at the server" in " ".join(label.text() for label in dialog.findChildren(QLabel))
            await seat.press("confirm", "proceed")
            await until(seat.desk.gone.is_set)
        assert served.db.get("VM", vm.ref, "resident_on") != target
        await until(lambda: served.db.get("VM", vm.ref, "resident_on") == target, 30)


async def test_what_the_role_forbids_is_run_as_another_user(application: QApplication) -> None:
    users = {"read-only": "look", "vm-operator": "operate"}
    async with simulated(2, 6, passwords=users) as served, empty_desk(application) as seat:
        seat.desk.connect(served.target(user="read-only", password="look"))
        await until(seat.desk.is_loaded, 15)
        vm = running(seat.link)
        seat.desk.window.show_things([seat.thing(vm.ref)])
        action = seat.desk.window.findChild(QAction, "vm.pause")
        assert action is not None
        await until(lambda: "vm-operator" in action.toolTip())
        assert action.isEnabled()
        action.trigger()
        await seat.dialog("run-as")
        seat.part(QLineEdit, "run-as.user").setText("vm-operator")
        seat.part(QLineEdit, "run-as.password").setText("wrong")
        first = await seat.dialog("run-as")
        seat.part(QPushButton, "run-as.proceed").click()
        await until(lambda: not first.isVisible())
        await seat.dialog("run-as")
        seat.part(QLineEdit, "run-as.password").setText("operate")
        seat.part(QPushButton, "run-as.proceed").click()
        await until(lambda: served.db.get("VM", vm.ref, "power_state") == "Paused", 10)
        await until(lambda: all(row["auth_user_name"] == "read-only" for row in served.db.rows("session").values()))


async def test_a_place_that_only_another_role_could_use_is_open_to_that_user(application: QApplication) -> None:
    users = {"vm-operator": "look", "vm-power-admin": "operate"}
    async with simulated(3, 6, passwords=users) as served, empty_desk(application) as seat:
        seat.desk.connect(served.target(user="vm-operator", password="look"))
        await until(seat.desk.is_loaded, 15)
        vm, one = running(seat.link), command("vm.migrate")
        assert one is not None
        host = next(host for host in seat.link.inventory.all(Host) if host.ref != vm.resident_on)
        selection, scope = Selection.of(seat.link, [vm.ref]), Scope("test")
        menu = PlaceMenu(one, lambda: selection, lambda: [seat.link], seat.desk.run, scope.start, seat.desk.window)
        menu.fill()
        action = next(one for one in menu.actions() if one.text().startswith(host.name_label))
        assert action.isEnabled()
        assert "vm-power-admin" in action.toolTip()
        place = middle_of(seat, index_of(seat, thing(seat, seat.link, host.ref)))
        assert drag_to(seat, [seat.thing(vm.ref)], place)
        await _log_in(seat, "vm-power-admin")
        await seat.press("confirm", "proceed")
        await until(lambda: served.db.get("VM", vm.ref, "resident_on") == host.ref, 20)
        await until(lambda: not seat.desk.board.active)
        menu.aboutToHide.emit()
        menu.deleteLater()
        await scope.close()


async def test_what_failed_as_another_user_asks_for_that_user_again(application: QApplication) -> None:
    users = {"read-only": "look", "vm-operator": "operate"}
    async with simulated(2, 6, passwords=users) as served, empty_desk(application) as seat:
        seat.desk.connect(served.target(user="read-only", password="look"))
        await until(seat.desk.is_loaded, 15)
        vm, one, board = running(seat.link), command("vm.pause"), seat.desk.board
        assert one is not None
        served.pool.faults.loses_events = True
        served.db.set("VM", vm.ref, "power_state", "Halted")
        seat.desk.run(one, Selection.of(seat.link, [vm.ref, vm.resident_on]))
        await _log_in(seat)
        await seat.press("confirm", "proceed")
        await until(lambda: bool(board.jobs) and board.jobs[0].is_over)
        assert (board.jobs[0].status, board.jobs[0].can_retry) == ("failed", True)
        served.db.set("VM", vm.ref, "power_state", "Running")
        await until(lambda: seat.find_dialog("run-as") is None)
        board.jobs[0].retry()
        await _log_in(seat)
        await until(lambda: served.db.get("VM", vm.ref, "power_state") == "Paused", 10)
        await until(lambda: [job.status for job in board.jobs] == ["failed", "done"])
        served.pool.faults.loses_events = False


async def test_a_wizard_opens_with_the_rights_of_the_other_user(application: QApplication) -> None:
    around, users = Neighbourhood(), {"vm-operator": "look", "vm-power-admin": "operate"}
    async with (
        simulated(3, 6, seed=1, passwords=users, neighbourhood=around) as served,
        empty_desk(application) as seat,
    ):
        seat.desk.connect(served.target(user="vm-operator", password="look"))
        await until(seat.desk.is_loaded, 15)
        vm, one, board = running(seat.link), command("vm.migrate_with_storage"), seat.desk.board
        assert one is not None
        seat.desk.run(one, Selection.of(seat.link, [vm.ref]))
        await _log_in(seat, "vm-power-admin")
        await seat.dialog("migration")
        for _ in range(3):
            seat.part(QAbstractButton, "migration.next").click()
        await until(lambda: "Both sides agree." in seat.part(QLabel, "migration.answer").text(), 10)
        seat.part(QAbstractButton, "migration.proceed").click()
        await until(lambda: bool(board.jobs) and board.jobs[0].is_over, 30)
        assert (board.jobs[0].status, board.jobs[0].can_undo) == ("done", False)
        assert served.db.get("VM", vm.ref, "resident_on") != vm.resident_on

        def logged_in() -> set[str]:
            rows = served.db.rows("session").values()
            return {str(row["auth_user_name"]) for row in rows if row["originator"] == "Lifeguard"}

        await until(lambda: logged_in() == {"vm-operator"})


async def _log_in(seat: Seat, user: str = "vm-operator") -> None:
    dialog = await seat.dialog("run-as")
    for name, text in (("user", user), ("password", "operate")):
        line = dialog.findChild(QLineEdit, f"run-as.{name}")
        assert line is not None
        line.setText(text)
    button = dialog.findChild(QPushButton, "run-as.proceed")
    assert button is not None
    button.click()


async def test_the_desktop_hears_of_long_jobs_only_and_only_when_nobody_looks(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        told: list[str] = []
        away = [True]
        herald = Herald(seat.desk.board, lambda: away[0], lambda title, text: told.append(f"{title} {text}"))
        vm, one = running(seat.link), command("vm.snapshot")
        assert one is not None
        words = Selection.of(seat.link, [vm.ref]).rules(seat.link).words
        for took_s in (LONG_S + 1, 1.0):
            job = seat.desk.board.refuse("Move", one.judge(Selection.of(seat.link, [vm.ref]))[0], words)
            job.started_s = job.ended_s - took_s
            seat.desk.board.changed.emit(job)
            seat.desk.board.changed.emit(job)
        assert len(told) == 1
        away[0] = False
        job.started_s = job.ended_s - LONG_S - 1
        seat.desk.board.changed.emit(job)
        assert len(told) == 1
        herald.close()


async def test_the_server_has_the_last_word_on_what_keeps_a_host_from_being_emptied(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        vm, one = running(seat.link), command("host.enter_maintenance")
        assert one is not None
        seat.simulated.pool.faults.loses_events = True
        for host in seat.link.inventory.all(Host):
            if host.ref != vm.resident_on:
                seat.simulated.db.set("host", host.ref, "enabled", False)
        seat.desk.run(one, Selection.of(seat.link, [vm.resident_on]))
        dialog = await seat.dialog("fill")
        await until(lambda: dialog.findChild(QComboBox, f"fill.{vm.ref}") is not None)
        told = " ".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())
        assert "cannot move" in told
        assert dialog.height() >= dialog.sizeHint().height()
        assert seat.part(QComboBox, f"fill.{vm.ref}").visibleRegion().boundingRect().height() > 10
        assert not seat.part(QLabel, "fill.progress").isVisible()
        await seat.press("fill", "cancel")
        await until(lambda: seat.find_dialog("fill") is None)
        seat.simulated.pool.faults.loses_events = False


async def test_buttons_of_the_toolbar_come_and_go_and_stay_in_the_menus(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        bar, vm = seat.part(QToolBar, "toolbar"), running(seat.link)

        def buttons() -> set[str]:
            return {action.objectName() for action in bar.actions() if action.isVisible()}

        seat.desk.window.show_things([seat.thing(vm.ref)])
        await until(lambda: "vm.shutdown" in buttons() and "vm.start" not in buttons())
        button = bar.widgetForAction(next(one for one in bar.actions() if one.objectName() == "vm.shutdown"))
        assert (button.isVisible(), button.accessibleName()) == (True, "Shut down")
        await seat.link.call("VM.hard_shutdown", vm.ref)
        await until(lambda: "vm.start" in buttons() and "vm.shutdown" not in buttons())
        shutdown = seat.desk.window.findChild(QAction, "vm.shutdown")
        assert shutdown is not None
        assert shutdown.isVisible()
        seat.desk.window.show_things([seat.thing(vm.resident_on)])
        await until(lambda: {"host.reboot", "host.enter_maintenance"} <= buttons())
        assert "go.palette" in {action.objectName() for action in bar.actions()[-1:]}


async def test_a_long_job_is_told_of_when_it_ends_unless_a_window_of_ours_is_looked_at(
    application: QApplication,
) -> None:
    async with empty_desk(application) as seat:
        board, told = seat.desk.board, list[tuple[str, str]]()
        herald = Herald(board, is_away, lambda title, text: told.append((title, text)))
        seat.desk.window.activateWindow()
        await until(seat.desk.window.isActiveWindow)
        for is_hidden in (False, True):
            if is_hidden:
                seat.desk.window.hide()
                await until(is_away)
            gate = asyncio.Event()

            async def carry(job: Report, gate: asyncio.Event = gate) -> None:
                await gate.wait()

            job = board.start(Work("Carry it", carry, Words(Inventory())))
            await until(lambda: board.jobs[-1].status == "running")
            job.started_s -= LONG_S
            gate.set()
            await job.wait()
        assert told == [("Carry it is done", "")]
        herald.close()


async def test_a_row_tells_pace_queue_and_what_would_help(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        board, gate = seat.desk.board, asyncio.Event()
        words = Selection(()).rules(seat.link).words

        async def carry(job: Report) -> None:
            await gate.wait()

        async def fail(job: Report) -> None:
            raise ApiFailure("TOO_MANY_STORAGE_MIGRATES", ("3",))

        async def wait(job: Report) -> None:
            """A remedy that takes no time."""

        first = board.start(Work("carry", carry, words, lane="a>b", size_bytes=8 << 30))
        second = board.start(Work("carry more", carry, words, lane="a>b"))
        await until(lambda: first.status == "running")
        first.started_s -= 10
        first.advance(0.5)
        assert progress_words(first, board).startswith("50 %  0:10 left  4")
        assert progress_words(second, board) == "waiting, 1 ahead"
        remedy = Remedy("Wait 10 s and try again", wait)
        board.start(Work("move", fail, words, remedies=lambda error: (remedy,)))
        await until(lambda: any(job.status == "failed" for job in board.jobs))
        seat.part(QAbstractButton, "jobs.toggle").click()
        button = seat.part(QPushButton, "jobs.remedy")
        assert (button.text(), button.isVisible()) == (remedy.title, True)
        button.click()
        await until(lambda: board.jobs[-1].status == "failed")
        assert board.jobs[-1].title == f"move ({remedy.title})"
        gate.set()
        await until(lambda: not board.active)
