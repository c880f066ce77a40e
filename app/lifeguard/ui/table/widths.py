"""How wide the columns of a table become: as wide as what they hold, as long as there is room for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor


@dataclass(frozen=True, slots=True)
class Need:
    """What one column needs, in pixels: not narrower than `least`, not wider than `held` by what it holds; `wanted` is
    between them."""

    least: int
    wanted: int
    held: int

    def joined(self, other: Need) -> Need:
        """What serves both."""
        return Need(max(self.least, other.least), max(self.wanted, other.wanted), max(self.held, other.held))


def shared_out(needs: Sequence[Need], room: int) -> tuple[int, ...]:
    """A width for each column. Where they do not all fit in the room, the long ones give way down to their least; what
    is left over goes to those that hold more than they wanted."""
    wanted = [need.wanted for need in needs]
    spare = room - sum(wanted)
    bounds = [need.held if spare > 0 else need.least for need in needs]
    lacking = [bound - width for bound, width in zip(bounds, wanted, strict=True)]
    whole = sum(lacking)
    part = min(spare / whole, 1.0) if whole else 0.0
    return tuple(width + floor(lack * part) for width, lack in zip(wanted, lacking, strict=True))
