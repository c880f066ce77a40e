"""All records of one simulated pool: who has which, where they lie, up to when they go."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import floor

from lifeguard.clock import Clock
from lifeguard.sim.database import Database
from lifeguard.sim.metrics.host_series import HostRecord
from lifeguard.sim.metrics.ledger import Figures, Ledger, consolidate_all
from lifeguard.sim.metrics.recorded import STEP_S, Archive
from lifeguard.sim.metrics.residency import FOREVER, Residency
from lifeguard.sim.metrics.sr_series import SrRecord
from lifeguard.sim.metrics.vm_series import FiguresOf, VmRecord, own_figures


class Library:
    """Makes records on demand: nothing is stored but who was where."""

    def __init__(self, db: Database, clock: Clock, seed: int) -> None:
        self._db = db
        self._clock = clock
        self.residency = Residency(db, clock)
        self._ledger = Ledger(db, self.residency, seed)

    def close(self) -> None:
        self.residency.close()

    def host(self, host_ref: str) -> HostRecord:
        return HostRecord(self._ledger, host_ref, self._now_s())

    def vm(self, vm_ref: str) -> VmRecord:
        last_s = self._last_s(vm_ref)
        return VmRecord(self._ledger, vm_ref, last_s, own_figures(self._ledger, vm_ref, last_s))

    def vms(self, host_ref: str) -> list[VmRecord]:
        """Records of the VMs that live on the host, computed together. What is said to be there and runs no more has no
        domain to be measured."""
        here = [ref for ref in self._db.get("host", host_ref, "resident_VMs") if self._lives(ref, host_ref)]
        now_s = self._now_s()
        active = (ref for ref in self.residency.on_host(host_ref, now_s) if ref in here and not self._is_paused(ref))
        shared = _Together(self._ledger, tuple(active), now_s)
        return [self.vm(ref) if self._is_paused(ref) else self._joined(ref, shared) for ref in here]

    def srs(self, host_ref: str) -> list[SrRecord]:
        """Records kept on this host: its local repositories, on the coordinator the shared ones too."""
        master = next(iter(self._db.rows("pool").values()))["master"]
        found = []
        for pbd in self._db.get("host", host_ref, "PBDs"):
            sr = self._db.get("PBD", pbd, "SR")
            if self._db.has("SR", sr) and (host_ref == master or not self._db.get("SR", sr, "shared")):
                found.append(self.sr(sr))
        return found

    def sr(self, sr_ref: str) -> SrRecord:
        return SrRecord(self._ledger, sr_ref, self._now_s())

    def _joined(self, ref: str, shared: _Together) -> VmRecord:
        return VmRecord(self._ledger, ref, self._now_s(), shared.of(ref))

    def _lives(self, ref: str, host_ref: str) -> bool:
        stays = self.residency.stays(ref)
        return bool(stays) and stays[-1].until_s == FOREVER and stays[-1].host_ref == host_ref

    def _is_paused(self, ref: str) -> bool:
        return self.residency.stays(ref)[-1].is_paused

    def _now_s(self) -> int:
        now = floor(self._clock.time_s())
        return now - now % STEP_S

    def _last_s(self, ref: str) -> int:
        """When the VM was last heard of: now, or when it paused or stopped."""
        stays = self.residency.stays(ref)
        if not stays or (stays[-1].until_s == FOREVER and not stays[-1].is_paused):
            return self._now_s()
        last = floor(stays[-1].since_s if stays[-1].is_paused else stays[-1].until_s)
        return last - last % STEP_S


@dataclass
class _Together:
    """Figures of several VMs, computed in one go per archive and handed out singly."""

    ledger: Ledger
    refs: tuple[str, ...]
    last_s: int
    _known: dict[tuple[Archive, int], Figures] = field(default_factory=dict)

    def of(self, ref: str) -> FiguresOf:
        at = self.refs.index(ref)
        return lambda archive, count: self._all(archive, count).of(at)

    def _all(self, archive: Archive, count: int) -> Figures:
        known = self._known.get((archive, count))
        if known is None:
            times_s = self.ledger.samples(archive, self.last_s, count)
            known = consolidate_all(self.ledger.sampled(self.refs, times_s), count, archive.cf)
            self._known[archive, count] = known
        return known
