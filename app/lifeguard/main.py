"""The composition root: builds everything the window needs, runs it on one loop, and owns the way out."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from lifeguard.clock import SystemClock
from lifeguard.datamodel.records import Host
from lifeguard.link.fleet import Fleet
from lifeguard.link.gate import SessionTrust, TrustStore
from lifeguard.link.journal import Journal
from lifeguard.link.link import Link
from lifeguard.link.pinned import PinnedTrust
from lifeguard.link.roster import Roster
from lifeguard.link.state import LinkState
from lifeguard.link.target import Target
from lifeguard.settings.file import SettingsFile
from lifeguard.settings.keeper import Keeper
from lifeguard.trust.passwords import KeyringPasswords
from lifeguard.trust.pins import Pins
from lifeguard.ui.caretaker import Caretaker
from lifeguard.ui.desk import Desk
from lifeguard.ui.dialogs.door import DialogGate
from lifeguard.ui.interrupts import Interrupts
from lifeguard.ui.picture import take_picture
from lifeguard.ui.theme import Theme
from lifeguard.xapi.failures import Failure

_PICTURE_PATIENCE_S = 40.0


@dataclass(frozen=True, slots=True)
class SimulatedPool:
    """Where a simulated pool answers: its master, and the URL of each host by ref; and the pools `beside` it."""

    target: Target
    hosts: Mapping[str, str]
    beside: tuple[SimulatedPool, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What to open. `simulated` waits for a simulated pool to be ready; `screenshot` ends the program once taken;
    `address_book` maps addresses as records say them to the host:port to dial."""

    databases: Mapping[str, bytes] = field(default_factory=dict)
    simulated: Callable[[], Awaitable[SimulatedPool]] | None = None
    screenshot: Path | None = None
    tab: str = ""
    remembers: bool = True
    address_book: Mapping[str, str] = field(default_factory=dict)


def run(plan: Plan) -> int:
    """Open the window and stay until it is closed. The result is the exit status."""
    application = QApplication(sys.argv[:1])
    application.setApplicationName("lifeguard")
    application.setApplicationDisplayName("Lifeguard")
    application.setQuitOnLastWindowClosed(False)
    journal = Journal()
    journal.open()
    with QEventLoop(application) as loop:
        status = loop.run_until_complete(_sit(plan, application, journal))
        loop.run_until_complete(loop.shutdown_asyncgens())
    return status


async def _sit(plan: Plan, application: QApplication, journal: Journal) -> int:
    clock = SystemClock()
    keeper = Keeper(SettingsFile() if plan.remembers else None)
    settings = keeper.now
    scheme = settings.preferences.appearance
    theme = Theme(application, None if scheme == "system" else scheme)
    gate = DialogGate(theme)
    trust, distrust = _trust(plan)
    roster = Roster(keeper, KeyringPasswords()) if plan.remembers else None
    fleet = Fleet(gate, trust, clock)
    journal.hide(lambda: fleet.secrets)
    desk = Desk(theme, fleet, gate, clock, (Failure,), plan.address_book, roster, keeper)
    interrupts = Interrupts(desk.gone.set)
    caretaker = Caretaker(application)
    try:
        desk.window.recall(settings.window)
        desk.window.show()
        for complaint in filter(None, (keeper.complaint, distrust)):
            desk.complaints.say(complaint)
        if desk.servers is not None and not plan.databases and plan.simulated is None:
            desk.servers.reconnect()
        for name, data in plan.databases.items():
            desk.open_database(name, data)
        if plan.simulated is not None:
            _connect_simulated(desk, await plan.simulated())
        if plan.tab:
            desk.window.stack.prefer(plan.tab)
        if plan.screenshot is not None:
            is_good = await take_picture(desk.window, desk.is_complete, plan.screenshot, _PICTURE_PATIENCE_S)
            return 0 if is_good else 1
        await desk.gone.wait()
        keeper.change(window=desk.window.remember())
        return 0
    finally:
        caretaker.close()
        interrupts.close()
        await desk.close()
        theme.close()


def _trust(plan: Plan) -> tuple[TrustStore, str | None]:
    """Whom the window believes, and a sentence when what was accepted before could not be read."""
    if not plan.remembers:
        return SessionTrust(), None
    pins = Pins()
    complaint = pins.load()
    return PinnedTrust(pins), complaint


def _connect_simulated(desk: Desk, pool: SimulatedPool) -> None:
    """Simulated hosts keep the addresses their records say; one book for all pools learns, as the records come, where
    they answer, so that a host is found again when it has joined another pool."""
    book: dict[str, str] = {}
    waiting = list(pool.beside)

    def follow(state: LinkState) -> None:
        """The pool itself comes first, so that it is what the window shows first."""
        while state.phase == "live" and waiting:
            _connect_one(desk, waiting.pop(0), book)

    _connect_one(desk, pool, book).state_changed.connect(follow)


def _connect_one(desk: Desk, pool: SimulatedPool, book: dict[str, str]) -> Link:
    at = pool.target
    link = desk.connect(Target(at.address, at.port, at.tls, at.user, at.password, book))
    link.changed.connect(_Learning(book, link, pool.hosts).learn)
    return link


@dataclass(slots=True)
class _Learning:
    """Writes into the book where the hosts of one pool answer, until it knows them all."""

    book: dict[str, str]
    link: Link
    unknown: Mapping[str, str]

    def learn(self, _: object) -> None:
        if not self.unknown:
            return
        known = [host for host in self.link.inventory.all(Host) if host.ref in self.unknown]
        self.book.update({host.address: urlsplit(self.unknown[host.ref]).netloc for host in known})
        found = {host.ref for host in known}
        self.unknown = {ref: url for ref, url in self.unknown.items() if ref not in found}
