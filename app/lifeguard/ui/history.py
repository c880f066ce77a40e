"""Where the user has been: objects with the tab that was in front, to go back and forward through."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lifeguard.tree.node import Thing

Place = tuple[Thing, str]
_LONGEST = 100


class History:
    def __init__(self) -> None:
        self._places: list[Place] = []
        self._at = -1
        self._is_held = False

    @property
    def can_go_back(self) -> bool:
        return self._at > 0

    @property
    def can_go_forward(self) -> bool:
        return self._at < len(self._places) - 1

    def visit(self, thing: Thing, tab: str) -> None:
        """Note a place; what was ahead is forgotten."""
        place = (thing, tab)
        if self._is_held or (self._places and self._places[self._at] == place):
            return
        self._places = [*self._places[: self._at + 1], place][-_LONGEST:]
        self._at = len(self._places) - 1

    def back(self) -> Place | None:
        return self._step(-1)

    def forward(self) -> Place | None:
        return self._step(1)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Places visited meanwhile are not noted: going back is not going somewhere new."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False

    def _step(self, way: int) -> Place | None:
        if not 0 <= self._at + way < len(self._places):
            return None
        self._at += way
        return self._places[self._at]
