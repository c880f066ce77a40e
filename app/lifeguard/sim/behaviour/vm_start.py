"""Starting and resuming VMs: choose and check a host, reserve it, build the domain, report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.behaviour import alerts, domain, lookup, pace, protection, suspension, tools
from lifeguard.sim.behaviour.bios import fill_bios_strings
from lifeguard.sim.behaviour.choice import choose_host
from lifeguard.sim.behaviour.cpu import assert_compatible
from lifeguard.sim.behaviour.forwarding import forward
from lifeguard.sim.behaviour.ha_guard import assert_start_keeps_plan
from lifeguard.sim.behaviour.operations.refresh import marked, refresh_vm
from lifeguard.sim.behaviour.operations.vm import assert_vm
from lifeguard.sim.behaviour.operations.whole import check_host
from lifeguard.sim.behaviour.placement import assert_can_boot_here
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.failure import ApiError


@contextmanager
def reserved(context: Context, vm_ref: str, host_ref: str, operation: str) -> Iterator[None]:
    """Count the VM's memory on the host while the block runs; whatever its end, it is on its way no longer."""
    busy = check_host(context.db, host_ref, operation)
    if busy is not None:
        raise busy
    with marked(context, "host", host_ref, operation):
        context.db.set("VM", vm_ref, "scheduled_to_be_resident_on", host_ref)
        try:
            yield
        finally:
            if context.db.has("VM", vm_ref):
                context.db.set("VM", vm_ref, "scheduled_to_be_resident_on", NULL_REF)


@contextmanager
def attaching(context: Context, vm_ref: str) -> Iterator[None]:
    """Show `attach` on every device the VM takes along."""
    db, key = context.db, context.task_ref or f"DummyRef:|{context.db.new_uuid()}|attach"
    found = list(domain.attached_devices(db, vm_ref))
    for table, ref in found:
        db.put(table, ref, "current_operations", key, "attach")
    try:
        yield
    finally:
        for table, ref in found:
            if db.has(table, ref):
                db.drop(table, ref, "current_operations", key)


async def start(context: Context, vm_ref: str, start_paused: bool, force: bool) -> None:
    assert_vm(context.db, vm_ref, "start")
    with marked(context, "VM", vm_ref, "start"), attaching(context, vm_ref):
        fill_bios_strings(context.db, vm_ref)
        host_ref = choose_host(context.db, vm_ref, context.rng)
        await _boot(context, vm_ref, host_ref, start_paused, force)


async def start_on(context: Context, vm_ref: str, host_ref: str, start_paused: bool, force: bool) -> None:
    assert_vm(context.db, vm_ref, "start_on")
    with marked(context, "VM", vm_ref, "start_on"), attaching(context, vm_ref):
        fill_bios_strings(context.db, vm_ref)
        assert_can_boot_here(context.db, vm_ref, host_ref)
        await _boot(context, vm_ref, host_ref, start_paused, force)


async def _boot(context: Context, vm_ref: str, host_ref: str, start_paused: bool, force: bool) -> None:
    db = context.db
    domain.refresh_overhead(db, vm_ref)
    if not force:
        assert_start_keeps_plan(db, vm_ref, host_ref)
    with reserved(context, vm_ref, host_ref, "vm_start"):
        tools.take_away(db, vm_ref)
        was_attached = {(table, ref): db.get(table, ref, "currently_attached")
                        for table, ref in domain.attached_devices(db, vm_ref)}  # fmt: skip
        domain.attach_devices(db, vm_ref)
        try:
            await pace.take(context, pace.START_S, on=(host_ref,))
        except BaseException:
            for (table, ref), attached in was_attached.items():
                db.set(table, ref, "currently_attached", attached)
            raise
        _run(context, vm_ref, host_ref, start_paused)
    protection.want_running(db, vm_ref)
    alerts.vm_event(context, "VM_STARTED", vm_ref, f"started {alerts.on_host(db, host_ref)}")
    tools.report_soon(context, vm_ref)


def _run(context: Context, vm_ref: str, host_ref: str, start_paused: bool) -> None:
    domain.appear(context, vm_ref, host_ref)
    context.db.set("VM", vm_ref, "power_state", "Paused" if start_paused else "Running")
    refresh_vm(context.db, vm_ref)


async def resume(context: Context, vm_ref: str, start_paused: bool, force: bool) -> None:
    assert_vm(context.db, vm_ref, "resume")
    with marked(context, "VM", vm_ref, "resume"):
        host_ref = choose_host(context.db, vm_ref, context.rng)
        await _wake(context, vm_ref, host_ref, start_paused, force)


async def resume_on(context: Context, vm_ref: str, host_ref: str, start_paused: bool, force: bool) -> None:
    assert_vm(context.db, vm_ref, "resume_on")
    with marked(context, "VM", vm_ref, "resume_on"):
        assert_can_boot_here(context.db, vm_ref, host_ref, check_cpu=False)
        await _wake(context, vm_ref, host_ref, start_paused, force)


async def _wake(context: Context, vm_ref: str, host_ref: str, start_paused: bool, force: bool) -> None:
    """The saved memory comes back; its image is not needed any more."""
    db, image = context.db, context.db.get("VM", vm_ref, "suspend_VDI")
    if not force:
        assert_start_keeps_plan(db, vm_ref, host_ref)
    with reserved(context, vm_ref, host_ref, "vm_resume"):
        await forward(context, host_ref)
        if not db.has("VDI", image):
            raise ApiError("VM_HAS_NO_SUSPEND_VDI", vm_ref)
        if not force:
            assert_compatible(db, vm_ref, host_ref)
        await pace.take(context, pace.RESUME_S, on=(host_ref,))
        started = _start_time(context, vm_ref)
        domain.attach_devices(db, vm_ref)
        _run(context, vm_ref, host_ref, start_paused)
        db.set("VM_metrics", db.get("VM", vm_ref, "metrics"), "start_time", started)
    suspension.drop_image(db, vm_ref)
    protection.want_running(db, vm_ref)
    refresh_vm(db, vm_ref)
    alerts.vm_event(context, "VM_RESUMED", vm_ref, f"resumed {alerts.on_host(db, host_ref)}")


def _start_time(context: Context, vm_ref: str) -> str:
    metrics = lookup.find(context.db, "VM_metrics", context.db.get("VM", vm_ref, "metrics"))
    return str(metrics["start_time"]) if metrics else "19700101T00:00:00Z"


HANDLERS: dict[str, Handler] = {
    "VM.start": start,
    "VM.start_on": start_on,
    "VM.resume": resume,
    "VM.resume_on": resume_on,
}
