"""Tags and folders in the tree: their menus, their dialogs, folders on their way into others, and the server's view."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QLineEdit, QMenu, QPushButton, QToolTip

from lifeguard.commands.ask import CheckField, Form
from lifeguard.inventory.folders import folder_group
from lifeguard.inventory.placing import Group, group
from lifeguard.sim.database import Database
from lifeguard.tree.node import Thing
from lifeguard.ui.dialogs.prompt import DialogAsk
from lifeguard.ui.mime import packed, unpacked
from lifeguard.ui.tree.model import TreeModel
from tests.gui.desk import Seat, desk_on_pool
from tests.support import until

_LEFT, _NO_KEYS, _MOVE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.MoveAction


def _model(seat: Seat) -> TreeModel:
    model = seat.desk.window.pane.tree.model()
    assert isinstance(model, TreeModel)
    return model


def _index(seat: Seat, label: str) -> QModelIndex:
    model = _model(seat)
    seat.desk.window.pane.tree.expandAll()
    return next(model.index_of_key(key) for key in model.keys() if getattr(key[-1], "label", None) == label)


async def _choose(seat: Seat, label: str, act: str) -> None:
    """Select a group and choose from its menu."""
    seat.desk.window.pane.tree.setCurrentIndex(_index(seat, label))
    await _act(seat, act)


async def _act(seat: Seat, act: str) -> None:
    seat.desk.window.pane.menu_wanted.emit(QPoint(0, 0))
    menu = seat.part(QMenu, "menu.context")
    action = next(one for one in menu.actions() if one.objectName() == act)
    assert action.isEnabled()
    action.trigger()
    menu.close()


async def _fill(seat: Seat, text: str) -> None:
    dialog = await seat.dialog("fill")
    line, proceed = dialog.findChild(QLineEdit, "fill.name"), dialog.findChild(QPushButton, "fill.proceed")
    assert line is not None
    assert proceed is not None
    line.setText(text)
    proceed.click()


def _drop(seat: Seat, dragged: list[Thing | Group], place: QPoint) -> bool:
    tree, data = seat.desk.window.pane.tree, packed(dragged)
    tree.dragEnterEvent(QDragEnterEvent(place, _MOVE, data, _LEFT, _NO_KEYS))
    over = QDragMoveEvent(place, _MOVE, data, _LEFT, _NO_KEYS)
    tree.dragMoveEvent(over)
    is_open = over.isAccepted()
    tree.dropEvent(QDropEvent(QPointF(place), _MOVE, data, _LEFT, _NO_KEYS))
    return is_open


def _middle(seat: Seat, label: str) -> QPoint:
    index = _index(seat, label)
    seat.desk.window.pane.tree.scrollTo(index)
    return seat.desk.window.pane.tree.visualRect(index).center()


def _tagged(db: Database, tag: str) -> set[str]:
    rows = ((ref, row) for name in ("VM", "host") for ref, row in db.rows(name).items())
    return {ref for ref, row in rows if tag in row["tags"]}


def _filed(db: Database, folder: str) -> set[str]:
    return {ref for ref, row in db.rows("VM").items() if row["other_config"].get("folder") == folder}


def _some_vm(db: Database) -> str:
    vms = db.rows("VM").items()
    return next(ref for ref, row in vms if not row["is_a_template"] and not row["is_control_domain"])


def _is_shown(seat: Seat, label: str) -> bool:
    return any(getattr(key[-1], "label", "") == label for key in _model(seat).keys())


async def test_a_tag_is_renamed_and_deleted_for_all_that_have_it(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        db = seat.simulated.db
        seat.desk.window.pane.use_view("tags")
        db.set("host", seat.simulated.pool.master_ref, "tags", ("gold",))
        vm = _some_vm(db)
        db.set("VM", vm, "tags", ("gold",))
        had = {vm, seat.simulated.pool.master_ref}
        await until(lambda: _is_shown(seat, "gold"))
        await _choose(seat, "gold", "tag.rename")
        dialog = await seat.dialog("fill")
        assert "2 objects" in " ".join(label.text() for label in dialog.findChildren(QLabel))
        line, proceed = seat.part(QLineEdit, "fill.name"), seat.part(QPushButton, "fill.proceed")
        line.setText("a, b")
        assert not proceed.isEnabled()
        assert "comma" in proceed.toolTip()
        line.clear()
        assert proceed.toolTip() == "Name is missing"
        line.setText("silver")
        proceed.click()
        await until(lambda: _tagged(db, "silver") == had and not _tagged(db, "gold"))
        await until(lambda: _is_shown(seat, "silver"))
        assert [job.title for job in seat.desk.board.jobs] == ["Rename tag gold"]
        await _choose(seat, "silver", "tag.delete")
        await seat.press("confirm", "proceed")
        await until(lambda: not _tagged(db, "silver"))
        await until(lambda: not seat.desk.board.active)


async def test_folders_are_made_renamed_moved_and_deleted(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        assert seat.simulated is not None
        db, pane, pool = seat.simulated.db, seat.desk.window.pane, seat.simulated.pool.pool_ref
        pane.use_view("folders")
        vm = _some_vm(db)
        pane.tree.clearSelection()
        await _act(seat, "folder.new")
        await _fill(seat, "Harbour")
        await until(lambda: "/Harbour" in str(db.get("pool", pool, "other_config")))
        await until(lambda: _is_shown(seat, "Harbour"))
        assert _drop(seat, [seat.thing(vm)], _middle(seat, "Harbour"))
        await until(lambda: _filed(db, "/Harbour") == {vm})
        await until(lambda: getattr(seat.link.inventory.find(vm), "other_config", {}).get("folder") == "/Harbour")
        await _choose(seat, "Harbour", "folder.rename")
        await _fill(seat, "Port")
        await until(lambda: _filed(db, "/Port") == {vm})
        await until(lambda: getattr(seat.link.inventory.find(vm), "other_config", {}).get("folder") == "/Port")
        await until(lambda: _is_shown(seat, "Port"))
        assert not _drop(seat, [folder_group("/Port")], _middle(seat, "Port"))
        assert _drop(seat, [folder_group("/Port")], _middle(seat, "Decommissioned"))
        await until(lambda: _filed(db, "/Decommissioned/Port") == {vm})
        await until(lambda: not seat.desk.board.active)
        pane.tree.collapseAll()
        below = pane.tree.viewport().rect().bottomLeft() - QPoint(-5, 5)
        assert not pane.tree.indexAt(below).isValid()
        assert _drop(seat, [seat.thing(vm)], below)
        await until(lambda: "folder" not in db.get("VM", vm, "other_config"))
        await until(lambda: not seat.desk.board.active)
        kept = str(db.get("pool", pool, "other_config")["EMPTY_FOLDERS"]).split(";")
        assert "/Decommissioned/Port" in kept
        await _choose(seat, "Decommissioned", "folder.delete")
        await seat.press("confirm", "proceed")
        await until(lambda: "Decommissioned" not in str(db.get("pool", pool, "other_config")))
        await until(lambda: not seat.desk.board.active)


async def test_f2_on_a_group_renames_it_and_a_refused_folder_says_why(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        seat.desk.window.pane.use_view("folders")
        seat.desk.window.pane.tree.setCurrentIndex(_index(seat, "Projects"))
        seat.desk.window.pane.menu_wanted.emit(QPoint(0, 0))
        seat.part(QMenu, "menu.context").close()
        action = seat.desk.window.findChild(QAction, "folder.rename")
        assert action is not None
        assert (action.isEnabled(), action.shortcut().toString()) == (True, "F2")
        data, tree = packed([folder_group("/Projects")]), seat.desk.window.pane.tree
        place = _middle(seat, "2027")
        tree.dragEnterEvent(QDragEnterEvent(place, _MOVE, data, _LEFT, _NO_KEYS))
        over = QDragMoveEvent(place, _MOVE, data, _LEFT, _NO_KEYS)
        tree.dragMoveEvent(over)
        assert not over.isAccepted()
        assert "cannot go into itself" in QToolTip.text()
        tree.end_drag()


def test_folders_travel_by_their_path_and_tags_do_not() -> None:
    thing, folder = Thing("pool-1", "OpaqueRef:1"), folder_group("/a/b")
    assert unpacked(packed([thing, folder])) == (thing, folder)
    assert unpacked(packed([group("tag", "gold")])) == ()


async def test_a_form_with_very_many_fields_still_fits_on_the_screen(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        ask = DialogAsk(seat.theme, seat.desk.window)
        fields = tuple(CheckField(f"box{number}", f"Delete disk {number}") for number in range(60))
        seat.desk.start(_asked(ask, Form("Many", fields)), "ask")
        dialog = await seat.dialog("fill")
        assert dialog.height() < seat.desk.window.height()
        assert dialog.findChild(QCheckBox, "fill.box59") is not None
        dialog.reject()
        await until(lambda: seat.find_dialog("fill") is None)


async def _asked(ask: DialogAsk, form: Form) -> None:
    await ask.fill(form)
