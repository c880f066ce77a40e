"""Which object the right pane is about, and the pool it belongs to as the window sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from lifeguard.commands.source import Source as CommandSource
from lifeguard.inventory.change import Change
from lifeguard.observe import Signal
from lifeguard.ui.statements import has_stopped


class Source(CommandSource, Protocol):
    """A pool to show: a link to a living one, or a saved database."""

    @property
    def changed(self) -> Signal[Change]: ...
    @property
    def server_time_offset_s(self) -> float: ...


def server_now_s(source: Source, now_s: float) -> float:
    """The present by the server's clock, `now_s` being ours; where contact was lost, or the pool comes out of a file,
    the instant that all that is shown of it tells of."""
    state = source.state
    seen_s = state.as_of_s if state.as_of_s is not None and has_stopped(state) else now_s
    return seen_s + source.server_time_offset_s


@dataclass(frozen=True, slots=True)
class Shown:
    """One object of one pool."""

    source: Source
    ref: str
