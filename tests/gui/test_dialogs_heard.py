"""What those hear who cannot see a dialog: every control has a name and a role, the keyboard begins inside, walks from
the top to the bottom and comes back, and Return does what the one default button says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QWidget

from lifeguard.commands.ask import Prompt
from lifeguard.commands.registry import command
from lifeguard.commands.selection import Selection
from lifeguard.datamodel.records import Vm
from lifeguard.link.gate import CertificateFacts
from lifeguard.rules.domain import is_real_vm
from lifeguard.ui.acting.elevation import AskElevation
from lifeguard.ui.dialogs.door import DialogGate
from lifeguard.ui.dialogs.prompt import DialogAsk
from tests.gui.desk import Seat, desk_on_pool
from tests.support import until

_ROLES = frozenset({
    QAccessible.Role.Button, QAccessible.Role.ButtonMenu, QAccessible.Role.CheckBox, QAccessible.Role.ComboBox,
    QAccessible.Role.EditableText, QAccessible.Role.List, QAccessible.Role.PageTabList, QAccessible.Role.RadioButton,
    QAccessible.Role.SpinBox, QAccessible.Role.Table, QAccessible.Role.Tree,
})  # fmt: skip
_FACTS = CertificateFacts("xen1:443", ":".join(["C4"] * 32), "xen1", "xen1", "2026-01-10 09:30", "2036-01-10 09:30")
Open = Callable[[Seat], object]


def _trigger(action: str) -> Open:
    def open_it(seat: Seat) -> None:
        found = seat.desk.window.findChild(QAction, action)
        assert found is not None
        found.trigger()

    return open_it


def _run(command_id: str) -> Open:
    def open_it(seat: Seat) -> None:
        one = command(command_id)
        assert one is not None
        vms = (vm for vm in seat.link.inventory.all(Vm) if is_real_vm(vm) and vm.power_state == "Running")
        vm = next(vm for vm in vms if one.sum_up(Selection.of(seat.link, [vm.ref])).allowed)
        seat.desk.run(one, Selection.of(seat.link, [vm.ref]))

    return open_it


def _gate(seat: Seat) -> DialogGate:
    gate = DialogGate(seat.theme)
    gate.parent = seat.desk.window
    return gate


_DIALOGS: dict[str, Open] = {
    "connect": _trigger("server.connect"),
    "trust": lambda seat: asyncio.ensure_future(_gate(seat).trust(_FACTS, None)),
    "login": lambda seat: asyncio.ensure_future(_gate(seat).credentials("xen1", "root", "It is wrong.")),
    "confirm": lambda seat: asyncio.ensure_future(
        DialogAsk(seat.theme, seat.desk.window).confirm(Prompt("Erase it?", "All of it.", danger=True, verb="Erase"))
    ),
    "fill": _run("vm.snapshot"),
    "migration": _run("vm.migrate_with_storage"),
    "run-as": lambda seat: asyncio.ensure_future(
        AskElevation(seat.theme, seat.desk.window).ask("Start", "Your role may not.")
    ),
    "shortcuts": _trigger("go.shortcuts"),
    "told": lambda seat: asyncio.ensure_future(seat.desk.tell("It was not opened", "It is no database.")),
}


@asynccontextmanager
async def _opened(seat: Seat, name: str) -> AsyncIterator[QDialog]:
    work = _DIALOGS[name](seat)
    dialog = await seat.dialog(name)
    await asyncio.sleep(0.05)
    try:
        yield dialog
    finally:
        dialog.reject()
        if isinstance(work, asyncio.Future):
            await work
        await until(lambda: seat.find_dialog(name) is None)


async def test_every_dialog_can_be_used_by_ear_and_keyboard(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        for name in _DIALOGS:
            async with _opened(seat, name) as dialog:
                assert dialog.windowTitle(), name
                _assert_heard(dialog)
                _assert_walked(dialog)
                defaults = [one for one in dialog.findChildren(QPushButton) if one.isVisible() and one.isDefault()]
                assert len(defaults) == 1, f"{name}: {[one.text() for one in defaults]}"
                assert dialog.focusWidget() is not None, f"the keyboard is not in {name}"


async def test_the_palette_can_be_used_by_ear_and_keyboard(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        palette = seat.desk.keyboard.open_palette()
        _assert_heard(palette)
        focused = palette.focusWidget()
        assert focused is not None
        assert focused.objectName() == "palette.line"
        palette.close()


@pytest.mark.parametrize("page", ["alerts", "events"])
async def test_the_pages_of_notices_can_be_used_by_ear_and_keyboard(application: QApplication, page: str) -> None:
    async with desk_on_pool(application) as seat:
        seat.desk.notices.open_page(page)
        _assert_heard(seat.desk.notices.panel)
        seat.desk.window.show_in_front()


def _controls(place: QWidget) -> list[QWidget]:
    """What the Tab key stops at."""
    return [
        one
        for one in place.findChildren(QWidget)
        if one.isVisible() and one.isEnabled() and one.focusPolicy() & Qt.FocusPolicy.TabFocus and not one.focusProxy()
    ]


def _assert_heard(place: QWidget) -> None:
    controls = _controls(place)
    assert controls
    for control in controls:
        told = QAccessible.queryAccessibleInterface(control)
        assert told.text(QAccessible.Text.Name).strip(), f"{_path(control)} has no name"
        assert told.role() in _ROLES, f"{_path(control)} is a {told.role()}"


def _assert_walked(dialog: QDialog) -> None:
    controls = _controls(dialog)
    first = dialog.focusWidget() or controls[0]
    walked, at = [first], first.nextInFocusChain()
    while at is not None and at is not first:
        if at in controls:
            walked.append(at)
        at = at.nextInFocusChain()
    assert {*walked} >= {*controls}
    tops = _from_the_top([one.mapTo(dialog, QPoint(0, one.height() // 2)).y() for one in walked])
    assert tops == sorted(tops), f"the Tab key jumps about: {list(map(_path, walked))}"


def _from_the_top(tops: Sequence[int]) -> list[int]:
    """The keyboard may begin further down: what comes before that is walked last."""
    rows = [top // _ROW for top in tops]
    begin = rows.index(min(rows))
    return [*rows[begin:], *rows[:begin]]


_ROW = 24


def _path(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()!r}"
