"""What a server puts in order when it starts on a database that an older release, or a hand, wrote."""

from __future__ import annotations

from lifeguard.datamodel.schema import EPOCH, NULL_REF
from lifeguard.sim.behaviour import domain, lookup, memory
from lifeguard.sim.behaviour.operations.refresh import refresh_all
from lifeguard.sim.database import Database

_GIB = 2**30
_PLATFORMS = (0, 1, 2)


def put_in_order(db: Database) -> None:
    """Fill what releases after the database's one expect, and compute every list of allowed operations."""
    for host_ref in list(db.rows("host")):
        _mend_host(db, host_ref)
    for vm_ref in list(db.rows("VM")):
        _mend_vm(db, vm_ref)
    for ref, backend in list(db.rows("SM").items()):
        if not backend["features"]:
            db.set("SM", ref, "features", dict.fromkeys(backend["capabilities"], 1))
    refresh_all(db)


def _mend_host(db: Database, host_ref: str) -> None:
    host = db.row("host", host_ref)
    if lookup.is_null(host["control_domain"]):
        own = [ref for ref, vm in db.rows("VM").items() if vm["is_control_domain"] and vm["resident_on"] == host_ref]
        db.set("host", host_ref, "control_domain", own[0] if own else NULL_REF)
    if not host["virtual_hardware_platform_versions"]:
        db.set("host", host_ref, "virtual_hardware_platform_versions", _PLATFORMS)
    if not db.has("host_metrics", host["metrics"]):
        used = sum(vm["memory_dynamic_max"] for _, vm in memory.occupants(db, host_ref))
        total = (used + host["memory_overhead"]) // _GIB * _GIB + 4 * _GIB
        metrics = db.insert("host_metrics", {"memory_total": total, "memory_free": total - used, "live": True})
        db.set("host", host_ref, "metrics", metrics)


def _mend_vm(db: Database, vm_ref: str) -> None:
    vm = db.row("VM", vm_ref)
    if vm["domain_type"] == "unspecified":
        db.set("VM", vm_ref, "domain_type", lookup.configured_domain_type(vm))
    if not vm["memory_overhead"] and not vm["is_control_domain"]:
        domain.refresh_overhead(db, vm_ref)
    if vm["power_state"] == "Halted":
        return
    kind = lookup.configured_domain_type(vm)
    if not db.has("VM_metrics", vm["metrics"]):
        values = {"VCPUs_number": vm["VCPUs_max"], "memory_actual": vm["memory_target"], "start_time": EPOCH}
        db.set("VM", vm_ref, "metrics", db.insert("VM_metrics", values))
    if db.get("VM_metrics", vm["metrics"], "current_domain_type") == "unspecified":
        db.update("VM_metrics", vm["metrics"], current_domain_type=kind, hvm=kind == "hvm")
