"""Editing in the rows themselves: what is typed reaches the server as a job, what is called off reaches nobody."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeyEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QToolTip, QWidget

from lifeguard.datamodel.records import Network, Vm
from lifeguard.inventory.relations import is_real_vm
from lifeguard.ui.properties.model import PropertyModel
from lifeguard.ui.properties.view import PropertyView
from tests.gui.desk import Seat, desk_on_pool, empty_desk
from tests.support import until
from tests.support.samples import shared_path

_FIELD = "XenCenter.CustomFields."
_DEFINED = '<CustomFieldDefinitions><CustomFieldDefinition name="Owner" type="String"/></CustomFieldDefinitions>'


def _view(seat: Seat) -> PropertyView:
    return seat.part(PropertyView, "tab.general")


def _rows(seat: Seat) -> PropertyModel:
    model = _view(seat).model()
    assert isinstance(model, PropertyModel)
    return model


def _row(seat: Seat, title: str) -> QModelIndex:
    """The value of that title; an invalid index when there is none."""
    rows = _rows(seat)
    for group in range(rows.rowCount()):
        parent = rows.index(group, 0)
        for row in range(rows.rowCount(parent)):
            if rows.index(row, 0, parent).data() == title:
                return rows.index(row, 1, parent)
    return QModelIndex()


def _editor(place: QWidget) -> QLineEdit | None:
    return next((line for line in place.findChildren(QLineEdit, "inline") if line.isVisible()), None)


def _lines_editor(place: QWidget) -> QPlainTextEdit | None:
    return next((lines for lines in place.findChildren(QPlainTextEdit, "inline.lines") if lines.isVisible()), None)


def _open_editor(seat: Seat, title: str, key: Qt.Key = Qt.Key.Key_F2) -> QLineEdit:
    _begin(seat, title, key)
    line = _editor(_view(seat))
    assert line is not None
    return line


def _open_lines_editor(seat: Seat) -> QPlainTextEdit:
    _begin(seat, "Description", Qt.Key.Key_F2)
    lines = _lines_editor(_view(seat))
    assert lines is not None
    return lines


def _begin(seat: Seat, title: str, key: Qt.Key) -> None:
    view = _view(seat)
    view.setCurrentIndex(_row(seat, title).siblingAtColumn(0))
    QTest.keyClick(view, key)


def _type(line: QLineEdit | QPlainTextEdit, text: str) -> None:
    line.selectAll()
    QTest.keyClick(line, Qt.Key.Key_Delete)
    QTest.keyClicks(line, text)


def _show_vm(seat: Seat) -> Vm:
    vm = next(vm for vm in seat.pool.source.inventory.all(Vm) if is_real_vm(vm))
    _show(seat, vm.ref)
    return vm


def _show(seat: Seat, ref: str) -> None:
    seat.desk.window.show_things([seat.thing(ref)])
    seat.desk.window.stack.prefer("general")


@pytest.mark.parametrize(
    ("title", "typed", "field", "kept"),
    [
        ("Name", "web 01", "name_label", "web 01"),
        ("Tags", "prod,  web , ", "tags", ("prod", "web")),
        ("Folder", "/Production/Web/", "folder", "/Production/Web"),
        ("Owner", "Ana", "Owner", "Ana"),
    ],
)
async def test_what_is_typed_in_a_row_is_asked_of_the_server_as_a_job_and_shown_when_it_says_so(
    application: QApplication, title: str, typed: str, field: str, kept: object
) -> None:
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        db = seat.simulated.db
        db.set("pool", seat.simulated.pool.pool_ref, "gui_config", {"XenCenter.CustomFields": _DEFINED})
        vm = _show_vm(seat)
        QAbstractItemModelTester(_rows(seat), QAbstractItemModelTester.FailureReportingMode.Warning)
        await until(lambda: _row(seat, title).isValid())
        line = _open_editor(seat, title)
        _type(line, typed)
        QTest.keyClick(line, Qt.Key.Key_Return)

        def at_server() -> object:
            if field in ("folder", "Owner"):
                config = db.get("VM", vm.ref, "other_config")
                return config.get(field) or config.get(_FIELD + field)
            value = db.get("VM", vm.ref, field)
            return tuple(sorted(value)) if field == "tags" else value

        await until(lambda: at_server() == kept, 10)
        shown = ", ".join(kept) if isinstance(kept, tuple) else kept
        await until(lambda: _row(seat, title).data() == shown)
        await until(lambda: not seat.desk.board.active)
        assert [job.status for job in seat.desk.board.jobs] == ["done"]


@pytest.mark.parametrize("leaves", ["by Ctrl+Return", "by Tab"])
async def test_a_description_has_lines_and_is_kept_when_its_editor_is_left(
    application: QApplication, leaves: str
) -> None:
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        vm, db, view = _show_vm(seat), seat.simulated.db, _view(seat)
        row_height = view.visualRect(_row(seat, "Description")).height()
        lines = _open_lines_editor(seat)
        _type(lines, "the web server")
        QTest.keyClick(lines, Qt.Key.Key_Return)
        QTest.keyClicks(lines, "ask Ana first")
        assert view.is_editing
        if leaves == "by Tab":
            QTest.keyClick(lines, Qt.Key.Key_Tab)
        else:
            QTest.keyClick(lines, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: db.get("VM", vm.ref, "name_description") == "the web server\nask Ana first", 10)
        await until(lambda: _row(seat, "Description").data() == "the web server\nask Ana first")
        await until(lambda: not view.is_editing and not seat.desk.board.active)
        assert view.visualRect(_row(seat, "Description")).height() > row_height


async def test_escape_leaves_a_description_as_it_was(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        vm, view = _show_vm(seat), _view(seat)
        lines = _open_lines_editor(seat)
        assert lines.toPlainText() == vm.name_description
        _type(lines, "something else")
        QTest.keyClick(lines, Qt.Key.Key_Escape)
        await until(lambda: not view.is_editing)
        assert not seat.desk.board.jobs


async def test_a_click_on_the_mark_copies_an_identifier_and_edits_what_can_be_edited(
    application: QApplication,
) -> None:
    async with desk_on_pool(application) as seat:
        vm, view = _show_vm(seat), _view(seat)
        for title in ("UUID", "Name"):
            index = _row(seat, title)
            view.scrollTo(index)
            place = view.visualRect(index)
            font = index.data(Qt.ItemDataRole.FontRole) or view.font()
            wide = QFontMetrics(font).horizontalAdvance(str(index.data()))
            point = QPoint(place.left() + wide + 20, place.center().y())
            QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, point)
        assert QGuiApplication.clipboard().text() == vm.uuid
        line = _editor(view)
        assert line is not None
        QTest.keyClick(line, Qt.Key.Key_Escape)
        await until(lambda: not view.is_editing)


@pytest.mark.parametrize("key", [Qt.Key.Key_F2, Qt.Key.Key_Return])
async def test_escape_changes_nothing(application: QApplication, key: Qt.Key) -> None:
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        vm = _show_vm(seat)
        line = _open_editor(seat, "Name", key)
        assert line.text() == vm.name_label
        _type(line, "something else")
        QTest.keyClick(line, Qt.Key.Key_Escape)
        await until(lambda: not _view(seat).is_editing)
        assert _row(seat, "Name").data() == vm.name_label
        assert not seat.desk.board.jobs
        assert seat.simulated.db.get("VM", vm.ref, "name_label") == vm.name_label


async def test_a_double_click_on_a_row_edits_its_value_even_on_the_title(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        vm, view = _show_vm(seat), _view(seat)
        place = view.visualRect(_row(seat, "Name").siblingAtColumn(0)).center()
        for click in (QTest.mouseClick, QTest.mouseDClick):
            click(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
        line = _editor(view)
        assert line is not None
        assert line.text() == vm.name_label
        QTest.keyClick(line, Qt.Key.Key_Escape)
        await until(lambda: not view.is_editing)


async def test_return_without_a_change_asks_nothing_of_the_server(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        _show_vm(seat)
        QTest.keyClick(_open_editor(seat, "Name"), Qt.Key.Key_Return)
        await until(lambda: not _view(seat).is_editing)
        assert not seat.desk.board.jobs


@pytest.mark.parametrize(("title", "typed"), [("Name", "   "), ("Folder", "Production")])
async def test_what_will_not_do_is_not_taken_and_says_why(application: QApplication, title: str, typed: str) -> None:
    async with desk_on_pool(application) as seat:
        _show_vm(seat)
        line = _open_editor(seat, title)
        _type(line, typed)
        QTest.keyClick(line, Qt.Key.Key_Return)
        assert _view(seat).is_editing
        assert line.toolTip() == line.accessibleDescription() != ""
        _type(line, "/fine")
        assert line.toolTip() == ""
        QTest.keyClick(line, Qt.Key.Key_Escape)
        await until(lambda: not _view(seat).is_editing)
        assert not seat.desk.board.jobs


async def test_what_the_server_says_meanwhile_does_not_overwrite_what_is_being_typed(
    application: QApplication,
) -> None:
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        vm, db = _show_vm(seat), seat.simulated.db
        line = _open_editor(seat, "Name")
        _type(line, "half of a na")
        db.set("VM", vm.ref, "name_label", "renamed by somebody")
        db.set("VM", vm.ref, "other_config", {_FIELD + "Rack": "7"})
        await until(lambda: getattr(seat.link.inventory.find(vm.ref), "other_config", {}).get(_FIELD + "Rack"))
        await asyncio.sleep(0.25)  # longer than the tab waits before it shows a change
        assert (_editor(_view(seat)), line.text()) == (line, "half of a na")
        QTest.keyClick(line, Qt.Key.Key_Escape)
        await until(lambda: _row(seat, "Name").data() == "renamed by somebody")
        await until(lambda: _row(seat, "Rack").data() == "7")


async def test_an_editor_does_not_stay_for_another_object(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        first, *_, last = [vm for vm in seat.pool.source.inventory.all(Vm) if is_real_vm(vm)]
        _show(seat, first.ref)
        _type(_open_editor(seat, "Name"), "meant for the first")
        _show(seat, last.ref)
        await until(lambda: _row(seat, "Name").data() == last.name_label)
        assert not _view(seat).is_editing
        await until(lambda: not seat.desk.board.active)
        assert seat.simulated.db.get("VM", last.ref, "name_label") == last.name_label


async def test_objects_without_groups_of_their_own_are_edited_too(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        network = next(seat.pool.source.inventory.all(Network))
        _show(seat, network.ref)
        lines = _open_lines_editor(seat)
        _type(lines, "for guests")
        QTest.keyClick(lines, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        db = seat.simulated.db
        await until(lambda: db.get("network", network.ref, "name_description") == "for guests", 10)
        view = _view(seat)
        view.setCurrentIndex(_row(seat, "Bridge"))
        assert not view.begin_edit(_row(seat, "Bridge"))
        assert _editor(view) is None


async def test_f2_renames_an_object_in_its_row_of_the_tree(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        vm, db = _show_vm(seat), seat.simulated.db
        tree = seat.desk.window.pane.tree
        QTest.keyClick(tree, Qt.Key.Key_F2)
        line = _editor(tree)
        assert line is not None
        assert line.text() == vm.name_label
        _type(line, " ")
        QTest.keyClick(line, Qt.Key.Key_Return)
        assert tree.is_editing
        _type(line, "zz-renamed")
        QTest.keyClick(line, Qt.Key.Key_Return)
        await until(lambda: db.get("VM", vm.ref, "name_label") == "zz-renamed", 10)
        await until(lambda: tree.currentIndex().data() == "zz-renamed")
        assert tree.things() == (seat.thing(vm.ref),)
        assert seat.find_dialog("fill") is None
        await until(lambda: not seat.desk.board.active)


async def test_escape_leaves_the_row_of_the_tree_as_it_is(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        vm, tree = _show_vm(seat), seat.desk.window.pane.tree
        QTest.keyClick(tree, Qt.Key.Key_F2)
        line = _editor(tree)
        assert line is not None
        _type(line, "something else")
        QTest.keyClick(line, Qt.Key.Key_Escape)
        await until(lambda: not tree.is_editing)
        assert tree.currentIndex().data() == vm.name_label
        assert not seat.desk.board.jobs


async def test_several_objects_are_not_renamed_in_a_row(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        vms = [vm for vm in seat.pool.source.inventory.all(Vm) if is_real_vm(vm)][:2]
        seat.desk.window.show_things([seat.thing(vm.ref) for vm in vms])
        tree = seat.desk.window.pane.tree
        QTest.keyClick(tree, Qt.Key.Key_F2)
        assert len(tree.things()) == 2
        assert not tree.is_editing


async def test_f2_is_the_rows_where_it_can_be_edited_and_the_windows_elsewhere(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        vm, tree, view = _show_vm(seat), seat.desk.window.pane.tree, _view(seat)
        view.setCurrentIndex(_row(seat, "Tags"))
        assert _keeps_f2(tree)
        assert _keeps_f2(view)
        view.setCurrentIndex(_row(seat, "UUID"))
        assert not _keeps_f2(view)
        other = next(other for other in seat.pool.source.inventory.all(Vm) if is_real_vm(other) and other != vm)
        seat.desk.window.show_things([seat.thing(vm.ref), seat.thing(other.ref)])
        assert not _keeps_f2(tree)


def _keeps_f2(place: QWidget) -> bool:
    """Whether the key is kept from the shortcut of the same key."""
    asked = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_F2, Qt.KeyboardModifier.NoModifier)
    asked.ignore()
    QApplication.sendEvent(place, asked)
    return asked.isAccepted()


async def test_a_saved_database_refuses_to_be_edited_and_says_why(application: QApplication) -> None:
    path = shared_path("dumps/hottub.xml")
    async with empty_desk(application) as seat:
        seat.desk.open_database(path.name, path.read_bytes())
        _show_vm(seat)
        view, row = _view(seat), _row(seat, "Name")
        assert not row.flags() & Qt.ItemFlag.ItemIsEditable
        assert "This is a saved database" in row.data(Qt.ItemDataRole.ToolTipRole)
        assert "This is a saved database" in row.data(Qt.ItemDataRole.StatusTipRole)
        view.setCurrentIndex(row)
        QTest.keyClick(view, Qt.Key.Key_F2)
        assert _editor(view) is None
        assert "This is a saved database" in QToolTip.text()
        QToolTip.hideText()
        tree = seat.desk.window.pane.tree
        QTest.keyClick(tree, Qt.Key.Key_F2)
        assert not tree.is_editing
        assert "This is a saved database" in QToolTip.text()
        QToolTip.hideText()
