"""Questions about the simulated pool that many behaviours ask, answered from its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

Row = Mapping[str, Any]


def is_null(ref: str) -> bool:
    return ref in ("", NULL_REF)


def find(db: Database, table: str, ref: str) -> Row | None:
    """The row, or None when the reference is null or dangling."""
    return db.rows(table).get(ref)


def pool_ref(db: Database) -> str:
    """The one pool row. Raises ApiError INTERNAL_ERROR when the database has none."""
    for ref in db.rows("pool"):
        return ref
    raise ApiError("INTERNAL_ERROR", "the database has no pool")


def pool(db: Database) -> Row:
    return db.row("pool", pool_ref(db))


def is_live(db: Database, host_ref: str) -> bool:
    host = find(db, "host", host_ref)
    metrics = find(db, "host_metrics", host["metrics"]) if host else None
    return bool(metrics and metrics["live"])


def is_available(db: Database, host_ref: str) -> bool:
    """Live and enabled: VMs may be put there."""
    return is_live(db, host_ref) and bool(db.get("host", host_ref, "enabled"))


def is_in_rolling_upgrade(db: Database) -> bool:
    return "rolling_upgrade_in_progress" in pool(db)["other_config"]


def is_domain_zero(db: Database, vm_ref: str) -> bool:
    """Whether the VM is the control domain its host runs on, not merely a privileged guest."""
    vm = db.row("VM", vm_ref)
    if not vm["is_control_domain"]:
        return False
    host = find(db, "host", vm["resident_on"])
    if host is None or is_null(host["control_domain"]):
        return bool(vm["domid"] == 0)
    return bool(host["control_domain"] == vm_ref)


def is_default_template(vm: Row) -> bool:
    return bool(vm["is_default_template"]) or vm["other_config"].get("default_template") == "true"


def domain_type(db: Database, vm: Row) -> str:
    """hvm, pv, pvh or pv_in_pvh: what the VM runs as while it has a domain, else what it will run as."""
    metrics = find(db, "VM_metrics", vm["metrics"])
    if metrics and vm["power_state"] != "Halted" and metrics["current_domain_type"] != "unspecified":
        return str(metrics["current_domain_type"])
    return configured_domain_type(vm)


def configured_domain_type(vm: Row) -> str:
    if vm["domain_type"] != "unspecified":
        return str(vm["domain_type"])
    return "hvm" if vm["HVM_boot_policy"] else "pv"


def devices(db: Database, vm: Row, table: str) -> Iterator[tuple[str, Row]]:
    """The VM's VBDs, VIFs, VGPUs or VUSBs that exist, with their rows."""
    for ref in vm[f"{table}s"]:
        row = find(db, table, ref)
        if row is not None:
            yield ref, row


def guests(db: Database) -> Iterator[tuple[str, Row]]:
    """VMs a user would call VMs: no templates, snapshots or control domains."""
    for ref, vm in list(db.rows("VM").items()):
        if not (vm["is_a_template"] or vm["is_a_snapshot"] or vm["is_control_domain"]):
            yield ref, vm


def plugged_hosts(db: Database, sr_ref: str) -> set[str]:
    """Hosts that can reach the SR now."""
    sr = find(db, "SR", sr_ref)
    if sr is None:
        return set()
    pbds = (find(db, "PBD", ref) for ref in sr["PBDs"])
    return {pbd["host"] for pbd in pbds if pbd and pbd["currently_attached"]}
