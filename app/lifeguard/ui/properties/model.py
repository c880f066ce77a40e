"""The General tab's rows as a Qt model: groups that fold, values that can be copied."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from lifeguard.ui.properties.group import Edit, Group, Row
from lifeguard.ui.theme import fixed_font

Index = QModelIndex | QPersistentModelIndex
_TOP = 2**32 - 1


class PropertyModel(QAbstractItemModel):
    """Rows keep their place while only values change, so that a selection or a folded group stays."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._groups: tuple[Group, ...] = ()
        self._refusals: Mapping[str, str] = {}
        self._bold = QFont()
        self._bold.setBold(True)
        self._fixed = fixed_font()

    @property
    def groups(self) -> tuple[Group, ...]:
        return self._groups

    def show_groups(self, groups: tuple[Group, ...]) -> bool:
        """Show these instead. True when the rows themselves differ, not only their values."""
        if _shape(groups) != _shape(self._groups):
            self.beginResetModel()
            self._groups = groups
            self.endResetModel()
            return True
        before, self._groups = self._groups, groups
        for place, (old, new) in enumerate(zip(before, groups, strict=True)):
            parent = self.index(place, 0)
            for number, (was, now) in enumerate(zip(old.rows, new.rows, strict=True)):
                if was != now:
                    self.dataChanged.emit(self.index(number, 0, parent), self.index(number, 1, parent))
        return False

    def refuse(self, refusals: Mapping[str, str]) -> None:
        """Why values cannot be edited now, by what they are; those that are not in it can be."""
        self._refusals = dict(refusals)

    def edit(self, index: Index) -> Edit | None:
        """What editing this row is about; None for a row that is only told."""
        shown = self._shown(index)
        return shown.edit if shown is not None else None

    def refusal(self, index: Index) -> str:
        """Why the row, though of a sort that can be edited, cannot be now."""
        edit = self.edit(index)
        return self._refusals.get(edit.what, "") if edit is not None else ""

    def is_code(self, index: Index) -> bool:
        """Whether the value is one that people copy: an address, an identifier."""
        shown = self._shown(index)
        return shown is not None and shown.is_code

    def _shown(self, index: Index) -> Row | None:
        """A heading is no row."""
        if not index.isValid() or index.internalId() == _TOP:
            return None
        return self._groups[index.internalId()].rows[index.row()]

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        is_open = index.column() == 1 and self.edit(index) is not None and not self.refusal(index)
        return flags | Qt.ItemFlag.ItemIsEditable if is_open else flags

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() if parent.isValid() else _TOP)

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]
        if not index.isValid() or index.internalId() == _TOP:
            return QModelIndex()
        return self.createIndex(index.internalId(), 0, _TOP)

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        if not parent.isValid():
            return len(self._groups)
        is_group = parent.internalId() == _TOP and parent.column() == 0
        return len(self._groups[parent.row()].rows) if is_group else 0

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 2

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        shown = self._shown(index)
        if shown is None:
            return self._group_data(index, role) if index.isValid() else None
        if role == Qt.ItemDataRole.DisplayRole:
            return shown.value if index.column() else shown.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tooltip(index, shown)
        if role == Qt.ItemDataRole.StatusTipRole:
            return self.refusal(index) or None
        if role == Qt.ItemDataRole.FontRole and index.column() and shown.is_code:
            return self._fixed
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{shown.title}: {shown.value}"
        return None

    def _tooltip(self, index: Index, shown: Row) -> str | None:
        """Beside the value: why there is none, and why it cannot be edited."""
        if not index.column() and not shown.hint:
            return None
        return "\n".join(filter(None, (shown.hint or shown.value, self.refusal(index))))

    def _group_data(self, index: Index, role: int) -> object:
        if role == Qt.ItemDataRole.DisplayRole and index.column() == 0:
            return self._groups[index.row()].title
        return self._bold if role == Qt.ItemDataRole.FontRole else None


def _shape(groups: tuple[Group, ...]) -> list[tuple[str, list[str]]]:
    return [(group.title, [shown.title for shown in group.rows]) for group in groups]
