"""Pictures of the window for every kind of object and every tab, light and dark: `python -m tests.gui.screenshots`.

One process draws at one scale, so that each picture is what a screen of that kind shows.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from lifeguard.clock import SystemClock
from lifeguard.datamodel.records import Host, Pool, Record, Sr, Vm
from lifeguard.inventory.relations import is_real_vm, master_ref
from lifeguard.link.fleet import Fleet
from lifeguard.link.gate import SessionTrust
from lifeguard.tree.node import Thing
from lifeguard.ui.desk import Desk
from lifeguard.ui.dialogs.door import DialogGate
from lifeguard.ui.pools import OpenPool
from lifeguard.ui.theme import Theme
from lifeguard.ui.tokens import SCHEMES
from lifeguard.xapi.failures import Failure
from tests.gui.moments import draw_lost, draw_moments, saver
from tests.support.simulated import HASTY, simulated
from tests.support.waiting import until

_SETTLE_S = 0.4
_FIGURES_S = 20.0


@dataclass(frozen=True)
class Asked:
    folder: Path
    hosts: int
    vms: int
    scale: str
    only: str


async def draw_all(asked: Asked, application: QApplication) -> None:
    theme = Theme(application, "light")
    gate = DialogGate(theme)
    clock = SystemClock()
    async with simulated(asked.hosts, asked.vms) as pool:
        desk = Desk(theme, Fleet(gate, SessionTrust(), clock, HASTY), gate, clock, (Failure,))
        try:
            line = desk.window.fontMetrics().height()
            desk.window.resize(line * 100, line * 60)
            desk.window.show()
            desk.connect(pool.target())
            await until(desk.is_loaded, 20)
            (opened,) = desk.pools
            for name, record in _subjects(opened):
                await _draw_object(asked, desk, theme, opened, name, record)
            if not asked.only or asked.only == "moments":
                schemes = SCHEMES[: 1 if asked.scale == "2" else 2]
                savers = {scheme: saver(asked.folder, f"{scheme}-{asked.scale}x") for scheme in schemes}
                for scheme, save in savers.items():
                    theme.force(scheme)
                    await draw_moments(desk, gate, opened, pool, save)
                await draw_lost(desk, pool)
                for scheme, save in savers.items():
                    theme.force(scheme)
                    await asyncio.sleep(_SETTLE_S)
                    save(desk.window, "link-lost")
        finally:
            await desk.close()
    theme.close()


async def _draw_object(
    asked: Asked, desk: Desk, theme: Theme, pool: OpenPool, name: str, record: Record
) -> None:
    desk.window.show_things([Thing(pool.key, record.ref)])
    for tab in desk.window.stack.suiting:
        if asked.only and asked.only not in f"{name}-{tab}":
            continue
        desk.window.stack.prefer(tab)
        await until(desk.is_complete, _FIGURES_S)
        for scheme in SCHEMES:
            theme.force(scheme)
            await asyncio.sleep(_SETTLE_S)
            path = asked.folder / f"{name}-{tab}-{scheme}-{asked.scale}x.png"
            desk.window.grab().save(str(path))
            print(path)
    theme.force("light")


def _subjects(pool: OpenPool) -> list[tuple[str, Record]]:
    inventory = pool.source.inventory
    master = master_ref(inventory)
    vms = [vm for vm in inventory.all(Vm) if is_real_vm(vm) and vm.power_state == "Running"]
    vms.sort(key=lambda vm: (vm.resident_on != master, -len(vm.VBDs), -len(vm.VIFs)))
    subjects: list[tuple[str, Record | None]] = [
        ("pool", next(inventory.all(Pool), None)),
        ("host", inventory.get(Host, master or "")),
        ("vm", vms[0] if vms else None),
        ("vm-kept", max(vms, key=lambda vm: len(vm.snapshots), default=None)),
        ("sr", max(inventory.all(Sr), key=lambda sr: sr.physical_size, default=None)),
        ("template", next((vm for vm in inventory.all(Vm) if vm.is_a_template and not vm.is_a_snapshot), None)),
        ("snapshot", next((vm for vm in inventory.all(Vm) if vm.is_a_snapshot), None)),
    ]
    return [(name, record) for name, record in subjects if record is not None]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("artefacts/screenshots"))
    parser.add_argument("--hosts", type=int, default=16)
    parser.add_argument("--vms", type=int, default=200)
    parser.add_argument("--scale", choices=("1", "2", "all"), default="all")
    parser.add_argument("--only", default="", help="only pictures whose name contains this")
    args = parser.parse_args()
    if args.scale == "all":
        here = [sys.executable, "-m", "tests.gui.screenshots", str(args.folder), "--hosts", str(args.hosts)]
        more = ["--vms", str(args.vms), "--only", args.only]
        runs = [subprocess.run([*here, *more, "--scale", scale], check=False) for scale in ("1", "2")]
        return max(run.returncode for run in runs)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_SCALE_FACTOR"] = args.scale
    args.folder.mkdir(parents=True, exist_ok=True)
    application = QApplication(["lifeguard-screenshots"])
    application.setQuitOnLastWindowClosed(False)
    with QEventLoop(application) as loop:
        loop.run_until_complete(draw_all(Asked(args.folder, args.hosts, args.vms, args.scale, args.only), application))
    return 0


if __name__ == "__main__":
    sys.exit(main())
