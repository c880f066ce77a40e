"""A copy of a tree that is led along by steps: what a view of it holds, and what proves that the steps are right."""

from __future__ import annotations

from lifeguard.tree.node import ROOT, Inserted, Key, Moved, Node, Removed, Renewed, Reordered, Step


class Leaf:
    """One node of a mirror, with its parent and children at hand."""

    __slots__ = ("children", "node", "parent")

    def __init__(self, node: Node, parent: Leaf | None) -> None:
        self.node = node
        self.parent = parent
        self.children: list[Leaf] = []

    @property
    def row(self) -> int:
        """Where it stands among its siblings; 0 for the root."""
        return self.parent.children.index(self) if self.parent is not None else 0

    def snapshot(self) -> Node:
        """The node with all below it."""
        node = self.node
        return Node(
            node.key, node.kind, node.ref, node.name, node.state, node.tooltip, node.marks,
            tuple(child.snapshot() for child in self.children),
        )  # fmt: skip


class Mirror:
    """Starts from the nodes of a tree and follows its steps, one at a time, so that a model can announce each."""

    def __init__(self, nodes: tuple[Node, ...] = ()) -> None:
        self.root = Leaf(Node(ROOT, "root", None, "", "", ""), None)
        self._leaf_of: dict[Key, Leaf] = {ROOT: self.root}
        for node in nodes:
            self._plant(self.root, len(self.root.children), node)

    def leaf(self, key: Key) -> Leaf | None:
        """The node of a key, None when there is none (any more)."""
        return self._leaf_of.get(key)

    def nodes(self) -> tuple[Node, ...]:
        return self.root.snapshot().children

    def follow(self, step: Step) -> None:
        """Take one step."""
        match step:
            case Inserted(parent, row, node):
                self._plant(self._leaf_of[parent], row, node)
            case Removed(parent, row):
                self._forget(self._leaf_of[parent].children.pop(row))
            case Renewed(parent, row, node):
                self._leaf_of[parent].children[row].node = node
            case Reordered(parent, rows):
                known = self._leaf_of[parent].children
                self._leaf_of[parent].children = [known[row] for row in rows]
            case Moved(parent, row, new_parent, new_row, node):
                leaf = self._leaf_of[parent].children.pop(row)
                del self._leaf_of[leaf.node.key]
                leaf.node, leaf.parent = node, self._leaf_of[new_parent]
                leaf.parent.children.insert(new_row, leaf)
                self._leaf_of[node.key] = leaf

    def _plant(self, parent: Leaf, row: int, node: Node) -> None:
        leaf = Leaf(node, parent)
        parent.children.insert(row, leaf)
        self._leaf_of[node.key] = leaf
        for child in node.children:
            self._plant(leaf, len(leaf.children), child)

    def _forget(self, leaf: Leaf) -> None:
        del self._leaf_of[leaf.node.key]
        for child in leaf.children:
            self._forget(child)
