"""What can be made to go wrong on purpose: switches that the server and the behaviours look at."""

from __future__ import annotations

from dataclasses import dataclass, field

from lifeguard.observe import Signal


@dataclass(frozen=True, slots=True)
class PowerChange:
    host_ref: str
    is_dead: bool


class HostFaults:
    """The switches of one host.

    `is_dead`: it refuses connections. `is_cut_off`: it takes them and never answers. `emergency`: the error that every
    call but the emergency ones meets, such as HOST_STILL_BOOTING. `interruptions` counts how often what it was doing
    was cut short: by its death, or by a restart of its toolstack.
    """

    __slots__ = (
        "_host_ref", "_is_dead", "_power_changed", "delay_s", "drop_fraction", "emergency", "interruptions",
        "is_cut_off",
    )  # fmt: skip

    def __init__(self, host_ref: str, power_changed: Signal[PowerChange]) -> None:
        self._host_ref = host_ref
        self._power_changed = power_changed
        self._is_dead = False
        self.is_cut_off = False
        self.interruptions = 0
        self.delay_s = 0.0
        self.drop_fraction = 0.0
        self.emergency: tuple[str, ...] = ()

    @property
    def is_dead(self) -> bool:
        return self._is_dead

    @is_dead.setter
    def is_dead(self, is_dead: bool) -> None:
        if is_dead != self._is_dead:
            self._is_dead = is_dead
            self.interruptions += is_dead
            self._power_changed.emit(PowerChange(self._host_ref, is_dead))


@dataclass(slots=True)
class Faults:
    """`fail_migration_at` is the progress (0 to 1) at which the next migrations fail; None lets them pass.
    `full_srs` are refs of SRs on which nothing more fits, `lost_srs` of those HA cannot reach any more.
    `power_changed` tells when a host dies or comes back; `toolstack_restarted` is told the host whose
    toolstack is to start anew."""

    hosts: dict[str, HostFaults] = field(default_factory=dict)
    fail_migration_at: float | None = None
    full_srs: set[str] = field(default_factory=set)
    lost_srs: set[str] = field(default_factory=set)
    loses_events: bool = False
    power_changed: Signal[PowerChange] = field(default_factory=Signal)
    toolstack_restarted: Signal[str] = field(default_factory=Signal)

    def of(self, host_ref: str) -> HostFaults:
        if host_ref not in self.hosts:
            self.hosts[host_ref] = HostFaults(host_ref, self.power_changed)
        return self.hosts[host_ref]
