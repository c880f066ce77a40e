"""What the window says about its connections: the stripe above the tabs, and the word at the right of the jobs bar."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

from lifeguard.link.state import LinkState
from lifeguard.quantities import format_count, format_duration
from lifeguard.tree.node import Node

_QUIET = frozenset({"live", "loading", "closed"})
_MOST_NAMES = 8
_NOUNS = {
    "vm": ("VM", "VMs"), "host": ("server", "servers"), "pool": ("pool", "pools"),
    "template": ("template", "templates"),
    "snapshot": ("snapshot", "snapshots"), "sr": ("storage repository", "storage repositories"),
    "network": ("network", "networks"), "vdi": ("disk", "disks"), "appliance": ("vApp", "vApps"),
    "tag": ("tag", "tags"), "folder": ("folder", "folders"), "server": ("server", "servers"),
    "message": ("alert", "alerts"),
}  # fmt: skip
_OTHERS = ("other", "others")


def banner_text(state: LinkState, now_s: float, *, is_of_another: bool = False) -> str:
    """What is wrong, what is tried and since when; empty while nothing is. `now_s` is UTC epoch seconds;
    `is_of_another` where it is not that pool that is looked at."""
    if state.phase in _QUIET or (state.phase == "connecting" and state.attempt == 0):
        return ""
    parts = [state.sentence]
    if stamp := as_of(state):
        parts.append(f"What you see{' of it' if is_of_another else ''} is {stamp}.")
    if state.phase == "lost" and state.next_try_s is not None:
        wait = format_duration(state.next_try_s - now_s)
        parts.append(f"Tried for {format_duration(now_s - state.since_s)}; next try in {wait}.")
    return " ".join(parts)


def is_outdated(state: LinkState) -> bool:
    """Whether what is seen was true once, and nobody knows whether it still is."""
    return state.as_of_s is not None and state.phase in ("lost", "refused", "connecting", "loading")


def has_stopped(state: LinkState) -> bool:
    """Whether what is seen tells of a time that has passed: how long something has lasted does not grow."""
    return is_outdated(state) or (state.phase == "saved" and state.as_of_s is not None)


def as_of(state: LinkState) -> str:
    """`as of 14:02:31`, with the day for a saved database; empty while what is seen is so now."""
    if state.as_of_s is None or not has_stopped(state):
        return ""
    seen = time.localtime(state.as_of_s)
    day = f"{seen.tm_mday} {time.strftime('%b %Y', seen)} " if state.phase == "saved" else ""
    return f"as of {day}{time.strftime('%H:%M:%S', seen)}"


def banner_act(state: LinkState) -> str:
    return {"lost": "Try now", "refused": "Try again"}.get(state.phase, "")


def connection_word(states: Sequence[LinkState]) -> str:
    """All connections in a word."""
    if not states:
        return "not connected"
    phases = {state.phase for state in states}
    if len(states) == 1:
        return {"live": "connected", "saved": "saved database", "lost": "connection lost"}.get(
            states[0].phase, states[0].phase
        )
    live = sum(state.phase in ("live", "saved") for state in states)
    return "connected" if phases == {"live"} else f"{live} of {format_count(len(states), 'pool')} connected"


def nothing_shown(nodes: Sequence[Node], is_connected: bool) -> tuple[str, str]:
    """Why no object of a chosen node is on the right, and what a button would do about it."""
    for node in nodes:
        if node.kind == "server" and node.state == "connecting":
            return f"{node.name} is not connected yet.", "Connect now"
        if node.kind == "server":
            return f"{node.name} is not connected.", "Connect"
    if is_connected:
        return "Choose something on the left to see it here.", "Connect to another pool…"
    return "Servers, virtual machines and storage appear here once you are connected to a pool.", "Connect to a pool…"


def sort_of(kind: str) -> str:
    """What the window calls an object of this kind: `server`, `VM`."""
    return _NOUNS[kind][0] if kind in _NOUNS else kind


def how_many(nodes: Sequence[Node]) -> str:
    """`3 VMs`, `2 servers, 1 VM`."""
    counts = Counter(_NOUNS.get(node.kind, _OTHERS) for node in nodes)
    return ", ".join(format_count(count, *noun) for noun, count in counts.items())


def their_names(nodes: Sequence[Node]) -> str:
    """`web-01, web-02 and 7 more`."""
    names = ", ".join(node.name for node in nodes[:_MOST_NAMES])
    more = len(nodes) - _MOST_NAMES
    return f"{names} and {more} more" if more > 0 else names
