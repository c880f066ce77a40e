"""`lifeguard`: the window, with the servers that were saved."""

from __future__ import annotations

import argparse

from lifeguard.shell.failure import CommandLineError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the subcommand takes."""


def run(args: argparse.Namespace) -> int:
    """Do it; the result is the exit status."""
    raise CommandLineError("`lifeguard` is not built yet.")
