"""Which pool a session has led to, found out before anything of it is loaded."""

from __future__ import annotations

from dataclasses import dataclass

from lifeguard.datamodel.records import Host, Pool
from lifeguard.inventory.inventory import Inventory
from lifeguard.xapi.session import Session


@dataclass(frozen=True, slots=True)
class Identity:
    """Two pools of one uuid at different coordinators are a pool and its restored copy, not the same."""

    pool_uuid: str
    master_address: str


async def identity_at(session: Session) -> Identity:
    """Raises any Failure."""
    for pool in (await session.call("pool.get_all_records")).values():
        return Identity(pool.uuid, await session.call("host.get_address", pool.master))
    return Identity("", "")


async def is_successor(session: Session, identity: Identity, inventory: Inventory) -> bool:
    """Whether what a session has led to is the pool of this inventory or one that took in all of its hosts. A host
    that was ejected begins a pool of its own at its old address: that is neither. Raises any Failure."""
    if not inventory.count("pool") or any(pool.uuid == identity.pool_uuid for pool in inventory.all(Pool)):
        return True
    there = {host.uuid for host in (await session.call("host.get_all_records")).values()}
    return host_uuids(inventory) <= there


def host_uuids(inventory: Inventory) -> frozenset[str]:
    return frozenset(host.uuid for host in inventory.all(Host))
