"""Networks and hosts' cards: networks, VLANs, addresses, plug and unplug."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lifeguard.sim.behaviour import lookup, pace
from lifeguard.sim.behaviour.duplication import mac_from
from lifeguard.sim.behaviour.forwarding import forward
from lifeguard.sim.behaviour.placement import network_pifs
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_HIGHEST_TAG = 4094


async def create_network(context: Context, record: Mapping[str, Any]) -> str:
    db = context.db
    used = {network["bridge"] for network in db.rows("network").values()}
    free = (name for number in range(len(used) + 1) if (name := f"xapi{number}") not in used)
    return db.insert("network", {**record, "bridge": record.get("bridge") or next(free)})


async def destroy_network(context: Context, network_ref: str) -> None:
    db = context.db
    network = db.row("network", network_ref)
    vifs = [ref for ref in network["VIFs"] if db.has("VIF", ref)]
    pifs = [ref for ref in network["PIFs"] if db.has("PIF", ref)]
    if vifs:
        raise ApiError("NETWORK_CONTAINS_VIF", *vifs)
    if pifs:
        raise ApiError("NETWORK_CONTAINS_PIF", *pifs)
    if network["other_config"].get("is_host_internal_management_network") == "true":
        raise ApiError("CANNOT_DESTROY_SYSTEM_NETWORK", network_ref)
    db.destroy("network", network_ref)


async def plug(context: Context, pif_ref: str) -> None:
    db = context.db
    pif = db.row("PIF", pif_ref)
    if not lookup.is_null(pif["bond_slave_of"]):
        raise ApiError("CANNOT_PLUG_BOND_SLAVE", pif_ref)
    await forward(context, pif["host"])
    await context.clock.sleep(pace.PLUG_S)
    db.set("PIF", pif_ref, "currently_attached", True)


async def unplug(context: Context, pif_ref: str) -> None:
    db = context.db
    pif = db.row("PIF", pif_ref)
    _assert_not_management(pif_ref, pif)
    if lookup.pool(db)["ha_enabled"]:
        raise ApiError("HA_IS_ENABLED")
    if pif["disallow_unplug"]:
        raise ApiError("PIF_DOES_NOT_ALLOW_UNPLUG", pif_ref)
    await forward(context, pif["host"])
    await context.clock.sleep(pace.PLUG_S)
    db.set("PIF", pif_ref, "currently_attached", False)


def _assert_not_management(pif_ref: str, pif: lookup.Row) -> None:
    if pif["management"]:
        raise ApiError("PIF_IS_MANAGEMENT_INTERFACE", pif_ref)


async def reconfigure_ip(
    context: Context, pif_ref: str, mode: str, address: str, netmask: str, gateway: str, dns: str
) -> None:
    db = context.db
    pif = db.row("PIF", pif_ref)
    if mode == "Static":
        for name, value in (("IP", address), ("netmask", netmask)):
            if len(value.split(".")) != 4:
                raise ApiError("INVALID_IP_ADDRESS_SPECIFIED", name)
    if lookup.pool(db)["ha_enabled"] and pif["management"]:
        raise ApiError("HA_IS_ENABLED")
    if mode == "None":
        _assert_not_management(pif_ref, pif)
        address = netmask = gateway = dns = ""
    await forward(context, pif["host"])
    kept = {"IP": pif["IP"], "netmask": pif["netmask"]} if mode == "DHCP" else {"IP": address, "netmask": netmask}
    db.update("PIF", pif_ref, ip_configuration_mode=mode, gateway=gateway, DNS=dns, **kept)
    if pif["management"] and kept["IP"]:
        db.set("host", pif["host"], "address", kept["IP"])


async def create_vlan(context: Context, tagged_ref: str, tag: int, network_ref: str) -> str:
    db = context.db
    pif = db.row("PIF", tagged_ref)
    db.row("network", network_ref)
    _assert_can_carry_vlan(db, tagged_ref, pif, tag, network_ref)
    await forward(context, pif["host"])
    await context.clock.sleep(pace.PLUG_S)
    untagged = db.insert(
        "PIF",
        {"device": pif["device"], "network": network_ref, "host": pif["host"], "MAC": pif["MAC"], "MTU": pif["MTU"],
         "VLAN": tag, "physical": False, "currently_attached": pif["currently_attached"], "managed": True,
         "ip_configuration_mode": "None", "primary_address_type": "IPv4", "metrics": pif["metrics"]},
    )  # fmt: skip
    vlan = db.insert("VLAN", {"tagged_PIF": tagged_ref, "untagged_PIF": untagged, "tag": tag})
    db.set("PIF", untagged, "VLAN_master_of", vlan)
    return vlan


def _assert_can_carry_vlan(db: Database, tagged_ref: str, pif: lookup.Row, tag: int, network_ref: str) -> None:
    if not 0 <= tag <= _HIGHEST_TAG:
        raise ApiError("VLAN_TAG_INVALID", str(tag))
    if not lookup.is_null(pif["bond_slave_of"]):
        raise ApiError("CANNOT_ADD_VLAN_TO_BOND_SLAVE", tagged_ref)
    if pif["VLAN"] >= 0:
        raise ApiError("PIF_IS_VLAN", tagged_ref)
    for other in db.rows("PIF").values():
        if (other["host"], other["device"], other["VLAN"]) == (pif["host"], pif["device"], tag):
            raise ApiError("PIF_VLAN_EXISTS", tagged_ref)
    for ref in db.get("network", network_ref, "PIFs"):
        if db.has("PIF", ref) and db.get("PIF", ref, "host") == pif["host"]:
            raise ApiError("NETWORK_ALREADY_CONNECTED", network_ref, ref)


async def destroy_vlan(context: Context, vlan_ref: str) -> None:
    db = context.db
    untagged_ref = db.get("VLAN", vlan_ref, "untagged_PIF")
    untagged = lookup.find(db, "PIF", untagged_ref)
    if untagged is not None:
        _assert_not_management(untagged_ref, untagged)
        db.destroy("PIF", untagged_ref)
    db.destroy("VLAN", vlan_ref)


async def create_vlan_everywhere(context: Context, pif_ref: str, network_ref: str, tag: int) -> tuple[str, ...]:
    """The same VLAN on the same network of every host. Returns the new PIFs."""
    db = context.db
    twins = [ref for ref in db.get("network", db.get("PIF", pif_ref, "network"), "PIFs") if db.has("PIF", ref)]
    vlans = [await create_vlan(context, ref, tag, network_ref) for ref in twins]
    return tuple(db.get("VLAN", ref, "untagged_PIF") for ref in vlans)


async def destroy_pif(context: Context, pif_ref: str) -> None:
    db = context.db
    pif = db.row("PIF", pif_ref)
    if pif["physical"]:
        raise ApiError("PIF_IS_PHYSICAL", pif_ref)
    _assert_not_management(pif_ref, pif)
    if db.has("VLAN", pif["VLAN_master_of"]):
        await destroy_vlan(context, pif["VLAN_master_of"])
    else:
        db.destroy("PIF", pif_ref)


async def scan(context: Context, host_ref: str) -> None:
    """No card has come or gone."""
    await forward(context, host_ref)


async def introduce(context: Context, host_ref: str, mac: str, device: str, managed: bool) -> str:
    db = context.db
    for pif in db.rows("PIF").values():
        if pif["host"] == host_ref and pif["device"] == device and pif["VLAN"] < 0:
            raise ApiError("DUPLICATE_PIF_DEVICE_NAME", device)
    network = await create_network(context, {"name_label": f"Pool-wide network associated with {device}"})
    return db.insert(
        "PIF",
        {"host": host_ref, "device": device, "MAC": mac or mac_from(host_ref, device), "VLAN": -1, "physical": True,
         "network": network, "managed": managed, "MTU": 1500, "primary_address_type": "IPv4",
         "ip_configuration_mode": "None"},
    )  # fmt: skip


async def forget(context: Context, pif_ref: str) -> None:
    db = context.db
    pif = db.row("PIF", pif_ref)
    _assert_not_management(pif_ref, pif)
    if pif["VLAN_slave_of"]:
        raise ApiError("PIF_VLAN_STILL_EXISTS", pif_ref)
    db.destroy("PIF", pif_ref)


async def management_reconfigure(context: Context, network_ref: str) -> None:
    """Every host's management moves to its card on that network."""
    db = context.db
    if lookup.pool(db)["ha_enabled"]:
        raise ApiError("HA_IS_ENABLED")
    pifs = {pif["host"]: pif for pif in network_pifs(db, network_ref)}
    for host_ref in db.rows("host"):
        if host_ref not in pifs:
            raise ApiError("PIF_NOT_PRESENT", host_ref, network_ref)
        if pifs[host_ref]["ip_configuration_mode"] == "None":
            raise ApiError("PIF_HAS_NO_NETWORK_CONFIGURATION", host_ref)
    for pif_ref, pif in list(db.rows("PIF").items()):
        db.set("PIF", pif_ref, "management", pif["network"] == network_ref)
        if pif["network"] == network_ref and pif["IP"]:
            db.set("host", pif["host"], "address", pif["IP"])


async def host_management_reconfigure(context: Context, pif_ref: str) -> None:
    """One host's management moves to this card."""
    db = context.db
    pif = db.row("PIF", pif_ref)
    if lookup.pool(db)["ha_enabled"]:
        raise ApiError("HA_IS_ENABLED")
    if not lookup.is_null(pif["bond_slave_of"]):
        raise ApiError("SLAVE_REQUIRES_MANAGEMENT_INTERFACE")
    if pif["ip_configuration_mode"] == "None":
        raise ApiError("PIF_HAS_NO_NETWORK_CONFIGURATION", pif_ref)
    for ref, other in list(db.rows("PIF").items()):
        if other["host"] == pif["host"]:
            db.set("PIF", ref, "management", ref == pif_ref)
    if pif["IP"]:
        db.set("host", pif["host"], "address", pif["IP"])


HANDLERS: dict[str, Handler] = {
    "network.create": create_network,
    "network.destroy": destroy_network,
    "PIF.plug": plug,
    "PIF.unplug": unplug,
    "PIF.reconfigure_ip": reconfigure_ip,
    "PIF.destroy": destroy_pif,
    "PIF.scan": scan,
    "PIF.introduce": introduce,
    "PIF.forget": forget,
    "VLAN.create": create_vlan,
    "VLAN.destroy": destroy_vlan,
    "pool.create_VLAN_from_PIF": create_vlan_everywhere,
    "pool.management_reconfigure": management_reconfigure,
    "host.management_reconfigure": host_management_reconfigure,
}
