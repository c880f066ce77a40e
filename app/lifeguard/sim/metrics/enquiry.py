"""What a request for updates asks, read from its parameters as leniently as the real server does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lifeguard.sim.metrics.choice import NothingToServe, Wish

_FUNCTIONS = ("AVERAGE", "MIN", "MAX", "LAST")


class MissingStart(Exception):
    """Without a start there is nothing to answer: the one thing that is the client's fault."""


@dataclass(frozen=True, slots=True)
class Enquiry:
    """`vm_uuids` empty: every VM; `sr_uuids` empty: no SR; the word `all` among either: all of them."""

    wish: Wish
    wants_host: bool
    vm_uuids: tuple[str, ...]
    sr_uuids: tuple[str, ...]
    wants_json: bool

    def wants_vm(self, uuid: str) -> bool:
        return not self.vm_uuids or uuid in self.vm_uuids or "all" in self.vm_uuids

    def wants_sr(self, uuid: str) -> bool:
        return uuid in self.sr_uuids or "all" in self.sr_uuids


def read_enquiry(query: Mapping[str, Sequence[str]]) -> Enquiry:
    """Raises MissingStart; NothingToServe when the start is no number."""
    if not query.get("start"):
        raise MissingStart
    cf = query.get("cf", ("",))[0]
    interval_s = _interval(query.get("interval", ("0",))[0])
    return Enquiry(
        Wish(_start(query["start"][0]), interval_s, cf if cf in _FUNCTIONS else None),
        wants_host=query.get("host", ("",))[0] == "true",
        vm_uuids=tuple(query.get("vm_uuid", ())),
        sr_uuids=tuple(query.get("sr_uuid", ())),
        wants_json="json" in query,
    )


def _start(text: str) -> int:
    try:
        return _integer(text)
    except ValueError:
        raise NothingToServe('Failure("Int64.of_string")') from None


def _interval(text: str) -> int:
    try:
        return _integer(text)
    except ValueError:
        return 0


def _integer(text: str) -> int:
    """Decimal, or with the prefixes 0x, 0o, 0b."""
    try:
        return int(text)
    except ValueError:
        return int(text, 0)
