"""The growing form of a node: its children in order, and why it is there."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from lifeguard.inventory.placing import Group
from lifeguard.tree.node import Key, Node, Thing


class Branch:
    """A node that changes. It is needed as long as it is placed itself, held open, or has children."""

    __slots__ = ("_by_step", "children", "holds", "is_placed", "node", "order", "parent")

    def __init__(self, node: Node, order: Any, parent: Branch | None) -> None:
        self.node = node
        self.order = order
        self.parent = parent
        self.children: list[Branch] = []
        self.is_placed = False
        self.holds = 0
        self._by_step: dict[Thing | Group, Branch] = {}

    @property
    def key(self) -> Key:
        return self.node.key

    @property
    def is_needed(self) -> bool:
        return self.is_placed or self.holds > 0 or bool(self._by_step)

    @property
    def row(self) -> int:
        """Where it stands among its siblings. Orders are unique on a level, so this costs the log of its size."""
        if self.parent is None:
            raise ValueError("The root of a tree stands in no row.")
        return bisect_left(self.parent.children, self.order, key=_order_of)

    def child(self, step: Thing | Group) -> Branch | None:
        return self._by_step.get(step)

    def add(self, child: Branch) -> None:
        """Take a child in where its order puts it."""
        self._by_step[child.key[-1]] = child
        insort(self.children, child, key=_order_of)

    def add_last(self, child: Branch) -> None:
        """Take a child in at the end, when many come at once and `sort` follows."""
        self._by_step[child.key[-1]] = child
        self.children.append(child)

    def sort(self) -> None:
        """Put everything below in order."""
        self.children.sort(key=_order_of)
        for child in self.children:
            child.sort()

    def reorder(self) -> tuple[int, ...]:
        """Put the children in order anew. Returns which row each came from; empty when none has moved."""
        rows = sorted(range(len(self.children)), key=lambda row: self.children[row].order)
        if all(row == place for place, row in enumerate(rows)):
            return ()
        self.children = [self.children[row] for row in rows]
        return tuple(rows)

    def below(self) -> Iterator[tuple[Branch, int, Branch]]:
        """Everything below it from the top down: parent, row, child."""
        for row, child in enumerate(self.children):
            yield self, row, child
            yield from child.below()

    def take_out(self, child: Branch) -> int:
        """Let a child go. Returns the row in which it stood."""
        row = child.row
        del self.children[row]
        del self._by_step[child.key[-1]]
        return row

    def part(self) -> None:
        """Hold on to nothing any more, so that it goes at once and no garbage collection has to find it."""
        self.parent = None
        self.children = []
        self._by_step = {}

    def snapshot(self) -> Node:
        """The node as it is now, with all below it."""
        if not self.children:
            return self.node
        return replace(self.node, children=tuple(child.snapshot() for child in self.children))


def _order_of(branch: Branch) -> Any:
    return branch.order
