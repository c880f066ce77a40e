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
    """A pool out of a database file: it can be judged as if it were connected, and nothing can be done to it."""

    def __init__(self, inventory: Inventory, title: str = "") -> None:
        self.inventory = inventory
        self.title = title
        self.state = FixedPhase("saved")
        self.permissions: Collection[str] | None = None

    async def call(self, method: str, *args: Any) -> Any:
        raise SavedPoolRefused

    async def run_task(self, method: str, *args: Any, progress: Callable[[float], object] | None = None) -> Any:
        raise SavedPoolRefused
