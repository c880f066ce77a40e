"""`lifeguard search`: objects of one or several pools as rows, in the order of the grid in the window."""

from __future__ import annotations

import argparse

from lifeguard.shell.failure import CommandLineError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the subcommand takes."""


def run(args: argparse.Namespace) -> int:
    """Do it; the result is the exit status."""
    raise CommandLineError("`lifeguard search` is not built yet.")
