"""The grammar of state: which glyph stands for which kind of object in which state. Shape first, colour second."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from lifeguard.ui.glyph import ATTENTION, BROKEN, SHIELD, SPANNER, STAR, STRIKE, TICK, Badge, Glyph

_FULL: Final = Badge("badge-full", "warn")
_SCHEDULED: Final = Badge("badge-dot", "accent")

_BY_STATE: Final[Mapping[tuple[str, str], Glyph]] = {
    ("vm", "running"): Glyph("vm-running", "ok"),
    ("vm", "halted"): Glyph("vm-halted", "off"),
    ("vm", "suspended"): Glyph("vm-suspended", "accent"),
    ("vm", "paused"): Glyph("vm-paused", "accent"),
    ("vm", "busy"): Glyph("vm-busy", "busy"),
    ("vm", "migrating"): Glyph("vm-migrating", "busy"),
    ("template", "default"): Glyph("template-default"),
    ("snapshot", "memory"): Glyph("snapshot-memory"),
    ("snapshot", "scheduled"): Glyph("snapshot", above=_SCHEDULED),
    ("snapshot", "scheduled-memory"): Glyph("snapshot-memory", above=_SCHEDULED),
    ("host", "disconnected"): Glyph("host", "off", STRIKE),
    ("host", "maintenance"): Glyph("host", badge=SPANNER),
    ("pool", "disconnected"): Glyph("pool", "off", STRIKE),
    ("sr", "default"): Glyph("sr", badge=TICK),
    ("sr", "broken"): Glyph("sr", badge=BROKEN),
    ("sr", "detached"): Glyph("sr", "off", STRIKE),
    ("sr", "disabled"): Glyph("sr", "off", STRIKE),
    ("server", "connecting"): Glyph("server", "busy"),
    ("server", "disconnected"): Glyph("server", "off"),
}
_BY_KIND: Final[Mapping[str, Glyph]] = {
    "vm": Glyph("vm-halted", "off"),
    "control_domain": Glyph("vm-running", "ok"),
    "host": Glyph("host"),
    "pool": Glyph("pool"),
    "sr": Glyph("sr"),
    "vdi": Glyph("vdi"),
    "network": Glyph("network"),
    "template": Glyph("template"),
    "snapshot": Glyph("snapshot"),
    "folder": Glyph("folder"),
    "tag": Glyph("tag"),
    "appliance": Glyph("appliance"),
    "container": Glyph("appliance"),
    "server": Glyph("server", "off"),
    "field": Glyph("field"),
    "value": Glyph("field", "text-quiet"),
    "type": Glyph("objects"),
}
_MARKS: Final = (("full", _FULL), ("master", STAR), ("protected", SHIELD))
_ATTENTION: Final = frozenset({"unlicensed", "crashdumps", "needs-upgrade", "unpatched"})
_GROUP: Final = Glyph("group")


def glyph_of(kind: str, state: str, marks: Collection[str] = ()) -> Glyph:
    """What is wrong, and what merely distinguishes, are both to be seen: one of them moves to the upper corner."""
    glyph = _BY_STATE.get((kind, state)) or _BY_KIND.get(kind, _GROUP)
    if glyph.badge is None and state in _ATTENTION:
        glyph = replace(glyph, badge=ATTENTION)
    for mark, badge in _MARKS:
        if mark in marks:
            glyph = replace(glyph, badge=badge, above=glyph.badge)
    return replace(glyph, token="off") if "hidden" in marks else glyph
