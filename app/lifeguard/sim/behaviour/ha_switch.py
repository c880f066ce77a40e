"""Turning HA on and off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lifeguard.sim.behaviour import lookup, pace
from lifeguard.sim.behaviour.disks import create_disk, destroy_disk
from lifeguard.sim.behaviour.ha_planner import tolerance
from lifeguard.sim.behaviour.ha_watch import refresh_plan
from lifeguard.sim.behaviour.operations.refresh import marked, refresh
from lifeguard.sim.behaviour.operations.whole import allowed_host_operations
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_MIB = 1024 * 1024
_STATE_FILE_BYTES, _REDO_LOG_BYTES = 4 * _MIB, 256 * _MIB


async def enable_ha(context: Context, heartbeat_srs: Sequence[str], configuration: Mapping[str, str]) -> None:
    db, pool_ref = context.db, lookup.pool_ref(context.db)
    pool = db.row("pool", pool_ref)
    if pool["ha_enabled"]:
        raise ApiError("HA_IS_ENABLED")
    if pool["restrictions"].get("enable_xha", "true") == "false":
        raise ApiError("LICENCE_RESTRICTION", "HA")
    srs = list(heartbeat_srs) or _suitable_srs(db)
    _assert_possible(db, srs)
    with marked(context, "pool", pool_ref, "ha_enable"):
        await pace.take(context, pace.START_S)
        _assert_possible(db, srs)
        disks = [_disk(context, srs[0], "Statefile for HA", "ha_statefile", _STATE_FILE_BYTES)]
        _disk(context, srs[0], "Metadata for HA", "redo_log", _REDO_LOG_BYTES)
        db.update(
            "pool", pool_ref, ha_enabled=True, ha_configuration=dict(configuration), ha_statefiles=tuple(disks),
            ha_cluster_stack="xhad",
        )  # fmt: skip
    possible = tolerance(db)
    db.update("pool", pool_ref, ha_plan_exists_for=min(possible, pool["ha_host_failures_to_tolerate"]))
    for host_ref in list(db.rows("host")):
        db.update("host", host_ref, ha_statefiles=tuple(disks), ha_network_peers=tuple(db.rows("host")))
        db.set("host", host_ref, "allowed_operations", allowed_host_operations(db, host_ref))
    _refresh_disks(db)
    refresh_plan(db, context.clock)
    refresh(db, "pool", pool_ref)


async def disable_ha(context: Context) -> None:
    db, pool_ref = context.db, lookup.pool_ref(context.db)
    if not db.get("pool", pool_ref, "ha_enabled"):
        return
    with marked(context, "pool", pool_ref, "ha_disable"):
        await pace.take(context, pace.START_S)
        db.update("pool", pool_ref, ha_enabled=False, ha_statefiles=(), ha_overcommitted=False, ha_plan_exists_for=0)
        for host_ref in list(db.rows("host")):
            db.update("host", host_ref, ha_statefiles=(), ha_network_peers=())
        for vdi_ref, vdi in list(db.rows("VDI").items()):
            if vdi["type"] in ("ha_statefile", "redo_log"):
                destroy_disk(db, vdi_ref)
    refresh(db, "pool", pool_ref)


async def emergency_ha_disable(context: Context, soft: bool) -> None:
    """Asked of one host whose HA hangs: it stops taking part, whatever the others think."""
    db = context.db
    if not lookup.pool(db)["ha_enabled"]:
        raise ApiError("HA_NOT_ENABLED")
    db.update("host", context.host_ref, ha_statefiles=(), ha_network_peers=())


def _suitable_srs(db: Database) -> list[str]:
    hosts = set(db.rows("host"))
    shared = [ref for ref, sr in db.rows("SR").items() if sr["shared"] and sr["content_type"] != "iso"]
    return [ref for ref in shared if hosts <= lookup.plugged_hosts(db, ref)][:1]


def _assert_possible(db: Database, srs: Sequence[str]) -> None:
    for host_ref in db.rows("host"):
        if not lookup.is_live(db, host_ref):
            raise ApiError("HOST_OFFLINE", host_ref)
    for pif_ref, pif in db.rows("PIF").items():
        if pif["management"] and not pif["currently_attached"]:
            raise ApiError("REQUIRED_PIF_IS_UNPLUGGED", pif_ref)
    if not srs:
        raise ApiError("CANNOT_CREATE_STATE_FILE")
    for sr_ref in srs:
        if not (db.get("SR", sr_ref, "shared") and set(db.rows("host")) <= lookup.plugged_hosts(db, sr_ref)):
            raise ApiError("HA_CONSTRAINT_VIOLATION_SR_NOT_SHARED", sr_ref)


def _disk(context: Context, sr_ref: str, name: str, kind: str, size: int) -> str:
    description = "Used for storage heartbeating" if kind == "ha_statefile" else "Used for master failover"
    values = {"name_label": name, "name_description": description, "virtual_size": size, "SR": sr_ref, "type": kind}
    return create_disk(context, values)


def _refresh_disks(db: Database) -> None:
    for ref, vdi in list(db.rows("VDI").items()):
        if vdi["type"] in ("ha_statefile", "redo_log"):
            refresh(db, "VDI", ref)


HANDLERS: dict[str, Handler] = {
    "pool.enable_ha": enable_ha,
    "pool.disable_ha": disable_ha,
    "host.emergency_ha_disable": emergency_ha_disable,
}
