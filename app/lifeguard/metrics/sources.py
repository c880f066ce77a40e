"""The catalogue of data sources: what a name such as `vbd_xvda_read` measures, in which unit, and how it is called.

Names and units as the servers' monitoring daemon gives them; the titles are ours. A name nobody foresaw stays usable:
it is its own title, without unit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

KIB: Final = 1024.0
MIB: Final = 1024.0 * 1024.0

MEMORY_USED: Final = "memory_used"
"""Not a name a server knows: total less free, computed by `graphs.series_window`."""

_SCALES: Final[Mapping[str, tuple[str, float]]] = {
    "(fraction)": ("fraction", 1.0),
    "fraction": ("fraction", 1.0),
    "percent": ("fraction", 0.01),
    "%": ("fraction", 0.01),
    "B": ("B", 1.0),
    "KiB": ("B", KIB),
    "MiB": ("B", MIB),
    "B/s": ("B/s", 1.0),
    "KiB/s": ("B/s", KIB),
    "MiB/s": ("B/s", MIB),
    "s": ("s", 1.0),
    "ms": ("s", 1e-3),
    "us": ("s", 1e-6),
    "μs": ("s", 1e-6),
    "µs": ("s", 1e-6),
    "ns": ("s", 1e-9),
    "s/s": ("s/s", 1.0),
    "MHz": ("MHz", 1.0),
    "W": ("W", 1.0),
    "mW": ("W", 1e-3),
    "Centigrade": ("°C", 1.0),
    "centigrade": ("°C", 1.0),
    "°C": ("°C", 1.0),
    "/s": ("/s", 1.0),
    "err/s": ("/s", 1.0),
    "requests/s": ("/s", 1.0),
}


class DataSource(msgspec.Struct, frozen=True):
    """One data source. value in `unit` = value from the server * `scale`; `device` is "" where there is none.

    family: cpu, memory, network, disk, storage, load, runstate, toolstack, power, ha, gpu, accelerator or other.
    graph: the default graph it belongs to, or "".
    """

    name: str
    family: str
    device: str
    unit: str
    scale: float
    title: str
    graph: str = ""


class _Shape(msgspec.Struct, frozen=True):
    pattern: re.Pattern[str]
    family: str
    unit: str
    title: str
    graph: str = ""


def _shape(pattern: str, family: str, unit: str, title: str, graph: str = "") -> _Shape:
    return _Shape(re.compile(pattern), family, unit, title, graph)


_SR: Final = r"(?P<sr>[0-9a-f]{8}(?:-[0-9a-f-]{27})?)"
_VBD: Final = r"vbd_(?P<vbd>[^_]+)"
_VIF: Final = r"(?P<vif>vif_\d+)"
_PIF: Final = r"pif_(?P<pif>[^_]+)"

# `title` may name {device}, {index} and {what}; the first shape that fits the whole name wins.
_SHAPES: Final = (
    _shape(r"cpu(?P<index>\d+)", "cpu", "fraction", "CPU {index}", "CPU"),
    _shape(r"cpu_avg|avg_cpu|cpu_usage", "cpu", "fraction", "Average CPU"),
    _shape(r"cpu(?P<index>\d+)[-_](?P<what>[CP]\d+)", "power", "fraction", "CPU {index} {what}-state"),
    _shape(r"CPU(?P<index>\d+)-avg-freq", "power", "MHz", "CPU {index} frequency"),
    _shape(r"DCMI-power-reading", "power", "W", "Power draw"),
    _shape(r"memory_used", "memory", "B", "Used memory", "Memory"),
    _shape(r"memory_total_kib", "memory", "KiB", "Total memory", "Memory"),
    _shape(r"memory_free_kib", "memory", "KiB", "Free memory", "Memory"),
    _shape(r"memory_reclaimed", "memory", "B", "Reclaimed memory"),
    _shape(r"memory_reclaimed_max", "memory", "B", "Reclaimable memory"),
    _shape(r"memory", "memory", "B", "Total memory", "Memory"),
    _shape(r"memory_target", "memory", "B", "Target memory"),
    _shape(r"memory_internal_free", "memory", "KiB", "Free memory", "Memory"),
    _shape(r"memory_numa_node_(?P<index>\d+)", "memory", "B", "Memory on NUMA node {index}"),
    _shape(r"numa_nodes", "memory", "", "NUMA nodes in use"),
    _shape(r"numa_node_nonaffine_vcpus", "cpu", "", "vCPUs away from their NUMA node"),
    _shape(_VIF + r"_rx", "network", "B/s", "{device} receive", "Network"),
    _shape(_VIF + r"_tx", "network", "B/s", "{device} send", "Network"),
    _shape(_VIF + r"_(?P<what>rx|tx)_errors", "network", "/s", "{device} {what} errors"),
    _shape(r"pif_(?P<all>aggr)_rx", "network", "B/s", "All NICs receive"),
    _shape(r"pif_(?P<all>aggr)_tx", "network", "B/s", "All NICs send"),
    _shape(r"pif_(?P<pif>(?:eth|bond)\d+)_rx", "network", "B/s", "{device} receive", "Network"),
    _shape(r"pif_(?P<pif>(?:eth|bond)\d+)_tx", "network", "B/s", "{device} send", "Network"),
    _shape(_PIF + r"_rx", "network", "B/s", "{device} receive"),
    _shape(_PIF + r"_tx", "network", "B/s", "{device} send"),
    _shape(_PIF + r"_(?P<what>rx|tx)_errors", "network", "/s", "{device} {what} errors"),
    _shape(_VBD + r"_(?P<what>read|write)", "disk", "B/s", "{device} {what}", "Disk"),
    _shape(_VBD + r"_(?P<what>read|write)_latency", "disk", "us", "{device} {what} latency"),
    _shape(_VBD + r"_latency", "disk", "us", "{device} latency"),
    _shape(_VBD + r"_iops_(?P<what>read|write|total)", "disk", "/s", "{device} {what} requests"),
    _shape(_VBD + r"_io_throughput_(?P<what>read|write|total)", "disk", "MiB/s", "{device} {what} throughput"),
    _shape(_VBD + r"_iowait", "disk", "s/s", "{device} I/O wait"),
    _shape(_VBD + r"_inflight", "disk", "", "{device} requests in flight"),
    _shape(_VBD + r"_avgqu_sz", "disk", "", "{device} queue length"),
    _shape(r"(?P<what>read|write)_" + _SR, "storage", "B/s", "{device} {what}"),
    _shape(r"io_throughput_(?P<what>read|write|total)_" + _SR, "storage", "MiB/s", "{device} {what} throughput"),
    _shape(r"iops_(?P<what>read|write|total)_" + _SR, "storage", "/s", "{device} {what} requests"),
    _shape(r"(?P<what>read|write)_latency_" + _SR, "storage", "us", "{device} {what} latency"),
    _shape(r"latency_" + _SR, "storage", "us", "{device} latency"),
    _shape(r"iowait_" + _SR, "storage", "s/s", "{device} I/O wait"),
    _shape(r"inflight_" + _SR, "storage", "", "{device} requests in flight"),
    _shape(r"avgqu_sz_" + _SR, "storage", "", "{device} queue length"),
    _shape(r"sr_" + _SR + r"_cache_size", "storage", "B", "{device} cache size"),
    _shape(r"sr_" + _SR + r"_cache_(?P<what>hits|misses)", "storage", "/s", "{device} cache {what}"),
    _shape(r"loadavg", "load", "", "Control domain load"),
    _shape(r"hostload", "load", "fraction", "Host CPU load"),
    _shape(r"running_vcpus", "load", "", "Running vCPUs"),
    _shape(r"running_domains", "load", "", "Running domains"),
    _shape(r"Tapdisks_in_low_memory_mode", "storage", "", "Disk processes short of memory"),
    _shape(r"runstate_fullrun", "runstate", "fraction", "All vCPUs running"),
    _shape(r"runstate_full_contention", "runstate", "fraction", "All vCPUs waiting for a CPU"),
    _shape(r"runstate_concurrency_hazard", "runstate", "fraction", "Some vCPUs running, some waiting"),
    _shape(r"runstate_blocked", "runstate", "fraction", "All vCPUs idle"),
    _shape(r"runstate_partial_run", "runstate", "fraction", "Some vCPUs running, some idle"),
    _shape(r"runstate_partial_contention", "runstate", "fraction", "Some vCPUs waiting, some idle"),
    _shape(r"runnable_any", "runstate", "fraction", "Any vCPU waiting for a CPU"),
    _shape(r"runnable_vcpus", "runstate", "fraction", "vCPUs waiting for a CPU"),
    _shape(r"xapi_memory_usage_kib", "toolstack", "KiB", "Toolstack memory"),
    _shape(r"xapi_free_memory_kib", "toolstack", "KiB", "Toolstack free memory"),
    _shape(r"xapi_live_memory_kib", "toolstack", "KiB", "Toolstack live memory"),
    _shape(r"xapi_allocation_kib", "toolstack", "KiB", "Toolstack allocation"),
    _shape(r"xapi_open_fds", "toolstack", "", "Toolstack open files"),
    _shape(r"pool_session_count", "toolstack", "", "Sessions"),
    _shape(r"pool_task_count", "toolstack", "", "Tasks"),
    _shape(r"network/latency", "ha", "s", "HA network latency"),
    _shape(r"statefile/(?P<what>.+)/latency", "ha", "s", "HA heartbeat disk latency"),
    _shape(r"xapi_healthcheck/latency", "ha", "s", "HA toolstack check latency"),
    _shape(r"gpu_(?P<what>.+)", "gpu", "", "GPU {what}"),
    _shape(r"pvsaccelerator_(?P<what>.+)", "accelerator", "", "PVS-Accelerator {what}"),
)


def describe(name: str, labels: Mapping[str, str] | None = None, units: str | None = None) -> DataSource:
    """What a data source measures.

    `labels` gives devices the names the user knows: `vif_0` its network, `eth0`, `xvda`, an SR by the first 8 of its
    uuid. `units` is the field of that name of a `get_data_sources` record; where given, it decides the unit.
    """
    for shape in _SHAPES:
        if (fit := shape.pattern.fullmatch(name)) is not None:
            groups = fit.groupdict()
            device, called = _device(groups, labels or {})
            what = (groups.get("what") or "").replace("_", " ")
            title = shape.title.format(device=called, index=groups.get("index"), what=what)
            unit, scale = base_unit(shape.unit if units is None else units)
            return DataSource(name, shape.family, device or groups.get("index") or "", unit, scale, title, shape.graph)
    unit, scale = base_unit(units or "")
    return DataSource(name, "other", "", unit, scale, name)


def base_unit(units: str) -> tuple[str, float]:
    """(base unit, factor into it): `KiB` -> ("B", 1024.0), `μs` -> ("s", 1e-6); unknown units measure plain numbers."""
    return _SCALES.get(units, ("", 1.0))


def _device(groups: Mapping[str, str | None], labels: Mapping[str, str]) -> tuple[str, str]:
    for kind, fallback in _FALLBACKS.items():
        if (device := groups.get(kind)) is not None:
            key = device[:8] if kind == "sr" else device
            return key, labels.get(key) or fallback(key)
    return "", ""


def _vif_name(device: str) -> str:
    return f"Network {device.removeprefix('vif_')}"


def _pif_name(device: str) -> str:
    if (nic := re.fullmatch(r"eth(\d+)(?:\.(\d+))?", device)) is not None:
        return f"NIC {nic[1]}" if nic[2] is None else f"VLAN {nic[2]} on NIC {nic[1]}"
    if (bond := re.fullmatch(r"bond(\d+)", device)) is not None:
        return f"Bond {bond[1]}"
    return device


def _vbd_name(device: str) -> str:
    """Disk numbers follow the letters, as the device positions do: xvda is 0, xvdc 2, xvdaa 26."""
    letters = re.fullmatch(r"(?:xvd|hd|sd)([a-z]{1,2})", device)
    if letters is None:
        return f"Disk {device}"
    number = 0
    for letter in letters[1]:
        number = number * 26 + ord(letter) - ord("a") + 1
    return f"Disk {number - 1}"


def _sr_name(device: str) -> str:
    return f"Storage {device}"


def _all_name(device: str) -> str:
    return device


_FALLBACKS: Final[Mapping[str, Callable[[str], str]]] = {
    "vif": _vif_name,
    "pif": _pif_name,
    "vbd": _vbd_name,
    "sr": _sr_name,
    "all": _all_name,
}
