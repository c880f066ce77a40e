"""What a tree consists of: nodes, and the steps that lead from one tree to the next."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from lifeguard.inventory.placing import Group


class Thing(Struct, frozen=True, gc=False):
    """An object of one of several pools; the same ref may be in two databases that are open at once."""

    source: str
    ref: str


Key = tuple[Thing | Group, ...]
"""Identifies a node: everything from the top down to it. An object in two groups has two nodes."""

ROOT: Key = ()


class Node(Struct, frozen=True, gc=False):
    """One row of a tree.

    `kind`: pool host vm template snapshot sr network vdi appliance container server (not connected), and group tag
    folder field value type. `ref` is None for groups that are no objects; `name` is to be shown, `tooltip` the name
    that stands on its own. `state` and `marks` (`master`, `hidden`, `protected`, `full`) choose the icon.
    """

    key: Key
    kind: str
    ref: str | None
    name: str
    state: str
    tooltip: str
    marks: tuple[str, ...] = ()
    children: tuple[Node, ...] = ()

    @property
    def source(self) -> str | None:
        """Which pool it belongs to, None for a group that spans them."""
        last = self.key[-1] if self.key else None
        return last.source if isinstance(last, Thing) else None

    def as_json(self) -> dict[str, Any]:
        """The node and all below it, as the command line prints them."""
        return {
            "kind": self.kind,
            "ref": self.ref,
            "name": self.name,
            "state": self.state,
            "children": [child.as_json() for child in self.children],
        }


class Inserted(Struct, frozen=True, gc=False):
    """A node appeared as child `row` of `parent`, without children: those follow as steps of their own."""

    parent: Key
    row: int
    node: Node


class Removed(Struct, frozen=True, gc=False):
    """Child `row` of `parent` went away; it had no children left, unless a whole pool went."""

    parent: Key
    row: int


class Moved(Struct, frozen=True, gc=False):
    """Child `row` of `parent` is now child `new_row` of `new_parent`, with all below it.

    `row` counts before it was taken out, `new_row` after: it is where the node stands in the end. `node` is how it
    looks now, without children; its key differs when its parent does.
    """

    parent: Key
    row: int
    new_parent: Key
    new_row: int
    node: Node


class Renewed(Struct, frozen=True, gc=False):
    """Child `row` of `parent` looks different; it stays where it is. `node` comes without children."""

    parent: Key
    row: int
    node: Node


class Reordered(Struct, frozen=True, gc=False):
    """The children of `parent` stand in another order: the one in row n now was in row `rows[n]`."""

    parent: Key
    rows: tuple[int, ...]


Step = Inserted | Removed | Moved | Renewed | Reordered
