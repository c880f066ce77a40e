"""What a picture means, before it is drawn: a shape, the colour token it is drawn in, and a badge on its corner."""

from __future__ import annotations

from dataclasses import dataclass

from lifeguard.ui.tokens import Token


@dataclass(frozen=True, slots=True)
class Badge:
    """A small shape on the lower right corner (`badge-star`), or across the glyph (`badge-strike`)."""

    shape: str
    token: Token


@dataclass(frozen=True, slots=True)
class Glyph:
    """`shape` is a file in `resources/icons` without its ending; `above` is a second badge, on the upper corner."""

    shape: str
    token: Token = "text"
    badge: Badge | None = None
    above: Badge | None = None


STAR = Badge("badge-star", "accent")
SPANNER = Badge("badge-spanner", "busy")
ATTENTION = Badge("badge-attention", "warn")
BROKEN = Badge("badge-attention", "bad")
TICK = Badge("badge-tick", "ok")
SHIELD = Badge("badge-shield", "accent")
STRIKE = Badge("badge-strike", "off")
