"""What objects do right now, for the columns of a grid, out of the figures that were fetched."""

from __future__ import annotations

from lifeguard.datamodel.records import Host, HostCpu, HostMetrics, Vm, VmMetrics
from lifeguard.inventory.inventory import Inventory
from lifeguard.metrics.latest import (
    Latest,
    cpu_load_fraction,
    disk_rates_bytes_per_s,
    memory_total_bytes,
    memory_used_bytes,
    network_rates_bytes_per_s,
)
from lifeguard.search.columns import Load
from lifeguard.ui.live.feed import Feed

_STALE_S = 90.0


class FeedMeters:
    """The `Meters` of one pool; without a feed, only what the records themselves say."""

    def __init__(self, inventory: Inventory, feed: Feed | None) -> None:
        self._inventory = inventory
        self._feed = feed

    def load(self, ref: str) -> Load | None:
        record = self._inventory.find(ref)
        if isinstance(record, Host):
            return self._of_host(record)
        return self._of_vm(record) if isinstance(record, Vm) else None

    def _latest(self, uuid: str) -> Latest:
        return {} if self._feed is None else self._feed.store.latest(uuid, self._feed.server_now_s - _STALE_S)

    def _of_host(self, host: Host) -> Load:
        latest = self._latest(host.uuid)
        count = host.cpu_info.get("cpu_count", "")
        n_cpus = int(count) if count.isdigit() else len(self._inventory.pointing_to(HostCpu, "host", host.ref))
        metrics = self._inventory.get(HostMetrics, host.metrics)
        used, total = memory_used_bytes(latest), memory_total_bytes(latest)
        if used is None and metrics is not None and metrics.memory_total > 0:
            used, total = metrics.memory_total - metrics.memory_free, metrics.memory_total
        return _load(latest, n_cpus, used, total)

    def _of_vm(self, vm: Vm) -> Load:
        latest = self._latest(vm.uuid)
        metrics = self._inventory.get(VmMetrics, vm.metrics)
        n_cpus = (metrics.VCPUs_number if metrics is not None else 0) or vm.VCPUs_at_startup
        return _load(latest, n_cpus, memory_used_bytes(latest), memory_total_bytes(latest))


class Reading:
    """The meters of one instant: each object is read once, and all its columns show the same reading."""

    def __init__(self, meters: FeedMeters) -> None:
        self._meters = meters
        self._read: dict[str, Load | None] = {}

    def load(self, ref: str) -> Load | None:
        if ref not in self._read:
            self._read[ref] = self._meters.load(ref)
        return self._read[ref]


def _load(latest: Latest, n_cpus: int, used_bytes: float | None, total_bytes: float | None) -> Load:
    return Load(
        cpu_fraction=cpu_load_fraction(latest, n_cpus),
        cpu_count=n_cpus,
        memory_used_bytes=used_bytes,
        memory_total_bytes=total_bytes,
        disk_bytes_per_s=_mean_and_most(disk_rates_bytes_per_s(latest)),
        network_bytes_per_s=_mean_and_most(network_rates_bytes_per_s(latest)),
    )


def _mean_and_most(rates: dict[str, float]) -> tuple[float, float] | None:
    return (sum(rates.values()) / len(rates), max(rates.values())) if rates else None
