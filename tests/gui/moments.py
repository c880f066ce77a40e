"""Pictures of moments that no selection shows: dialogs, a drag under way, jobs, a lost connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QDragEnterEvent, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLineEdit, QToolButton, QWidget

from lifeguard.commands.command import summed_up
from lifeguard.commands.registry import command
from lifeguard.commands.selection import Selection
from lifeguard.datamodel.records import Host, Vm
from lifeguard.inventory.relations import is_real_vm
from lifeguard.link.gate import CertificateFacts
from lifeguard.tree.node import Thing
from lifeguard.ui.desk import Desk
from lifeguard.ui.dialogs.door import DialogGate
from lifeguard.ui.mime import packed
from lifeguard.ui.pools import OpenPool
from tests.support.simulated import Simulated
from tests.support.waiting import until

P = TypeVar("P", bound=QObject)
Save = Callable[[QWidget, str], object]
_OLD = CertificateFacts(
    "xen1.example.org:443", ":".join(["3B"] * 32), "xen1.example.org", "xen1", "2023-04-01 08:00", "2033-04-01 08:00"
)
_NEW = CertificateFacts(
    "xen1.example.org:443", ":".join(["C4"] * 32), "xen1.example.org", "Our CA", "2026-01-10 09:30", "2027-01-10 09:30"
)


async def draw_moments(desk: Desk, gate: DialogGate, pool: OpenPool, simulated: Simulated, save: Save) -> None:
    """All of them but the last, after which nothing works any more: that is `draw_lost`."""
    await _dialogs(desk, gate, save)
    await _menu(desk, pool, save)
    await _drag(desk, pool, save)
    await _jobs(desk, pool, simulated, save)
    await _notices(desk, save)
    await _palette(desk, pool, save)
    await _forms(desk, pool, save)
    await _wizard(desk, pool, save)
    await _builder(desk, pool, save)


async def _dialogs(desk: Desk, gate: DialogGate, save: Save) -> None:
    _part(desk.window, QAction, "server.connect").trigger()
    await _draw_dialog("connect", save)
    for name, known in (("trust-new", None), ("trust-changed", _OLD)):
        asked = asyncio.ensure_future(gate.trust(_NEW, known))
        await _draw_dialog("trust", save, name)
        await asked


async def _draw_dialog(name: str, save: Save, shown_as: str = "") -> None:
    dialog = await until(lambda: _dialog(name))
    await asyncio.sleep(0.1)
    save(dialog, f"dialog-{shown_as or name}")
    dialog.reject()
    await until(lambda: _dialog(name) is None)


def _part(of: QObject, kind: type[P], name: str) -> P:
    found = of.findChild(kind, name)
    assert found is not None
    return found


def _dialog(name: str) -> QDialog | None:
    dialogs = (widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QDialog))
    return next((dialog for dialog in dialogs if dialog.objectName() == name and dialog.isVisible()), None)


async def _menu(desk: Desk, pool: OpenPool, save: Save) -> None:
    vm, _ = _movable(pool)
    desk.window.show_things([Thing(pool.key, vm.ref)])
    desk.window.open_menu(desk.window.pane.things(), desk.window.mapToGlobal(desk.window.rect().center()))
    menu = await until(QApplication.activePopupWidget)
    save(menu, "menu-vm")
    menu.close()


async def _drag(desk: Desk, pool: OpenPool, save: Save) -> None:
    vm, host = _movable(pool)
    tree = desk.window.pane.tree
    desk.window.show_things([Thing(pool.key, host.ref)])
    data = packed([Thing(pool.key, vm.ref)])
    place = tree.visualRect(tree.currentIndex()).center()
    keys, button = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    tree.dragEnterEvent(QDragEnterEvent(place, Qt.DropAction.MoveAction, data, button, keys))
    await asyncio.sleep(0.2)
    save(desk.window, "drag")
    tree.judge_drag_again()
    tree.end_drag()


async def _jobs(desk: Desk, pool: OpenPool, simulated: Simulated, save: Save) -> None:
    vm, host = _movable(pool)
    migrate = command("vm.migrate")
    assert migrate is not None
    desk.run(migrate, Selection.of(pool.source, [vm.ref], host.ref))
    dialog = await until(lambda: _dialog("confirm"))
    await asyncio.sleep(0.1)
    save(dialog, "dialog-migrate")
    dialog.accept()
    toggle = _part(desk.window, QToolButton, "jobs.toggle")
    toggle.setChecked(True)
    await until(lambda: desk.window.tray.progress > 0, 10)
    save(desk.window, "jobs-running")
    await until(lambda: simulated.db.get("VM", vm.ref, "resident_on") == host.ref, 60)
    toggle.setChecked(False)


async def _notices(desk: Desk, save: Save) -> None:
    """After the jobs, so that there are events to see."""
    for name, view in (("alerts", desk.notices.panel.alerts.view), ("events", desk.notices.panel.events.view)):
        desk.notices.open_page(name)
        view.setCurrentIndex(view.lines.index(0, 0))
        await asyncio.sleep(0.2)
        save(desk.window, name)
    desk.window.show_in_front()


async def _palette(desk: Desk, pool: OpenPool, save: Save) -> None:
    vm, _ = _movable(pool)
    desk.window.show_things([Thing(pool.key, vm.ref)])
    for text in ("", "re", "migrate to"):
        palette = desk.keyboard.open_palette()
        _part(palette, QLineEdit, "palette.line").setText(text)
        await asyncio.sleep(0.1)
        save(palette, f"palette-{text.replace(' ', '-') or 'empty'}")
        palette.close()
    _part(desk.window, QAction, "go.shortcuts").trigger()
    await _draw_dialog("shortcuts", save)


async def _forms(desk: Desk, pool: OpenPool, save: Save) -> None:
    """What commands ask, and where a VM could start."""
    vm, host = _movable(pool)
    halted = next(vm for vm in pool.source.inventory.all(Vm) if is_real_vm(vm) and vm.power_state == "Halted")
    for id_, ref, name in (
        ("host.enter_maintenance", vm.resident_on, "fill"),
        ("vm.snapshot", vm.ref, "fill"),
        ("object.tags", host.ref, "fill"),
        ("vm.delete", halted.ref, ""),
        ("vm.diagnose_start", halted.ref, "diagnosis"),
    ):
        chosen = command(id_)
        assert chosen is not None
        desk.run(chosen, Selection.of(pool.source, [ref]))
        names = [name] if name else ["fill", "confirm"]
        opened = await until(lambda names=names: next((one for one in names if _dialog(one) is not None), ""), 10)
        await _draw_dialog(opened, save, id_.replace(".", "-"))


async def _wizard(desk: Desk, pool: OpenPool, save: Save) -> None:
    vm, _ = _movable(pool)
    chosen = command("vm.migrate_with_storage")
    assert chosen is not None
    desk.run(chosen, Selection.of(pool.source, [vm.ref]))
    wizard = await until(lambda: _dialog("migration"), 10)
    for number in range(1, 5):
        await asyncio.sleep(0.5)
        save(wizard, f"wizard-{number}")
        _part(wizard, QAbstractButton, "migration.next").click()
    wizard.reject()
    await until(lambda: _dialog("migration") is None)


async def _builder(desk: Desk, pool: OpenPool, save: Save) -> None:
    """The search in words and as it is built, and what is said of one that finds nothing."""
    vm, _ = _movable(pool)
    desk.window.show_things([Thing(pool.key, vm.ref)])
    desk.window.stack.prefer("search")
    line, build = _part(desk.window, QLineEdit, "search.query"), _part(desk.window, QToolButton, "search.build")
    line.setText("state:running (memory>4G or tag:prod)")
    line.returnPressed.emit()
    build.setChecked(True)
    await asyncio.sleep(0.6)
    save(desk.window, "search-built")
    build.setChecked(False)
    line.setText("nobodyiscalledso")
    line.returnPressed.emit()
    await asyncio.sleep(0.8)
    save(desk.window, "search-nothing")
    line.clear()
    desk.window.stack.prefer("general")


async def draw_lost(desk: Desk, simulated: Simulated) -> None:
    """Take the whole pool away."""
    for ref in simulated.server.urls:
        await simulated.server.kill(ref)
    await until(desk.window.banner.isVisible, 20)
    await asyncio.sleep(1.2)


def _movable(pool: OpenPool) -> tuple[Vm, Host]:
    migrate, source = command("vm.migrate"), pool.source
    assert migrate is not None
    for vm in source.inventory.all(Vm):
        if is_real_vm(vm) and vm.power_state == "Running":
            for host in source.inventory.all(Host):
                if summed_up(migrate, migrate.judge(Selection.of(source, [vm.ref], host.ref))).allowed:
                    return vm, host
    raise AssertionError("nothing can be moved in this pool")


def saver(folder: Path, suffix: str) -> Save:
    def save(widget: QWidget, name: str) -> None:
        picture = widget.grab()
        framed = QPixmap(picture.size())
        framed.setDevicePixelRatio(picture.devicePixelRatio())
        framed.fill(widget.palette().color(widget.backgroundRole()))
        painter = QPainter(framed)
        painter.drawPixmap(0, 0, picture)
        painter.end()
        path = folder / f"{name}-{suffix}.png"
        framed.save(str(path))
        print(path)

    return save
