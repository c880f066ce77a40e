"""`lifeguard demo`: the window on a simulated pool of its own."""

from __future__ import annotations

import argparse

from lifeguard.shell.failure import CommandLineError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the subcommand takes."""


def run(args: argparse.Namespace) -> int:
    """Do it; the result is the exit status."""
    raise CommandLineError("`lifeguard demo` is not built yet.")
