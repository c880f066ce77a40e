"""The order in which people expect names and addresses, as sort keys."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import ip_address

# Punctuation as Windows sorts it: all of it before digits (led by their count), and those before letters.
_PUNCTUATION = "'- !\"#$%&()*,./:;?@[\\]^_`{|}~+<=>"
_ASCII = {ord(mark): chr(1 + place) for place, mark in enumerate(_PUNCTUATION)} | {
    code: "\x22" for code in (9, 10, 11, 12, 13)
}
_RUN = 0x30
_LONG_RUN = 0x2F
_DIGITS = re.compile(r"\d+")
_PARTIAL = re.compile(r"(?:(?:\d{1,3}|\*)\.){1,3}(?:\d{1,3}|\*)?")


@lru_cache(maxsize=65536)
def natural_key(text: str) -> str:
    """A key that sorts names as XenCenter does: case does not count, "h9" before "h10", and punctuation before digits
    before letters. Where both names have a number the shorter one is less, so leading zeros count."""
    if text.isascii():
        return _DIGITS.sub(_run_key, text.lower().translate(_ASCII))
    return _DIGITS.sub(_run_key, _unaccented(text.casefold()).translate(_ASCII))


def _run_key(run: re.Match[str]) -> str:
    digits = run.group()
    length = len(digits)
    if length < _LONG_RUN:
        return chr(_RUN + length) + digits
    return chr(_RUN + _LONG_RUN) + f"{length:08x}{digits}"


def _unaccented(text: str) -> str:
    """Letters apart from their accents, so that "é" falls between "e" and "f"; other marks among the punctuation."""
    letters = []
    for letter in unicodedata.normalize("NFD", text):
        is_mark = not letter.isascii() and unicodedata.category(letter)[0] not in "LMN"
        letters.append("~" + letter if is_mark else letter)
    return "".join(letters)


AddressKey = tuple[int, bytes, str]


def address_key(address: str) -> AddressKey:
    """A key for one address: IPv6, then IPv4, byte by byte; then partial ones such as "10.0.*"; then other text."""
    try:
        parsed = ip_address(address.strip())
    except ValueError:
        return (2 if _PARTIAL.fullmatch(address) else 3, b"", natural_key(address))
    return (0 if parsed.version == 6 else 1, parsed.packed, "")


def address_list_key(addresses: Sequence[str]) -> tuple[int, tuple[AddressKey, ...]]:
    """A key for a list of addresses: the longer list first, then element by element."""
    return (-len(addresses), tuple(address_key(address) for address in addresses))
