"""How long it takes to judge: every command for a large selection, a context menu, and each host under a drag.

Run: PYTHONPATH=app:. python tests/bench/bench_verdicts.py
"""

import gc
import time
from collections.abc import Callable

from lifeguard.commands.menus import context_menu
from lifeguard.commands.registry import all_commands, command
from lifeguard.commands.selection import Item, Selection
from lifeguard.inventory.inventory import Inventory
from lifeguard.link.saved import SavedDatabase
from tests.support.building import build_pool, ref

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
    for title, taken_ms, budget_ms in rows:
        print(f"{title:50} {taken_ms:7.2f} ms  (budget {budget_ms} ms)")


if __name__ == "__main__":
    main()
