"""Reading the command line: which subcommand is meant. Each one is imported only when it runs, so that those without
a window need no Qt and start at once."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from typing import NoReturn, Protocol

from lifeguard import __version__
from lifeguard.shell.failure import CommandLineError

_INTERRUPTED = 130


class Subcommand(Protocol):
    """What a module in `shell/` offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...
    def run(self, args: argparse.Namespace) -> int: ...


@dataclass(frozen=True, slots=True)
class _Entry:
    summary: str
    load: Callable[[], Subcommand]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise CommandLineError(f"{self.prog}: {message}")


def main(argv: Sequence[str]) -> int:
    """Run one subcommand, or open the window when none is named. Returns the exit status: 0, or 2 after one sentence
    on standard error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name may have letters that this terminal has not
    try:
        status = _dispatch(argv)
        sys.stdout.flush()
    except CommandLineError as failure:
        print(failure, file=sys.stderr)
        return 2
    except BrokenPipeError:
        _forget_output()
        return 0
    except KeyboardInterrupt:
        return _INTERRUPTED
    return status


def _dispatch(argv: Sequence[str]) -> int:
    if not argv or argv[0].startswith("-"):
        parser = _Parser(prog="lifeguard", epilog=_listing(), formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("--version", action="version", version=f"lifeguard {__version__}")
        return _run(_loaded(_window), parser, argv)
    entry = SUBCOMMANDS.get(argv[0])
    if entry is None:
        raise CommandLineError(f"lifeguard: there is no subcommand {argv[0]!r}; there are {', '.join(SUBCOMMANDS)}.")
    return _run(_loaded(entry.load), _Parser(prog=f"lifeguard {argv[0]}", description=entry.summary), argv[1:])


def _loaded(load: Callable[[], Subcommand]) -> Subcommand:
    """What is imported stays as long as the program does: the collector need not walk it, neither now nor later."""
    gc.disable()
    subcommand = load()
    gc.freeze()
    gc.enable()
    return subcommand


def _run(subcommand: Subcommand, parser: argparse.ArgumentParser, argv: Sequence[str]) -> int:
    subcommand.add_arguments(parser)
    return subcommand.run(parser.parse_args(argv))


def _listing() -> str:
    lines = (f"  {name:<10} {entry.summary}" for name, entry in SUBCOMMANDS.items())
    return "\n".join(["subcommands (without one: the window):", *lines])


def _forget_output() -> None:
    """Whoever read us has gone: send the rest nowhere, or the interpreter complains again when it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _window() -> Subcommand:
    from lifeguard.shell import window

    return window


def _demo() -> Subcommand:
    from lifeguard.shell import demo

    return demo


def _open() -> Subcommand:
    from lifeguard.shell import saved_pool

    return saved_pool


def _simulate() -> Subcommand:
    from lifeguard.shell import simulate

    return simulate


def _tree() -> Subcommand:
    from lifeguard.shell import tree

    return tree


def _search() -> Subcommand:
    from lifeguard.shell import search

    return search


def _judge() -> Subcommand:
    from lifeguard.shell import judge

    return judge


def _menu() -> Subcommand:
    from lifeguard.shell import menu

    return menu


SUBCOMMANDS: Mapping[str, _Entry] = {
    "demo": _Entry("open the window on a simulated pool", _demo),
    "open": _Entry("open the window on a saved pool database, read-only", _open),
    "simulate": _Entry("serve a simulated pool until interrupted", _simulate),
    "tree": _Entry("print the resources tree of a saved pool or a server", _tree),
    "search": _Entry("print the objects of one or several pools", _search),
    "judge": _Entry("print what a command may be done to, and why not", _judge),
    "menu": _Entry("print what the context menu of an object offers", _menu),
}
