"""The tree of some pools at one moment."""

from __future__ import annotations

from collections.abc import Mapping

from lifeguard.inventory.answers import Answers
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.placing import View
from lifeguard.tree.live import LiveTree
from lifeguard.tree.node import Node


def build_tree(inventories: Mapping[str, Inventory], view: View) -> tuple[Node, ...]:
    """The nodes at the top of a view, with all below them. The pools go by any words that tell them apart."""
    tree = LiveTree(view)
    for source, inventory in inventories.items():
        tree.connect(source, Answers(inventory))
    return tree.nodes()
