"""Dragging over the tree: what the dragged objects are, which host is under the pointer, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QMimeData

from lifeguard.commands.registry import command
from lifeguard.commands.selection import Item, Selection
from lifeguard.tree.node import Key, Thing
from lifeguard.ui.mime import unpacked
from lifeguard.ui.pools import Pools
from lifeguard.ui.tree.model import Note
from lifeguard.ui.tree.offers import Offer, host_offers

_NOWHERE = "Drop on a host to migrate"


@dataclass(frozen=True, slots=True)
class Hover:
    """What the pointer is over: whether a drop would do something, and the line beside the pointer."""

    is_open: bool
    hint: str
    target: Thing | None = None


class DragVerdicts:
    """Asks the rule once when a drag enters, and again after each change of the pool, never while the pointer moves."""

    def __init__(self, pools: Pools) -> None:
        self._pools = pools
        self._things: tuple[Thing, ...] = ()
        self._offers: Mapping[str, Offer] = {}

    @property
    def is_on(self) -> bool:
        return bool(self._things)

    def begin(self, data: QMimeData) -> None:
        self._things = unpacked(data)
        self.judge()

    def judge(self) -> None:
        selection = self._pools.selection(self._things)
        migrate = command("vm.migrate")
        is_for_vms = bool(selection.items) and selection.kinds == frozenset({"vm"})
        self._offers = host_offers(migrate, selection) if migrate is not None and is_for_vms else {}

    def end(self) -> None:
        self._things, self._offers = (), {}

    def notes(self) -> dict[Thing, Note]:
        """What the hosts' rows say: what they would have left, or nothing but quiet."""
        source = self._things[0].source if self._things else ""
        return {
            Thing(source, ref): Note(offer.label, not offer.is_open, offer.hint) for ref, offer in self._offers.items()
        }

    def over(self, key: Key) -> Hover:
        """What dropping on a node would mean; a node below a host stands for its host."""
        source = self._things[0].source if self._things else ""
        for step in reversed(key):
            if isinstance(step, Thing) and step.source == source and step.ref in self._offers:
                offer = self._offers[step.ref]
                return Hover(offer.is_open, offer.hint, step)
        return Hover(False, _NOWHERE)

    def drop(self, key: Key) -> Selection | None:
        """The VMs with the host they were dropped on; None where a drop does nothing."""
        hover = self.over(key)
        selection = self._pools.selection(self._things)
        pool = self._pools.get(hover.target.source) if hover.target is not None else None
        if not hover.is_open or hover.target is None or pool is None:
            return None
        return selection.with_target(Item(pool.source, hover.target.ref))


Dropped = Callable[[Selection], object]
