"""Hosts that will not come back: what goes with them from the database."""

from __future__ import annotations

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.behaviour import domain, lookup
from lifeguard.sim.behaviour.evacuation import residents
from lifeguard.sim.behaviour.operations.refresh import refresh
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_OF_HOST = ("PBD", "PIF", "host_cpu", "PGPU", "PCI", "PUSB", "host_crashdump", "host_patch", "Certificate")


async def destroy(context: Context, host_ref: str) -> None:
    db = context.db
    db.row("host", host_ref)
    if host_ref == lookup.pool(db)["master"]:
        raise ApiError("HOST_CANNOT_DESTROY_SELF", host_ref)
    if lookup.is_live(db, host_ref):
        raise ApiError("HOST_IS_LIVE", host_ref)
    if lookup.pool(db)["ha_enabled"]:
        raise ApiError("HA_IS_ENABLED")
    if residents(db, host_ref):
        raise ApiError("HOST_HAS_RESIDENT_VMS", host_ref)
    remove_host(db, host_ref)


def remove_host(db: Database, host_ref: str) -> None:
    """Delete the host with all that is part of it."""
    for vm_ref, vm in list(db.rows("VM").items()):
        if vm["is_control_domain"] and vm["resident_on"] == host_ref:
            domain.drop_consoles(db, vm_ref)
            db.destroy("VM", vm_ref)
        elif vm["affinity"] == host_ref:
            db.set("VM", vm_ref, "affinity", NULL_REF)
    repositories = [pbd["SR"] for pbd in db.rows("PBD").values() if pbd["host"] == host_ref]
    _remove_cards(db, host_ref)
    for table in _OF_HOST:
        for ref, row in list(db.rows(table).items()):
            if row.get("host") == host_ref:
                db.destroy(table, ref)
    metrics = db.get("host", host_ref, "metrics")
    if db.has("host_metrics", metrics):
        db.destroy("host_metrics", metrics)
    db.destroy("host", host_ref)
    for sr_ref in repositories:
        refresh(db, "SR", sr_ref)


def _remove_cards(db: Database, host_ref: str) -> None:
    """Delete the host's interfaces with the bonds, VLANs and tunnels between them."""
    own = {ref for ref, pif in db.rows("PIF").items() if pif["host"] == host_ref}
    for table, field in (("Bond", "master"), ("VLAN", "untagged_PIF"), ("tunnel", "access_PIF")):
        for ref, row in list(db.rows(table).items()):
            if row[field] in own:
                db.destroy(table, ref)
    for ref in own:
        metrics = db.get("PIF", ref, "metrics")
        if db.has("PIF_metrics", metrics):
            db.destroy("PIF_metrics", metrics)
        db.destroy("PIF", ref)


HANDLERS: dict[str, Handler] = {"host.destroy": destroy}
