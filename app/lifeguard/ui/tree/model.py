"""Nodes of the resources tree as a Qt model: it replays the steps of a live tree and looks everything else up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QMimeData, QModelIndex, QObject, Qt

from lifeguard.observe import Signal
from lifeguard.tree.node import ROOT, Inserted, Key, Moved, Node, Removed, Renewed, Reordered, Step, Thing
from lifeguard.ui.glyphs import glyph_of
from lifeguard.ui.mime import MIME_TYPE, packed
from lifeguard.ui.theme import Theme
from lifeguard.ui.tree.mirror import Mirror, MirrorRow
from lifeguard.ui.tree.skeleton import Index, Skeleton

NOTE_ROLE: Final = Qt.ItemDataRole.UserRole + 1
BUSY_ROLE: Final = Qt.ItemDataRole.UserRole + 2
_BUSY: Final = frozenset({"busy", "migrating", "connecting"})
_MOST_SINGLY: Final = 120
DRAGGABLE: Final = frozenset({"vm", "host"})
DRAGGABLE_INTO_GROUPS: Final = DRAGGABLE | {"template", "snapshot", "sr", "network", "vdi", "pool"}
"""What may be dragged to tags and folders: everything that can have them."""
DRAGGABLE_INTO_FOLDERS: Final = DRAGGABLE_INTO_GROUPS | {"folder"}


@dataclass(frozen=True, slots=True)
class Note:
    """What a row says at its right edge while something is dragged; `is_refused` makes the row quiet. `words` say the
    same to those who hear it."""

    text: str = ""
    is_refused: bool = False
    words: str = ""


class TreeModel(Skeleton):
    """`taken` tells that steps were replayed, so that whoever remembers objects by ref can look for them again. So many
    at once that Qt would be slower to follow than to begin anew come as one reset, between `refilling` and `refilled`:
    whoever looks at the model keeps its place by keys."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(1, parent)
        self.taken: Signal[Sequence[Step]] = Signal()
        self.refilling: Signal[None] = Signal()
        self.refilled: Signal[None] = Signal()
        self._theme = theme
        self._notes: Mapping[Thing, Note] = {}
        self.draggable: frozenset[str] = DRAGGABLE

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

    def take_anew(self, steps: Sequence[Step]) -> Iterator[None]:
        """Show another tree in place of the one followed so far; these steps begin with nothing. Returns what takes
        the old one apart, to be gone through when there is time."""
        self.refilling.emit(None)
        before = self._mirror
        with self.beginning_anew():
            self._mirror = Mirror(Node(ROOT, "root", None, "", "", ""))
            for step in steps:
                if isinstance(step, Inserted):
                    self._mirror.insert(self._mirror.row(step.parent), step.row, step.node)
        self.refilled.emit(None)
        self.taken.emit(steps)
        return before.parting()

    def _refill(self, steps: Sequence[Step]) -> None:
        self.refilling.emit(None)
        with self.beginning_anew():
            for step in steps:
                parent = self._mirror.row(step.parent)
                if isinstance(step, Inserted):
                    self._mirror.insert(parent, step.row, step.node)
                elif isinstance(step, Removed):
                    self._mirror.remove(parent, step.row)
                elif isinstance(step, Moved):
                    self._mirror.move(parent, step.row, self._mirror.row(step.new_parent), step.new_row, step.node)
                elif isinstance(step, Reordered):
                    parent.reorder(step.rows)
                else:
                    parent.children[step.row].node = step.node
        self.refilled.emit(None)

    def _replay(self, steps: Sequence[Step], at: int) -> int:
        """Take one step, or a run of them that belongs together. Returns the number of the next."""
        step = steps[at]
        if isinstance(step, Moved | Reordered):
            return self._rearrange(steps, at)
        parent = self._mirror.row(step.parent)
        if isinstance(step, Inserted):
            return self._insert(step, parent, steps, at)
        if isinstance(step, Removed):
            self.remove(parent, step.row)
        else:
            self._tell(_renewed(step, parent))
        return at + 1

    def _insert(self, step: Inserted, parent: MirrorRow, steps: Sequence[Step], at: int) -> int:
        """What comes below the new node is put in before Qt hears of it, all of one parent at once."""
        top = self.insert(parent, step.row, step.node)
        depth = len(step.node.key)
        following = at + 1
        while following < len(steps):
            below = steps[following]
            if not isinstance(below, Inserted) or below.parent[:depth] != step.node.key:
                break
            self._mirror.insert(self._mirror.row(below.parent), below.row, below.node)
            following += 1
        if top.children:
            self.grow(top, self.index_of(top))
        return following

    def _rearrange(self, steps: Sequence[Step], at: int) -> int:
        """Everything that only moves or looks different, up to the first that comes or goes."""
        told: list[MirrorRow] = []
        is_replanted = False
        with self.rearranging():
            held = self.held()
            while at < len(steps):
                step = steps[at]
                if isinstance(step, Inserted | Removed):
                    break
                parent = self._mirror.row(step.parent)
                if isinstance(step, Renewed):
                    told.append(_renewed(step, parent))
                elif isinstance(step, Reordered):
                    is_replanted = True
                    self.reorder(parent, step.rows)
                else:
                    row = parent.children[step.row]
                    is_replanted = is_replanted or bool(row.children)
                    target = self._mirror.row(step.new_parent)
                    self.move(parent, step.row, target, step.new_row, step.node, is_held=row in held)
                    told.append(row)
                at += 1
        if is_replanted:
            self.replanted.emit(None)
        for row in told:
            self._tell(row)
        return at

    def _tell(self, row: MirrorRow) -> None:
        """The whole row looks different."""
        self.dataChanged.emit(self.index_of(row), self.index_of(row, self.columnCount() - 1))

    def tell_all(self, roles: Sequence[int] = (), first: int = 0) -> None:
        """Every row looks different, from this column on."""
        last = self.columnCount() - 1
        for row in self._mirror.root.branches():
            top, bottom = self.index_of(row.children[0], first), self.index_of(row.children[-1], last)
            self.dataChanged.emit(top, bottom, list(roles))

    def show_notes(self, notes: Mapping[Thing, Note]) -> None:
        """Write beside rows while something is dragged; an empty mapping ends it."""
        touched = set(notes) | set(self._notes)
        self._notes = notes
        for row in self._mirror.all():
            if row.key and row.key[-1] in touched:
                index = self.index_of(row)
                self.dataChanged.emit(index, index, [NOTE_ROLE, Qt.ItemDataRole.AccessibleDescriptionRole])

    def repaint_icons(self) -> None:
        """Every icon has changed its colours."""
        self.tell_all([Qt.ItemDataRole.DecorationRole])

    def node(self, index: Index) -> Node | None:
        row = self.row(index)
        return None if row is None or row.parent is None else row.node

    def key(self, index: Index) -> Key:
        row = self.row(index)
        return ROOT if row is None else row.key

    def keys(self) -> Iterable[Key]:
        return (row.key for row in self._mirror.all())

    def branches(self) -> Iterable[QModelIndex]:
        """Every row that has something below it, from the top down."""
        return (self.index_of(row) for row in self._mirror.root.branches() if row.parent is not None)

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

    def is_marked(self, node: Node) -> bool:
        """Whether the row of this node is drawn in another way than what it shows: it is busy, or has a note."""
        return node.state in _BUSY or (bool(self._notes) and self._note(node) is not None)

    def _note(self, node: Node) -> Note | None:
        last = node.key[-1]
        return self._notes.get(last) if isinstance(last, Thing) else None

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [MIME_TYPE]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        nodes = [node for node in map(self.node, indexes) if node is not None]
        return packed(node.key[-1] for node in nodes)


def _renewed(step: Renewed, parent: MirrorRow) -> MirrorRow:
    row = parent.children[step.row]
    row.node = step.node
    return row


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
