"""`lifeguard simulate`: a simulated pool that serves over HTTP until interrupted."""

from __future__ import annotations

import argparse

from lifeguard.shell.failure import CommandLineError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the subcommand takes."""


def run(args: argparse.Namespace) -> int:
    """Do it; the result is the exit status."""
    raise CommandLineError("`lifeguard simulate` is not built yet.")
