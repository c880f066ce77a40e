"""`lifeguard`: the window, with the servers that were saved."""

from __future__ import annotations

import argparse

from lifeguard.main import Plan
from lifeguard.main import run as run_window
from lifeguard.shell.screen import prepare_screen


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It takes nothing."""


def run(args: argparse.Namespace) -> int:
    """Open the window; the result is the exit status."""
    prepare_screen(is_picture=False)
    return run_window(Plan())
