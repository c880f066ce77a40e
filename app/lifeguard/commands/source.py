"""What commands need of a pool: its facts, and a way to call its server. Links have it, saved databases as well."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from lifeguard.inventory.inventory import Inventory
from lifeguard.link.state import LinkState
from lifeguard.xapi.permissions import Permissions


class Source(Protocol):
    """One pool, as `Link` and `SavedDatabase` are."""

    inventory: Inventory
    state: LinkState
    permissions: Permissions

    @property
    def title(self) -> str: ...

    async def call(self, method: str, *args: Any) -> Any: ...

    async def run_task(
        self,
        method: str,
        *args: Any,
        progress: Callable[[float], None] | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> Any: ...
