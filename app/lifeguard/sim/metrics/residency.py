"""Which VM ran where, when: kept by watching the database, so that history follows a VM and stays with a host."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from lifeguard.clock import Clock
from lifeguard.datamodel.schema import EPOCH, NULL_REF
from lifeguard.sim.database import Database, Write
from lifeguard.sim.metrics.recorded import Floats

FOREVER = float("inf")
_MOST_STAYS = 200


@dataclass(frozen=True, slots=True)
class Stay:
    """A VM's time on one host with so much memory; paused it keeps the memory and reports nothing."""

    since_s: float
    until_s: float
    host_ref: str
    memory_bytes: int
    is_paused: bool = False

    def covers(self, times_s: Floats) -> NDArray[np.bool_]:
        return (times_s > self.since_s) & (times_s <= self.until_s)


class Residency:
    """The stays of every VM, oldest first. Close it when the pool goes."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._stays: dict[str, tuple[Stay, ...]] = {}
        for ref in db.rows("VM"):
            first = self._now(ref, self._beginning(ref))
            if first is not None:
                self._stays[ref] = (first,)
        self._disconnect = db.written.connect(self._hear)

    def close(self) -> None:
        self._disconnect()

    def stays(self, vm_ref: str) -> tuple[Stay, ...]:
        return self._stays.get(vm_ref, ())

    def on_host(self, host_ref: str, since_s: float) -> Iterator[str]:
        """VMs that were on the host at some time after `since_s`, in a stable order."""
        for ref, stays in self._stays.items():
            if any(stay.host_ref == host_ref and stay.until_s > since_s for stay in stays):
                yield ref

    def _hear(self, write: Write) -> None:
        if write.table != "VM":
            return
        stays = self._stays.get(write.ref, ())
        now_s = self._clock.time_s()
        current = None if write.operation == "del" else self._now(write.ref, now_s)
        last = stays[-1] if stays and stays[-1].until_s == FOREVER else None
        if current is None and last is None:
            return
        if current and last and replace(current, since_s=last.since_s) == last:
            return
        kept = (*stays[:-1], replace(last, until_s=now_s)) if last else stays
        self._stays[write.ref] = (*kept, *((current,) if current else ()))[-_MOST_STAYS:]

    def _now(self, ref: str, since_s: float) -> Stay | None:
        vm = self._db.row("VM", ref)
        state = vm["power_state"]
        if state not in ("Running", "Paused") or not self._db.has("host", vm["resident_on"]):
            return None
        memory = vm["memory_target"] or vm["memory_dynamic_max"]
        return Stay(since_s, FOREVER, vm["resident_on"], memory, is_paused=state == "Paused")

    def _beginning(self, ref: str) -> float:
        """Since when a VM that was there first may be taken to have been running: since it was installed."""
        vm = self._db.row("VM", ref)
        if vm["metrics"] == NULL_REF or not self._db.has("VM_metrics", vm["metrics"]):
            return 0.0
        metrics = self._db.row("VM_metrics", vm["metrics"])
        if vm["power_state"] == "Paused":
            return _epoch_s(metrics["last_updated"])
        dates = [metrics[name] for name in ("install_time", "start_time") if metrics[name] != EPOCH]
        return min((_epoch_s(date) for date in dates), default=0.0)


def _epoch_s(date: str) -> float:
    try:
        return datetime.strptime(date, "%Y%m%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return 0.0
