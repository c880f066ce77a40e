"""`lifeguard search`: objects of one or several pools as rows, in the order of the grid in the window."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any

from lifeguard.inventory.addresses import addresses_of
from lifeguard.inventory.inventory import Inventory
from lifeguard.search.columns import Moment
from lifeguard.search.language import QueryError, parse
from lifeguard.search.overview import narrowed, overview, widened
from lifeguard.search.query import Search
from lifeguard.search.remarks import remarks_on
from lifeguard.search.saved import find_search, known_searches, unreadable_searches
from lifeguard.search.view import SearchView
from lifeguard.shell.failure import CommandLineError
from lifeguard.shell.printed import print_json
from lifeguard.shell.source import add_source_arguments, open_source
from lifeguard.tree.build import build_tree
from lifeguard.tree.node import Node

_DATABASE_NAMES = (".xml", ".db", ".gz")
_HEADINGS = ("Kind", "Name", "Address", "State")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the subcommand takes."""
    parser.add_argument(
        "words", nargs="+", metavar="SOURCE... [TEXT]",
        help="saved pool databases, addresses or URLs of servers; then what to look for, such as web or os:debian",
    )  # fmt: skip
    parser.add_argument("--saved", metavar="UUID", help="run a search saved in one of the pools, or a built-in one")
    parser.add_argument("--json", action="store_true", help="a list of rows instead of a table")
    add_source_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print what is found."""
    sources, text = _sources_and_text(args.words)
    inventories = asyncio.run(_read(sources, args.user))
    search = _search(inventories, args.saved, text)
    nodes = build_tree(inventories, SearchView(search, Moment(datetime.now().astimezone())))
    if args.json:
        print_json([_as_json(inventories, node) for node in nodes])
    else:
        _print_table(list(_table(inventories, nodes)))
    return 0


def _sources_and_text(words: list[str]) -> tuple[list[str], str]:
    """Every word that names a file or URL is a source; what follows the last one is the text, quoted or not.

    The first word is a source whatever it looks like. Raises CommandLineError for the name of a file that is not there:
    nobody looks for that in a pool.
    """
    count = 1
    while count < len(words) and (os.path.exists(words[count]) or "://" in words[count]):
        count += 1
    missing = next((word for word in words[count:] if ":" not in word and word.endswith(_DATABASE_NAMES)), None)
    if missing is not None:
        raise CommandLineError(f"{missing}: there is no such file.")
    return words[:count], " ".join(words[count:])


async def _read(sources: Iterable[str], user: str) -> dict[str, Inventory]:
    async with AsyncExitStack() as stack:
        return {
            f"{number} {text}": (await stack.enter_async_context(open_source(text, user))).inventory
            for number, text in enumerate(sources)
        }


def _search(inventories: Mapping[str, Inventory], uuid: str | None, text: str) -> Search:
    try:
        query = parse(text)
    except QueryError as refusal:
        rest = text[refusal.position :] or "the end"
        raise CommandLineError(f"Character {refusal.position + 1}, at “{rest}”: {refusal}") from None
    if uuid is None:
        return widened(overview(query))
    found = (find_search(inventory, uuid) for inventory in inventories.values())
    search = next((one for one in found if one is not None), None)
    if search is None:
        for inventory in inventories.values():
            for key, sentence in unreadable_searches(inventory).items():
                if key.endswith(uuid):
                    raise CommandLineError(f"The saved search {uuid} cannot be read. {sentence}")
        known = sorted({one.uuid for inventory in inventories.values() for one in known_searches(inventory)})
        raise CommandLineError(f"There is no saved search {uuid}; there are {', '.join(known)}.")
    for remark in remarks_on(search):
        print(f"{search.name}: {remark}", file=sys.stderr)
    return narrowed(search, query)


def _as_json(inventories: Mapping[str, Inventory], node: Node) -> dict[str, Any]:
    """A row, or a group with what is in it. An object that could head a group but has nothing in it is a row."""
    if node.children or node.ref is None:
        children = [_as_json(inventories, child) for child in node.children]
        return {"group": node.tooltip, "ref": node.ref, "children": children}
    address = ", ".join(_addresses(inventories, node))
    return {"kind": node.kind, "ref": node.ref, "name": node.tooltip, "address": address}


def _addresses(inventories: Mapping[str, Inventory], node: Node) -> tuple[str, ...]:
    inventory = inventories.get(node.source or "")
    record = inventory.find(node.ref or "") if inventory is not None else None
    return addresses_of(inventory, record) or () if inventory is not None and record is not None else ()


def _table(inventories: Mapping[str, Inventory], nodes: Iterable[Node], depth: int = 0) -> Iterator[tuple[str, ...]]:
    for node in nodes:
        address = ", ".join(_addresses(inventories, node))
        yield (node.kind, "  " * depth + node.tooltip, address, node.state if node.source is not None else "")
        yield from _table(inventories, node.children, depth + 1)


def _print_table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in [_HEADINGS, *rows]) for column in range(len(_HEADINGS))]
    for row in [_HEADINGS, *rows]:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
