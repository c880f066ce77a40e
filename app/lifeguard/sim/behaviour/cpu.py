"""CPU feature sets: whether a VM that has seen one CPU can go on under another."""

from __future__ import annotations

from lifeguard.sim.behaviour import lookup
from lifeguard.sim.behaviour.lookup import Row
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_WORDS_OF_OLD_SETS = 4


def assert_compatible(db: Database, vm_ref: str, host_ref: str) -> None:
    """Raises ApiError VM_INCOMPATIBLE_WITH_THIS_HOST. A halted VM will see the new CPU when it starts."""
    vm, host = db.row("VM", vm_ref), db.row("host", host_ref)
    seen: dict[str, str] = vm["last_boot_CPU_flags"]
    if vm["power_state"] == "Halted" or vm["is_control_domain"]:
        return
    reason = _obstacle(seen, host["cpu_info"], host_features(db, vm, host))
    if reason:
        raise ApiError("VM_INCOMPATIBLE_WITH_THIS_HOST", vm_ref, host_ref, reason)


def host_features(db: Database, vm: Row, host: Row) -> str:
    """The features a VM of this kind sees on the host; hosts of old have one set for all kinds."""
    info: dict[str, str] = host["cpu_info"]
    key = "features_pv" if lookup.domain_type(db, vm) == "pv" else "features_hvm"
    return info.get(key) or info.get("features", "")


def is_subset(features: str, of: str) -> bool:
    """Whether every bit of one set (hex words joined by `-`) is in the other; missing words are zero."""
    words, others = _words(features), _words(of)
    others += [0] * (len(words) - len(others))
    return all(word & ~other == 0 for word, other in zip(words, others, strict=False))


def _obstacle(seen: dict[str, str], offered: dict[str, str], features: str) -> str:
    if seen.get("vendor") and seen["vendor"] != offered.get("vendor", ""):
        return "VM was last booted on a host which had a CPU from a different vendor."
    if not seen.get("features") or not features:
        return ""
    if len(_words(seen["features"])) <= _WORDS_OF_OLD_SETS < len(_words(features)):
        return "VM featureset too old to be upgraded; VM needs to be shut down before it can run here"
    if not is_subset(seen["features"], features):
        return "VM last booted on a CPU with features this host's CPU does not have."
    return ""


def _words(features: str) -> list[int]:
    try:
        return [int(word, 16) for word in features.replace(":", "-").split("-") if word]
    except ValueError:
        return []
