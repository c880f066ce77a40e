"""What can be made to go wrong on purpose: switches that the server and the behaviours look at."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class HostFaults:
    """`is_dead`: refuses connections. `is_cut_off`: takes them and never answers. `emergency`: the error that every
    call but the emergency ones meets, such as HOST_STILL_BOOTING."""

    is_dead: bool = False
    is_cut_off: bool = False
    delay_s: float = 0.0
    drop_fraction: float = 0.0
    emergency: tuple[str, ...] = ()


@dataclass(slots=True)
class Faults:
    """`fail_migration_at` is the progress (0 to 1) at which the next migrations fail; None lets them pass.
    `full_srs` are refs of SRs on which nothing more fits."""

    hosts: dict[str, HostFaults] = field(default_factory=dict)
    fail_migration_at: float | None = None
    full_srs: set[str] = field(default_factory=set)
    loses_events: bool = False

    def of(self, host_ref: str) -> HostFaults:
        return self.hosts.setdefault(host_ref, HostFaults())
