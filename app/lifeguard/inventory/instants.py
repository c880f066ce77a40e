"""When things were by a pool's own records, and up to when its records tell of anything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from lifeguard.datamodel.records import HostMetrics, Message, Task, VmGuestMetrics, VmMetrics
from lifeguard.inventory.inventory import Inventory


def instant_s(timestamp: str) -> float | None:
    """UTC epoch seconds of a server's timestamp; None for the server's "never" and for what is no timestamp."""
    try:
        told = datetime.fromisoformat(timestamp)
    except ValueError:
        return None
    seconds = (told if told.tzinfo is not None else told.replace(tzinfo=UTC)).timestamp()
    return seconds if seconds > 0 else None


def newest_instant_s(inventory: Inventory, until_s: float) -> float | None:
    """The last instant that the records tell of, by the server's clock: what was saved was so then, or a little later.

    What lies behind `until_s` has not been yet: that server's clock was wrong. None when nothing tells of any instant.
    """
    instants = (instant_s(timestamp) for timestamp in _timestamps(inventory))
    return max((instant for instant in instants if instant is not None and instant <= until_s), default=None)


def _timestamps(inventory: Inventory) -> Iterator[str]:
    for host in inventory.all(HostMetrics):
        yield host.last_updated
    for vm in inventory.all(VmMetrics):
        yield from (vm.start_time, vm.install_time, vm.last_updated)
    for guest in inventory.all(VmGuestMetrics):
        yield guest.last_updated
    for message in inventory.all(Message):
        yield message.timestamp
    for task in inventory.all(Task):
        yield from (task.created, task.finished)
