"""Counting against the server: event.from may lose deletions in silence, but it says how many rows each class has."""

from __future__ import annotations

from collections.abc import Mapping

from lifeguard.datamodel.tables import CLASSES
from lifeguard.inventory.inventory import Inventory

_COUNTED = frozenset(name for name, known in CLASSES.items() if known.emits_events and known.in_database)
_COUNTED -= {"message", "role"}
_PATIENCE = 4


class Census:
    """Compares counts after each batch. A difference must be confirmed: counts are taken a moment later than events.

    Classes of which the server counts rows that it does not show are learnt: after a reload the difference that
    remains is theirs.
    """

    def __init__(self) -> None:
        self._hidden: dict[str, int] = {}
        self._suspects: dict[str, int] = {}
        self._reloaded: set[str] = set()

    @property
    def has_suspects(self) -> bool:
        """Whether to ask again soon."""
        return bool(self._suspects or self._reloaded)

    def to_reload(self, counts: Mapping[str, int], inventory: Inventory, in_batch: frozenset[str]) -> list[str]:
        """The classes whose difference is confirmed: seen again while nothing of the class was on its way, or seen
        several times over. `in_batch` are the classes of which the batch told something."""
        confirmed: list[str] = []
        for name in _COUNTED & counts.keys():
            surplus = counts[name] - inventory.count(name)
            if name in self._reloaded:
                self._reloaded.discard(name)
                self._hidden[name] = surplus
            if surplus == self._hidden.get(name, 0):
                self._suspects.pop(name, None)
                continue
            seen = self._suspects[name] = self._suspects.get(name, 0) + 1
            if (seen > 1 and name not in in_batch) or seen > _PATIENCE:
                del self._suspects[name]
                confirmed.append(name)
        self._reloaded.update(confirmed)
        return confirmed
