"""What a link is doing, in a form that a banner can say truthfully."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Phase = Literal["connecting", "loading", "live", "lost", "refused", "closed", "saved", "assumed"]


@dataclass(frozen=True, slots=True)
class LinkState:
    """`since_s`, `next_try_s` and `as_of_s` are UTC epoch seconds by the link's clock.

    `address` is the one being tried, or connected to. `since_s` is when this phase began; `attempt` counts rounds over
    all known addresses since the connection was lost; `next_try_s` is None while a try is under way. `as_of_s` is when
    what the inventory holds was last known to be the server's, None before the first load. "refused" waits for a
    person: `try_now` asks again. "saved" is a database in a file, and `as_of_s` the newest instant that it tells of;
    "assumed" is one that is judged as if its pool were there.
    """

    phase: Phase
    address: str
    since_s: float
    sentence: str
    attempt: int = 0
    next_try_s: float | None = None
    as_of_s: float | None = None
