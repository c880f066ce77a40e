"""`lifeguard judge`: what a command may be done to, and the reason for each refusal."""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace

from lifeguard.commands.command import Command
from lifeguard.commands.registry import all_commands, command
from lifeguard.commands.selection import Item, Selection
from lifeguard.commands.source import Source
from lifeguard.datamodel.records import Host
from lifeguard.inventory.inventory import Inventory
from lifeguard.link.saved import SavedDatabase
from lifeguard.rules.pool_rules import PoolRules
from lifeguard.rules.verdict import ALLOWED, Verdict
from lifeguard.rules.words import Words
from lifeguard.shell.failure import CommandLineError
from lifeguard.shell.printed import print_json
from lifeguard.shell.source import add_source_arguments, open_source

_AT_ITS_GOAL = "already_there"
_CLASSES = ("VM", "host", "pool", "SR", "VDI", "network", "VM_appliance")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the subcommand takes."""
    parser.add_argument("source", help="a saved database, or the address of a server")
    parser.add_argument("command", help="a command such as vm.migrate, or the server's call behind it")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_source_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Do it; the result is the exit status."""
    asyncio.run(_judge(args))
    return 0


async def _judge(args: argparse.Namespace) -> None:
    wanted = command(args.command)
    if wanted is None:
        known = ", ".join(one.id for one in all_commands())
        raise CommandLineError(f"There is no command {args.command!r}; there are {known}.")
    async with open_source(args.source, args.user) as opened:
        found = list(verdicts(wanted, at_rest(args.source, opened.title, opened.inventory)))
        words = Words(opened.inventory)
        if args.json:
            print_json({"verdicts": [_row(*one) for one in found]})
            return
        for ref, target, verdict in found:
            where = f" > {words.name(target)}" if target else ""
            print(f"{'yes' if verdict.allowed else 'no':3}  {words.name(ref)}{where}  {verdict.short or ''}".rstrip())


def verdicts(wanted: Command, source: Source) -> Iterator[tuple[str, str | None, Verdict]]:
    """Every object that the command is for, with each target it could have, and what the rules say."""
    refs = (ref for name in _CLASSES for ref in source.inventory.refs(name))
    everything = Selection.of(source, refs)
    targets = [Item(source, host.ref) for host in source.inventory.all(Host)] if wanted.target == "host" else [None]
    for item in everything.items:
        if everything.kind(item) not in wanted.kinds:
            continue
        alone = everything.with_items((item,))
        for target in targets:
            verdict = wanted.judge(alone.with_target(target))[0]
            if verdict.key == _AT_ITS_GOAL and target is not None:
                verdict = _from_the_server(everything.rules(source), item.ref, target.ref)
            yield item.ref, target.ref if target is not None else None, verdict


def _from_the_server(rules: PoolRules, vm_ref: str, host_ref: str) -> Verdict:
    """A menu spares people a migration to where the VM is; a server takes it like any other, and scripts ask for its
    word."""
    vm = rules.vm(vm_ref)
    verdict = rules.placement.judge_migrate(vm, host_ref) if vm is not None else ALLOWED
    return rules.failover.judge_arrival(vm, host_ref) if verdict.allowed and vm is not None else verdict


def at_rest(text: str, title: str, inventory: Inventory) -> Source:
    """A pool that was read: a file is judged as if its pool were connected, a server's own lists count."""
    source = SavedDatabase(title, inventory)
    source.state = replace(source.state, phase="assumed" if os.path.exists(text) else "live")
    return source


def _row(ref: str, target: str | None, verdict: Verdict) -> dict[str, object]:
    return {
        "object": ref,
        "target": target,
        "allowed": verdict.allowed,
        "code": verdict.code,
        "refusal": verdict.refusal,
    }
