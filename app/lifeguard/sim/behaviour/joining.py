"""A lone host joins a pool: its rows move into the pool's database, and it answers as a member from then on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.datamodel.tables import CLASSES
from lifeguard.sim.behaviour import lookup, newcomer, pace
from lifeguard.sim.behaviour.host_life import end_sessions
from lifeguard.sim.behaviour.join_checks import Joining, assert_can_join
from lifeguard.sim.behaviour.operations.refresh import refresh_new
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError
from lifeguard.sim.neighbours import Joined

PoolAt = Callable[[str, str, str], Database | None]
"""The database of the pool whose master has this address, for that user and password; None when nobody answers.
It raises ApiError for a wrong password."""
Tell = Callable[[Joined], None]

_BROUGHT = (
    "host_metrics", "host", "host_cpu", "PCI", "PGPU", "SR", "PBD", "VDI", "VM_metrics", "VM_guest_metrics", "VM",
    "console", "VBD_metrics", "VBD", "VTPM", "PIF_metrics", "PIF", "VLAN", "VIF",
)  # fmt: skip


def join_calls(pool_at: PoolAt, tell: Tell = lambda joined: None) -> dict[str, Handler]:
    """`pool.join` and `pool.join_force`, knowing which pools can be reached; `tell` hears of a host that has become a
    member."""

    async def join(context: Context, address: str, user: str, password: str) -> None:
        await _join(context, pool_at(address, user, password), tell, force=False)

    async def join_force(context: Context, address: str, user: str, password: str) -> None:
        await _join(context, pool_at(address, user, password), tell, force=True)

    return {"pool.join": join, "pool.join_force": join_force}


async def _join(context: Context, pool: Database | None, tell: Tell, *, force: bool) -> None:
    if pool is None:
        raise ApiError("JOINING_HOST_CONNECTION_FAILED")
    joining = Joining(context.db, context.host_ref, pool)
    assert_can_join(joining, force=force)
    await pace.take(context, pace.START_S)
    assert_can_join(joining, force=force)
    member_ref = _bring(joining)
    context.spawn(_become_member(context, joining, member_ref, tell))


async def _become_member(context: Context, joining: Joining, member_ref: str, tell: Tell) -> None:
    """The call has answered; the toolstack starts anew as a member and is enabled once its storage is there."""
    await context.clock.sleep(pace.MEMBER_TURNS_S)
    _follow(joining)
    tell(Joined(joining.own, joining.host_ref, joining.pool, member_ref))
    await context.clock.sleep(pace.TOOLSTACK_RESTARTS_S)
    newcomer.settle_in(joining.pool, context.clock, member_ref)


def _bring(joining: Joining) -> str:
    """Everything of the host gets new refs and keeps its uuid; returns the host's new ref. It is not there yet."""
    own, pool = joining.own, joining.pool
    moving = [
        (table, ref, row)
        for table in _BROUGHT
        for ref, row in own.rows(table).items()
        if not _stays_behind(own, table, row)
    ]
    refs = _shared_networks(joining) | _tools(own, pool) | {ref: pool.new_ref() for _, ref, _ in moving}
    for table, ref, row in moving:
        values = {name: _translated(value, refs) for name, value in row.items()}
        if table == "host_metrics":
            values["live"] = False
        if table == "host":
            values["enabled"] = False
        if "current_operations" in values:
            values["current_operations"] = {}
        pool.create(table, refs[ref], values)
    refresh_new(pool, [(table, refs[ref]) for table, ref, _ in moving])
    return refs[joining.host_ref]


def _shared_networks(joining: Joining) -> dict[str, str]:
    """Networks of cards, and the internal one, are the pool's with the same bridge; others come as new ones. That of a
    management VLAN is the pool's management network."""
    own, pool = joining.own, joining.pool
    theirs = {network["bridge"]: ref for ref, network in pool.rows("network").items()}
    ours, masters = joining.management(), joining.masters_management()
    found: dict[str, str] = {}
    for ref, network in own.rows("network").items():
        values = {name: value for name, value in network.items() if name not in ("PIFs", "VIFs", "uuid", "blobs")}
        cards = [pif for pif in (lookup.find(own, "PIF", pif_ref) for pif_ref in network["PIFs"]) if pif is not None]
        if ours is not None and masters is not None and ours["VLAN"] >= 0 and ours["network"] == ref:
            found[ref] = masters["network"]
        elif network["bridge"] in theirs and (cards or _is_internal(network)):
            found[ref] = theirs[network["bridge"]]
        else:
            found[ref] = pool.insert("network", values | {"bridge": _free_bridge(network["bridge"], theirs)})
    return found


def _is_internal(network: lookup.Row) -> bool:
    return bool(network["other_config"].get("is_host_internal_management_network") == "true")


def _free_bridge(wanted: str, taken: dict[str, str]) -> str:
    numbers = (f"xapi{number}" for number in range(len(taken) + 1))
    return wanted if wanted not in taken else next(name for name in numbers if name not in taken)


def _tools(own: Database, pool: Database) -> dict[str, str]:
    """The tools are in the pool already: drives that hold them hold the pool's."""
    there = next((ref for ref, disk in pool.rows("VDI").items() if disk["is_tools_iso"]), NULL_REF)
    return {ref: there for ref, disk in own.rows("VDI").items() if disk["is_tools_iso"]}


def _stays_behind(own: Database, table: str, row: lookup.Row) -> bool:
    """Tools and default templates are in the pool already."""
    if table == "VM":
        return lookup.is_default_template(row)
    if table in ("VBD", "VIF", "console", "VTPM"):
        owner = lookup.find(own, "VM", row["VM"])
        return owner is None or lookup.is_default_template(owner)
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
