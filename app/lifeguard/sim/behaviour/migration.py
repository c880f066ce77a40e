"""Moving a running VM to another host of its pool."""

from __future__ import annotations

from collections.abc import Mapping

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.behaviour import alerts, domain, lookup, pace
from lifeguard.sim.behaviour.cpu import assert_compatible
from lifeguard.sim.behaviour.forwarding import forward
from lifeguard.sim.behaviour.ha_guard import assert_move_keeps_plan
from lifeguard.sim.behaviour.operations.refresh import marked, refresh_vm
from lifeguard.sim.behaviour.operations.vm import assert_vm
from lifeguard.sim.behaviour.placement import assert_can_boot_here
from lifeguard.sim.behaviour.presence import Presence
from lifeguard.sim.behaviour.versions import is_older
from lifeguard.sim.behaviour.vm_start import reserved
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_STEP_S = 0.25
_SWITCH_OVER_AT = 0.95


async def pool_migrate(context: Context, vm_ref: str, host_ref: str, options: Mapping[str, str]) -> None:
    """The VM runs throughout; its memory counts on both hosts until it has moved."""
    db, force = context.db, options.get("force") == "true"
    if not force:
        assert_compatible(db, vm_ref, host_ref)
    assert_vm(db, vm_ref, "pool_migrate", force=force)
    with marked(context, "VM", vm_ref, "pool_migrate"):
        source_ref = db.get("VM", vm_ref, "resident_on")
        assert_destination(db, vm_ref, host_ref)
        context.allow_cancel()
        with reserved(context, vm_ref, host_ref, "vm_migrate"):
            await forward(context, source_ref)
            await transfer(context, vm_ref, source_ref, host_ref)
            switch_over(context, vm_ref, host_ref)
            await context.clock.sleep(_STEP_S)
    _tell(context, vm_ref, source_ref, host_ref)


def assert_destination(db: Database, vm_ref: str, host_ref: str) -> None:
    """Raises the ApiError of the first thing that keeps the VM from running there, CPUs apart."""
    source_ref = db.get("VM", vm_ref, "resident_on")
    if lookup.is_in_rolling_upgrade(db) and lookup.is_live(db, host_ref) and is_older(db, host_ref, source_ref):
        raise ApiError("NOT_SUPPORTED_DURING_UPGRADE")
    assert_can_boot_here(db, vm_ref, host_ref, check_cpu=False)
    if host_ref != source_ref:
        assert_move_keeps_plan(db, vm_ref, host_ref)


async def transfer(context: Context, vm_ref: str, source_ref: str, host_ref: str) -> None:
    """Copy the memory while the guest runs. Raises TaskCancelled or the ApiError that ends it before the switch."""
    seconds = pace.migration_s(context.db.get("VM", vm_ref, "memory_dynamic_max"))
    steps = max(4, round(seconds / _STEP_S))
    source, target = Presence(context, (source_ref,)), Presence(context, (host_ref,))
    await context.progress(0.0)
    for step in range(1, steps + 1):
        await context.clock.sleep(seconds / steps)
        source.check()
        if target.missing() is not None:
            raise ApiError("VM_MIGRATE_FAILED", vm_ref, source_ref, host_ref, "The destination host went down")
        _assert_still_possible(context, vm_ref, source_ref, host_ref, step / steps)
        await context.progress(_SWITCH_OVER_AT * step / steps)


def _assert_still_possible(context: Context, vm_ref: str, source_ref: str, host_ref: str, done: float) -> None:
    db, fails_at = context.db, context.faults.fail_migration_at
    if fails_at is not None and done >= fails_at:
        raise ApiError("VM_MIGRATE_FAILED", vm_ref, source_ref, host_ref, "The migration was made to fail")
    if db.get("VM", vm_ref, "power_state") != "Running" or db.get("VM", vm_ref, "resident_on") != source_ref:
        raise ApiError("VM_HALTED", vm_ref)


def switch_over(context: Context, vm_ref: str, host_ref: str) -> None:
    """The guest stops here and goes on there, in one step; devices stay attached."""
    db = context.db
    vm = db.row("VM", vm_ref)
    kept = tuple(one for one in vm["pending_guidances"] if one != "restart_device_model")
    db.set("VM", vm_ref, "pending_guidances", kept)
    domid = domain.next_domid(db, host_ref)
    db.update("VM", vm_ref, resident_on=host_ref, scheduled_to_be_resident_on=NULL_REF)
    db.set("VM", vm_ref, "domid", domid)
    domain.replace_consoles(db, vm_ref, host_ref)
    domain.write_metrics(context, vm_ref, is_boot=False)
    refresh_vm(db, vm_ref)


def _tell(context: Context, vm_ref: str, source_ref: str, host_ref: str) -> None:
    db = context.db
    vm, source, host = db.row("VM", vm_ref), db.row("host", source_ref), db.row("host", host_ref)
    alerts.vm_event(
        context, "VM_MIGRATED", vm_ref,
        f"(uuid: {vm['uuid']}) migrated from host '{source['name_label']}' (uuid: {source['uuid']}) "
        f"to host '{host['name_label']}' (uuid: {host['uuid']})",
    )  # fmt: skip


HANDLERS: dict[str, Handler] = {"VM.pool_migrate": pool_migrate}
