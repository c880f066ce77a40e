"""`lifeguard menu`: the context menu of a selection, with the reason for each line that is greyed."""

from __future__ import annotations

import argparse
import asyncio

from lifeguard.commands.menus import Line, context_menu
from lifeguard.commands.selection import Selection
from lifeguard.shell.failure import CommandLineError
from lifeguard.shell.judge import at_rest
from lifeguard.shell.printed import print_json
from lifeguard.shell.source import add_source_arguments, open_source


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the subcommand takes."""
    parser.add_argument("source", help="a saved database, or the address of a server")
    parser.add_argument("refs", nargs="+", metavar="REF", help="the objects that are selected")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_source_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Do it; the result is the exit status."""
    asyncio.run(_menu(args))
    return 0


async def _menu(args: argparse.Namespace) -> None:
    async with open_source(args.source, args.user) as opened:
        missing = [ref for ref in args.refs if opened.inventory.class_of(ref) is None]
        if missing:
            raise CommandLineError(f"{args.source} has no object {missing[0]}.")
        source = at_rest(args.source, opened.title, opened.inventory)
        lines = context_menu(Selection.of(source, dict.fromkeys(args.refs)))
        if args.json:
            print_json([_row(line) for line in lines])
            return
        for line in lines:
            print("-" if line is None else f"{line.title:24}  {line.verdict.short or ''}".rstrip())


def _row(line: Line) -> dict[str, object] | None:
    if line is None:
        return None
    return {"id": line.id, "title": line.title, "allowed": line.allowed, "refusal": line.refusal}
