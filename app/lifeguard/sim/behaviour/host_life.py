"""Hosts as machines: enabled or not, going down and coming up, declared dead, taken out of the database."""

from __future__ import annotations

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim import dates
from lifeguard.sim.behaviour import domain, lookup, pace
from lifeguard.sim.behaviour.evacuation import residents
from lifeguard.sim.behaviour.forwarding import forward
from lifeguard.sim.behaviour.ha_planner import load, protected_vms
from lifeguard.sim.behaviour.ha_watch import refresh_plan
from lifeguard.sim.behaviour.operations.refresh import marked, refresh, refresh_vm
from lifeguard.sim.behaviour.operations.whole import check_host
from lifeguard.sim.behaviour.packing import survives
from lifeguard.sim.behaviour.task_ends import fail_tasks
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError


async def disable(context: Context, host_ref: str, auto_enable: bool = True) -> None:
    db = context.db
    pool = lookup.pool(db)
    if pool["ha_enabled"] and db.get("host", host_ref, "enabled"):
        if not survives(load(db, protected_vms(db), without=(host_ref,)), pool["ha_plan_exists_for"]):
            raise ApiError("HA_OPERATION_WOULD_BREAK_FAILOVER_PLAN")
    db.set("host", host_ref, "enabled", False)
    if not auto_enable:
        db.put("host", host_ref, "other_config", "auto_enable", "false")
    refresh(db, "host", host_ref)
    refresh_plan(db, context.clock)


async def enable(context: Context, host_ref: str) -> None:
    db = context.db
    host = db.row("host", host_ref)
    if not lookup.is_live(db, host_ref):
        raise ApiError("HOST_OFFLINE", host_ref)
    if host["pending_guidances"] and "reboot_host" in host["pending_guidances"]:
        raise ApiError("HOST_PENDING_MANDATORY_GUIDANCE_NOT_EMPTY", host_ref)
    db.drop("host", host_ref, "other_config", "auto_enable")
    db.set("host", host_ref, "enabled", True)
    refresh(db, "host", host_ref)
    refresh_plan(db, context.clock)


async def shutdown(context: Context, host_ref: str) -> None:
    await _leave(context, host_ref, "shutdown", "Host is shutting down", comes_back=False)


async def reboot(context: Context, host_ref: str) -> None:
    await _leave(context, host_ref, "reboot", "Host is rebooting", comes_back=True)


async def _leave(context: Context, host_ref: str, operation: str, label: str, *, comes_back: bool) -> None:
    """Answer at once; the machine goes down some seconds later under a task of its own."""
    db = context.db
    busy = check_host(db, host_ref, operation)
    if busy is not None:
        raise busy
    for vm_ref, vm in residents(db, host_ref).items():
        if vm["power_state"] != "Halted":
            raise ApiError("HOST_IN_USE", host_ref, "VM", vm_ref)
    await forward(context, host_ref)
    task = db.insert("task", {"name_label": label, "status": "pending", "resident_on": host_ref})
    db.put("host", host_ref, "current_operations", task, "shutdown")
    refresh(db, "host", host_ref)
    context.spawn(_go_down(context, host_ref, task, comes_back))


async def _go_down(context: Context, host_ref: str, task: str, comes_back: bool) -> None:
    db = context.db
    await context.clock.sleep(pace.HOST_GOES_DOWN_S)
    context.faults.of(host_ref).is_dead = True
    set_live(db, host_ref, False)
    db.drop("host", host_ref, "current_operations", task)
    if db.has("task", task):
        db.destroy("task", task)
    refresh(db, "host", host_ref)
    if comes_back:
        await boot(context, host_ref)


async def boot(context: Context, host_ref: str) -> None:
    """The machine comes up: live, and enabled unless its administrator wanted otherwise."""
    db = context.db
    await context.clock.sleep(pace.HOST_BOOTS_S)
    if not db.has("host", host_ref):
        return
    context.faults.of(host_ref).is_dead = False
    come_up(context, host_ref)


def come_up(context: Context, host_ref: str) -> None:
    db, now = context.db, f"{int(context.clock.time_s())}."
    set_live(db, host_ref, True)
    other_config = db.get("host", host_ref, "other_config")
    db.set("host", host_ref, "other_config", {**other_config, "boot_time": now, "agent_start_time": now})
    db.set("host", host_ref, "enabled", other_config.get("auto_enable") != "false")
    refresh(db, "host", host_ref)
    refresh_plan(db, context.clock)


def set_live(db: Database, host_ref: str, live: bool) -> None:
    metrics = db.get("host", host_ref, "metrics")
    if db.has("host_metrics", metrics):
        db.set("host_metrics", metrics, "live", live)


async def power_on(context: Context, host_ref: str) -> None:
    busy = check_host(context.db, host_ref, "power_on")
    if busy is not None:
        raise busy
    with marked(context, "host", host_ref, "power_on"):
        await boot(context, host_ref)


async def restart_agent(context: Context, host_ref: str) -> None:
    """The toolstack starts anew: on the coordinator every session is lost."""
    await forward(context, host_ref)
    context.spawn(restart_toolstack(context, host_ref))


async def restart_toolstack(context: Context, host_ref: str) -> None:
    await context.clock.sleep(pace.PLUG_S)
    interrupt_toolstack(context, host_ref, but=context.task_ref)
    await context.clock.sleep(pace.TOOLSTACK_RESTARTS_S)
    if context.db.has("host", host_ref):
        context.db.put("host", host_ref, "other_config", "agent_start_time", f"{int(context.clock.time_s())}.")


def interrupt_toolstack(context: Context, host_ref: str, but: str | None = None) -> None:
    """What the host was doing is cut short; its tasks, all of them on the coordinator, have failed, except `but`."""
    context.faults.of(host_ref).interruptions += 1
    fail_tasks(context.db, context.clock, host_ref, but)
    if host_ref == lookup.pool(context.db)["master"]:
        end_sessions(context.db)


def end_sessions(db: Database) -> None:
    for ref in list(db.rows("session")):
        db.destroy("session", ref)


async def declare_dead(context: Context, host_ref: str) -> None:
    """The administrator says that the machine is off: its VMs run nowhere."""
    db = context.db
    db.row("host", host_ref)
    if host_ref == lookup.pool(db)["master"]:
        raise ApiError("HOST_IS_LIVE", host_ref)
    set_live(db, host_ref, False)
    reset_residents(db, host_ref)
    refresh(db, "host", host_ref)


def reset_residents(db: Database, host_ref: str) -> list[str]:
    """VMs of a host that is gone are halted; returns them."""
    lost = [ref for ref, vm in residents(db, host_ref).items() if vm["power_state"] != "Halted"]
    for vm_ref in lost:
        db.set("VM", vm_ref, "current_operations", {})
        domain.reset_power_state(db, vm_ref)
    for vm_ref, vm in list(db.rows("VM").items()):
        if vm["scheduled_to_be_resident_on"] == host_ref:
            db.set("VM", vm_ref, "scheduled_to_be_resident_on", NULL_REF)
            refresh_vm(db, vm_ref)
    db.set("host", host_ref, "current_operations", {})
    return lost


async def set_power_on_mode(context: Context, host_ref: str, mode: str, config: dict[str, str]) -> None:
    context.db.update("host", host_ref, power_on_mode=mode, power_on_config=config)
    refresh(context.db, "host", host_ref)


async def _nothing(context: Context, host_ref: str) -> None:
    context.db.row("host", host_ref)


async def get_management_interface(context: Context, host_ref: str) -> str:
    for ref, pif in context.db.rows("PIF").items():
        if pif["host"] == host_ref and pif["management"]:
            return ref
    return NULL_REF


async def sync_data(context: Context, host_ref: str) -> None:
    metrics = context.db.get("host", host_ref, "metrics")
    if context.db.has("host_metrics", metrics):
        context.db.set("host_metrics", metrics, "last_updated", dates.stamp(context.clock.time_s()))


async def call_plugin(context: Context, host_ref: str, plugin: str, function: str, args: dict[str, str]) -> str:
    """No plugin is installed here."""
    context.db.row("host", host_ref)
    raise ApiError("XENAPI_MISSING_PLUGIN", plugin)



HANDLERS: dict[str, Handler] = {
    "host.disable": disable,
    "host.enable": enable,
    "host.shutdown": shutdown,
    "host.reboot": reboot,
    "host.power_on": power_on,
    "host.restart_agent": restart_agent,
    "host.declare_dead": declare_dead,
    "host.set_power_on_mode": set_power_on_mode,
    "host.prepare_for_poweroff": _nothing,
    "host.syslog_reconfigure": _nothing,
    "host.get_management_interface": get_management_interface,
    "host.sync_data": sync_data,
    "host.call_plugin": call_plugin,
}
