"""Whether a VM could run on every host of its pool, as HA wants of those it protects."""

from __future__ import annotations

from lifeguard.sim.behaviour import lookup
from lifeguard.sim.behaviour.placement import network_pifs, required_srs
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError


def check_agile(db: Database, vm_ref: str) -> ApiError | None:
    """The constraint that ties the VM to some hosts, None when it is free."""
    vm = db.row("VM", vm_ref)
    hosts = set(db.rows("host"))
    if vm["VGPUs"]:
        return ApiError("VM_HAS_VGPU", vm_ref)
    if vm["VUSBs"]:
        return ApiError("VM_HAS_VUSBS", vm_ref)
    for sr_ref in required_srs(db, vm):
        if not (db.get("SR", sr_ref, "shared") and hosts <= lookup.plugged_hosts(db, sr_ref)):
            return ApiError("HA_CONSTRAINT_VIOLATION_SR_NOT_SHARED", sr_ref)
    for _, vif in lookup.devices(db, vm, "VIF"):
        if not hosts <= {pif["host"] for pif in network_pifs(db, vif["network"]) if pif["currently_attached"]}:
            return ApiError("HA_CONSTRAINT_VIOLATION_NETWORK_NOT_SHARED", vif["network"])
    return None


async def _assert_agile(context: Context, vm_ref: str) -> None:
    error = check_agile(context.db, vm_ref)
    if error is not None:
        raise error


HANDLERS: dict[str, Handler] = {"VM.assert_agile": _assert_agile}
