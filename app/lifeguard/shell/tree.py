"""`lifeguard tree`: the resources tree of a saved pool or a server, for scripts and for looking without a display."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterable, Iterator

from lifeguard.inventory.inventory import Inventory
from lifeguard.shell.printed import print_json
from lifeguard.shell.source import add_source_arguments, open_source
from lifeguard.tree.build import build_tree
from lifeguard.tree.node import Node
from lifeguard.tree.options import Options
from lifeguard.tree.views import VIEWS

_QUIET_STATES = frozenset({"normal", "connected", "default", "custom"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the subcommand takes."""
    parser.add_argument("source", metavar="SOURCE", help="a saved pool database, or the address or URL of a server")
    parser.add_argument("--view", choices=list(VIEWS), default="infrastructure", help="default: infrastructure")
    parser.add_argument("--json", action="store_true", help="a list of nodes instead of an indented text")
    parser.add_argument("--default-templates", action="store_true", help="with the templates that the vendor made")
    parser.add_argument("--hidden", action="store_true", help="with objects that are marked as hidden")
    add_source_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print the tree."""
    inventory = asyncio.run(_read(args.source, args.user))
    options = Options(default_templates=args.default_templates, hidden=args.hidden)
    nodes = build_tree({args.source: inventory}, VIEWS[args.view](options))
    if args.json:
        print_json([node.as_json() for node in nodes])
    else:
        for line in _lines(nodes):
            print(line)
    return 0


async def _read(text: str, user: str) -> Inventory:
    async with open_source(text, user) as source:
        return source.inventory


def _lines(nodes: Iterable[Node], depth: int = 0) -> Iterator[str]:
    for node in nodes:
        remarks = [] if node.state in _QUIET_STATES else [node.state]
        remarks += [mark for mark in node.marks if mark != "hidden"]
        kind = "" if node.kind in ("group", "tag", "field", "value", "type") else f"{node.kind} "
        yield f"{'  ' * depth}{kind}{node.name}" + (f"  [{', '.join(remarks)}]" if remarks else "")
        yield from _lines(node.children, depth + 1)
