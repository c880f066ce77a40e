"""Talking to whoever runs dev.py, and running other programs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class SetupError(Exception):
    """What stands in the way, in words the reader can act on. dev.py prints it and exits with 2."""


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what takes a while before it does, and the seconds it took after."""
    started_s = time.monotonic()
    print(f"{what} ...", file=sys.stderr, flush=True)
    yield
    print(f"    {time.monotonic() - started_s:.1f} s", file=sys.stderr, flush=True)


def attempt(command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run and keep the output: standard error and standard output together in `stdout`."""
    try:
        return subprocess.run(
            [str(part) for part in command], env=env, cwd=ROOT, text=True, errors="replace",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, f"{command[0]}: {error.strerror}")


def demand(command: Sequence[str | Path], failure: str) -> str:
    """Run and return the output. Raises SetupError with `failure` and what the program said when it fails."""
    done = attempt(command)
    if done.returncode:
        words = " ".join(str(part) for part in command)
        raise SetupError(f"{failure}\n{done.stdout.strip()}\nThe command was: {words}")
    return done.stdout


def show(command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> int:
    """Run with the output where the reader sees it; returns the exit status."""
    try:
        return subprocess.run([str(part) for part in command], env=env, cwd=ROOT, check=False).returncode
    except KeyboardInterrupt:
        return 130
