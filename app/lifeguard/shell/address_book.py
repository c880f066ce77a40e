"""Where the servers of a pool really answer, when that is not where their records say: a file to write once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from lifeguard.atomic import write_whole
from lifeguard.shell.failure import CommandLineError


def read_address_book(path: Path) -> Mapping[str, str]:
    """Addresses as records say them -> host:port to dial. Raises CommandLineError in one sentence."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except OSError as failure:
        raise CommandLineError(f"{path}: {failure.strerror or failure}.") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as broken:
        raise CommandLineError(f"{path} is no address book, a JSON object of addresses: {broken}.") from None


def write_address_book(path: Path, book: Mapping[str, str]) -> None:
    """Write a file that `read_address_book` reads. Raises CommandLineError in one sentence."""
    try:
        write_whole(path, msgspec.json.format(msgspec.json.encode(dict(book)), indent=2))
    except OSError as failure:
        raise CommandLineError(f"{path}: {failure.strerror or failure}.") from None
