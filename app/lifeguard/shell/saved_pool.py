"""`lifeguard open`: the window on a saved pool database, read-only."""

from __future__ import annotations

import argparse
from pathlib import Path

from lifeguard.main import Plan
from lifeguard.main import run as run_window
from lifeguard.shell.screen import prepare_screen
from lifeguard.shell.source import open_file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the subcommand takes."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a saved pool database")
    parser.add_argument("--tab", default="", help="the tab to show first, such as general or search")
    parser.add_argument("--screenshot", metavar="FILE", type=Path, help="save a picture of the window there and exit")


def run(args: argparse.Namespace) -> int:
    """Open the window; the result is the exit status. Raises CommandLineError when the file is no database."""
    open_file(args.file)
    prepare_screen(is_picture=args.screenshot is not None)
    return run_window(
        Plan(
            databases={args.file.name: args.file.read_bytes()},
            screenshot=args.screenshot,
            tab=args.tab,
            remembers=False,
        )
    )
