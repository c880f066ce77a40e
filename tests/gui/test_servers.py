"""Saved servers: written when a pool is there, shown while it is not, connected again at the next start."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from keyring.backend import KeyringBackend
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QLineEdit, QMenu, QPushButton

from lifeguard.clock import SystemClock
from lifeguard.commands.work import Report, Work
from lifeguard.datamodel.records import Vm
from lifeguard.link.fleet import Fleet
from lifeguard.link.gate import SessionTrust
from lifeguard.link.roster import Roster, key_of
from lifeguard.link.target import Target
from lifeguard.rules.domain import is_real_vm
from lifeguard.rules.words import Words
from lifeguard.settings.file import SettingsFile
from lifeguard.settings.keeper import Keeper
from lifeguard.settings.model import SavedServer
from lifeguard.trust.passwords import KeyringPasswords
from lifeguard.ui.desk import Desk
from lifeguard.ui.dialogs.door import DialogGate
from lifeguard.ui.theme import Theme
from lifeguard.xapi.failures import Failure
from tests.gui.desk import Seat, desk_on_pool, empty_desk
from tests.support import until
from tests.support.keyring import MemoryKeyring, NoKeyring
from tests.support.simulated import HASTY, PASSWORD, Simulated, simulated


@asynccontextmanager
async def _sitting(
    application: QApplication, pool: Simulated, path: Path, keyring: KeyringBackend
) -> AsyncIterator[tuple[Seat, Roster]]:
    """One start of the program to its end, with the settings in a file."""
    theme = Theme(application, "light")
    clock, gate = SystemClock(), DialogGate(theme)
    roster = Roster(Keeper(SettingsFile(path)), KeyringPasswords(keyring))
    fleet = Fleet(gate, SessionTrust(), clock, HASTY)
    desk = Desk(theme, fleet, gate, clock, (Failure,), pool.address_book(), roster)
    desk.window.resize(1200, 800)
    desk.window.show()
    try:
        yield Seat(desk, theme, pool), roster
    finally:
        await desk.close()
        theme.close()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


async def _connect_by_hand(seat: Seat, remembers: bool) -> None:
    assert seat.simulated is not None
    seat.desk.window.findChild(QAction, "server.connect").trigger()
    await seat.dialog("connect")
    target = seat.simulated.target()
    seat.part(QLineEdit, "connect.address").setText(f"http://{target.address}:{target.port}")
    seat.part(QLineEdit, "connect.password").setText(PASSWORD)
    seat.part(QCheckBox, "connect.remember").setChecked(remembers)
    await seat.press("connect", "proceed")
    await until(seat.desk.is_loaded, 15)


def _rows(seat: Seat) -> list[str]:
    model = seat.desk.window.pane.tree.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


async def _trigger(seat: Seat, name: str) -> None:
    """Choose it in a menu, as soon as it can be chosen."""
    action = await until(lambda: seat.desk.window.findChild(QAction, name))
    await until(action.isEnabled)
    action.trigger()


async def test_a_pool_with_a_kept_password_is_there_again_at_the_next_start(
    application: QApplication, tmp_path: Path
) -> None:
    keyring = MemoryKeyring()
    async with simulated(2, 4) as pool:
        async with _sitting(application, pool, tmp_path / "s.json", keyring) as (seat, roster):
            await _connect_by_hand(seat, remembers=True)
            await until(lambda: keyring.kept != {})
            (server,) = roster.servers
            assert server.title == seat.pool.source.title
            assert len(server.members) == 2
            assert PASSWORD not in (tmp_path / "s.json").read_text()
        async with _sitting(application, pool, tmp_path / "s.json", keyring) as (seat, _):
            assert seat.desk.servers is not None
            seat.desk.servers.reconnect()
            await until(seat.desk.is_loaded, 15)
            assert len(seat.desk.pools) == 1
            assert _rows(seat).count(server.title) == 1


async def test_a_pool_that_was_disconnected_stays_in_the_tree_and_a_double_click_asks_for_its_password(
    application: QApplication, tmp_path: Path
) -> None:
    async with simulated(2, 4) as pool, _sitting(application, pool, tmp_path / "s.json", NoKeyring()) as (seat, roster):
        await _connect_by_hand(seat, remembers=False)
        title = seat.pool.source.title
        seat.desk.window.pane.tree.setCurrentIndex(seat.desk.window.pane.tree.model().index(0, 0))
        await _trigger(seat, "server.disconnect")
        await until(lambda: len(seat.desk.pools) == 0)
        await until(lambda: _rows(seat) == [title])
        assert not roster.servers[0].is_connected
        tree = seat.desk.window.pane.tree
        tree.setCurrentIndex(tree.model().index(0, 0))
        assert seat.part(QPushButton, "tabs.empty.connect").text() == "Connect"
        tree.activated.emit(tree.currentIndex())
        dialog = await seat.dialog("login")
        assert f"Log in to {title} (127.0.0.1:" in " ".join(label.text() for label in dialog.findChildren(QLabel))
        assert any("no keyring" in label.text() for label in dialog.findChildren(QLabel))
        seat.part(QLineEdit, "login.password").setText(PASSWORD)
        await seat.press("login", "proceed")
        await until(lambda: len(seat.desk.pools) == 1 and seat.desk.is_loaded(), 15)
        assert roster.servers[0].is_connected


async def test_who_does_not_give_the_password_keeps_the_server_disconnected(
    application: QApplication, tmp_path: Path
) -> None:
    path = tmp_path / "s.json"
    Keeper(SettingsFile(path)).change(servers=(SavedServer(address="127.0.0.1", port=1, title="Paris"),))
    async with simulated(1, 0) as pool, _sitting(application, pool, path, NoKeyring()) as (seat, roster):
        assert seat.desk.servers is not None
        seat.desk.servers.reconnect()
        await seat.press("login", "cancel")
        await until(lambda: not roster.servers[0].is_connected)
        assert _rows(seat) == ["Paris"]


async def test_a_removed_server_leaves_the_tree_the_settings_and_the_keyring(
    application: QApplication, tmp_path: Path
) -> None:
    path, keyring = tmp_path / "s.json", MemoryKeyring()
    saved = SavedServer(address="xen1.example.org", title="Paris", is_connected=False)
    Keeper(SettingsFile(path)).change(servers=(saved,))
    keyring.set_password("lifeguard", f"root@{key_of(saved)}", "secret")
    async with simulated(1, 0) as pool, _sitting(application, pool, path, keyring) as (seat, roster):
        assert _rows(seat) == ["Paris"]
        tree = seat.desk.window.pane.tree
        tree.setCurrentIndex(tree.model().index(0, 0))
        seat.desk.window.pane.menu_wanted.emit(QPoint(0, 0))
        menu = seat.part(QMenu, "menu.unconnected")
        next(action for action in menu.actions() if action.objectName() == "server.remove").trigger()
        menu.close()
        await seat.press("confirm", "proceed")
        await until(lambda: roster.servers == ())
        assert _rows(seat) == []
        await until(lambda: keyring.kept == {})


async def test_a_password_the_keyring_does_not_take_is_told_of_once(application: QApplication, tmp_path: Path) -> None:
    async with simulated(1, 2) as pool, _sitting(application, pool, tmp_path / "s.json", NoKeyring()) as (seat, _):
        await _connect_by_hand(seat, remembers=True)
        await until(seat.desk.window.notice.isVisible)
        assert "no keyring" in seat.part(QLabel, "notice.text").text()
        seat.part(QPushButton, "notice.dismiss").click()
        assert not seat.desk.window.notice.isVisible()


async def test_two_saved_servers_of_one_pool_show_it_once_and_become_one(
    application: QApplication, tmp_path: Path
) -> None:
    path, keyring = tmp_path / "s.json", MemoryKeyring()
    async with simulated(2, 4) as pool:
        doors = [pool.target(ref) for ref in (pool.pool.master_ref, *pool.members())]
        servers = tuple(SavedServer(address=one.address, port=one.port, uses_tls=False) for one in doors)
        for server in servers:
            keyring.set_password("lifeguard", f"root@{key_of(server)}", PASSWORD)
        Keeper(SettingsFile(path)).change(servers=servers)
        async with _sitting(application, pool, path, keyring) as (seat, roster):
            assert seat.desk.servers is not None
            seat.desk.servers.reconnect()
            await until(lambda: len(roster.servers) == 1, 15)
            await until(lambda: len(seat.desk.pools) == 1 and seat.desk.is_loaded(), 15)
            assert _rows(seat) == [seat.pool.source.title]
            assert "is connected already" in seat.part(QLabel, "notice.text").text()
            await until(lambda: len(keyring.kept) == 1)


async def test_all_are_disconnected_and_connected_again_at_once(application: QApplication, tmp_path: Path) -> None:
    async with simulated(1, 2) as pool, _sitting(application, pool, tmp_path / "s.json", MemoryKeyring()) as (seat, _):
        connect = seat.desk.window.findChild(QAction, "server.connect_all")
        disconnect = seat.desk.window.findChild(QAction, "server.disconnect_all")
        assert connect is not None
        assert disconnect is not None
        assert (connect.isEnabled(), connect.toolTip()) == (False, "No server has been added")
        assert (disconnect.isEnabled(), disconnect.toolTip()) == (False, "No server is connected")
        await _connect_by_hand(seat, remembers=True)
        await until(lambda: connect.toolTip() == "Every server is connected")
        disconnect.trigger()
        await until(lambda: len(seat.desk.pools) == 0)
        await until(connect.isEnabled)
        connect.trigger()
        await until(lambda: len(seat.desk.pools) == 1 and seat.desk.is_loaded(), 15)


async def test_a_pool_is_connected_again_as_somebody_else(application: QApplication) -> None:
    users = {"root": PASSWORD, "vm-operator": "operate"}
    async with simulated(1, 2, passwords=users) as served, empty_desk(application) as seat:
        seat.desk.connect(served.target())
        await until(seat.desk.is_loaded, 15)
        seat.desk.window.show_things([seat.thing(served.pool.master_ref)])
        await _trigger(seat, "server.reconnect_as")
        await seat.dialog("login")
        seat.part(QLineEdit, "login.user").setText("vm-operator")
        seat.part(QLineEdit, "login.password").setText("operate")
        first = seat.link
        await seat.press("login", "proceed")
        await until(lambda: len(seat.desk.pools) == 1 and seat.link is not first and seat.desk.is_loaded(), 15)
        assert not seat.link.permissions.allows("host.reboot")
        names = {row["auth_user_name"] for row in served.db.rows("session").values()}
        assert names == {"vm-operator"}


async def test_whoever_disconnects_is_told_of_the_jobs_that_run_there(application: QApplication) -> None:
    async with desk_on_pool(application) as seat:
        vm = next(vm for vm in seat.link.inventory.all(Vm) if is_real_vm(vm))
        never = asyncio.Event()

        async def carry(job: Report) -> None:
            await never.wait()

        work = Work("Carry it", carry, Words(seat.link.inventory), subjects=(vm.ref,))
        job = seat.desk.board.start(work)
        assert seat.simulated is not None
        seat.desk.window.show_things([seat.thing(seat.simulated.pool.master_ref)])
        for button in ("cancel", "proceed"):
            await until(lambda: seat.find_dialog("confirm") is None)
            await _trigger(seat, "server.disconnect")
            dialog = await seat.dialog("confirm")
            assert "Carry it" in " ".join(label.text() for label in dialog.findChildren(QLabel))
            assert not job.is_over
            pressed = dialog.findChild(QPushButton, f"confirm.{button}")
            assert pressed is not None
            pressed.click()
        await until(lambda: len(seat.desk.pools) == 0)
        assert job.is_over


async def test_a_server_that_does_not_answer_can_be_given_up(application: QApplication) -> None:
    async with empty_desk(application) as seat:
        link = seat.desk.connect(Target("127.0.0.1", 1, False))
        await until(lambda: link.state.phase == "lost")
        tree = seat.desk.window.pane.tree
        tree.setCurrentIndex(tree.model().index(0, 0))
        seat.desk.window.pane.menu_wanted.emit(QPoint(0, 0))
        menu = seat.part(QMenu, "menu.unconnected")
        assert [action.text() for action in menu.actions()] == ["Connect now", "Disconnect"]
        menu.actions()[-1].trigger()
        menu.close()
        await until(lambda: len(seat.desk.pools) == 0)
        assert _rows(seat) == []


async def test_a_server_that_does_not_answer_offers_to_be_tried_at_once(
    application: QApplication, tmp_path: Path
) -> None:
    async with simulated(1, 0) as pool, _sitting(application, pool, tmp_path / "s.json", NoKeyring()) as (seat, _):
        seat.desk.window.findChild(QAction, "server.connect").trigger()
        await seat.dialog("connect")
        seat.part(QLineEdit, "connect.address").setText("http://127.0.0.1:1")
        await seat.press("connect", "proceed")
        tree = seat.desk.window.pane.tree
        await until(lambda: tree.model().rowCount() == 1)
        assert _rows(seat) == ["127.0.0.1:1"]
        tree.setCurrentIndex(tree.model().index(0, 0))
        (opened,) = seat.desk.pools
        await until(lambda: opened.source.state.next_try_s is not None)
        tries = opened.source.state.attempt
        button = seat.part(QPushButton, "tabs.empty.connect")
        assert button.text() == "Connect now"
        button.click()
        await until(lambda: opened.source.state.attempt > tries)
