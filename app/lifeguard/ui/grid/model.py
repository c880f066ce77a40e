"""Search results as a Qt model: the tree of groups and objects, with a cell for each column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import QObject, Qt

from lifeguard.search.columns import LIVE_COLUMNS, Cell, Moment, cell, title_of
from lifeguard.tree.node import Key, Node, Thing
from lifeguard.ui.live.meters import FeedMeters, Reading
from lifeguard.ui.pools import OpenPool
from lifeguard.ui.shown import server_now_s
from lifeguard.ui.theme import Theme, fixed_font
from lifeguard.ui.tree.model import TreeModel
from lifeguard.ui.tree.skeleton import Index

CELL_ROLE: Final = Qt.ItemDataRole.UserRole + 2
ADDRESS: Final = "ip"
_NAME: Final = "name"
_EMPTY: Final = Cell("")


class GridModel(TreeModel):
    """Cells are worked out once and kept until `forget_cells`."""

    def __init__(
        self, pool_of: Callable[[str], OpenPool | None], now_s: Callable[[], float], theme: Theme, parent: QObject
    ) -> None:
        super().__init__(theme, parent)
        self._pool_of = pool_of
        self._now_s = now_s
        self._fixed = fixed_font()
        self._columns: tuple[str, ...] = (_NAME,)
        self._cells: dict[tuple[Key, int], Cell] = {}
        self._moments: dict[str, Moment] = {}

    @property
    def columns(self) -> tuple[str, ...]:
        return self._columns

    def use_columns(self, columns: Sequence[str]) -> None:
        """Show these columns; the name is always the first."""
        wanted = (_NAME, *(name for name in columns if name != _NAME))
        if wanted != self._columns:
            with self.beginning_anew():
                self._columns = wanted
                self._cells.clear()
                self.setColumnCount(len(wanted))

    def forget_cells(self) -> None:
        """Something has changed: work the cells out again when they are next looked at."""
        self._cells.clear()
        self._moments.clear()
        self.tell_all(first=1)

    def cell(self, index: Index) -> Cell:
        row = self.row(index)
        if row is None:
            return _EMPTY
        column = index.column()
        if column == 0:
            return Cell(row.node.name)
        known = self._cells.get((row.key, column))
        if known is None:
            known = self._cells[row.key, column] = self._worked_out(row.key, self._columns[column])
        return known

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return title_of(self._columns[section]) if 0 <= section < len(self._columns) else None
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if index.column() <= 0:
            return super().data(index, role)
        if role == Qt.ItemDataRole.DisplayRole:
            shown = self.cell(index)
            return shown.brief or shown.text
        if role == Qt.ItemDataRole.ToolTipRole:
            shown = self.cell(index)
            return shown.hint or shown.text or None
        if role == CELL_ROLE:
            return self.cell(index)
        if role == Qt.ItemDataRole.FontRole and self.is_fixed(index.column()):
            return self._fixed
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{title_of(self._columns[index.column()])}: {self.cell(index).text}"
        return None

    def label(self, node: Node) -> str:
        return node.name

    def is_fixed(self, column: int) -> bool:
        """Whether the column is written in letters of one width."""
        return self._columns[column] == ADDRESS

    def is_live(self, column: int) -> bool:
        return self._columns[column] in LIVE_COLUMNS

    def _worked_out(self, key: Key, column: str) -> Cell:
        thing = key[-1] if key else None
        if not isinstance(thing, Thing):
            return _EMPTY
        pool = self._pool_of(thing.source)
        record = pool.source.inventory.find(thing.ref) if pool is not None else None
        if pool is None or record is None:
            return _EMPTY
        return cell(pool.answers, record, column, self._moment(pool))

    def _moment(self, pool: OpenPool) -> Moment:
        known = self._moments.get(pool.key)
        if known is None:
            known = self._moments[pool.key] = moment_of(pool, self._now_s())
        return known


def moment_of(pool: OpenPool, now_s: float) -> Moment:
    """The server's present, with the pool's figures; `now_s` is ours, UTC epoch seconds."""
    present = datetime.fromtimestamp(server_now_s(pool.source, now_s), UTC).astimezone()
    return Moment(present, Reading(FeedMeters(pool.source.inventory, pool.feed)))
