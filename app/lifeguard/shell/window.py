"""`lifeguard`: the window, with the servers that were saved."""

from __future__ import annotations

import argparse
from pathlib import Path

from lifeguard.main import Plan
from lifeguard.main import run as run_window
from lifeguard.shell.address_book import read_address_book
from lifeguard.shell.screen import prepare_screen


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the window takes."""
    parser.add_argument("--address-book", metavar="FILE", type=Path,
                        help="reach servers elsewhere than their records say, as behind address translation or in a "
                        "simulated pool: a JSON object of ADDRESS: HOST:PORT")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Open the window; the result is the exit status."""
    book = read_address_book(args.address_book) if args.address_book is not None else {}
    prepare_screen(is_picture=False)
    return run_window(Plan(address_book=book))
