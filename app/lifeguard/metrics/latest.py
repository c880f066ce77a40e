"""The newest figures of a host or VM for the search grid and tooltips: CPU, memory, network, disks. None = unknown.

`latest` is what `SeriesStore.latest(uuid, since_s)` gave for the object: ask once, use it for all figures. An object
that stopped reporting keeps its last values in the store, so pass the instant before which nothing counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

KIB: Final = 1024.0
MIB: Final = 1024.0 * 1024.0

_VIF: Final = re.compile(r"(vif_\d+)_[rt]x")
_NIC: Final = re.compile(r"(pif_eth\d+)_[rt]x")
_ALL_NICS: Final = re.compile(r"(pif_aggr)_[rt]x")
_VBD: Final = re.compile(r"(vbd_[^_]+)_(?:read|write)")
_SR_MIB: Final = re.compile(r"io_throughput_(?:read|write)_([0-9a-f]{8})")
_SR_BYTES: Final = re.compile(r"(?:read|write)_([0-9a-f]{8})")

Latest = Mapping[str, float]


def cpu_load_fraction(latest: Latest, n_cpus: int) -> float | None:
    """Mean load 0..1 of cpu0..cpu(n-1); where those are not recorded, the server's own average."""
    loads = [latest[name] for name in (f"cpu{i}" for i in range(n_cpus)) if name in latest]
    if loads:
        return sum(loads) / len(loads)
    return latest.get("cpu_usage", latest.get("cpu_avg"))


def memory_total_bytes(latest: Latest) -> float | None:
    """Memory of a host, or memory given to a VM."""
    if (total_kib := latest.get("memory_total_kib")) is not None:
        return total_kib * KIB
    return latest.get("memory")


def memory_used_bytes(latest: Latest) -> float | None:
    """Total less free; for a VM the guest's tools must report what is free, otherwise the use is unknown."""
    free_kib = latest.get("memory_free_kib", latest.get("memory_internal_free"))
    total_bytes = memory_total_bytes(latest)
    if free_kib is None or total_bytes is None:
        return None
    return max(total_bytes - free_kib * KIB, 0.0)


def network_rates_bytes_per_s(latest: Latest) -> dict[str, float]:
    """Received plus sent per device: `vif_<n>` of a VM; of a host all NICs as one where it reports so, else each."""
    return _by_device(latest, _VIF) or _by_device(latest, _ALL_NICS) or _by_device(latest, _NIC)


def disk_rates_bytes_per_s(latest: Latest) -> dict[str, float]:
    """Read plus written per device: `vbd_<device>` of a VM; of a host per SR, keyed by the first 8 of its uuid."""
    if disks := _by_device(latest, _VBD):
        return disks
    return _by_device(latest, _SR_MIB, MIB) or _by_device(latest, _SR_BYTES)


def network_bytes_per_s(latest: Latest) -> float | None:
    """Both directions of all devices together."""
    return _total(network_rates_bytes_per_s(latest))


def disk_bytes_per_s(latest: Latest) -> float | None:
    """Reads and writes of all devices together."""
    return _total(disk_rates_bytes_per_s(latest))


def _by_device(latest: Latest, pattern: re.Pattern[str], scale: float = 1.0) -> dict[str, float]:
    rates: dict[str, float] = {}
    for name, value in latest.items():
        if (device := pattern.fullmatch(name)) is not None:
            rates[device[1]] = rates.get(device[1], 0.0) + value * scale
    return rates


def _total(rates: Mapping[str, float]) -> float | None:
    return sum(rates.values()) if rates else None
