"""Calls that only ask something about a VM, and small ones that leave no trace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lifeguard.sim.behaviour import lookup
from lifeguard.sim.behaviour.forwarding import forward_home
from lifeguard.sim.behaviour.operations.vm import assert_vm
from lifeguard.sim.behaviour.placement import required_srs
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.failure import ApiError


async def get_boot_record(context: Context, vm_ref: str) -> Mapping[str, Any]:
    assert_vm(context.db, vm_ref, "get_boot_record")
    return context.db.row("VM", vm_ref)


async def get_srs_required_for_recovery(context: Context, vm_ref: str, session_to: str) -> tuple[str, ...]:
    """SRs that hold the VM's disks and that the other pool, reached by `session_to`, does not have."""
    if lookup.is_null(session_to):
        context.db.row("VM", vm_ref)
        return ()
    return tuple(required_srs(context.db, context.db.row("VM", vm_ref)))


async def get_cooperative(context: Context, vm_ref: str) -> bool:
    context.db.row("VM", vm_ref)
    return True


async def retrieve_wlb_recommendations(context: Context, vm_ref: str) -> dict[str, tuple[str, ...]]:
    context.db.row("VM", vm_ref)
    pool = lookup.pool(context.db)
    raise ApiError("WLB_NOT_INITIALIZED" if not pool["wlb_url"] else "WLB_DISABLED")


async def query_services(context: Context, vm_ref: str) -> dict[str, str]:
    assert_vm(context.db, vm_ref, "query_services")
    return {}


async def _nudge(context: Context, vm_ref: str, operation: str) -> None:
    assert_vm(context.db, vm_ref, operation)
    await forward_home(context, vm_ref)


async def send_sysrq(context: Context, vm_ref: str, key: str) -> None:
    await _nudge(context, vm_ref, "send_sysrq")


async def send_trigger(context: Context, vm_ref: str, trigger: str) -> None:
    await _nudge(context, vm_ref, "send_trigger")


HANDLERS: dict[str, Handler] = {
    "VM.get_boot_record": get_boot_record,
    "VM.get_SRs_required_for_recovery": get_srs_required_for_recovery,
    "VM.get_cooperative": get_cooperative,
    "VM.retrieve_wlb_recommendations": retrieve_wlb_recommendations,
    "VM.query_services": query_services,
    "VM.send_sysrq": send_sysrq,
    "VM.send_trigger": send_trigger,
}
