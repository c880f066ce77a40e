"""`lifeguard demo`: the window on a simulated pool of its own."""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from lifeguard.link.target import target_from_url
from lifeguard.main import Plan, SimulatedPool
from lifeguard.main import run as run_window
from lifeguard.shell.failure import CommandLineError
from lifeguard.shell.screen import prepare_screen

_GRACE_S = 5.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the subcommand takes."""
    parser.add_argument("--hosts", type=int, default=16, metavar="N", help="how many hosts (default: 16)")
    parser.add_argument("--vms", type=int, default=200, metavar="N", help="how many virtual machines (default: 200)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another number, another pool (default: 1)")
    parser.add_argument("--beside", metavar="WHAT", action="append",
                        help="what else to connect to: `standalone`, a host on its own, or `pool:N`, another pool of N "
                        "hosts; may be given more than once (default: standalone)")  # fmt: skip
    parser.add_argument("--alone", action="store_true", help="nothing beside the pool")
    parser.add_argument("--tab", default="", help="the tab to show first, such as search or performance")
    parser.add_argument("--screenshot", metavar="FILE", type=Path, help="save a picture of the window there and exit")


def run(args: argparse.Namespace) -> int:
    """Open the window; the result is the exit status."""
    prepare_screen(is_picture=args.screenshot is not None)
    sizes = ["--hosts", str(args.hosts), "--vms", str(args.vms), "--seed", str(args.seed)]
    if not args.alone:
        sizes += [f"--beside={what}" for what in args.beside or ("standalone",)]
    with _simulation(sizes) as process:
        plan = Plan(
            simulated=lambda: _ready(process),
            screenshot=args.screenshot,
            tab=args.tab or ("search" if args.screenshot is not None else ""),
            remembers=False,
        )
        return run_window(plan)


@contextmanager
def _simulation(arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A simulated pool in a process of its own, so that the window's thread is the window's alone. It ends with us,
    however we end: our end of its standard input closes then."""
    command = [sys.executable, "-m", "lifeguard", "simulate", "--attached", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_GRACE_S)
            except subprocess.TimeoutExpired:
                process.kill()


async def _ready(process: subprocess.Popen[str]) -> SimulatedPool:
    """What the simulation says once it answers. Raises CommandLineError when it ends before."""
    if process.stdout is None:
        raise CommandLineError("The simulated pool says nothing.")
    line = await asyncio.to_thread(process.stdout.readline)
    if not line:
        raise CommandLineError("The simulated pool did not start.")
    told = json.loads(line)
    beside = tuple(_place(other, told["user"], told["password"]) for other in told.get("beside", ()))
    return replace(_place(told, told["user"], told["password"]), beside=beside)


def _place(told: dict[str, Any], user: str, password: str) -> SimulatedPool:
    return SimulatedPool(target_from_url(told["master"], user, password), told["hosts"])
