"""What HA warns of before, or without, giving a host up: late heartbeats, a lost state file, a bond on one leg."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lifeguard.sim.behaviour import alerts, lookup
from lifeguard.sim.context import Context
from lifeguard.sim.database import Database

_NEAR = 0.5
"""The share of the time-out after which a missing sign of life is told."""
_LOST_STATE = "HA_STATEFILE_LOST"
_BROKEN_LOG, _SOUND_LOG = "METADATA_LUN_BROKEN", "METADATA_LUN_HEALTHY"
_WORDS = {
    "HA_HEARTBEAT_APPROACHING_TIMEOUT": "The heartbeat of server '{name}' is late.",
    "HA_STATEFILE_APPROACHING_TIMEOUT": "Server '{name}' reaches the state file late.",
    "HA_XAPI_HEALTHCHECK_APPROACHING_TIMEOUT": "The toolstack of server '{name}' answers its health check late.",
    "HA_NETWORK_BONDING_ERROR": "A link of the bond that carries the heartbeat of server '{name}' is down.",
    _LOST_STATE: "Server '{name}' cannot reach the state file; it stays up as long as all others do.",
}


@dataclass(slots=True)
class Alarms:
    """Remembers what was told, so that each trouble is told once."""

    context: Context
    told: set[tuple[str, str]] = field(default_factory=set)
    lost_since_s: float | None = None

    def look(self, timeout_s: float, silent_s: dict[str, float]) -> None:
        """Tell what is new. `silent_s`: for how long each host has given no sign of life."""
        now = set(self._troubles(timeout_s, silent_s))
        for name, host_ref in sorted(now - self.told):
            self._tell(name, host_ref)
        self._tell_log(now)
        self.told = now

    def _troubles(self, timeout_s: float, silent_s: dict[str, float]) -> Iterator[tuple[str, str]]:
        db, faults = self.context.db, self.context.faults
        lost_s = self._state_lost_s()
        for host_ref in db.rows("host"):
            if not lookup.is_live(db, host_ref):
                continue
            if silent_s.get(host_ref, 0.0) >= _NEAR * timeout_s and not faults.of(host_ref).is_dead:
                yield "HA_HEARTBEAT_APPROACHING_TIMEOUT", host_ref
            if faults.of(host_ref).delay_s >= _NEAR * timeout_s:
                yield "HA_XAPI_HEALTHCHECK_APPROACHING_TIMEOUT", host_ref
            if lost_s >= timeout_s:
                yield _LOST_STATE, host_ref
            elif lost_s >= _NEAR * timeout_s:
                yield "HA_STATEFILE_APPROACHING_TIMEOUT", host_ref
            if _is_bond_limping(db, host_ref):
                yield "HA_NETWORK_BONDING_ERROR", host_ref

    def _state_lost_s(self) -> float:
        """For how long the repository with the state file has been out of reach."""
        db = self.context.db
        disks = (lookup.find(db, "VDI", ref) for ref in lookup.pool(db)["ha_statefiles"])
        if not any(disk is not None and disk["SR"] in self.context.faults.lost_srs for disk in disks):
            self.lost_since_s = None
            return 0.0
        now_s = self.context.clock.monotonic_s()
        self.lost_since_s = now_s if self.lost_since_s is None else self.lost_since_s
        return now_s - self.lost_since_s

    def _tell(self, name: str, host_ref: str) -> None:
        db = self.context.db
        words = _WORDS[name].format(name=db.get("host", host_ref, "name_label"))
        alerts.post(db, self.context.clock, name, "host", host_ref, words)

    def _tell_log(self, now: set[tuple[str, str]]) -> None:
        """The log of the database lies beside the state file."""
        was, is_ = (any(name == _LOST_STATE for name, _ in troubles) for troubles in (self.told, now))
        if was != is_:
            db = self.context.db
            name, words = (_BROKEN_LOG, "cannot be written") if is_ else (_SOUND_LOG, "can be written again")
            alerts.post(db, self.context.clock, name, "pool", lookup.pool_ref(db), f"The log of the database {words}.")


def _is_bond_limping(db: Database, host_ref: str) -> bool:
    for bond in db.rows("Bond").values():
        pif = lookup.find(db, "PIF", bond["master"])
        if pif is not None and pif["host"] == host_ref and pif["management"]:
            return bool(0 < bond["links_up"] < len(bond["slaves"]))
    return False
