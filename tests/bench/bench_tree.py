"""How long the first tree of a large pool takes, what a storm of changes costs, and what a keystroke of a search does.

Run: PYTHONPATH=app python tests/bench/bench_tree.py
"""

import gc
import json
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from lifeguard.inventory.answers import Answers
from lifeguard.inventory.change import Event
from lifeguard.inventory.inventory import Inventory
from lifeguard.search.index import SearchIndex
from lifeguard.search.language import parse
from lifeguard.tree.live import LiveTree
from lifeguard.tree.views import infrastructure

HOSTS, EXTRA_DISKS, STORM = 64, 50_000, 500
LINES = ("w", "web-12", "disk 77", "os:debian", "memory>4G", "!tag:prod", "10.0.", "host:host-1 web", "type:vdi 4999")


def _added(class_name: str, ref: str, **fields: Any) -> Event:
    return Event(class_name, ref, "add", msgspec.json.encode(fields))


def pool(vms: int) -> Iterator[Event]:
    yield _added("pool", "pool", name_label="P", master="h0")
    for n in range(HOSTS):
        yield _added("host", f"h{n}", name_label=f"host-{n}", metrics=f"hm{n}", enabled=True, PBDs=[f"pbd{n}"])
        yield _added("host_metrics", f"hm{n}", live=True)
        yield _added("SR", f"sr{n}", name_label="Local storage", type="lvm", PBDs=[f"pbd{n}"])
        yield _added("PBD", f"pbd{n}", host=f"h{n}", SR=f"sr{n}", currently_attached=True)
    for n in range(vms):
        state = {"power_state": "Running", "resident_on": f"h{n % HOSTS}"} if n % 5 else {"power_state": "Halted"}
        yield _added("VM", f"vm{n}", name_label=f"web-{n * 7919 % vms}", VBDs=[f"vbd{n}"], tags=["prod"], **state)
        yield _added("VBD", f"vbd{n}", VM=f"vm{n}", VDI=f"vdi{n}")
        yield _added("VDI", f"vdi{n}", SR=f"sr{n % HOSTS}", VBDs=[f"vbd{n}"], managed=True)


def took_ms(work: Callable[[], object]) -> float:
    started_s = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started_s)


def storm(inventory: Inventory, vms: int) -> list[Event]:
    """As many VMs as a storm has start on other hosts."""
    events = []
    for n in random.Random(1).sample(range(vms), STORM):
        payload = inventory.payload(f"vm{n}")
        record = json.loads(payload) if isinstance(payload, bytes) else dict(payload or {})
        record |= {"power_state": "Running", "resident_on": f"h{(n + 7) % HOSTS}"}
        events.append(Event("VM", f"vm{n}", "mod", msgspec.json.encode(record)))
    return events


def bench_tree(vms: int) -> None:
    inventory = Inventory()
    inventory.apply(pool(vms))
    gc.collect()
    gc.freeze()
    answers, tree = Answers(inventory), LiveTree(infrastructure())
    first_ms = took_ms(lambda: tree.connect("p", answers))
    events = storm(inventory, vms)
    change = inventory.apply(events)
    asked: set[Any] = set()
    answers_ms = took_ms(lambda: asked.update(answers.apply(change)))
    tree_ms = took_ms(lambda: tree.apply("p", change, asked))
    print(f"{vms:5} VMs: first tree {first_ms:6.1f} ms; {STORM} moves {answers_ms + tree_ms:5.1f} ms")


def bench_search(vms: int) -> None:
    inventory = Inventory()
    inventory.apply(pool(vms))
    inventory.apply(
        _added("VDI", f"x{n}", name_label=f"disk {n}", SR=f"sr{n % HOSTS}", managed=True) for n in range(EXTRA_DISKS)
    )
    gc.collect()
    gc.freeze()
    index = SearchIndex()
    index.connect("p", Answers(inventory))
    filled_ms = took_ms(lambda: [None for _ in iter(lambda: index.fill(1000), False)])
    print(f"index of {len(index)} objects filled in {filled_ms:.0f} ms")
    now = datetime.now(UTC)
    for line in LINES:
        query = parse(line)
        best_ms = min(took_ms(lambda query=query: index.find(query, None, now)) for _ in range(3))
        print(f"  {line:18} {best_ms:5.1f} ms, {len(index.find(query, None, now))} found")


if __name__ == "__main__":
    bench_tree(500)
    bench_tree(5000)
    bench_search(5000)
