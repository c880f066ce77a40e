"""All judges of one pool at one instant, sharing what they have worked out."""

from __future__ import annotations

from functools import cached_property

from lifeguard.datamodel.records import Vm
from lifeguard.inventory.inventory import Inventory
from lifeguard.rules.ha import Failover
from lifeguard.rules.lifecycle import Lifecycle
from lifeguard.rules.placement import Placement
from lifeguard.rules.words import Words


class PoolRules:
    """Build one per judgement: a menu, a drag, a toolbar's refresh. It is stale after the next change.

    `trust_lists`: the records come from a live server, whose `allowed_operations` settle whether an operation may be;
    for a saved database everything is worked out.
    """

    def __init__(self, inventory: Inventory, *, trust_lists: bool) -> None:
        self.inventory = inventory
        self.trust_lists = trust_lists
        self.words = Words(inventory)

    @cached_property
    def lifecycle(self) -> Lifecycle:
        return Lifecycle(self.inventory, self.words, trust_lists=self.trust_lists)

    @cached_property
    def placement(self) -> Placement:
        return Placement(self.inventory, self.lifecycle, self.words)

    @cached_property
    def failover(self) -> Failover:
        return Failover(self)

    def vm(self, ref: str) -> Vm | None:
        return self.inventory.get(Vm, ref)
