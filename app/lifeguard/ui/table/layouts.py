"""How lists were left, from one start to the next: columns and order of tables, folded groups, arrangements."""

from __future__ import annotations

from lifeguard.settings.keeper import Keeper
from lifeguard.settings.model import TableLayout


class Layouts:
    """Tables of one kind share a layout: the disks of every VM stand in columns of the same width."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._tables = dict(keeper.now.tables)
        self._folded = dict(keeper.now.folded)
        self._arrangements = dict(keeper.now.arrangements)

    def get(self, key: str) -> TableLayout:
        return self._tables.get(key, TableLayout())

    def put(self, key: str, layout: TableLayout) -> None:
        self._tables[key] = layout

    def folded(self, kind: str) -> tuple[str, ...]:
        """Titles of the groups that are folded for this kind of object."""
        return self._folded.get(kind, ())

    def fold(self, kind: str, title: str, is_folded: bool) -> None:
        others = tuple(one for one in self.folded(kind) if one != title)
        self._folded[kind] = (*others, title) if is_folded else others

    def arrangement(self, tab: str) -> str:
        """How a tab was last told to show what it shows; empty while nobody has chosen."""
        return self._arrangements.get(tab, "")

    def arrange(self, tab: str, chosen: str) -> None:
        self._arrangements[tab] = chosen

    def save(self) -> str | None:
        """Returns a sentence when it could not be written."""
        tables = {key: layout for key, layout in self._tables.items() if layout != TableLayout()}
        folded = {kind: titles for kind, titles in self._folded.items() if titles}
        return self._keeper.change(tables=tables, folded=folded, arrangements=self._arrangements)
