"""Whether the hosts that carry something out have been there all the time."""

from __future__ import annotations

from collections.abc import Sequence

from lifeguard.sim.behaviour import lookup
from lifeguard.sim.context import Context
from lifeguard.sim.failure import ApiError


class Presence:
    """Remembers how hosts were when something began on them."""

    __slots__ = ("_before", "_context")

    def __init__(self, context: Context, host_refs: Sequence[str]) -> None:
        self._context = context
        hosts = (ref for ref in host_refs if not lookup.is_null(ref))
        self._before = {ref: context.faults.of(ref).interruptions for ref in hosts}

    def check(self) -> None:
        """Raises ApiError CANNOT_CONTACT_HOST of a host that died, was cut off, or whose toolstack started anew."""
        missing = self.missing()
        if missing is not None:
            raise ApiError("CANNOT_CONTACT_HOST", missing)

    def missing(self) -> str | None:
        """The first host that was lost."""
        for ref, before in self._before.items():
            faults = self._context.faults.of(ref)
            if faults.is_dead or faults.is_cut_off or faults.interruptions != before:
                return ref
            if not lookup.is_live(self._context.db, ref):
                return ref
        return None
