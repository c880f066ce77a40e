"""Everything on record of one host: sums over what ran there at each instant, and its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lifeguard.datamodel.schema import is_null
from lifeguard.sim.database import Database
from lifeguard.sim.metrics.disk_series import add_disk
from lifeguard.sim.metrics.ledger import Figures, Ledger, consolidate, spread
from lifeguard.sim.metrics.noise import keys, smooth
from lifeguard.sim.metrics.recorded import STEP_S, WITH_EXTREMES, Archive, Floats, Kind, Source
from lifeguard.sim.metrics.table import Columns
from lifeguard.sim.metrics.vm_series import share_of_card, share_of_disk

_KIB = 1024.0


@dataclass
class HostRecord:
    """One host as it records itself."""

    ledger: Ledger
    ref: str
    last_updated_s: int

    kind: Kind = "host"
    archives = WITH_EXTREMES
    _sources: tuple[Source, ...] = ()

    @property
    def uuid(self) -> str:
        return str(self.ledger.db.get("host", self.ref, "uuid"))

    @property
    def sources(self) -> tuple[Source, ...]:
        if not self._sources:
            self.newest(WITH_EXTREMES[0], 1)
        return self._sources

    def newest(self, archive: Archive, count: int) -> Floats:
        columns = self._columns(archive, count)
        self._sources = tuple(columns.sources)
        return columns.matrix()

    def _columns(self, archive: Archive, count: int) -> Columns:
        times_s = self.ledger.samples(archive, self.last_updated_s, count)
        since_s = float(times_s[-1]) if count else float(self.last_updated_s)
        vms = tuple(ref for ref in self.ledger.residency.on_host(self.ref, since_s) if self.ledger.db.has("VM", ref))
        load = _Load(self.ledger, self.ref, vms, self.ledger.sampled(vms, times_s, self.ref), times_s)
        columns, step_s = Columns(), archive.pdps * STEP_S
        rows_s = archive.last_row_s(self.last_updated_s) - np.arange(count, dtype=np.float64) * step_s

        def row(values: Floats) -> Floats:
            return consolidate(values, count, archive.cf)

        used = row(load.busy())
        of = keys(self.ledger.seed, tuple(f"{self.uuid}/{at}" for at in range(load.processors)), "cpu")
        share = spread(of, smooth(of, rows_s, 2.1 * step_s + 9.0), used)
        for at in range(load.processors):
            columns.add(f"cpu{at}", share[:, at], 5, kind="DERIVE", most=1.0)
        columns.add("cpu_avg", used, 5, kind="DERIVE", most=1.0)
        columns.add("loadavg", row(load.dom0() * 3.1), 4)
        columns.add("hostload", used * 1.04, 5)
        columns.add("running_vcpus", row(load.vcpus()), 0)
        columns.add("running_domains", row(load.domains()), 0)
        columns.add("memory_total_kib", np.full(count, load.total_bytes / _KIB), 0)
        columns.add("memory_free_kib", row(load.free_bytes()) / _KIB, 0)
        columns.add("memory_reclaimed", np.zeros(count), 0)
        columns.add("memory_reclaimed_max", np.zeros(count), 0)
        _add_toolstack(columns, row(load.dom0()), row(load.domains()))
        for name, flow in load.cards().items():
            columns.add(name, row(flow), kind="DERIVE")
        for sr8, (read, write) in load.repositories().items():
            add_disk(columns, f"{{}}_{sr8}".format, row(read), row(write))
        columns.add("Tapdisks_in_low_memory_mode", np.zeros(count), 0)
        return columns


def _add_toolstack(columns: Columns, dom0: Floats, domains: Floats) -> None:
    live = 180_000.0 + 900.0 * domains + 40_000.0 * dom0
    columns.add("xapi_memory_usage_kib", live * 1.7, 0)
    columns.add("xapi_free_memory_kib", live * 0.22, 0)
    columns.add("xapi_live_memory_kib", live, 0)
    columns.add("xapi_allocation_kib", live * 0.4 * dom0, 0)
    columns.add("xapi_open_fds", 90.0 + 4.0 * domains, 0)
    columns.add("pool_session_count", 6.0 + np.floor(20.0 * dom0), 0)
    columns.add("pool_task_count", np.floor(6.0 * dom0), 0)


@dataclass(frozen=True)
class _Load:
    """What the host does at each instant looked at."""

    ledger: Ledger
    host_ref: str
    vms: tuple[str, ...]
    figures: Figures
    times_s: Floats

    @cached_property
    def _guests(self) -> tuple[bool, ...]:
        return tuple(not self._vm(ref)["is_control_domain"] for ref in self.vms)

    @cached_property
    def processors(self) -> int:
        host = self.ledger.db.row("host", self.host_ref)
        return max(1, len(host["host_CPUs"]) or int(host["cpu_info"].get("cpu_count", "1")))

    @cached_property
    def total_bytes(self) -> int:
        metrics = self.ledger.db.get("host", self.host_ref, "metrics")
        known = self.ledger.db.has("host_metrics", metrics)
        return int(self.ledger.db.get("host_metrics", metrics, "memory_total")) if known else 0

    def _vm(self, ref: str) -> Mapping[str, Any]:
        return self.ledger.db.row("VM", ref)

    def _sum(self, values: Floats) -> Floats:
        return np.asarray(np.nansum(values, axis=1)) if self.vms else np.zeros(len(self.times_s))

    def _vcpus(self) -> Floats:
        return np.array([max(1, self._vm(ref)["VCPUs_at_startup"]) for ref in self.vms], dtype=np.float64)

    def dom0(self) -> Floats:
        """The part of its own processors that the control domain uses: a floor and its guests' traffic."""
        flows = sum((flow.sum(axis=1) for flow in self._flow.values()), np.zeros(len(self.times_s)))
        return np.minimum(0.9, 0.05 + flows / 2e9)

    def busy(self) -> Floats:
        """The part of all processors in use: what the VMs use adds up."""
        used = self._sum(self.figures.busy * self._vcpus()[None, :])
        return np.asarray(np.minimum(1.0, used / self.processors))

    def vcpus(self) -> Floats:
        return self._sum(np.where(self.figures.given > 0, self._vcpus()[None, :], 0.0))

    def domains(self) -> Floats:
        return self._sum((self.figures.given > 0).astype(np.float64))

    def free_bytes(self) -> Floats:
        overhead = np.array([self._vm(ref)["memory_overhead"] for ref in self.vms], dtype=np.float64)
        taken = self._sum(np.where(self.figures.given > 0, self.figures.given + overhead[None, :], 0.0))
        own = float(self.ledger.db.get("host", self.host_ref, "memory_overhead"))
        return np.maximum(0.0, self.total_bytes - own - taken)

    def cards(self) -> dict[str, Floats]:
        """Bytes per second of every physical card and bond: management, and what its VMs sent and received."""
        wires = _Wires(self.ledger.db, self.host_ref)
        devices = wires.devices()
        shares = np.zeros((len(self.vms), len(devices)))
        for at, ref in enumerate(self.vms):
            for place, vif in enumerate(self._attached(ref, "VIF")):
                for device, share in wires.carry(vif["network"]):
                    shares[at, devices.index(device)] += share * share_of_card(place)
        flows: dict[str, Floats] = {}
        for way in ("rx", "tx"):
            own = 2_000.0 * (1.0 + self.dom0())
            carried = self._flow[way] @ shares + own[:, None]
            flows |= {f"pif_{device}_{way}": carried[:, at] for at, device in enumerate(devices)}
            physical = [at for at, device in enumerate(devices) if not device.startswith("bond")]
            flows[f"pif_aggr_{way}"] = carried[:, physical].sum(axis=1)
        return flows

    def repositories(self) -> dict[str, tuple[Floats, Floats]]:
        """Bytes per second read from and written to each repository, by the start of its uuid."""
        db = self.ledger.db
        pbds = (db.get("PBD", ref, "SR") for ref in db.get("host", self.host_ref, "PBDs"))
        srs = [sr for sr in pbds if db.has("SR", sr) and db.get("SR", sr, "content_type") == "user"]
        shares = np.zeros((len(self.vms), len(srs)))
        for at, ref in enumerate(self.vms):
            disks = [vbd for vbd in self._attached(ref, "VBD") if vbd["type"] == "Disk"]
            for place, vbd in enumerate(disks):
                sr = db.get("VDI", vbd["VDI"], "SR") if db.has("VDI", vbd["VDI"]) else ""
                if sr in srs:
                    shares[at, srs.index(sr)] += share_of_disk(place, len(disks))
        read, write = self._flow["read"] @ shares, self._flow["write"] @ shares
        return {self._sr8(sr): (read[:, at], write[:, at]) for at, sr in enumerate(srs)}

    @cached_property
    def _flow(self) -> dict[str, Floats]:
        """Bytes per second by way, zero while a VM was not here."""
        return {way: np.nan_to_num(flow) for way, flow in self.figures.flow.items()}

    def _sr8(self, sr_ref: str) -> str:
        return str(self.ledger.db.get("SR", sr_ref, "uuid"))[:8]

    def _attached(self, ref: str, table: str) -> list[Mapping[str, Any]]:
        rows = (self.ledger.db.row(table, one) for one in self._vm(ref)[f"{table}s"] if self.ledger.db.has(table, one))
        return [row for row in rows if row["currently_attached"]]


@dataclass(frozen=True)
class _Wires:
    """The host's cards, and which of them carry a network."""

    db: Database
    host_ref: str

    @cached_property
    def _pifs(self) -> dict[str, Mapping[str, Any]]:
        refs = self.db.get("host", self.host_ref, "PIFs")
        return {ref: self.db.row("PIF", ref) for ref in refs if self.db.has("PIF", ref)}

    def devices(self) -> list[str]:
        return sorted({pif["device"] for pif in self._pifs.values() if pif["physical"] or pif["bond_master_of"]})

    def carry(self, network_ref: str) -> list[tuple[str, float]]:
        """Devices with the share of the network's traffic each of them sees; none for a private network."""
        for ref, pif in self._pifs.items():
            if pif["network"] == network_ref:
                return self._below(ref)
        return []

    def _below(self, ref: str) -> list[tuple[str, float]]:
        pif = self._pifs[ref]
        if not is_null(pif["VLAN_master_of"]) and self.db.has("VLAN", pif["VLAN_master_of"]):
            tagged = self.db.get("VLAN", pif["VLAN_master_of"], "tagged_PIF")
            return self._below(tagged) if tagged in self._pifs and tagged != ref else []
        bonds = [bond for bond in pif["bond_master_of"] if self.db.has("Bond", bond)]
        if bonds:
            slaves = [one for one in self.db.get("Bond", bonds[0], "slaves") if one in self._pifs]
            return [(pif["device"], 1.0), *((self._pifs[one]["device"], 1.0 / len(slaves)) for one in slaves)]
        return [(pif["device"], 1.0)] if pif["device"] in self.devices() else []
