"""Graphs of the performance tab: which ones an object has by default, and what to draw in them, in base units."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

import msgspec
import numpy as np

from lifeguard.metrics.document import FloatArray, IntArray
from lifeguard.metrics.sources import KIB, MEMORY_USED, describe
from lifeguard.metrics.store import SeriesStore

_HOST_MEMORY: Final = ("memory_total_kib", "memory_free_kib")
_VM_MEMORY: Final = ("memory", "memory_internal_free")
_DIGITS: Final = re.compile(r"(\d+)")


class Graph(msgspec.Struct, frozen=True):
    """One graph: names of its series in drawing order. `ceiling` names the series whose value tops the axis, or ""."""

    title: str
    names: tuple[str, ...]
    ceiling: str = ""


def default_graphs(owner_kind: str, names: Collection[str], n_cpus: int) -> tuple[Graph, ...]:
    """CPU, Memory, Network and for a VM Disk, of the names the object has; a graph without series is left out."""
    cpus = tuple(name for name in (f"cpu{i}" for i in range(n_cpus)) if name in names)
    graphs = [Graph("CPU", cpus), _memory_graph(names), Graph("Network", _of_graph("Network", names))]
    if owner_kind == "vm":
        graphs.append(Graph("Disk", _of_graph("Disk", names)))
    return tuple(graph for graph in graphs if graph.names)


def layout_graph(title: str, layout: str) -> Graph:
    """A graph from XenCenter's layout text, a comma list of names, where free memory means drawing the used memory."""
    names = [name.strip() for name in layout.split(",") if name.strip()]
    ceiling = next((name for name in names if name in (_HOST_MEMORY[0], _VM_MEMORY[0])), "")
    free = {_HOST_MEMORY[1], _VM_MEMORY[1]}
    drawn = (MEMORY_USED if name in free else name for name in names if name != ceiling or not free & set(names))
    return Graph(title, tuple(dict.fromkeys(drawn)), ceiling)


def series_window(
    store: SeriesStore, owner_uuid: str, name: str, start_s: float, end_s: float, now_s: float | None = None
) -> tuple[IntArray, FloatArray]:
    """(times int64[k], values float64[k], NaN = gap) as `SeriesStore.window`, in the base unit of `describe(name)`.

    `MEMORY_USED` is known wherever both total and free are.
    """
    if name != MEMORY_USED:
        times_s, values = store.window(owner_uuid, name, start_s, end_s, now_s)
        return times_s, values * describe(name).scale
    names = store.names(owner_uuid)
    total, free = _HOST_MEMORY if _HOST_MEMORY[1] in names else _VM_MEMORY
    total_times, total_bytes = series_window(store, owner_uuid, total, start_s, end_s, now_s)
    free_times, free_kib = store.window(owner_uuid, free, start_s, end_s, now_s)
    times_s, of_total, of_free = np.intersect1d(total_times, free_times, return_indices=True)
    return times_s, np.maximum(total_bytes[of_total] - free_kib[of_free] * KIB, 0.0)


def _memory_graph(names: Collection[str]) -> Graph:
    for total, free in (_HOST_MEMORY, _VM_MEMORY):
        if total in names:
            return Graph("Memory", (MEMORY_USED,) if free in names else (total,), ceiling=total)
    return Graph("Memory", ())


def _of_graph(graph: str, names: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted((name for name in names if describe(name).graph == graph), key=_natural))


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in _DIGITS.split(name)]
