"""A lone host joins a pool: its rows move into the pool's database, and it answers as a member from then on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.datamodel.tables import CLASSES
from lifeguard.sim.behaviour import lookup, pace
from lifeguard.sim.behaviour.host_life import end_sessions
from lifeguard.sim.behaviour.join_checks import Joining, assert_can_join
from lifeguard.sim.behaviour.upgrade import put_in_order
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

PoolAt = Callable[[str, str, str], Database | None]
"""The database of the pool whose master has this address, for that user and password; None when nobody answers.
It raises ApiError for a wrong password."""

_BROUGHT = (
    "host_metrics", "host", "host_cpu", "SR", "PBD", "VDI", "VM_metrics", "VM_guest_metrics", "VM", "VBD", "PIF", "VIF",
)  # fmt: skip


def join_calls(pool_at: PoolAt) -> dict[str, Handler]:
    """`pool.join` and `pool.join_force`, knowing which pools can be reached."""

    async def join(context: Context, address: str, user: str, password: str) -> None:
        await _join(context, pool_at(address, user, password), force=False)

    async def join_force(context: Context, address: str, user: str, password: str) -> None:
        await _join(context, pool_at(address, user, password), force=True)

    return {"pool.join": join, "pool.join_force": join_force}


async def _join(context: Context, pool: Database | None, *, force: bool) -> None:
    if pool is None:
        raise ApiError("JOINING_HOST_CONNECTION_FAILED")
    joining = Joining(context.db, context.host_ref, pool)
    assert_can_join(joining, force=force)
    await pace.take(context, pace.START_S)
    _bring(joining)
    _follow(joining)


def _bring(joining: Joining) -> None:
    """Everything of the host gets new refs and keeps its uuid; its networks are those of the pool by their bridge."""
    own, pool = joining.own, joining.pool
    moving = [
        (table, ref, row)
        for table in _BROUGHT
        for ref, row in own.rows(table).items()
        if not _stays_behind(own, table, row)
    ]
    refs = _shared_networks(own, pool) | {ref: pool.new_ref() for _, ref, _ in moving}
    for table, ref, row in moving:
        pool.create(table, refs[ref], {name: _translated(value, refs) for name, value in row.items()})
    put_in_order(pool)


def _shared_networks(own: Database, pool: Database) -> dict[str, str]:
    theirs = {network["bridge"]: ref for ref, network in pool.rows("network").items()}
    found: dict[str, str] = {}
    for ref, network in own.rows("network").items():
        values = {name: value for name, value in network.items() if name not in ("PIFs", "VIFs", "uuid")}
        found[ref] = theirs.get(network["bridge"]) or pool.insert("network", values)
    return found


def _stays_behind(own: Database, table: str, row: lookup.Row) -> bool:
    """Tools and default templates are in the pool already."""
    if table == "VM":
        return lookup.is_default_template(row)
    sr_ref = row["SR"] if table in ("PBD", "VDI") else NULL_REF
    sr = row if table == "SR" else lookup.find(own, "SR", sr_ref)
    return sr is not None and sr["shared"]


def _translated(value: Any, refs: dict[str, str]) -> Any:
    if isinstance(value, str):
        return refs.get(value, value)
    return tuple(refs.get(item, item) for item in value) if isinstance(value, tuple) else value


def _follow(joining: Joining) -> None:
    """The joiner's own database only knows who its master is now."""
    own, master = joining.own, joining.master
    known = {name: master[name] for name in CLASSES["host"].fields if name in ("uuid", "name_label", "address")}
    own.set("pool", lookup.pool_ref(own), "master", own.insert("host", known))
    end_sessions(own)


HANDLERS: dict[str, Handler] = join_calls(lambda address, user, password: None)
