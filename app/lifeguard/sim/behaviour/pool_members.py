"""Hosts that leave the pool."""

from __future__ import annotations

from collections.abc import Callable

from lifeguard.sim.behaviour import lookup, pace
from lifeguard.sim.behaviour.departure import as_own_pool
from lifeguard.sim.behaviour.disks import destroy_disk
from lifeguard.sim.behaviour.evacuation import residents
from lifeguard.sim.behaviour.host_removal import remove_host
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError
from lifeguard.sim.neighbours import Left

Tell = Callable[[Left], None]


def eject_calls(tell: Tell) -> dict[str, Handler]:
    """`pool.eject`; `tell` hears of the host that has left."""

    async def eject(context: Context, host_ref: str) -> None:
        await _eject(context, host_ref, tell)

    return {"pool.eject": eject}


async def _eject(context: Context, host_ref: str, tell: Tell) -> None:
    """The host becomes a pool of its own; what only it could reach is lost to the others."""
    db = context.db
    _assert_can_leave(db, host_ref)
    await pace.take(context, pace.START_S)
    _assert_can_leave(db, host_ref)
    left = Left(db, host_ref, as_own_pool(db, host_ref))
    context.faults.of(host_ref).is_dead = True
    for sr_ref in _srs_of(db, host_ref):
        for vdi_ref in tuple(db.get("SR", sr_ref, "VDIs")):
            destroy_disk(db, vdi_ref)
        db.destroy("SR", sr_ref)
    remove_host(db, host_ref)
    tell(left)


def _assert_can_leave(db: Database, host_ref: str) -> None:
    pool = lookup.pool(db)
    if lookup.is_null(host_ref):
        raise ApiError("HOST_OFFLINE", host_ref)
    db.row("host", host_ref)
    if pool["ha_enabled"]:
        raise ApiError("HA_IS_ENABLED")
    if "apply_updates" in pool["current_operations"].values():
        raise ApiError("NOT_SUPPORTED_DURING_UPGRADE")
    if host_ref == pool["master"]:
        raise ApiError("INTERNAL_ERROR", "Cannot eject the pool master")
    if any(vm["power_state"] != "Halted" for vm in residents(db, host_ref).values()):
        raise ApiError("OPERATION_NOT_ALLOWED", "VM resident on host")


def _srs_of(db: Database, host_ref: str) -> list[str]:
    """SRs that only this host reaches."""
    pbds = db.rows("PBD")
    users = {ref: {pbds[pbd]["host"] for pbd in sr["PBDs"] if pbd in pbds} for ref, sr in db.rows("SR").items()}
    return [ref for ref, hosts in users.items() if hosts == {host_ref} and not db.get("SR", ref, "shared")]


HANDLERS: dict[str, Handler] = eject_calls(lambda left: None)
