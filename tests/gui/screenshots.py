"""Pictures of the window for every sort of object and every tab, light and dark: `python -m tests.gui.screenshots`.

One process draws at one scale, one size of text and one direction, so that each picture is what a screen of that kind
shows. What is drawn: objects, what is no object, circumstances, moments; `--only` draws those whose name contains it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QToolButton
from qasync import QEventLoop

from lifeguard.clock import SystemClock
from lifeguard.datamodel.dump import write_dump
from lifeguard.datamodel.records import Record
from lifeguard.datamodel.tables import CLASSES
from lifeguard.inventory.relations import vms_on
from lifeguard.link.fleet import Fleet
from lifeguard.link.gate import SessionTrust
from lifeguard.tree.live import Server
from lifeguard.tree.node import Thing
from lifeguard.tree.views import VIEWS
from lifeguard.ui.desk import Desk
from lifeguard.ui.dialogs.door import DialogGate
from lifeguard.ui.pools import OpenPool
from lifeguard.ui.theme import Theme
from lifeguard.ui.tokens import SCHEMES, Scheme
from lifeguard.xapi.failures import Failure
from tests.gui.moments import draw_lost, draw_moments, saver
from tests.gui.subjects import give_long_names, let_memory_move, subjects, turn_on_ha, unreachable_host
from tests.support.simulated import HASTY, Simulated, simulated
from tests.support.waiting import until

_SETTLE_S = 0.4
_FIGURES_S = 20.0
_KINDS: dict[str, list[str]] = {
    "1x": ["--scale", "1"],
    "2x": ["--scale", "2"],
    "text200": ["--text", "200", "--only", "objects"],
    "rtl": ["--right-to-left", "--only", "objects"],
}


@dataclass(frozen=True)
class Asked:
    folder: Path
    hosts: int
    vms: int
    suffix: str
    only: str
    schemes: tuple[Scheme, ...]
    size: QSize


class Artist:
    """Draws one window, of a simulated pool, in every scheme."""

    def __init__(self, asked: Asked, theme: Theme, desk: Desk) -> None:
        self._asked = asked
        self._theme = theme
        self._desk = desk

    def wants(self, sort: str, name: str = "") -> bool:
        return self._asked.only in f"{sort} {name}"

    async def draw(self, name: str) -> None:
        for scheme in self._asked.schemes:
            self._theme.force(scheme)
            await asyncio.sleep(_SETTLE_S)
            path = self._asked.folder / f"{name}-{scheme}-{self._asked.suffix}.png"
            self._desk.window.grab().save(str(path))
            print(path)

    async def draw_objects(self, pool: OpenPool, found: Iterable[tuple[str, Record]], sort: str = "objects") -> None:
        """Every tab that suits them."""
        for name, record in found:
            self._desk.window.show_things([Thing(pool.key, record.ref)])
            for tab in self._desk.window.stack.suiting:
                if self.wants(sort, f"{name}-{tab}"):
                    self._desk.window.stack.prefer(tab)
                    if pool.feed is not None:
                        await until(self._is_ready, _FIGURES_S)
                    await self.draw(f"{name}-{tab}")

    def _is_ready(self) -> bool:
        """All is there that will be; some VMs have no figures, and say why."""
        note = self._desk.performance.note if self._desk.window.stack.current == "performance" else ""
        return self._desk.is_complete() or "Its figures appear" in note

    async def draw_groups(self) -> None:
        """Headings that are no objects: types, tags, folders, fields; each view with its first group chosen."""
        pane = self._desk.window.pane
        for view in VIEWS:
            if view == "infrastructure" or not self.wants("groups", f"group-{view}"):
                continue
            pane.use_view(view)
            model = pane.tree.model()
            index = model.index(0, 0)
            while model.rowCount(index) and model.rowCount(model.index(0, 0, index)):
                index = model.index(0, 0, index)
            pane.tree.setCurrentIndex(index)
            await until(self._desk.is_complete, _FIGURES_S)
            await self.draw(f"group-{view}")
        pane.use_view("infrastructure")

    async def draw_snapshots_as_list(self, pool: OpenPool, found: Iterable[tuple[str, Record]]) -> None:
        kept = dict(found).get("vm-kept")
        if kept is not None and self.wants("objects", "vm-kept-snapshots-list"):
            self._desk.window.show_things([Thing(pool.key, kept.ref)])
            self._desk.window.stack.prefer("snapshots")
            _press(self._desk, "snapshots.as_list")
            await self.draw("vm-kept-snapshots-list")
            _press(self._desk, "snapshots.as_tree")

    async def draw_circumstances(self, pool: OpenPool, pretended: Simulated) -> None:
        inventory = pool.source.inventory
        if self.wants("circumstances", "unreachable"):
            host = unreachable_host(pretended, inventory)
            await asyncio.sleep(_SETTLE_S)
            await self.draw_objects(pool, [("unreachable", host)], "circumstances")
            pretended.db.set("host_metrics", host.metrics, "live", value=True)
        if self.wants("circumstances", "protected"):
            await self.draw_objects(pool, [("protected", turn_on_ha(pretended, inventory))], "circumstances protected")
        if self.wants("circumstances", "dynamic"):
            moving = let_memory_move(pretended, inventory)
            running = vms_on(inventory, moving.ref)[:1]
            found = [("dynamic-host", moving), *(("dynamic-vm", vm) for vm in running)]
            await self.draw_objects(pool, found, "circumstances dynamic")
        if self.wants("circumstances", "long"):
            renamed = give_long_names(pretended, inventory)
            await asyncio.sleep(_SETTLE_S)
            await self.draw_objects(pool, renamed, "circumstances long")

    async def draw_saved(self, pretended: Simulated) -> None:
        """The same pool from a file, beside nothing else."""
        tables = {name: pretended.db.rows(name) for name, known in CLASSES.items() if known.in_database}
        self._desk.open_database("paris-2026-11-23.xml", write_dump(tables))
        (pool,) = self._desk.pools
        found = [one for one in subjects(pool.source.inventory) if one[0] in ("pool", "host", "vm")]
        await self.draw_objects(pool, [(f"saved-{name}", record) for name, record in found], "saved")


def _press(desk: Desk, name: str) -> None:
    button = desk.window.findChild(QToolButton, name)
    assert isinstance(button, QToolButton)
    button.click()


async def draw_all(asked: Asked, application: QApplication) -> None:
    theme = Theme(application, "light")
    async with simulated(asked.hosts, asked.vms) as pool:
        if "saved".startswith(asked.only) or asked.only.startswith("saved"):
            await _draw_saved(asked, theme, pool)
        gate, clock = DialogGate(theme), SystemClock()
        desk = Desk(theme, Fleet(gate, SessionTrust(), clock, HASTY), gate, clock, (Failure,))
        try:
            await _draw_connected(Artist(asked, theme, desk), asked, desk, gate, theme, pool)
        finally:
            await desk.close()
    theme.close()


async def _draw_saved(asked: Asked, theme: Theme, pretended: Simulated) -> None:
    gate, clock = DialogGate(theme), SystemClock()
    desk = Desk(theme, Fleet(gate, SessionTrust(), clock, HASTY), gate, clock, (Failure,))
    try:
        _show(desk, asked.size)
        artist = Artist(asked, theme, desk)
        await artist.draw("empty-window")
        desk.window.pane.show_server("away", Server("xen9.example.org", "xen9.example.org", "disconnected"))
        desk.window.pane.tree.setCurrentIndex(desk.window.pane.tree.model().index(0, 0))
        await artist.draw("disconnected-server")
        desk.window.pane.hide_server("away")
        await artist.draw_saved(pretended)
    finally:
        await desk.close()


async def _draw_connected(
    artist: Artist, asked: Asked, desk: Desk, gate: DialogGate, theme: Theme, pretended: Simulated
) -> None:
    _show(desk, asked.size)
    desk.connect(pretended.target())
    await until(desk.is_loaded, 20)
    (pool,) = desk.pools
    found = tuple(subjects(pool.source.inventory))
    await artist.draw_objects(pool, found)
    await artist.draw_snapshots_as_list(pool, found)
    await artist.draw_groups()
    savers = {scheme: saver(asked.folder, f"{scheme}-{asked.suffix}") for scheme in asked.schemes}
    if artist.wants("moments"):
        for scheme, save in savers.items():
            theme.force(scheme)
            desk.window.stack.prefer("general")
            await draw_moments(desk, gate, pool, pretended, save)
    await artist.draw_circumstances(pool, pretended)
    if artist.wants("lost"):
        desk.window.show_things([Thing(pool.key, found[1][1].ref)])
        await draw_lost(desk, pretended)
        for tab in ("general", "search"):
            desk.window.stack.prefer(tab)
            await artist.draw(f"lost-{tab}")


def _show(desk: Desk, size: QSize) -> None:
    desk.window.resize(size)
    desk.window.show()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("artefacts/screenshots"))
    parser.add_argument("--hosts", type=int, default=16)
    parser.add_argument("--vms", type=int, default=200)
    parser.add_argument("--scale", choices=("1", "2"), help="one kind of screen; without it all kinds are drawn")
    parser.add_argument("--text", type=int, default=100, metavar="PERCENT")
    parser.add_argument("--right-to-left", action="store_true")
    parser.add_argument("--only", default="", help="what is called so: objects, groups, vm-storage, long, lost ...")
    args = parser.parse_args()
    if not args.scale and args.text == 100 and not args.right_to_left:
        return _draw_all_kinds(args)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_SCALE_FACTOR"] = args.scale or "1"
    args.folder.mkdir(parents=True, exist_ok=True)
    application = QApplication(["lifeguard-screenshots"])
    application.setQuitOnLastWindowClosed(False)
    suffix, schemes = f"{args.scale or '1'}x", SCHEMES
    if args.text != 100 or args.right_to_left:
        suffix, schemes = ("rtl" if args.right_to_left else f"text{args.text}"), SCHEMES[:1]
    line = QFontMetrics(application.font()).height()
    font = application.font()
    font.setPointSizeF(font.pointSizeF() * args.text / 100)
    application.setFont(font)
    if args.right_to_left:
        application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    asked = Asked(args.folder, args.hosts, args.vms, suffix, args.only, schemes, QSize(line * 100, line * 60))
    with QEventLoop(application) as loop:
        loop.run_until_complete(draw_all(asked, application))
    return 0


def _draw_all_kinds(args: argparse.Namespace) -> int:
    here = [sys.executable, "-m", "tests.gui.screenshots", str(args.folder)]
    size = ["--hosts", str(args.hosts), "--vms", str(args.vms)]
    own = ["--only", args.only] if args.only else []
    runs = [subprocess.run([*here, *size, *kind, *own], check=False) for kind in _KINDS.values()]
    return max(run.returncode for run in runs)


if __name__ == "__main__":
    sys.exit(main())
