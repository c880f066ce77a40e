"""Asking the servers in the background whether they agree with what we predicted; where they differ, they win."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from lifeguard.commands.command import Command
from lifeguard.commands.selection import Item, Selection
from lifeguard.datamodel.records import Vm
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
    answers = []
    for item, verdict in zip(selection.items, predicted, strict=True):
        ours_alone = not verdict.allowed and verdict.code is None
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
