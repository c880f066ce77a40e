"""Bonds: cards of one host that act as one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.behaviour import lookup, pace
from lifeguard.sim.behaviour.forwarding import forward
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError


async def create_bond(
    context: Context, network_ref: str, members: tuple[str, ...], mac: str, mode: str, properties: Mapping[str, str]
) -> str:
    """Cards of one host become one; what the first configured one had moves to it."""
    db = context.db
    rows = [(ref, db.row("PIF", ref)) for ref in members]
    host_ref = _assert_bondable(db, rows)
    await forward(context, host_ref)
    await context.clock.sleep(pace.PLUG_S)
    first = next((pair for pair in rows if pair[1]["management"]), None) or next(
        (pair for pair in rows if pair[1]["ip_configuration_mode"] != "None"), rows[0]
    )
    name = f"bond{sum(1 for bond in db.rows('Bond').values() if _host_of(db, bond) == host_ref)}"
    master = db.insert("PIF", _bond_pif(first[1], name, network_ref, mac))
    bond = db.insert(
        "Bond", {"master": master, "primary_slave": first[0], "mode": mode, "properties": dict(properties),
                 "links_up": len(members), "auto_update_mac": not mac},
    )  # fmt: skip
    for ref, _ in rows:
        db.update(
            "PIF", ref, bond_slave_of=bond, management=False, currently_attached=False,
            ip_configuration_mode="None", IP="", netmask="", gateway="", DNS="",
        )  # fmt: skip
    return bond


def _bond_pif(first: lookup.Row, name: str, network_ref: str, mac: str) -> dict[str, Any]:
    taken = ("host", "MTU", "ip_configuration_mode", "IP", "netmask", "gateway", "DNS", "management", "metrics",
             "primary_address_type", "other_config")  # fmt: skip
    own = {"device": name, "network": network_ref, "MAC": mac or first["MAC"], "VLAN": -1, "physical": False}
    return {field: first[field] for field in taken} | own | {"currently_attached": True, "managed": True}


def _host_of(db: Database, bond: lookup.Row) -> str:
    master = lookup.find(db, "PIF", bond["master"])
    return str(master["host"]) if master else NULL_REF


def _assert_bondable(db: Database, rows: list[tuple[str, lookup.Row]]) -> str:
    if len(rows) < 2:
        raise ApiError("PIF_BOND_NEEDS_MORE_MEMBERS")
    if len({pif["host"] for _, pif in rows}) > 1:
        raise ApiError("PIF_CANNOT_BOND_CROSS_HOST")
    for ref, pif in rows:
        if not lookup.is_null(pif["bond_slave_of"]):
            raise ApiError("PIF_ALREADY_BONDED", ref)
        if pif["VLAN"] >= 0:
            raise ApiError("PIF_IS_VLAN", ref)
        if pif["management"] and lookup.pool(db)["ha_enabled"]:
            raise ApiError("HA_CANNOT_CHANGE_BOND_STATUS_OF_MGMT_IFACE")
    if sum(1 for _, pif in rows if pif["ip_configuration_mode"] != "None" and not pif["management"]) > 1:
        raise ApiError("PIF_BOND_MORE_THAN_ONE_IP")
    return str(rows[0][1]["host"])


async def destroy_bond(context: Context, bond_ref: str) -> None:
    """The primary card gets back what the bond had."""
    db = context.db
    bond = db.row("Bond", bond_ref)
    master_ref = bond["master"]
    master = db.row("PIF", master_ref)
    if master["management"] and lookup.pool(db)["ha_enabled"]:
        raise ApiError("HA_CANNOT_CHANGE_BOND_STATUS_OF_MGMT_IFACE")
    members = [ref for ref in bond["slaves"] if db.has("PIF", ref)]
    for ref in members:
        db.update("PIF", ref, bond_slave_of=NULL_REF, currently_attached=True)
    if db.has("PIF", bond["primary_slave"]):
        taken = ("ip_configuration_mode", "IP", "netmask", "gateway", "DNS", "management")
        db.update("PIF", bond["primary_slave"], **{field: master[field] for field in taken})
    db.destroy("PIF", master_ref)
    db.destroy("Bond", bond_ref)


async def set_bond_mode(context: Context, bond_ref: str, mode: str) -> None:
    context.db.set("Bond", bond_ref, "mode", mode)


HANDLERS: dict[str, Handler] = {
    "Bond.create": create_bond,
    "Bond.destroy": destroy_bond,
    "Bond.set_mode": set_bond_mode,
}
