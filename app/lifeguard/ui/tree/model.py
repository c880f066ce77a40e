"""Nodes of the resources tree as a Qt model: it replays the steps of a live tree and looks everything else up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt

from lifeguard.observe import Signal
from lifeguard.tree.node import ROOT, Inserted, Key, Moved, Node, Removed, Renewed, Reordered, Step, Thing
from lifeguard.ui.glyphs import glyph_of
from lifeguard.ui.mime import MIME_TYPE, packed
from lifeguard.ui.theme import Theme
from lifeguard.ui.tree.mirror import Mirror, MirrorRow

Index = QModelIndex | QPersistentModelIndex
NOTE_ROLE: Final = Qt.ItemDataRole.UserRole + 1
BUSY_ROLE: Final = Qt.ItemDataRole.UserRole + 2
_BUSY: Final = frozenset({"busy", "migrating", "connecting"})
_MOST_SINGLY: Final = 120
_TO_DROP_ON: Final = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDropEnabled
_NONE: Final = Qt.ItemFlag.NoItemFlags
_TO_DRAG: Final = _TO_DROP_ON | Qt.ItemFlag.ItemIsDragEnabled
DRAGGABLE: Final = frozenset({"vm", "host"})
DRAGGABLE_INTO_GROUPS: Final = DRAGGABLE | {"template", "snapshot", "sr", "network", "vdi", "pool"}
"""What may be dragged to tags and folders: everything that can have them."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a row says at its right edge while something is dragged; `is_refused` makes the row quiet. `words` say the
    same to those who hear it."""

    text: str = ""
    is_refused: bool = False
    words: str = ""


class TreeModel(QAbstractItemModel):
    """`taken` tells that steps were replayed, so that whoever remembers objects by ref can look for them again. So many
    at once that Qt would be slower to follow than to begin anew come as one reset, between `refilling` and `refilled`:
    whoever looks at the model keeps its place by keys."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.taken: Signal[Sequence[Step]] = Signal()
        self.refilling: Signal[None] = Signal()
        self.refilled: Signal[None] = Signal()
        self._theme = theme
        self._mirror = Mirror(Node(ROOT, "root", None, "", "", ""))
        self._numbered = self._mirror.numbered
        self._notes: Mapping[Thing, Note] = {}
        self.draggable: frozenset[str] = DRAGGABLE
        self.is_editable = False

    def take(self, steps: Sequence[Step]) -> None:
        """Follow the live tree, step by step; a node that comes with all below it comes in one piece."""
        if _pieces(steps) > _MOST_SINGLY:
            self._refill(steps)
        else:
            done = 0
            while done < len(steps):
                done = self._replay(steps, done)
        if steps:
            self.taken.emit(steps)

    def take_anew(self, steps: Sequence[Step]) -> None:
        """Show another tree in place of the one followed so far; these steps begin with nothing."""
        self.refilling.emit(None)
        self.beginResetModel()
        self._mirror.part()
        self._mirror = Mirror(Node(ROOT, "root", None, "", "", ""))
        self._numbered = self._mirror.numbered
        for step in steps:
            if isinstance(step, Inserted):
                self._mirror.insert(self._mirror.row(step.parent), step.row, step.node)
        self.endResetModel()
        self.refilled.emit(None)
        self.taken.emit(steps)

    def _refill(self, steps: Sequence[Step]) -> None:
        self.refilling.emit(None)
        self.beginResetModel()
        for step in steps:
            parent = self._mirror.row(step.parent)
            if isinstance(step, Inserted):
                self._mirror.insert(parent, step.row, step.node)
            elif isinstance(step, Removed):
                self._mirror.remove(parent, step.row)
            elif isinstance(step, Moved):
                self._mirror.move(parent, step.row, self._mirror.row(step.new_parent), step.new_row, step.node)
            elif isinstance(step, Reordered):
                self._mirror.reorder(parent, step.rows)
            else:
                parent.children[step.row].node = step.node
        self.endResetModel()
        self.refilled.emit(None)

    def _replay(self, steps: Sequence[Step], at: int) -> int:
        """Take one step, or a run of them that belongs together. Returns the number of the next."""
        step = steps[at]
        parent = self._mirror.row(step.parent)
        if isinstance(step, Inserted):
            return self._insert(step, parent, steps, at)
        if isinstance(step, Removed):
            self.beginRemoveRows(self._index_of(parent), step.row, step.row)
            self._mirror.remove(parent, step.row)
            self.endRemoveRows()
        elif isinstance(step, Moved):
            self._move(step, parent, self._index_of(parent))
        elif isinstance(step, Reordered):
            self._reorder(step, parent)
        else:
            self._renew(step, parent)
        return at + 1

    def _insert(self, step: Inserted, parent: MirrorRow, steps: Sequence[Step], at: int) -> int:
        """Qt hears of the topmost new node only, when everything below it is already there."""
        self.beginInsertRows(self._index_of(parent), step.row, step.row)
        depth = len(step.node.key)
        self._mirror.insert(parent, step.row, step.node)
        following = at + 1
        while following < len(steps):
            below = steps[following]
            if not isinstance(below, Inserted) or below.parent[:depth] != step.node.key:
                break
            self._mirror.insert(self._mirror.row(below.parent), below.row, below.node)
            following += 1
        self.endInsertRows()
        return following

    def _move(self, step: Moved, parent: MirrorRow, index: QModelIndex) -> None:
        """Qt counts the target row before the row is taken out, the step counts it after."""
        target = self._mirror.row(step.new_parent)
        is_down = target is parent and step.new_row > step.row
        is_moved = self.beginMoveRows(
            index, step.row, step.row, self._index_of(target), step.new_row + 1 if is_down else step.new_row
        )
        self._mirror.move(parent, step.row, target, step.new_row, step.node)
        if is_moved:
            self.endMoveRows()
        self._tell(target.children[step.new_row])

    def _reorder(self, step: Reordered, parent: MirrorRow) -> None:
        """Qt's own way of sorting: whatever is selected, open or current goes along with its row."""
        self.layoutAboutToBeChanged.emit()
        self._mirror.reorder(parent, step.rows)
        for old in self.persistentIndexList():
            row = self._mirror.numbered(old.internalId())
            if row is not None and row.parent is parent:
                self.changePersistentIndex(old, self.createIndex(row.place, old.column(), old.internalId()))
        self.layoutChanged.emit()

    def _renew(self, step: Renewed, parent: MirrorRow) -> None:
        row = parent.children[step.row]
        row.node = step.node
        self._tell(row)

    def _tell(self, row: MirrorRow) -> None:
        """The whole row looks different."""
        index = self._index_of(row)
        self.dataChanged.emit(index, index.siblingAtColumn(self.columnCount() - 1))

    def tell_all(self, roles: Sequence[int] = (), first: int = 0) -> None:
        """Every row looks different, from this column on."""
        for row in (self._mirror.root, *self._mirror.all()):
            if row.children:
                top, bottom = self._index_of(row.children[0]), self._index_of(row.children[-1])
                last = bottom.siblingAtColumn(self.columnCount() - 1)
                self.dataChanged.emit(top.siblingAtColumn(first), last, list(roles))

    def show_notes(self, notes: Mapping[Thing, Note]) -> None:
        """Write beside rows while something is dragged; an empty mapping ends it."""
        touched = set(notes) | set(self._notes)
        self._notes = notes
        for row in self._mirror.all():
            if row.key and row.key[-1] in touched:
                index = self._index_of(row)
                self.dataChanged.emit(index, index, [NOTE_ROLE, Qt.ItemDataRole.AccessibleDescriptionRole])

    def repaint_icons(self) -> None:
        """Every icon has changed its colours."""
        self.tell_all([Qt.ItemDataRole.DecorationRole])

    def _index_of(self, row: MirrorRow) -> QModelIndex:
        return QModelIndex() if row.parent is None else self.createIndex(row.place, 0, row.number)

    def index_of_key(self, key: Key) -> QModelIndex:
        """Where a node is now; an invalid index when it is not in the tree."""
        row = self._mirror.find(key)
        return QModelIndex() if row is None else self._index_of(row)

    def node(self, index: Index) -> Node | None:
        row = self._row(index)
        return None if row is None or row.parent is None else row.node

    def key(self, index: Index) -> Key:
        row = self._row(index)
        return ROOT if row is None else row.key

    def keys(self) -> Iterable[Key]:
        return (row.key for row in self._mirror.all())

    def branches(self) -> Iterable[QModelIndex]:
        """Every row that has something below it, from the top down."""
        return (self._index_of(row) for row in self._mirror.all() if row.children)

    def _row(self, index: Index) -> MirrorRow | None:
        """An invalid index has the number of the root."""
        return self._numbered(index.internalId())

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:
        above = self._numbered(parent.internalId())
        if above is None or not 0 <= row < len(above.children):
            return QModelIndex()
        if column and not 0 <= column < self.columnCount():
            return QModelIndex()
        return self.createIndex(row, column, above.children[row].number)

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]
        row = self._row(index)
        return QModelIndex() if row is None or row.parent is None else self._index_of(row.parent)

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        row = self._numbered(parent.internalId())
        return 0 if row is None or parent.column() > 0 else len(row.children)

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:
        row = self._numbered(parent.internalId())
        return row is not None and bool(row.children) and parent.column() <= 0

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        node = self.node(index)
        if node is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return node.name
        if role == Qt.ItemDataRole.DecorationRole:
            return self._theme.icon(glyph_of(node.kind, node.state, node.marks))
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tooltip(node)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(filter(None, (node.name, node.kind, node.state, *node.marks)))
        if role == NOTE_ROLE:
            return self._note(node)
        if role == BUSY_ROLE:
            return node.state in _BUSY
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            note = self._note(node)
            return note.words if note is not None else None
        return None

    def _note(self, node: Node) -> Note | None:
        last = node.key[-1]
        return self._notes.get(last) if isinstance(last, Thing) else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        row = self._numbered(index.internalId())
        if row is None or row.parent is None:
            return _NONE
        flags = _TO_DRAG if row.node.kind in self.draggable else _TO_DROP_ON
        return flags | Qt.ItemFlag.ItemIsEditable if self.is_editable else flags

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [MIME_TYPE]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        nodes = [node for node in map(self.node, indexes) if node is not None]
        return packed([node.key[-1] for node in nodes if isinstance(node.key[-1], Thing)])


def _pieces(steps: Sequence[Step]) -> int:
    """How often Qt would have to be told: a node that comes with all below it counts once."""
    pieces, top = 0, None
    for step in steps:
        if isinstance(step, Inserted) and top is not None and step.parent[: len(top)] == top:
            continue
        top = step.node.key if isinstance(step, Inserted) else None
        pieces += 1
    return pieces


def _tooltip(node: Node) -> str:
    state = node.state.replace("-", " ")
    marks = {"master": "coordinator (master)", "protected": "protected by HA", "full": "over 90 % full"}
    words = [state if state not in ("normal", "connected", "custom") else "", *(marks.get(m, m) for m in node.marks)]
    said = ", ".join(filter(None, words))
    return f"{node.tooltip}\n{said}" if said else node.tooltip
