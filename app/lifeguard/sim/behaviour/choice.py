"""Which host a VM starts on when nobody says."""

from __future__ import annotations

import random

from lifeguard.sim.behaviour import lookup, memory
from lifeguard.sim.behaviour.lookup import Row
from lifeguard.sim.behaviour.placement import possible_hosts, required_srs, verdict
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_BIAS = 1.25
"""Above 1, hosts with more free memory are somewhat likelier."""


def best_hosts(db: Database, vm_ref: str) -> list[str]:
    """Hosts of the best rank that can take the VM, the emptiest first; empty when none can.

    The affinity host goes first if it can; then hosts with room for everybody's maximum; then all others.
    """
    vm = db.row("VM", vm_ref)
    hosts = [ref for ref in possible_hosts(db, vm_ref) if lookup.is_available(db, ref)]
    if vm["power_state"] == "Suspended":
        hosts = [ref for ref in hosts if verdict(db, vm_ref, ref) is None] or hosts
    if vm["affinity"] in hosts:
        return [vm["affinity"]]
    roomy = [ref for ref in hosts if _free_at_maximum_bytes(db, ref) >= _maximum_bytes(vm)]
    return sorted(roomy or hosts, key=lambda ref: -memory.free_bytes(db, ref))


def choose_host(db: Database, vm_ref: str, rng: random.Random) -> str:
    """One of the best hosts at random. Raises ApiError NO_HOSTS_AVAILABLE."""
    hosts = best_hosts(db, vm_ref)
    if not hosts:
        raise ApiError("NO_HOSTS_AVAILABLE")
    return hosts[int(len(hosts) * rng.random() ** _BIAS)]


def storage_host(db: Database, vm_ref: str) -> str:
    """Who clones and snapshots a VM's disks: the host it runs on, else a live one that reaches all of them. Raises
    NO_HOSTS_AVAILABLE."""
    vm = db.row("VM", vm_ref)
    if vm["power_state"] == "Running" and db.has("host", vm["resident_on"]):
        return str(vm["resident_on"])
    srs = required_srs(db, vm)
    for host_ref in db.rows("host"):
        if lookup.is_live(db, host_ref) and all(host_ref in lookup.plugged_hosts(db, sr) for sr in srs):
            return host_ref
    raise ApiError("NO_HOSTS_AVAILABLE")


def _maximum_bytes(vm: Row) -> int:
    return int(vm["memory_dynamic_max"]) + memory.vm_overhead_bytes(vm)


def _free_at_maximum_bytes(db: Database, host_ref: str) -> int:
    used: int = sum(vm["memory_dynamic_max"] + vm["memory_overhead"] for _, vm in memory.occupants(db, host_ref))
    return memory.capacity_bytes(db, host_ref) - used
