"""What a server puts up with from whoever connects: sizes, waits and how many at once. Old releases are laxer."""

from __future__ import annotations

from dataclasses import dataclass

from lifeguard.sim.release import Release

_KIB = 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """`first_line_s` is the wait for each line of a connection's first head, `first_head_s` for all of it; None waits
    for ever, as between later requests. Connections beyond `connections` wait until another one ends."""

    head_bytes: int
    body_bytes: int
    first_line_s: float | None
    first_head_s: float | None
    connections: int = 800

    @classmethod
    def of(cls, release: Release) -> Limits:
        return LAX if release.codename in _LAX else STRICT


STRICT = Limits(head_bytes=1 * _KIB, body_bytes=300 * _KIB, first_line_s=10.0, first_head_s=60.0)
LAX = Limits(head_bytes=64 * _KIB, body_bytes=100_000 * _KIB, first_line_s=None, first_head_s=None)
_LAX = ("boston", "creedence", "ely")
