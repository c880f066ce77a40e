"""Where a subcommand reads a pool from: a saved database, or a server."""

from __future__ import annotations

import getpass
import os
from argparse import ArgumentParser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from lifeguard.datamodel.dump import NotADump
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.saved import open_dump
from lifeguard.shell.failure import CommandLineError

PASSWORD_VARIABLE = "LIFEGUARD_PASSWORD"


@dataclass(frozen=True, slots=True)
class Source:
    """A pool to read from. `skipped` says what in a saved database could not be read."""

    title: str
    inventory: Inventory
    skipped: tuple[str, ...] = ()


def add_source_arguments(parser: ArgumentParser) -> None:
    """The options that say who asks; the password is never an argument, since anyone may list those."""
    parser.add_argument("--user", default="root", help="the user to log in as (default: root); the password is read "
                        f"from the environment variable {PASSWORD_VARIABLE}, or asked for")  # fmt: skip


@asynccontextmanager
async def open_source(text: str, user: str = "root") -> AsyncIterator[Source]:
    """The pool that SOURCE names: a file, or a server's address or URL. Raises CommandLineError in one sentence."""
    if "://" in text or not os.path.exists(text):  # noqa: ASYNC240
        raise CommandLineError(f"{text}: there is no such file.")
    yield open_file(Path(text))


def open_file(path: Path) -> Source:
    """A saved database. Raises CommandLineError when the file cannot be read or is none."""
    try:
        inventory, skipped = open_dump(path.read_bytes())
    except OSError as failure:
        raise CommandLineError(f"{path}: {failure.strerror or failure}.") from None
    except NotADump as refusal:
        raise CommandLineError(f"{path}: {refusal}") from None
    return Source(path.name, inventory, skipped)


def password_for(user: str, address: str) -> str:
    """The password from the environment, or asked for on the terminal."""
    known = os.environ.get(PASSWORD_VARIABLE)
    return known if known is not None else getpass.getpass(f"Password of {user} on {address}: ")
