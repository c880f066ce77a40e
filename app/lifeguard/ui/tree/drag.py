"""Dragging over the tree: what the dragged objects are, what is under the pointer, and what it says to them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QMimeData

from lifeguard.commands import drops
from lifeguard.commands.command import Command
from lifeguard.commands.confirming import confirm_hosts
from lifeguard.commands.selection import Item, Selection
from lifeguard.commands.vm_place import MIGRATE
from lifeguard.datamodel.records import Host
from lifeguard.inventory.placing import Group
from lifeguard.observe import Signal
from lifeguard.rules.verdict import Verdict
from lifeguard.scope import Begin
from lifeguard.tree.node import Key, Thing
from lifeguard.ui.mime import unpacked
from lifeguard.ui.pools import OpenPool, Pools
from lifeguard.ui.tree.model import Note
from lifeguard.ui.tree.offers import Offer, offer_of

_NOWHERE = {
    "vm": "Drop on a server to migrate",
    "host": "Drop on a pool to join it, or beside everything to leave one",
}
_MOST_ASKED = 8
_ANYTHING = "Drop on a tag or a folder"


@dataclass(frozen=True, slots=True)
class Hover:
    """What the pointer is over: whether a drop would do something, and the line beside the pointer."""

    hint: str
    offer: Offer | None = None

    @property
    def is_open(self) -> bool:
        return self.offer is not None and self.offer.is_open


class DragVerdicts:
    """Asks the rules once for each place, and again after each change of the pools, never because the pointer moves.

    Where `start` can begin work in the background the server is asked about its hosts too; `corrected` tells that it
    sees one of them differently. `floor` is the folder that everything is in where no row is, None outside of folders.
    """

    def __init__(self, pools: Pools, start: Begin | None = None) -> None:
        self.corrected: Signal[None] = Signal()
        self._pools = pools
        self._start = start
        self._asking: asyncio.Task[None] | None = None
        self.floor: Group | None = None
        self._dragged: tuple[Thing | Group, ...] = ()
        self._selection = Selection(())
        self._offers: dict[Thing | Group | None, Offer | None] = {}
        self._corrections: dict[Thing, Offer] = {}

    @property
    def is_on(self) -> bool:
        return bool(self._dragged)

    def begin(self, data: QMimeData) -> None:
        self.end()
        self._dragged = unpacked(data)
        self.judge()
        self._ask()

    def judge(self) -> None:
        """Afresh. The hosts that VMs could simply be migrated to are judged at once, to be marked in the tree."""
        self._selection = self._pools.selection(self._dragged)
        self._offers = {}
        if self._selection.kinds == frozenset({"vm"}) and len(self._selection.sources) == 1:
            pool = self._pools.of(self._selection.sources[0])
            for host in pool.source.inventory.all(Host) if pool is not None else ():
                self._offer(Thing(pool.key if pool is not None else "", host.ref))
        for step, offer in self._corrections.items():
            self._offers[step] = offer

    def end(self) -> None:
        self._dragged, self._selection, self._offers, self._corrections = (), Selection(()), {}, {}
        task, self._asking = self._asking, None
        if task is not None:
            task.cancel()

    def _ask(self) -> None:
        """The server's word on every host that is marked, for as many VMs as it can be asked about during a drag."""
        hosts = tuple(
            offer.drop.selection.target
            for offer in self._offers.values()
            if offer is not None and offer.drop.command is MIGRATE and offer.drop.selection.target is not None
        )
        is_live = all(source.state.phase == "live" for source in self._selection.sources)
        if self._start is not None and hosts and is_live and len(self._selection.items) <= _MOST_ASKED:
            work = confirm_hosts(MIGRATE, self._selection, hosts, self._correct)
            self._asking = self._start(work, "confirm a drag")

    def _correct(self, host: Item, verdict: Verdict) -> None:
        """The server wins over what was predicted."""
        pool = self._pools.of(host.source)
        if pool is not None and self.is_on:
            aimed = self._selection.with_target(host)
            drop = drops.Drop(MIGRATE, aimed, (verdict,) * len(aimed.items))
            step = Thing(pool.key, host.ref)
            self._corrections[step] = offer_of(drop, aimed.rules(host.source).words.name(host.ref))
            self._offers[step] = self._corrections[step]
            self.corrected.emit(None)

    def notes(self) -> dict[Thing, Note]:
        """What the hosts' rows say: what they would have left, or nothing but quiet."""
        return {
            step: Note(offer.label, not offer.is_open, offer.hint)
            for step, offer in self._offers.items()
            if isinstance(step, Thing) and offer is not None
        }

    def over(self, key: Key) -> Hover:
        """What dropping on a node would mean: the nearest place, from the node upwards, that has a say."""
        steps: tuple[Thing | Group | None, ...] = tuple(reversed(key)) or (None,)
        for step in steps:
            offer = self._offer(step)
            if offer is not None:
                return Hover(offer.hint, offer)
        kinds = self._selection.kinds
        return Hover(_NOWHERE.get(next(iter(kinds)), _ANYTHING) if len(kinds) == 1 else _ANYTHING)

    def drop(self, key: Key) -> tuple[Command, Selection] | None:
        """The command and whom it is for; None where a drop does nothing. The command judges again when it runs."""
        offer = self.over(key).offer
        return (offer.drop.command, offer.drop.selection) if offer is not None and offer.is_open else None

    def _offer(self, step: Thing | Group | None) -> Offer | None:
        if step not in self._offers:
            self._offers[step] = self._judged(step)
        return self._offers[step]

    def _judged(self, step: Thing | Group | None) -> Offer | None:
        if not self._selection.items:
            return None
        step = self.floor if step is None else step
        if isinstance(step, Thing):
            pool = self._pools.get(step.source)
            return self._on_object(pool, step.ref) if pool is not None else None
        if step is None:
            drop = drops.beside(self._selection)
        elif step.kind == "tag":
            drop = drops.on_tag(self._selection, step.key)
        else:
            drop = drops.on_folder(self._selection, step.key) if step.kind == "folder" else None
        return offer_of(drop, step.label or step.key if step is not None else "") if drop is not None else None

    def _on_object(self, pool: OpenPool, ref: str) -> Offer | None:
        place = Item(pool.source, ref)
        kind = pool.source.inventory.class_of(ref)
        drop = None
        if kind == "host":
            drop = drops.on_host(self._selection, place)
        elif kind == "pool":
            drop = drops.on_pool(self._selection, place)
        return offer_of(drop, self._selection.rules(pool.source).words.name(ref)) if drop is not None else None


Dropped = Callable[[Command, Selection], object]
