"""The first start of a member: it gets the coordinator's bonds and VLANs and a connection to all shared storage."""

from __future__ import annotations

from lifeguard.clock import Clock
from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.behaviour import lookup
from lifeguard.sim.behaviour.ha_watch import refresh_plan
from lifeguard.sim.behaviour.lookup import Row
from lifeguard.sim.behaviour.operations.refresh import refresh
from lifeguard.sim.database import Database

_OF_ADDRESS = (
    "IP", "netmask", "gateway", "DNS", "ip_configuration_mode", "management", "IPv6", "ipv6_gateway",
    "ipv6_configuration_mode", "primary_address_type", "disallow_unplug",
)  # fmt: skip
_OF_BRIDGE = ("device", "network", "VLAN", "MTU", "physical", "properties", "managed", "other_config")


def settle_in(db: Database, clock: Clock, host_ref: str) -> None:
    """Live, connected, and enabled at last. A host that has left meanwhile needs nothing."""
    if not db.has("host", host_ref):
        return
    metrics = db.get("host", host_ref, "metrics")
    if db.has("host_metrics", metrics):
        db.set("host_metrics", metrics, "live", True)
    _copy_bonds(db, host_ref)
    _copy_vlans(db, host_ref)
    _connect_storage(db, host_ref)
    db.put("host", host_ref, "other_config", "agent_start_time", f"{int(clock.time_s())}.")
    db.set("host", host_ref, "enabled", True)
    refresh(db, "host", host_ref)
    refresh_plan(db, clock)


def _cards(db: Database, host_ref: str) -> dict[str, str]:
    """The host's untagged interfaces by device name."""
    pifs = db.rows("PIF").items()
    return {pif["device"]: ref for ref, pif in pifs if pif["host"] == host_ref and pif["VLAN"] < 0}


def _copy_bonds(db: Database, host_ref: str) -> None:
    master_ref = lookup.pool(db)["master"]
    for bond in list(db.rows("Bond").values()):
        model = lookup.find(db, "PIF", bond["master"])
        if model is None or model["host"] != master_ref:
            continue
        devices = [db.get("PIF", slave, "device") for slave in bond["slaves"] if db.has("PIF", slave)]
        cards = _cards(db, host_ref)
        slaves = [cards[device] for device in devices if device in cards]
        if slaves and len(slaves) == len(devices) and model["device"] not in cards:
            _bond(db, host_ref, model, bond, slaves)


def _bond(db: Database, host_ref: str, model: Row, bond: Row, slaves: list[str]) -> None:
    """Put the cards under one interface, which takes over the address of the card that had one."""
    first = next((ref for ref in slaves if db.get("PIF", ref, "management")), slaves[0])
    card = db.row("PIF", first)
    fields = {name: model[name] for name in _OF_BRIDGE} | {name: card[name] for name in _OF_ADDRESS}
    metrics = db.insert("PIF_metrics", {"carrier": True, "device_name": ""})
    own = {"host": host_ref, "MAC": card["MAC"], "currently_attached": True, "metrics": metrics}
    interface = db.insert("PIF", fields | own)
    fields = {name: bond[name] for name in ("mode", "properties", "other_config", "auto_update_mac")}
    ref = db.insert("Bond", fields | {"master": interface, "primary_slave": first, "links_up": len(slaves)})
    for slave in slaves:
        db.update("PIF", slave, bond_slave_of=ref, management=False, IP="", netmask="", gateway="", DNS="",
                  ip_configuration_mode="None", currently_attached=True)  # fmt: skip


def _copy_vlans(db: Database, host_ref: str) -> None:
    master_ref = lookup.pool(db)["master"]
    for vlan in list(db.rows("VLAN").values()):
        model, trunk = (lookup.find(db, "PIF", vlan[name]) for name in ("untagged_PIF", "tagged_PIF"))
        if model is None or trunk is None or model["host"] != master_ref:
            continue
        tagged = _cards(db, host_ref).get(trunk["device"])
        networks = {pif["network"] for pif in db.rows("PIF").values() if pif["host"] == host_ref}
        if tagged is not None and model["network"] not in networks:
            _tag(db, host_ref, model, tagged, vlan)


def _tag(db: Database, host_ref: str, model: Row, tagged: str, vlan: Row) -> None:
    fields = {name: model[name] for name in _OF_BRIDGE}
    metrics = db.insert("PIF_metrics", {"carrier": True, "device_name": ""})
    own = {"host": host_ref, "MAC": db.get("PIF", tagged, "MAC"), "currently_attached": True, "metrics": metrics}
    untagged = db.insert("PIF", fields | own)
    ref = db.insert("VLAN", {"tagged_PIF": tagged, "untagged_PIF": untagged, "tag": vlan["tag"]})
    db.set("PIF", untagged, "VLAN_master_of", ref)


def _connect_storage(db: Database, host_ref: str) -> None:
    """Connect each shared SR as another host is connected to it."""
    for sr_ref, sr in list(db.rows("SR").items()):
        pbds = [pbd for pbd in (lookup.find(db, "PBD", ref) for ref in sr["PBDs"]) if pbd is not None]
        if not sr["shared"] or not pbds or any(pbd["host"] == host_ref for pbd in pbds):
            continue
        model = next((pbd for pbd in pbds if pbd["host"] == lookup.pool(db)["master"]), pbds[0])
        config = {name: model[name] for name in ("device_config", "other_config")}
        db.insert("PBD", {"SR": sr_ref, "host": host_ref, "currently_attached": True, **config})
        refresh(db, "SR", sr_ref)
    for field in ("suspend_image_sr", "crash_dump_sr"):
        if lookup.is_null(db.get("host", host_ref, field)):
            db.set("host", host_ref, field, lookup.pool(db).get(field.replace("sr", "SR"), NULL_REF))
