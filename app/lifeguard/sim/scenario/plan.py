"""What a generated site should be like."""

from __future__ import annotations

from dataclasses import dataclass, field

from lifeguard.sim.release import Release

MOST_HOSTS, MOST_VMS = 250, 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`now_s` is the epoch second at which the site is looked at first: its history lies before. HA is off unless
    `is_ha_enabled`, which lets the pool tolerate `failures_to_tolerate` hosts."""

    hosts: int = 16
    vms: int = 200
    seed: int = 1
    now_s: float = 1_767_600_000.0
    release: Release = field(default_factory=Release.newest)
    is_ha_enabled: bool = False
    failures_to_tolerate: int = 2

    def __post_init__(self) -> None:
        if not 1 <= self.hosts <= MOST_HOSTS:
            raise ValueError(f"A generated pool has 1 to {MOST_HOSTS} hosts, not {self.hosts}.")
        if not 0 <= self.vms <= MOST_VMS:
            raise ValueError(f"A generated pool has 0 to {MOST_VMS} VMs, not {self.vms}.")
        if self.is_ha_enabled and self.hosts < 2:
            raise ValueError("HA needs a generated pool of 2 hosts at least.")
