"""Maintenance mode: emptying a host with the plan shown first, and bringing its VMs back."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from lifeguard.commands.ask import ChoiceField, Field, Form, Option
from lifeguard.commands.carriers import Incomplete
from lifeguard.commands.command import Command, Doing
from lifeguard.commands.confirming import confirm_evacuation
from lifeguard.commands.forms import name_of, text_of
from lifeguard.commands.host import has_ha, is_master, judge_live
from lifeguard.commands.judging import refuse
from lifeguard.commands.kinds import HOST
from lifeguard.commands.selection import Item, Selection
from lifeguard.commands.vm_devices import cd_drives
from lifeguard.datamodel.records import Host, Vm
from lifeguard.quantities import format_count
from lifeguard.rules.evacuation import Plan, plan_evacuation
from lifeguard.rules.verdict import Verdict
from lifeguard.xapi.failures import ApiFailure, TaskCancelled
from lifeguard.xapi.tasks import LET_GO

_FLAG = "MAINTENANCE_MODE"
_LISTS = {
    "migrated": "MAINTENANCE_MODE_EVACUATED_VMS_MIGRATED",
    "suspend": "MAINTENANCE_MODE_EVACUATED_VMS_SUSPENDED",
    "shutdown": "MAINTENANCE_MODE_EVACUATED_VMS_HALTED",
}
_NEW_MASTER = "new_master"
_LEAVE, _SUSPEND, _SHUT_DOWN, _EJECT = "leave", "suspend", "shutdown", "eject"


def is_in_maintenance(host: Host) -> bool:
    return not host.enabled or host.other_config.get(_FLAG) == "true"


def _judge_enter(selection: Selection, item: Item) -> Verdict:
    host = item.record
    if isinstance(host, Host) and is_in_maintenance(host):
        return refuse(selection, item, "in_maintenance")
    verdict = judge_live(selection, item)
    if verdict.allowed and is_master(item) and has_ha(item):
        return refuse(selection, item, "ha_on_master")
    return selection.rules(item.source).failover.judge_closing(item.ref) if verdict.allowed else verdict


def _judge_exit(selection: Selection, item: Item) -> Verdict:
    host = item.record
    if isinstance(host, Host) and not is_in_maintenance(host):
        return refuse(selection, item, "not_in_maintenance")
    return judge_live(selection, item)


def plan_for(selection: Selection, item: Item) -> Plan:
    """What entering maintenance mode would do, for the dialog that shows it first."""
    return plan_evacuation(selection.rules(item.source), item.ref)


def _enter_form(selection: Selection) -> Form | None:
    item = selection.items[0]
    plan = plan_for(selection, item)

    async def refine() -> Form:
        return _form_for(selection, item, await confirm_evacuation(selection, item, plan))

    return replace(_form_for(selection, item, plan), refine=refine)


def _form_for(selection: Selection, item: Item, plan: Plan) -> Form:
    words, name = selection.rules(item.source).words, name_of(selection, item)
    fields: list[Field] = []
    for ref, reason in plan.blockers.items():
        options = _remedies(selection, Item(item.source, ref))
        fields.append(ChoiceField(ref, f"{words.name(ref)}: {reason.short}", options, options[0].value))
    if plan.is_master and plan.new_masters:
        masters = tuple(Option(ref, words.name(ref)) for ref in plan.new_masters)
        fields.append(ChoiceField(_NEW_MASTER, "New coordinator (master)", masters, masters[0].value))
    moves = sorted(
        f"{words.name(vm)} to {words.name(host) if host else 'another server'}" for vm, host in plan.moves.items()
    )
    parts = [f"{format_count(len(moves), 'VM')} will move to other servers."] if moves else []
    if not moves and not plan.blockers:
        parts.append("No running VM has to move.")
    if plan.blockers:
        each = "it" if len(plan.blockers) == 1 else "each"
        parts.append(f"{format_count(len(plan.blockers), 'VM')} cannot move; choose what becomes of {each}.")
    if plan.is_master:
        parts.append(
            "It is the coordinator (master); another server takes over, and the connection is lost for a moment."
            if plan.new_masters
            else "It is the coordinator (master), and no other server could take over: it stays that."
        )
    title = f"Enter maintenance mode on {name}"
    return Form(title, tuple(fields), "Enter maintenance mode", " ".join(parts), listing=tuple(moves))


def _remedies(selection: Selection, item: Item) -> tuple[Option, ...]:
    """What can be done with a VM that cannot move, the gentlest first."""
    lifecycle, vm = selection.rules(item.source).lifecycle, item.record
    if not isinstance(vm, Vm):
        return (Option(_LEAVE, "Leave it"),)
    eject = any(not drive.empty for drive in cd_drives(item))
    return (
        *((Option(_EJECT, "Eject its disc and move it"),) if eject else ()),
        *((Option(_SUSPEND, "Suspend it"),) if lifecycle.judge(vm, "suspend").allowed else ()),
        *((Option(_SHUT_DOWN, "Shut it down"),) if lifecycle.judge(vm, "hard_shutdown").allowed else ()),
        Option(_LEAVE, "Leave it running (the server cannot be emptied)"),
    )


async def _enter(doing: Doing) -> None:
    fresh = doing.selection.renewed()
    plan = plan_for(fresh, doing.item)
    host = doing.item.ref
    await doing.task("host.disable", host, share=(0.0, 0.05))
    is_done = False
    try:
        await _empty(doing, fresh, plan)
        is_done = True
    except asyncio.CancelledError as end:
        is_done = end.args == (LET_GO,)  # nobody watches any more, but the server goes on emptying it
        raise
    finally:
        if not is_done:  # a host that keeps VMs and takes none would be neither one thing nor the other
            await _forget(doing)
            await doing.call("host.enable", host)
    new_master = text_of(doing, _NEW_MASTER)
    if plan.is_master and new_master:
        await doing.call("pool.designate_new_master", new_master)


async def _empty(doing: Doing, selection: Selection, plan: Plan) -> None:
    """Do what was chosen for those that cannot move, note it all on the host, and let the server move the rest."""
    done: dict[str, list[str]] = {way: [] for way in _LISTS}
    chosen = [key for key in doing.answers if key != _NEW_MASTER]
    for ref in chosen:
        await _apply(doing, selection, ref, text_of(doing, ref, _LEAVE), done)
    leaving = (ref for ref in (*plan.moves, *plan.blockers) if ref not in chosen)
    vms = (selection.rules(doing.item.source).vm(ref) for ref in leaving)
    done["migrated"].extend(vm.uuid for vm in vms if vm is not None)
    await _remember(doing, done)
    is_last = not (plan.is_master and text_of(doing, _NEW_MASTER))
    await doing.task("host.evacuate", doing.item.ref, share=(0.2, 1.0 if is_last else 0.95))


async def _forget(doing: Doing) -> None:
    for key in (_FLAG, *_LISTS.values()):
        await doing.call("host.remove_from_other_config", doing.item.ref, key)


async def _apply(doing: Doing, selection: Selection, ref: str, way: str, done: dict[str, list[str]]) -> None:
    """Do to one VM what was chosen for it."""
    rules = selection.rules(doing.item.source)
    vm = rules.vm(ref)
    if vm is None:
        return
    if way == _EJECT:
        for drive in cd_drives(Item(doing.item.source, ref)):
            if not drive.empty:
                await doing.task("VBD.eject", drive.ref, share=(0.05, 0.1))
        done["migrated"].append(vm.uuid)
    elif way == _SUSPEND:
        await doing.task("VM.suspend", ref, share=(0.05, 0.2))
        done[_SUSPEND].append(vm.uuid)
    elif way == _SHUT_DOWN:
        clean = rules.lifecycle.judge(vm, "clean_shutdown").allowed
        await doing.task("VM.clean_shutdown" if clean else "VM.hard_shutdown", ref, share=(0.05, 0.2))
        done[_SHUT_DOWN].append(vm.uuid)


async def _remember(doing: Doing, done: dict[str, list[str]]) -> None:
    """Note on the host what was done to which VM, where every console looks for it."""
    await _set_other_config(doing, _FLAG, "true")
    for way, key in _LISTS.items():
        await _set_other_config(doing, key, ",".join(done[way]))


async def _set_other_config(doing: Doing, key: str, value: str) -> None:
    await doing.call("host.remove_from_other_config", doing.item.ref, key)
    if value:
        await doing.call("host.add_to_other_config", doing.item.ref, key, value)


async def _exit(doing: Doing) -> None:
    """Enable the host, then bring back what left it, each VM as it was. One that cannot come keeps no other away."""
    host = doing.item.record
    config = dict(host.other_config) if isinstance(host, Host) else {}
    await _forget(doing)
    await doing.task("host.enable", doing.item.ref, share=(0.0, 0.2))
    if doing.answers.get("bring_back") == "no":
        return
    away: list[str] = []
    for way, method, wanted in (
        ("migrated", "VM.pool_migrate", "Running"),
        (_SUSPEND, "VM.resume_on", "Suspended"),
        (_SHUT_DOWN, "VM.start_on", "Halted"),
    ):
        more = ({"live": "true"},) if way == "migrated" else (False, False)
        for vm in _remembered(doing.item, config.get(_LISTS[way], ""), wanted):
            if vm.resident_on != doing.item.ref:
                away.extend(await _bring_back(doing, method, vm.ref, more))
    if away:
        left = f"{format_count(len(away), 'VM')} could not come back"
        raise Incomplete("\n".join([f"it takes VMs again, but {left}:", *away]))


async def _bring_back(doing: Doing, method: str, ref: str, more: tuple[object, ...]) -> tuple[str, ...]:
    """Have one VM run there again; why it cannot, if so."""
    try:
        await doing.task(method, ref, doing.item.ref, *more, share=(0.2, 1.0))
    except TaskCancelled:
        raise
    except ApiFailure as failure:
        words = doing.selection.rules(doing.item.source).words
        return (words.failure(words.name(ref), failure.code, tuple(failure.params), ref, doing.item.ref),)
    return ()


def _remembered(item: Item, listed: str, power_state: str) -> tuple[Vm, ...]:
    uuids = frozenset(filter(None, listed.split(",")))
    vms = item.source.inventory.all(Vm) if uuids else ()
    return tuple(vm for vm in vms if vm.uuid in uuids and vm.power_state == power_state)


def _exit_form(selection: Selection) -> Form | None:
    item = selection.items[0]
    host, words = item.record, selection.rules(item.source).words
    config = host.other_config if isinstance(host, Host) else {}
    names = [
        words.name(vm.ref)
        for way, state in (("migrated", "Running"), (_SUSPEND, "Suspended"), (_SHUT_DOWN, "Halted"))
        for vm in _remembered(item, config.get(_LISTS[way], ""), state)
    ]
    if not names:
        return Form(f"Exit maintenance mode on {words.name(item.ref)}", (), "Exit maintenance mode")
    options = Option("yes", f"Bring back {', '.join(names)}"), Option("no", "Leave them where they are")
    fields = (ChoiceField("bring_back", "VMs that left", options, "yes"),)
    return Form(f"Exit maintenance mode on {words.name(item.ref)}", fields, "Exit maintenance mode")


ENTER = Command(
    "host.enter_maintenance", "Enter maintenance mode", HOST, _judge_enter, _enter,
    ("host.evacuate", "host.disable", "host.add_to_other_config"), "put into maintenance mode", "one",
    icon="maintenance", form=_enter_form,
    phrase="Enter maintenance mode on {}",
)  # fmt: skip
EXIT = Command(
    "host.exit_maintenance", "Exit maintenance mode", HOST, _judge_exit, _exit,
    ("host.enable", "host.remove_from_other_config"), "fully brought back from maintenance mode", "one",
    icon="maintenance", form=_exit_form,
    phrase="Exit maintenance mode on {}",
)  # fmt: skip

COMMANDS = (ENTER, EXIT)
