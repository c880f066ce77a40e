"""The quick filter above the tree: every word must be in the name, the description or an address."""

from __future__ import annotations

from lifeguard.datamodel.records import Host, Vm, VmGuestMetrics
from lifeguard.inventory.answers import Facts
from lifeguard.inventory.naming import name_of
from lifeguard.tree.options import Filter


def quick_filter(text: str) -> Filter | None:
    """A filter for what was typed; None for nothing."""
    words = tuple(text.casefold().split())
    if not words:
        return None

    def matches(facts: Facts, ref: str) -> bool:
        told = "\n".join(_told(facts, ref)).casefold()
        return all(word in told for word in words)

    return matches


def _told(facts: Facts, ref: str) -> tuple[str, ...]:
    record = facts.find(ref)
    addresses: tuple[str, ...] = ()
    if isinstance(record, Host):
        addresses = (record.address,)
    elif isinstance(record, Vm):
        guest = facts.get(VmGuestMetrics, record.guest_metrics)
        addresses = tuple(guest.networks.values()) if guest is not None else ()
    return (name_of(facts, ref), str(getattr(record, "name_description", "")), *addresses)
