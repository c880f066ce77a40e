"""`lifeguard menu`: what the context menu of an object offers, and why the rest is greyed."""

from __future__ import annotations

import argparse

from lifeguard.shell.failure import CommandLineError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the subcommand takes."""


def run(args: argparse.Namespace) -> int:
    """Do it; the result is the exit status."""
    raise CommandLineError("`lifeguard menu` is not built yet.")
