"""A saved pool database with the reading face of a link: everything can be looked at, nothing can be done."""

from __future__ import annotations

from typing import Any

from lifeguard.clock import Clock, SystemClock
from lifeguard.datamodel.records import Pool
from lifeguard.inventory.change import Change
from lifeguard.inventory.instants import newest_instant_s
from lifeguard.inventory.inventory import Inventory
from lifeguard.link.state import LinkState
from lifeguard.observe import Signal
from lifeguard.xapi.failures import Failure
from lifeguard.xapi.permissions import EVERYTHING, Permissions


class ReadOnly(Failure):
    """There is no server behind a saved database."""


class SavedDatabase:
    def __init__(self, name: str, inventory: Inventory, clock: Clock | None = None) -> None:
        self.inventory = inventory
        self.name = name
        self.changed: Signal[Change] = Signal()
        self.state_changed: Signal[LinkState] = Signal()
        self.permissions: Permissions = EVERYTHING
        self.server_time_offset_s = 0.0
        now_s = (clock or SystemClock()).time_s()
        sentence = f"{name} is a saved database: it can be read, not changed."
        self.state = LinkState("saved", name, now_s, sentence, as_of_s=newest_instant_s(inventory, now_s))

    @property
    def title(self) -> str:
        names = [pool.name_label for pool in self.inventory.all(Pool)]
        return (names[0] if names else "") or self.name

    def try_now(self) -> None:
        """Nothing to try."""

    async def close(self) -> None:
        """Nothing to end."""

    async def call(self, method: str, *args: Any) -> Any:
        raise ReadOnly("This is a saved database")

    async def run_task(self, method: str, *args: Any, **_: Any) -> Any:
        raise ReadOnly("This is a saved database")

    async def fetch(self, host_ref: str, path_and_query: str) -> bytes:
        raise ReadOnly("This is a saved database")
