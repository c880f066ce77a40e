"""Ending, pausing and saving VMs: shutdown, reboot, pause, suspend, power_state_reset."""

from __future__ import annotations

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.behaviour import alerts, domain, lookup, pace, suspension, tools
from lifeguard.sim.behaviour.disks import destroy_disk
from lifeguard.sim.behaviour.forwarding import cancel_others, forward_home
from lifeguard.sim.behaviour.operations.refresh import marked, refresh_vm
from lifeguard.sim.behaviour.operations.vm import assert_vm
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.failure import ApiError

_SOFTER = ("clean_shutdown", "clean_reboot", "pool_migrate", "call_plugin", "suspend")


async def clean_shutdown(context: Context, vm_ref: str) -> None:
    assert_vm(context.db, vm_ref, "clean_shutdown")
    with marked(context, "VM", vm_ref, "clean_shutdown"):
        host_ref = await forward_home(context, vm_ref)
        await pace.take(context, pace.CLEAN_SHUTDOWN_S, on=(host_ref,))
        domain.go_halted(context.db, vm_ref)
    alerts.vm_event(context, "VM_SHUTDOWN", vm_ref, f"shutdown {alerts.on_host(context.db, host_ref)}")


async def hard_shutdown(context: Context, vm_ref: str) -> None:
    assert_vm(context.db, vm_ref, "hard_shutdown")
    with marked(context, "VM", vm_ref, "hard_shutdown"):
        await cancel_others(context, vm_ref, (*_SOFTER, "hard_reboot", "shutdown"))
        await _end(context, vm_ref)


async def shutdown(context: Context, vm_ref: str) -> None:
    """Cleanly if the guest can, else at once. A saved VM has nothing to shut down: its image goes."""
    db = context.db
    assert_vm(db, vm_ref, "shutdown")
    with marked(context, "VM", vm_ref, "shutdown"):
        if db.get("VM", vm_ref, "power_state") == "Running":
            host_ref = await forward_home(context, vm_ref)
            await pace.take(context, pace.CLEAN_SHUTDOWN_S, on=(host_ref,))
        await _end(context, vm_ref)


async def _end(context: Context, vm_ref: str) -> None:
    db = context.db
    host_ref = await forward_home(context, vm_ref)
    if db.get("VM", vm_ref, "power_state") == "Suspended":
        suspension.drop_image(db, vm_ref)
    else:
        await pace.wait(context, pace.HARD_SHUTDOWN_S, on=(host_ref,))
    domain.go_halted(db, vm_ref)
    alerts.vm_event(context, "VM_SHUTDOWN", vm_ref, f"shutdown forcibly {alerts.on_host(db, host_ref)}")


async def clean_reboot(context: Context, vm_ref: str) -> None:
    assert_vm(context.db, vm_ref, "clean_reboot")
    with marked(context, "VM", vm_ref, "clean_reboot"):
        await _reboot(context, vm_ref)


async def hard_reboot(context: Context, vm_ref: str) -> None:
    assert_vm(context.db, vm_ref, "hard_reboot")
    with marked(context, "VM", vm_ref, "hard_reboot"):
        await cancel_others(context, vm_ref, _SOFTER)
        await _reboot(context, vm_ref)


async def _reboot(context: Context, vm_ref: str) -> None:
    """Running throughout; the domain and its start time are new."""
    db = context.db
    host_ref = await forward_home(context, vm_ref)
    await pace.take(context, pace.REBOOT_S, 0.0, 0.9, on=(host_ref,))
    tools.take_away(db, vm_ref)
    domain.appear(context, vm_ref, host_ref)
    db.update("VM", vm_ref, power_state="Running", requires_reboot=False)
    refresh_vm(db, vm_ref)
    alerts.vm_event(context, "VM_REBOOTED", vm_ref, f"rebooted {alerts.on_host(db, host_ref)}")
    tools.report_soon(context, vm_ref)


async def pause(context: Context, vm_ref: str) -> None:
    await _hold(context, vm_ref, "pause", "Paused", "VM_PAUSED", "paused")


async def unpause(context: Context, vm_ref: str) -> None:
    await _hold(context, vm_ref, "unpause", "Running", "VM_UNPAUSED", "unpaused")


async def _hold(context: Context, vm_ref: str, operation: str, state: str, alert: str, word: str) -> None:
    assert_vm(context.db, vm_ref, operation)
    with marked(context, "VM", vm_ref, operation):
        host_ref = await forward_home(context, vm_ref)
        await pace.wait(context, pace.PAUSE_S, on=(host_ref,))
        context.db.set("VM", vm_ref, "power_state", state)
    alerts.vm_event(context, alert, vm_ref, f"{word} {alerts.on_host(context.db, host_ref)}")


async def suspend(context: Context, vm_ref: str) -> None:
    """Memory goes to a disk; the VM keeps its devices but has no host."""
    db = context.db
    assert_vm(db, vm_ref, "suspend")
    with marked(context, "VM", vm_ref, "suspend"):
        host_ref = await forward_home(context, vm_ref)
        sr_ref = suspension.suspend_sr(db, vm_ref, host_ref)
        image = suspension.create_image(db, vm_ref, sr_ref)
        try:
            await pace.take(context, pace.SUSPEND_S, on=(host_ref,))
        except BaseException:
            destroy_disk(db, image)
            raise
        db.set("VM", vm_ref, "ha_always_run", False)
        db.update("VM", vm_ref, suspend_VDI=image, power_state="Suspended")
        db.update("VM", vm_ref, resident_on=NULL_REF, scheduled_to_be_resident_on=NULL_REF, domid=-1)
        domain.drop_consoles(db, vm_ref)
    alerts.vm_event(context, "VM_SUSPENDED", vm_ref, f"suspended {alerts.on_host(db, host_ref)}")


async def power_state_reset(context: Context, vm_ref: str) -> None:
    """Only right when the host is gone and the VM with it."""
    db = context.db
    vm = db.row("VM", vm_ref)
    if vm["is_control_domain"]:
        raise ApiError("CANNOT_RESET_CONTROL_DOMAIN", vm_ref)
    assert_vm(db, vm_ref, "power_state_reset")
    if lookup.is_live(db, vm["resident_on"]) and vm["power_state"] in ("Running", "Paused"):
        raise ApiError("DOMAIN_EXISTS", vm_ref, str(vm["domid"]))
    if vm["power_state"] == "Suspended":
        suspension.drop_image(db, vm_ref)
    domain.reset_power_state(db, vm_ref)


HANDLERS: dict[str, Handler] = {
    "VM.clean_shutdown": clean_shutdown,
    "VM.hard_shutdown": hard_shutdown,
    "VM.shutdown": shutdown,
    "VM.clean_reboot": clean_reboot,
    "VM.hard_reboot": hard_reboot,
    "VM.pause": pause,
    "VM.unpause": unpause,
    "VM.suspend": suspend,
    "VM.power_state_reset": power_state_reset,
}
