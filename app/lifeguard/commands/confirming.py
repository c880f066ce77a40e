"""Asking the servers in the background whether they agree with what we predicted; where they differ, they win."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from lifeguard.commands.command import Command
from lifeguard.commands.permission import judge_permission
from lifeguard.commands.selection import Item, Selection
from lifeguard.datamodel.records import Vm
from lifeguard.rules.evacuation import Plan
from lifeguard.rules.verdict import ALLOWED, Verdict
from lifeguard.xapi.failures import ApiFailure, Failure

AT_ONCE = 25
_BOOT_COMMANDS = {"vm.start_on": "start_on", "vm.resume_on": "resume_on", "vm.migrate": "pool_migrate"}
_log = logging.getLogger(__name__)

Told = Callable[[Item, Verdict], object]


async def confirm_hosts(command: Command, selection: Selection, hosts: tuple[Item, ...], told: Told) -> None:
    """Ask, for every VM of a selection and every host, whether it could run there; `told` hears of each host where the
    server sees it differently. At most 25 questions are in flight. Cancel it when the menu closes or the drag ends.
    """
    operation = _BOOT_COMMANDS.get(command.id)
    if operation is None:
        return
    gate = asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for host in hosts:
            group.create_task(_confirm_host(command, operation, selection.with_target(host), host, gate, told))


async def _confirm_host(
    command: Command, operation: str, selection: Selection, host: Item, gate: asyncio.Semaphore, told: Told
) -> None:
    predicted = command.judge(selection)
    forbidden = {id(source) for source in selection.sources if judge_permission(command, source, selection) is not None}
    answers = []
    for item, verdict in zip(selection.items, predicted, strict=True):
        ours_alone = id(item.source) in forbidden or (not verdict.allowed and verdict.code is None)
        reachable = item.source is host.source and item.source.state.phase == "live"
        if ours_alone or not reachable or not _vm_itself_is_willing(selection, item, operation):
            answers.append(verdict)
            continue
        async with gate:
            answers.append(await _ask(selection, item, host, verdict))
    for item, ours, theirs in zip(selection.items, predicted, answers, strict=True):
        if (ours.code, ours.allowed) != (theirs.code, theirs.allowed):
            _log.info("%s of %s to %s: predicted %s, the server says %s", command.id, item.ref, host.ref,
                      ours.key or "yes", theirs.key or "yes")  # fmt: skip
    if [one.key for one in answers] != [one.key for one in predicted]:
        told(host, next((one for one in answers if one.allowed), answers[0]) if answers else ALLOWED)


def _vm_itself_is_willing(selection: Selection, item: Item, operation: str) -> bool:
    """Where the VM's own state forbids it already, no host has to be asked."""
    rules = selection.rules(item.source)
    vm = rules.vm(item.ref)
    return isinstance(vm, Vm) and rules.lifecycle.judge(vm, operation).allowed


async def _ask(selection: Selection, item: Item, host: Item, predicted: Verdict) -> Verdict:
    try:
        await item.source.call("VM.assert_can_boot_here", item.ref, host.ref)
    except ApiFailure as refusal:
        words = selection.rules(item.source).words
        return Verdict(refusal.code, tuple(refusal.params), words, item.ref, host.ref)
    except Failure:
        return predicted
    return ALLOWED


async def confirm_evacuation(selection: Selection, host: Item, plan: Plan) -> Plan:
    """A plan as the server sees it: which VMs keep the host from being emptied, and why. Where nobody can be asked, the
    plan as it was."""
    if host.source.state.phase != "live":
        return plan
    try:
        said = await host.source.call("host.get_vms_which_prevent_evacuation", host.ref)
    except Failure:
        return plan
    blockers = {vm: _as_known(selection, host, plan, vm, error) for vm, error in said.items() if error}
    for vm in plan.blockers.keys() ^ blockers.keys():
        ours, theirs = (known[vm].key if vm in known else "yes" for known in (plan.blockers, blockers))
        _log.info("leaving %s: for %s predicted %s, the server says %s", host.ref, vm, ours, theirs)
    leaving = (*plan.moves, *plan.blockers)
    return replace(plan, blockers=blockers, moves={vm: plan.moves.get(vm, "") for vm in leaving if vm not in blockers})


def _as_known(selection: Selection, host: Item, plan: Plan, vm: str, error: Sequence[str]) -> Verdict:
    """Our own verdict where the server has the same reason: it may know more of it."""
    known, (code, *params) = plan.blockers.get(vm), error
    if known is not None and known.code == code:
        return known
    return Verdict(code, tuple(params), selection.rules(host.source).words, vm)
