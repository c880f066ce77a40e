"""How the tables were left, by their key: widths, hidden columns and order, from one start to the next."""

from __future__ import annotations

from lifeguard.settings.keeper import Keeper
from lifeguard.settings.model import TableLayout


class Layouts:
    """Tables of one kind share a layout: the disks of every VM stand in columns of the same width."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._now = dict(keeper.now.tables)

    def get(self, key: str) -> TableLayout:
        return self._now.get(key, TableLayout())

    def put(self, key: str, layout: TableLayout) -> None:
        self._now[key] = layout

    def save(self) -> str | None:
        """Returns a sentence when it could not be written."""
        changed = {key: layout for key, layout in self._now.items() if layout != TableLayout()}
        return self._keeper.change(tables=changed) if changed != self._keeper.now.tables else None
