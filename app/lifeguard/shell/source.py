"""Where a subcommand reads a pool from: a saved database, or a server."""

from __future__ import annotations

import asyncio
import getpass
import os
import sys
import warnings
from argparse import ArgumentParser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from lifeguard.datamodel.dump import NotADump
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.saved import open_dump
from lifeguard.link.gate import CertificateFacts, Credentials
from lifeguard.link.link import Link
from lifeguard.link.pinned import PinnedTrust
from lifeguard.link.state import LinkState
from lifeguard.link.target import Target, target_from_url
from lifeguard.shell.failure import CommandLineError
from lifeguard.trust.pins import Pins

PASSWORD_VARIABLE = "LIFEGUARD_PASSWORD"
_PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Source:
    """A pool to read from."""

    title: str
    inventory: Inventory


def add_source_arguments(parser: ArgumentParser) -> None:
    """The options that say who asks; the password is never an argument, since anyone may list those."""
    parser.add_argument("--user", default="root", help="the user to log in as (default: root); the password is read "
                        f"from the environment variable {PASSWORD_VARIABLE}, or asked for")  # fmt: skip


@asynccontextmanager
async def open_source(text: str, user: str = "root") -> AsyncIterator[Source]:
    """The pool that SOURCE names: a file, or a server's address or URL. Raises CommandLineError in one sentence."""
    if "://" not in text and os.path.exists(text):  # noqa: ASYNC240  (nothing else runs yet)
        yield open_file(Path(text))
        return
    link = Link(_target(text, user), _NobodyToAsk(), PinnedTrust(_pins()))
    try:
        link.start()
        await _until_read(link)
        yield Source(link.title, link.inventory)
    finally:
        await link.close()


def open_file(path: Path) -> Source:
    """A saved database; what of it was skipped is said. Raises CommandLineError when the file is none."""
    try:
        inventory, skipped = open_dump(path.read_bytes())
    except OSError as failure:
        raise CommandLineError(f"{path}: {failure.strerror or failure}.") from None
    except NotADump as refusal:
        raise CommandLineError(f"{path}: {refusal}") from None
    for sentence in skipped:
        print(f"{path}: {sentence}", file=sys.stderr)
    return Source(path.name, inventory)


def _target(text: str, user: str) -> Target:
    try:
        target = target_from_url(text, user)
    except ValueError:
        raise CommandLineError(f"{text}: this is neither a file nor the address of a server.") from None
    if "://" not in text and ("/" in text or text.endswith(".xml")):
        raise CommandLineError(f"{text}: there is no such file.")
    return target_from_url(text, user, _password_for(user, target.address))


def _password_for(user: str, address: str) -> str:
    known = os.environ.get(PASSWORD_VARIABLE)
    if known is not None:
        return known
    try:
        with warnings.catch_warnings(action="error", category=getpass.GetPassWarning):
            return getpass.getpass(f"Password of {user} on {address}: ")
    except (EOFError, getpass.GetPassWarning):
        raise CommandLineError(
            f"{address}: the password of {user} is wanted in {PASSWORD_VARIABLE}, for there is no terminal to ask at."
        ) from None


def _pins() -> Pins:
    """What was trusted in the window counts here too. A broken file of them is the window's to tell of."""
    pins = Pins()
    pins.load()
    return pins


class _NobodyToAsk:
    """A script cannot look at a certificate: only what was trusted before, or by the system, is."""

    async def trust(self, facts: CertificateFacts, known: CertificateFacts | None) -> bool:
        return False

    async def credentials(self, address: str, user: str, reason: str) -> Credentials | None:
        return None


async def _until_read(link: Link) -> None:
    """Wait until the pool is read. A script is told of the first failure instead of waiting for better times."""
    ended: asyncio.Future[LinkState] = asyncio.get_running_loop().create_future()

    def note(state: LinkState) -> None:
        failed = state.phase == "lost" and state.next_try_s is not None
        if (failed or state.phase in ("live", "refused", "closed")) and not ended.done():
            ended.set_result(state)

    disconnect = link.state_changed.connect(note)
    try:
        async with asyncio.timeout(_PATIENCE_S):
            state = await ended
    except TimeoutError:
        raise CommandLineError(f"{link.target.address} did not answer within {_PATIENCE_S:.0f} seconds.") from None
    finally:
        disconnect()
    if state.phase != "live":
        raise CommandLineError(state.sentence)
