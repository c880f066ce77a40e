"""What commands need of a pool: its facts, and a way to call its server. Links and saved pools have it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Protocol

from lifeguard.inventory.inventory import Inventory


class Phase(Protocol):
    """The part of a link's state that commands look at."""

    @property
    def phase(self) -> str: ...


class Source(Protocol):
    """One pool. `permissions` are the lower-case names of the calls its session may make; None means all of them."""

    @property
    def inventory(self) -> Inventory: ...
    @property
    def state(self) -> Phase: ...
    @property
    def title(self) -> str: ...
    @property
    def permissions(self) -> Collection[str] | None: ...

    async def call(self, method: str, *args: Any) -> Any: ...
    async def run_task(
        self, method: str, *args: Any, progress: Callable[[float], object] | None = None
    ) -> Any: ...


@dataclass(frozen=True, slots=True)
class FixedPhase:
    phase: str


class SavedPoolRefused(Exception):
    """A saved database has no server that could do anything."""

    def __init__(self) -> None:
        super().__init__("This is a saved database; nothing can be changed in it.")


class SavedPool:
    """A pool as it was at one instant: it can be judged, and nothing can be done to it.

    Out of a database file (`phase` "saved") it is judged as if it were connected; read from a server ("live") the
    server's own lists count.
    """

    def __init__(self, inventory: Inventory, title: str = "", phase: str = "saved") -> None:
        self.inventory = inventory
        self.title = title
        self.state = FixedPhase(phase)
        self.permissions: Collection[str] | None = None

    async def call(self, method: str, *args: Any) -> Any:
        raise SavedPoolRefused

    async def run_task(self, method: str, *args: Any, progress: Callable[[float], object] | None = None) -> Any:
        raise SavedPoolRefused
