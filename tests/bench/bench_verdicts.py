"""How long it takes to judge: every command for a large selection, a context menu, and each host under a drag; and how
long a drag over the tree keeps the window from drawing.

Run: PYTHONPATH=app:. python tests/bench/bench_verdicts.py
"""

import gc
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent
from PySide6.QtWidgets import QApplication

from lifeguard.commands.menus import context_menu
from lifeguard.commands.registry import all_commands, command
from lifeguard.commands.selection import Item, Selection
from lifeguard.inventory.inventory import Inventory
from lifeguard.link.saved import SavedDatabase
from lifeguard.tree.node import Thing
from lifeguard.ui.mime import packed
from lifeguard.ui.pane import TreePane
from lifeguard.ui.pools import Pools
from lifeguard.ui.searching.shelf import Shelf
from lifeguard.ui.theme import Theme
from tests.support.building import build_pool, ref

_MOVE, _LEFT, _NO_KEYS = Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
VMS, HOSTS, DRAGGED, ROUNDS = 1000, 64, 8, 9


def large_pool() -> Inventory:
    pool = build_pool()
    hosts = [f"h{number}" for number in range(HOSTS)]
    for name in hosts:
        pool.host(name, 256)
    pool.sr("nfs", *hosts).network("lan", *hosts)
    for number in range(VMS):
        home = hosts[number % HOSTS] if number % 3 else None
        pool.vm(f"vm{number}", on=home, srs=("nfs",), networks=("lan",))
    return pool.inventory


def drag_over_tree(source: SavedDatabase, dragged: Sequence[str]) -> tuple[float, float]:
    """Entering the tree with VMs in hand, every host being marked, and the slowest move over it; each with the drawing
    that it causes."""
    application = QApplication(["bench"])
    theme, pools = Theme(application, "light"), Pools()
    pane = TreePane(pools, Shelf(pools, time.time), lambda *_: None, theme)
    pool = pools.open(source, None)
    pane.load(pool)
    pane.resize(400, 1000)
    pane.show()
    pane.tree.expandAll()
    application.processEvents()
    data = packed(Thing(pool.key, one) for one in dragged)
    hosts = [pane.tree.visualRect(pane.tree.model().index(0, 0)).center() + QPoint(0, 24 * row) for row in range(30)]

    def enter() -> None:
        pane.tree.dragEnterEvent(QDragEnterEvent(hosts[0], _MOVE, data, _LEFT, _NO_KEYS))
        pane.tree.viewport().repaint()

    def move(place: QPoint) -> None:
        pane.tree.dragMoveEvent(QDragMoveEvent(place, _MOVE, data, _LEFT, _NO_KEYS))
        pane.tree.viewport().repaint()

    enter()
    entering_ms = best_ms(enter)
    moving_ms = max(best_ms(partial(move, place)) for place in hosts)
    pane.tree.end_drag()
    pane.close_pane()
    pane.close()
    theme.close()
    return entering_ms, moving_ms


def best_ms(work: Callable[[], object]) -> float:
    """The best of some rounds, as the machine has other things to do."""
    found = []
    for _ in range(ROUNDS):
        gc.collect()
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return min(found) * 1000


def main() -> None:
    source = SavedDatabase("bench", large_pool())
    source.state = replace(source.state, phase="assumed")
    everything = Selection.of(source, [ref(f"vm{number}") for number in range(VMS)])
    few = everything.with_items(everything.items[1 : 1 + DRAGGED])
    migrate = command("vm.migrate")
    assert migrate is not None

    def judge_all() -> None:
        selection = everything.renewed()
        for one in all_commands():
            one.judge(selection)

    def drag() -> None:
        selection = few.renewed()
        for number in range(HOSTS):
            migrate.judge(selection.with_target(Item(source, ref(f"h{number}"))))

    judge_all()
    rows = [
        (f"judge {len(all_commands())} commands, {VMS} VMs, {HOSTS} hosts", best_ms(judge_all), 50),
        (f"context menu of {VMS} VMs", best_ms(lambda: context_menu(everything.renewed())), 16),
        ("context menu of one VM", best_ms(lambda: context_menu(few.with_items(few.items[:1]).renewed())), 16),
        (f"{DRAGGED} dragged VMs over {HOSTS} hosts", best_ms(drag), 16),
    ]
    entering_ms, moving_ms = drag_over_tree(source, [item.ref for item in few.items])
    rows += [
        (f"a drag enters a tree of {HOSTS} hosts and {VMS} VMs", entering_ms, 16),
        ("a drag moves over it, at the slowest place", moving_ms, 16),
    ]
    for title, taken_ms, budget_ms in rows:
        print(f"{title:50} {taken_ms:7.2f} ms  (budget {budget_ms} ms)")


if __name__ == "__main__":
    main()
