"""The tabs of tables on a living pool: what XenCenter shows where, kept up to date, with buttons that say why not."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication, QStandardItemModel
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton, QTreeView

from lifeguard.datamodel.records import Host, Network, Pool, Sr, Vdi, Vm
from lifeguard.inventory.relations import is_real_vm, master_ref
from lifeguard.ui.contents.sr_types import sr_type_name
from lifeguard.ui.table.view import TableView
from lifeguard.ui.widgets.empty_note import EmptyNote, Vacancy
from tests.gui.desk import Seat, desk_on_pool, empty_desk
from tests.support import until
from tests.support.samples import shared_path

_ROWS = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows


def _show(seat: Seat, ref: str, tab: str) -> None:
    seat.desk.window.show_things([seat.thing(ref)])
    seat.desk.window.stack.prefer(tab)


def _table(seat: Seat, key: str) -> TableView:
    return seat.part(TableView, f"table.{key}")


def _names(view: TableView, column: int = 0) -> list[str]:
    return [str(view.lines.index(row, column).data()) for row in range(view.lines.rowCount())]


def _running(seat: Seat) -> Vm:
    return next(
        vm for vm in seat.pool.source.inventory.all(Vm) if is_real_vm(vm) and vm.power_state == "Running" and vm.VBDs
    )


async def test_each_kind_of_object_has_the_tabs_of_xencenter_in_its_order(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        inventory, stack = seat.pool.source.inventory, seat.desk.window.stack
        own_tabs = {"console", "users", "wlb", "usb", "gpu"}
        wanted = {
            next(inventory.refs("pool").__iter__()): "general memory storage networking ha search",
            master_ref(inventory) or "": "general memory storage networking nics performance search",
            _running(seat).ref: "general memory storage networking performance snapshots search",
            next(sr.ref for sr in inventory.all(Sr) if sr.shared): "general storage search",
            next(iter(inventory.refs("VDI"))): "general search",
            next(network.ref for network in inventory.all(Network)): "general search",
        }
        for ref, tabs in wanted.items():
            seat.desk.window.show_things([seat.thing(ref)])
            assert [tab for tab in stack.suiting if tab not in own_tabs] == tabs.split(), type(inventory.find(ref))


async def test_a_disk_that_comes_grows_and_goes_is_seen_in_its_storages_tab(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        db, inventory = seat.simulated.db, seat.pool.source.inventory
        sr = next(sr for sr in inventory.all(Sr) if sr.shared and sr.content_type != "iso" and sr.VDIs)
        _show(seat, sr.ref, "storage")
        view = _table(seat, "storage.sr")
        QAbstractItemModelTester(view.lines, QAbstractItemModelTester.FailureReportingMode.Warning)
        before = view.lines.rowCount()
        vdi = next(vdi for vdi in inventory.all(Vdi) if vdi.SR == sr.ref and view.lines.index_of(vdi.ref).isValid())
        view.choose(vdi.ref)
        db.set("VDI", vdi.ref, "name_label", "aaa renamed")
        await until(lambda: _names(view)[0] == "aaa renamed")
        assert view.refs() == (vdi.ref,)
        new = db.create("VDI", "OpaqueRef:new", {"SR": sr.ref, "name_label": "a new disk", "managed": True})
        await until(lambda: "a new disk" in _names(view))
        assert view.lines.rowCount() == before + 1
        db.destroy("VDI", new if isinstance(new, str) else "OpaqueRef:new")
        await until(lambda: view.lines.rowCount() == before)
        assert view.refs() == (vdi.ref,)


async def test_sorting_by_a_column_goes_up_down_and_back_and_keeps_the_selection(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        pool = next(seat.pool.source.inventory.all(Pool))
        _show(seat, pool.ref, "storage")
        view = _table(seat, "storage.pool")
        QAbstractItemModelTester(view.lines, QAbstractItemModelTester.FailureReportingMode.Warning)
        own = _names(view)
        view.choose(view.lines.key(view.lines.index(2, 0)))
        chosen = view.refs()
        view.header().sectionClicked.emit(0)
        up = _names(view)
        view.header().sectionClicked.emit(0)
        assert sorted(_names(view)) == sorted(up) == sorted(own)
        assert _names(view) != up
        assert view.refs() == chosen
        view.header().sectionClicked.emit(0)
        assert _names(view) == own


async def test_memory_of_the_pool_follows_a_vm_to_its_new_host(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        inventory = seat.pool.source.inventory
        _show(seat, next(inventory.all(Pool)).ref, "memory")
        lines = _table(seat, "memory.pool").lines
        vm = _running(seat)
        assert lines.key(lines.index_of(vm.ref).parent()) == vm.resident_on
        other = next(host.ref for host in inventory.all(Host) if host.ref != vm.resident_on)
        seat.simulated.db.set("VM", vm.ref, "resident_on", other)
        await until(lambda: lines.key(lines.index_of(vm.ref).parent()) == other)


async def test_a_snapshot_taken_by_its_button_appears_and_can_be_gone_back_to(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        vm = _running(seat)
        _show(seat, vm.ref, "snapshots")
        view = _table(seat, "snapshots.tree")
        revert = seat.part(QPushButton, "snapshots.tree.snapshot.revert")
        assert not revert.isEnabled()
        assert revert.toolTip() == "Choose a line first"
        before = len(vm.snapshots)
        seat.part(QPushButton, "snapshots.tree.vm.snapshot").click()
        await seat.press("fill", "proceed")
        await until(lambda: len(_vm(seat, vm.ref).snapshots) == before + 1, 20)
        taken = await until(lambda: next((ref for ref in _vm(seat, vm.ref).snapshots if _listed(view, ref)), ""))
        assert _listed(view, "now")
        view.choose(taken)
        await until(revert.isEnabled)
        seat.part(QToolButton, "snapshots.as_list").click()
        assert _table(seat, "snapshots.list").isVisible()
        assert not _table(seat, "snapshots.list").lines.index_of("now").isValid()


async def test_a_double_click_on_a_line_goes_to_its_object_and_copy_takes_all_columns(
    application: QApplication,
) -> None:
    async with desk_on_pool(application) as seat:
        inventory = seat.pool.source.inventory
        _show(seat, next(inventory.all(Pool)).ref, "storage")
        view = _table(seat, "storage.pool")
        view.selectionModel().select(view.lines.index(0, 0), _ROWS)
        sr = inventory.find(view.refs()[0])
        assert isinstance(sr, Sr)
        view.copy_lines()
        cells = QGuiApplication.clipboard().text().split("\t")
        assert len(cells) == len(view.lines.columns)
        assert sr_type_name(sr) in cells
        view.activated.emit(view.lines.index(0, 0))
        shown = seat.desk.window.stack.shown
        assert shown is not None
        assert shown.ref == sr.ref


async def test_an_empty_table_says_what_would_be_there(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        vm = next(vm for vm in seat.pool.source.inventory.all(Vm) if is_real_vm(vm) and not vm.snapshots)
        _show(seat, vm.ref, "snapshots")
        empty = seat.part(QLabel, "snapshots.tree.empty")
        assert empty.isVisible()
        assert "no snapshot" in empty.text()


async def test_a_tab_in_the_background_follows_nothing(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        _show(seat, _running(seat).ref, "storage")
        view = _table(seat, "storage.vm")
        assert view.lines.rowCount() > 0
        seat.desk.window.stack.prefer("general")
        assert view.lines.rowCount() == 0


def _vm(seat: Seat, ref: str) -> Vm:
    vm = seat.pool.source.inventory.get(Vm, ref)
    assert vm is not None
    return vm


def _listed(view: TableView, key: str) -> bool:
    return view.lines.index_of(key).isValid()


async def test_every_tab_of_every_sort_of_object_of_a_saved_database_opens(application: QApplication) -> None:
    path = shared_path("dumps/hottub.xml")
    async with empty_desk(application) as seat:
        seat.desk.open_database(path.name, path.read_bytes())
        inventory, stack = seat.pool.source.inventory, seat.desk.window.stack
        for class_name in ("pool", "host", "VM", "SR", "VDI", "network"):
            for ref in list(inventory.refs(class_name))[:6]:
                stack.show_object(seat.desk.pools.shown(seat.thing(ref)))
                for tab in stack.suiting:
                    stack.prefer(tab)
                    assert stack.current == tab
        button = seat.part(QPushButton, "storage.pool.sr.rescan")
        assert not button.isEnabled()
        assert button.toolTip() != ""


async def test_a_click_on_the_mark_beside_an_address_copies_it(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        _show(seat, next(seat.pool.source.inventory.all(Pool)).ref, "networking")
        view = _table(seat, "networking.addresses")
        place = [column.title for column in view.lines.columns].index("IP address")
        index = view.lines.index(0, place)
        cell, address = view.visualRect(index), str(index.data())
        font = index.data(Qt.ItemDataRole.FontRole)
        point = QPoint(cell.left() + QFontMetrics(font).horizontalAdvance(address) + 20, cell.center().y())
        assert cell.contains(point), "there is room for the mark"
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, point)
        assert QGuiApplication.clipboard().text() == address


async def test_a_table_that_pools_and_servers_share_is_called_after_what_is_shown(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        inventory = seat.pool.source.inventory
        pool, host = next(inventory.all(Pool)), next(inventory.all(Host))
        for ref, title in ((pool.ref, "servers"), (host.ref, "server"), (pool.ref, "servers")):
            _show(seat, ref, "networking")
            table = _table(seat, "networking.addresses")
            assert table.accessibleName() == f"IP addresses of the {title}"
            assert table.accessibleName() in [label.text() for label in table.parentWidget().findChildren(QLabel)]


async def test_what_an_empty_view_says_makes_room_for_rows_at_once_or_it_would_take_the_mouse_from_them(
    application: QApplication,
) -> None:
    view, model = QTreeView(), QStandardItemModel()
    view.setModel(model)
    note = EmptyNote(view, lambda: Vacancy("Nothing here."))
    view.show()
    await until(note.isVisible)
    model.insertRow(0)
    assert not note.isVisible()
    model.removeRow(0)
    await until(note.isVisible)
    view.close()
    view.deleteLater()
