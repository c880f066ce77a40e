"""Which object the right pane is about, and the pool it belongs to as the window sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from lifeguard.commands.source import Source as CommandSource
from lifeguard.inventory.change import Change
from lifeguard.observe import Signal


class Source(CommandSource, Protocol):
    """A pool to show: a link to a living one, or a saved database."""

    @property
    def changed(self) -> Signal[Change]: ...
    @property
    def server_time_offset_s(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Shown:
    """One object of one pool."""

    source: Source
    ref: str
