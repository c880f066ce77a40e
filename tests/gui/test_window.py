"""The window on a living pool: connect, find the master, drag a VM to another host, watch it move."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication, QPalette
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeView,
    QWidget,
)

from lifeguard import __version__
from lifeguard.commands.command import summed_up
from lifeguard.commands.registry import command
from lifeguard.commands.selection import Selection
from lifeguard.datamodel.dump import write_dump
from lifeguard.datamodel.records import Host, Vm
from lifeguard.datamodel.schema import NULL_REF
from lifeguard.datamodel.tables import CLASSES
from lifeguard.inventory.relations import is_real_vm, master_ref, vms_on
from lifeguard.link.target import Target
from lifeguard.tree.node import Thing
from lifeguard.ui.grid.model import GridModel
from lifeguard.ui.mime import packed
from lifeguard.ui.tree.model import NOTE_ROLE, Note, TreeModel
from tests.gui.desk import Seat, desk_on_pool, empty_desk
from tests.support import until
from tests.support.simulated import PASSWORD, Simulated, simulated

_LEFT = Qt.MouseButton.LeftButton
_NO_KEYS = Qt.KeyboardModifier.NoModifier


async def test_the_master_is_the_first_host_and_its_address_is_in_the_first_host_row_of_search(
    application: QApplication,
) -> None:
    async with desk_on_pool(application) as seat:
        master = seat.pool.source.inventory.get(Host, master_ref(seat.pool.source.inventory) or "")
        assert master is not None
        seat.desk.window.show_things([seat.thing(master.ref)])
        seat.desk.window.stack.prefer("search")
        model = _grid(seat)
        pool_row = model.index(0, 0)
        first = model.index(0, 0, pool_row)
        assert first.data() == master.name_label
        address = first.siblingAtColumn(model.columns.index("ip")).data()
        assert address.startswith(master.address)


async def test_help_tells_the_version(application: QApplication) -> None:
    async with empty_desk(application) as seat:
        seat.desk.window.findChild(QAction, "help.about").trigger()
        dialog = await seat.dialog("about")
        assert any(__version__ in label.text() for label in dialog.findChildren(QLabel))
        dialog.accept()
        await until(lambda: seat.find_dialog("about") is None)


async def test_a_double_click_starts_a_halted_vm_and_does_nothing_to_a_running_one(application: QApplication) -> None:
    async with desk_on_pool(application, hosts=6, vms=60) as seat:
        assert seat.simulated is not None
        db, tree = seat.simulated.db, seat.desk.window.pane.tree
        machines = [vm for vm in seat.pool.source.inventory.all(Vm) if is_real_vm(vm)]
        halted = next(vm for vm in machines if vm.power_state == "Halted")
        running = next(vm for vm in machines if vm.power_state == "Running")
        for vm in (running, halted):
            seat.desk.window.show_things([seat.thing(vm.ref)])
            QTest.mouseClick(tree.viewport(), _LEFT, _NO_KEYS, tree.visualRect(tree.currentIndex()).center())
            QTest.mouseDClick(tree.viewport(), _LEFT, _NO_KEYS, tree.visualRect(tree.currentIndex()).center())
        await until(lambda: db.get("VM", halted.ref, "power_state") == "Running", 10)
        await until(lambda: not seat.desk.board.active, 10)
        assert [job.status for job in seat.desk.board.jobs] == ["done"]


async def test_one_click_beside_an_address_copies_it(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        master = seat.pool.source.inventory.get(Host, master_ref(seat.pool.source.inventory) or "")
        assert master is not None
        seat.desk.window.show_things([seat.thing(master.ref)])
        seat.desk.window.stack.prefer("search")
        grid, model = seat.desk.search.grid, _grid(seat)
        cell = model.index(0, 0, model.index(0, 0)).siblingAtColumn(model.columns.index("ip"))
        grid.scrollTo(cell)
        area = grid.visualRect(cell)
        place = QPoint(area.right() - 12, area.center().y())
        QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
        assert QGuiApplication.clipboard().text() == master.address


async def test_a_vm_dropped_on_a_host_is_asked_about_once_and_moves_when_the_server_says_so(
    application: QApplication,
) -> None:
    async with desk_on_pool(application) as seat:
        vm, target = _movable(seat)
        data = packed([seat.thing(vm.ref)])
        place = _drag_over(seat, data, target.ref)
        note = _tree(seat).data(_index_of(seat, target.ref), NOTE_ROLE)
        assert isinstance(note, Note)
        assert "free after" in note.text
        _drop(seat, data, place)
        await seat.press("confirm", "proceed")
        await until(lambda: seat.desk.window.tray.findChild(QLabel, "jobs.current").text() != "")
        await until(lambda: _home(seat, vm.ref) == target.ref, 20)
        assert seat.simulated is not None
        assert seat.simulated.db.get("VM", vm.ref, "resident_on") == target.ref


async def test_a_host_that_cannot_take_a_vm_refuses_it_and_says_why(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        vm, _ = _movable(seat)
        data = packed([seat.thing(vm.ref)])
        place = _drag_over(seat, data, vm.resident_on)
        event = _move_event(data, place)
        seat.desk.window.pane.tree.dragMoveEvent(event)
        assert not event.isAccepted()
        note = _tree(seat).data(_index_of(seat, vm.resident_on), NOTE_ROLE)
        assert isinstance(note, Note)
        assert note.is_refused
        assert not note.text
        assert vm.name_label in note.words
        _drop(seat, data, place)
        assert _tree(seat).data(_index_of(seat, vm.resident_on), NOTE_ROLE) is None


async def test_selection_expansion_and_scroll_survive_what_the_pool_does(application: QApplication) -> None:
    async with desk_on_pool(application, hosts=3, vms=40) as seat:
        assert seat.simulated is not None
        tree, db = seat.desk.window.pane.tree, seat.simulated.db
        inventory = seat.pool.source.inventory
        host = next(host for host in inventory.all(Host) if len(vms_on(inventory, host.ref)) > 2)
        tree.expand(_index_of(seat, host.ref))
        vm = vms_on(seat.pool.source.inventory, host.ref)[1]
        seat.desk.window.show_things([seat.thing(vm.ref)])
        tree.verticalScrollBar().setValue(3)
        others = [other for other in seat.pool.source.inventory.all(Vm) if is_real_vm(other) and other.ref != vm.ref]
        for number, other in enumerate(others[:12]):
            db.set("VM", other.ref, "name_label", f"renamed {number}")
        db.destroy("VM", others[12].ref)
        await until(lambda: others[12].ref not in seat.pool.source.inventory)
        await until(lambda: _tree(seat).data(_index_of(seat, others[11].ref)) == "renamed 11")
        assert tree.things() == (seat.thing(vm.ref),)
        assert tree.isExpanded(_index_of(seat, host.ref))
        assert tree.verticalScrollBar().value() == 3


async def test_the_models_keep_every_promise_to_qt_while_the_pool_storms(
    application: QApplication,
) -> None:
    async with desk_on_pool(application, hosts=3, vms=24) as seat:
        assert seat.simulated is not None
        seat.desk.window.stack.prefer("search")
        testers = [
            QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
            for model in (_tree(seat), _grid(seat))
        ]
        db, hosts = seat.simulated.db, list(seat.simulated.server.urls)
        vms = [vm for vm in seat.pool.source.inventory.all(Vm) if is_real_vm(vm)]
        for number, vm in enumerate(vms):
            state = ("Running", "Halted", "Suspended")[number % 3]
            db.set("VM", vm.ref, "power_state", state)
            db.set("VM", vm.ref, "resident_on", hosts[number % 2] if state == "Running" else NULL_REF)
            db.set("VM", vm.ref, "name_label", f"vm {(number * 7) % 24}")
        for vm in vms[:5]:
            db.destroy("VM", vm.ref)
        await until(lambda: vms[4].ref not in seat.pool.source.inventory)
        for view in ("objects", "tags", "folders", "infrastructure"):
            seat.desk.window.pane.use_view(view)
        del testers


async def test_the_filter_finds_by_words_and_gives_the_tree_back_as_it_was(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        pane, tree = seat.desk.window.pane, seat.desk.window.pane.tree
        vm = next(vm for vm in seat.pool.source.inventory.all(Vm) if is_real_vm(vm) and vm.power_state == "Running")
        hosts = [host.ref for host in seat.pool.source.inventory.all(Host)]
        closed = [ref for ref in hosts if not tree.isExpanded(_index_of(seat, ref))]
        before = _count(seat)
        QTest.keyClicks(pane.filter_box, vm.name_label)
        await until(lambda: _count(seat) < before)
        assert _index_of(seat, vm.ref).isValid()
        QTest.keyClick(pane.filter_box, Qt.Key.Key_Escape)
        await until(lambda: _count(seat) == before)
        assert [ref for ref in closed if not tree.isExpanded(_index_of(seat, ref))] == closed


async def test_the_search_line_narrows_the_grid_and_points_at_what_it_does_not_understand(
    application: QApplication,
) -> None:
    async with desk_on_pool(application) as seat:
        seat.desk.window.stack.prefer("search")
        vm = next(vm for vm in seat.pool.source.inventory.all(Vm) if is_real_vm(vm) and vm.power_state == "Running")
        line = seat.part(QLineEdit, "search.query")
        before = len(list(_grid(seat).keys()))
        QTest.keyClicks(line, vm.name_label)
        await until(lambda: len(list(_grid(seat).keys())) < before)
        found = [_grid(seat).node(_grid(seat).index_of_key(key)) for key in _grid(seat).keys()]
        assert vm.ref in [node.ref for node in found if node is not None]
        line.setText('host:"unfinished')
        trouble = seat.part(QWidget, "search.trouble")
        await until(trouble.isVisible)
        line.clear()
        await until(lambda: len(list(_grid(seat).keys())) == before)
        assert not trouble.isVisible()


async def test_a_refused_command_shows_its_reason_where_it_is_disabled(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        vm = next(vm for vm in seat.pool.source.inventory.all(Vm) if is_real_vm(vm) and vm.power_state == "Running")
        seat.desk.window.show_things([seat.thing(vm.ref)])
        start = seat.desk.window.findChild(QAction, "vm.start")
        await until(lambda: vm.name_label in start.toolTip())
        assert not start.isEnabled()


async def test_connecting_by_hand_over_tls_shows_the_fingerprint_first(application: QApplication) -> None:
    async with simulated(2, 4, is_tls=True) as pool:
        await _connect_by_hand(application, pool)
        assert not pool.db.rows("session")


async def _connect_by_hand(application: QApplication, pool: Simulated) -> None:
    async with empty_desk(application) as seat:
        seat.desk.window.findChild(QAction, "server.connect").trigger()
        await seat.dialog("connect")
        QTest.keyClicks(seat.part(QLineEdit, "connect.address"), pool.dialled(pool.pool.master_ref))
        QTest.keyClicks(seat.part(QLineEdit, "connect.password"), PASSWORD)
        await seat.press("connect", "proceed")
        await seat.dialog("trust")
        pairs = seat.part(QLabel, "trust.fingerprint").text().replace("\n", ":").split(":")
        assert len(pairs) == 32
        await seat.press("trust", "proceed")
        await until(seat.desk.is_loaded, 10)


async def test_what_is_no_address_cannot_be_connected_to_and_the_dialog_says_so(application: QApplication) -> None:
    async with empty_desk(application) as seat:
        seat.desk.window.findChild(QAction, "server.connect").trigger()
        await seat.dialog("connect")
        QTest.keyClicks(seat.part(QLineEdit, "connect.address"), "not an address")
        proceed = seat.part(QPushButton, "connect.proceed")
        assert not proceed.isEnabled()
        assert proceed.toolTip() != ""
        await seat.press("connect", "cancel")
        await until(lambda: seat.find_dialog("connect") is None)
        assert len(seat.desk.pools) == 0


async def test_what_is_outdated_is_readable_but_dim_and_says_of_when_it_is(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        window, tree = seat.desk.window, seat.desk.window.pane.tree
        text, quiet = QPalette.ColorRole.Text, seat.theme.colour("text-quiet")
        assert tree.palette().color(text) == seat.theme.colour("text")
        vm = next(vm for vm in seat.link.inventory.all(Vm) if is_real_vm(vm) and vm.power_state == "Running")
        window.show_things([seat.thing(vm.ref)])
        window.stack.prefer("storage")
        shut_down = window.findChild(QAction, "vm.shutdown")
        await until(shut_down.isEnabled)
        for ref in seat.simulated.server.urls:
            await seat.simulated.server.kill(ref)
        await until(lambda: tree.palette().color(text) == quiet, 20)
        assert seat.part(QTreeView, "table.storage.drives").palette().color(text) == quiet
        assert "What you see is as of" in window.banner.accessibleName()
        await until(lambda: "as of" in seat.part(QLabel, "header.words").text())
        await until(lambda: not shut_down.isEnabled())
        assert "connected" in shut_down.toolTip()
        assert not seat.part(QPushButton, "storage.drives.vm.insert_cd").isEnabled()
        seat.theme.force("dark")
        assert tree.palette().color(text) == seat.theme.colour("text-quiet") != quiet
        ground = seat.theme.colour("surface-raised")
        await until(lambda: window.banner.grab().toImage().pixelColor(8, 4) == ground)


async def test_one_lost_pool_does_not_dim_what_is_known_of_another(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        tables = {name: seat.simulated.db.rows(name) for name, known in CLASSES.items() if known.in_database}
        lost = seat.thing(seat.simulated.pool.pool_ref)
        seat.desk.open_database("kept.xml", write_dump(tables))
        kept = next(Thing(pool.key, lost.ref) for pool in seat.desk.pools if pool.key != lost.source)
        window, text = seat.desk.window, QPalette.ColorRole.Text
        quiet, usual = seat.theme.colour("text-quiet"), seat.theme.colour("text")
        window.show_things([lost])
        for ref in seat.simulated.server.urls:
            await seat.simulated.server.kill(ref)
        await until(lambda: window.stack.palette().color(text) == quiet, 20)
        assert window.pane.palette().color(text) == usual
        window.show_things([kept])
        await until(lambda: window.stack.palette().color(text) == usual)


async def test_the_stripe_tells_of_the_lost_pool_that_is_looked_at_not_of_a_server_never_reached(
    application: QApplication,
) -> None:
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        lost, title, window = seat.thing(seat.simulated.pool.pool_ref), seat.link.title, seat.desk.window
        seat.desk.connect(Target("127.0.0.1", 1, False))
        window.show_things([lost])
        await until(lambda: "127.0.0.1:1" in window.banner.accessibleName())
        for ref in seat.simulated.server.urls:
            await seat.simulated.server.kill(ref)
        await until(lambda: "What you see is as of" in window.banner.accessibleName(), 20)
        assert title in window.banner.accessibleName()


async def test_a_long_name_leaves_room_for_the_state_beside_it(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        host = next(seat.pool.source.inventory.all(Host))
        seat.desk.window.show_things([seat.thing(host.ref)])
        name, words = seat.part(QLabel, "header.name"), seat.part(QLabel, "header.words")
        room = words.fontMetrics().horizontalAdvance(words.text())
        seat.simulated.db.set("host", host.ref, "name_label", "the one that nobody dares to switch off " * 9)
        await until(lambda: name.text().startswith("the one"))
        await until(lambda: words.width() > room // 2)


async def test_rows_of_the_tree_begin_where_reading_begins(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        tree = seat.desk.window.pane.tree
        for direction in (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft):
            tree.setLayoutDirection(direction)
            row = tree.visualRect(tree.model().index(0, 0, tree.model().index(0, 0)))
            row.setLeft(0)
            row.setRight(tree.viewport().width() - 1)
            picture = tree.viewport().grab(row).toImage()
            ground = picture.pixelColor(picture.width() // 2, 1)
            middle = picture.height() // 2
            inked = [x for x in range(picture.width()) if picture.pixelColor(x, middle) != ground]
            is_on_left = sum(inked) / len(inked) < picture.width() / 2
            assert is_on_left == (direction == Qt.LayoutDirection.LeftToRight)


async def test_every_control_has_a_name_for_those_who_cannot_see_it(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        window = seat.desk.window
        controls = [*window.findChildren(QAbstractButton), *window.findChildren(QAbstractItemView)]
        nameless = [
            control
            for control in controls
            if control.isVisible()
            and not (control.accessibleName() or getattr(control, "text", lambda: "")())
            and not control.objectName().startswith("qt_")
        ]
        assert [repr(control) for control in nameless] == []


def _tree(seat: Seat) -> TreeModel:
    model = seat.desk.window.pane.tree.model()
    assert isinstance(model, TreeModel)
    return model


def _grid(seat: Seat) -> GridModel:
    model = seat.desk.search.grid.model()
    assert isinstance(model, GridModel)
    return model


def _index_of(seat: Seat, ref: str) -> QModelIndex:
    model = _tree(seat)
    key = next((key for key in model.keys() if key[-1] == Thing(seat.pool.key, ref)), ())
    return model.index_of_key(key) if key else model.index(-1, -1)


def _count(seat: Seat) -> int:
    return len(list(_tree(seat).keys()))


def _home(seat: Seat, vm_ref: str) -> str:
    key = next(key for key in _tree(seat).keys() if key[-1] == Thing(seat.pool.key, vm_ref))
    above = key[-2]
    return above.ref or "" if isinstance(above, Thing) else ""


def _movable(seat: Seat) -> tuple[Vm, Host]:
    """A running VM and a host that can take it."""
    source = seat.pool.source
    migrate = command("vm.migrate")
    assert migrate is not None
    for vm in source.inventory.all(Vm):
        if is_real_vm(vm) and vm.power_state == "Running":
            for host in source.inventory.all(Host):
                if summed_up(migrate, migrate.judge(Selection.of(source, [vm.ref], host.ref))).allowed:
                    return vm, host
    raise AssertionError("nothing can be moved in this pool")


def _drag_over(seat: Seat, data: QMimeData, host_ref: str) -> QPoint:
    tree = seat.desk.window.pane.tree
    index = _index_of(seat, host_ref)
    tree.scrollTo(index)
    place = tree.visualRect(index).center()
    enter = QDragEnterEvent(place, Qt.DropAction.MoveAction, data, _LEFT, _NO_KEYS)
    tree.dragEnterEvent(enter)
    assert enter.isAccepted()
    tree.dragMoveEvent(_move_event(data, place))
    return place


def _move_event(data: QMimeData, place: QPoint) -> QDragMoveEvent:
    return QDragMoveEvent(place, Qt.DropAction.MoveAction, data, _LEFT, _NO_KEYS)


def _drop(seat: Seat, data: QMimeData, place: QPoint) -> None:
    event = QDropEvent(QPointF(place), Qt.DropAction.MoveAction, data, _LEFT, _NO_KEYS)
    seat.desk.window.pane.tree.dropEvent(event)
