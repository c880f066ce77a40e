"""Everything on record of one VM."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.metrics.disk_series import add_disk
from lifeguard.sim.metrics.ledger import Figures, Ledger, consolidate_all, spread
from lifeguard.sim.metrics.noise import keys, smooth
from lifeguard.sim.metrics.recorded import AVERAGES, STEP_S, Archive, Floats, Kind, Source
from lifeguard.sim.metrics.table import Columns

FiguresOf = Callable[[Archive, int], Figures]


@dataclass
class VmRecord:
    """`figures` gives what the VM did in the newest rows of an archive: arrays [rows]."""

    ledger: Ledger
    ref: str
    last_updated_s: int
    figures: FiguresOf

    kind: Kind = "vm"
    archives = AVERAGES
    _sources: tuple[Source, ...] = ()

    @property
    def uuid(self) -> str:
        return str(self.ledger.db.get("VM", self.ref, "uuid"))

    @property
    def sources(self) -> tuple[Source, ...]:
        if not self._sources:
            self.newest(AVERAGES[0], 1)
        return self._sources

    def newest(self, archive: Archive, count: int) -> Floats:
        columns = self._columns(archive, count)
        self._sources = tuple(columns.sources)
        return columns.matrix()

    def _columns(self, archive: Archive, count: int) -> Columns:
        figures, columns = self.figures(archive, count), Columns()
        vm = self.ledger.db.row("VM", self.ref)
        step_s = archive.pdps * STEP_S
        times_s = archive.last_row_s(self.last_updated_s) - np.arange(count, dtype=np.float64) * step_s
        self._add_processors(columns, figures, vm["VCPUs_at_startup"] or 1, times_s, step_s)
        given = np.where(np.isnan(figures.busy), np.nan, figures.given)
        columns.add("memory", given, 0)
        columns.add("memory_target", given, 0)
        if vm["guest_metrics"] != NULL_REF:
            columns.add("memory_internal_free", given * (1.0 - figures.memory) / 1024.0, 0)
        devices = [vif["device"] for vif in self._attached("VIF")]
        for at, device in enumerate(devices):
            part = share_of_card(at)
            for way in ("rx", "tx"):
                columns.add(f"vif_{device}_{way}", figures.flow[way] * part, kind="DERIVE")
                columns.add(f"vif_{device}_{way}_errors", 0.0 * figures.busy, kind="DERIVE")
        disks = [vbd for vbd in self._attached("VBD") if vbd["type"] == "Disk"]
        for at, vbd in enumerate(disks):
            part = share_of_disk(at, len(disks))
            device = vbd["device"] or vbd["userdevice"]
            add_disk(columns, f"vbd_{device}_{{}}".format, figures.flow["read"] * part, figures.flow["write"] * part)
        return columns

    def _add_processors(
        self, columns: Columns, figures: Figures, vcpus: int, times_s: Floats, step_s: int
    ) -> None:  # fmt: skip
        of = keys(self.ledger.seed, tuple(f"{self.uuid}/{at}" for at in range(vcpus)), "cpu")
        share = spread(of, smooth(of, times_s, 2.3 * step_s + 7.0), figures.busy)
        for at in range(vcpus):
            columns.add(f"cpu{at}", share[:, at], 5, kind="DERIVE", most=1.0)
        columns.add("cpu_usage", figures.busy, 5, most=1.0)

    def _attached(self, table: str) -> Iterator[dict[str, str]]:
        for ref in self.ledger.db.get("VM", self.ref, f"{table}s"):
            if self.ledger.db.has(table, ref) and self.ledger.db.get(table, ref, "currently_attached"):
                yield dict(self.ledger.db.row(table, ref))


def share_of_card(at: int) -> float:
    """Which part of a VM's network traffic goes through its n-th card, against the first."""
    return 1.0 if at == 0 else 0.2


def share_of_disk(at: int, count: int) -> float:
    """Which part of a VM's disk traffic goes to its n-th disk: the data disks get most."""
    if count == 1:
        return 1.0
    return 0.25 if at == 0 else 0.75 / (count - 1)


def own_figures(ledger: Ledger, ref: str, last_s: int) -> FiguresOf:
    """Figures of a VM for itself, wherever it ran."""

    def of(archive: Archive, count: int) -> Figures:
        times_s = ledger.samples(archive, last_s, count)
        return consolidate_all(ledger.sampled((ref,), times_s), count, archive.cf).of(0)

    return of
