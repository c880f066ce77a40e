"""A host on its own, as if just installed: what becomes of one that leaves a pool."""

from __future__ import annotations

import random
from typing import Any

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.behaviour import lookup
from lifeguard.sim.behaviour.lookup import Row
from lifeguard.sim.database import Database

_OF_HOST = ("host_cpu", "PCI", "PGPU")
_OF_POOL = ("restrictions", "tls_verification_enabled", "cpu_info", "guest_agent_config")
_DEFAULT_SRS = ("default_SR", "suspend_image_SR", "crash_dump_SR")
_OF_ADDRESS = ("IP", "netmask", "gateway", "DNS", "ip_configuration_mode", "IPv6", "ipv6_gateway",
               "ipv6_configuration_mode", "primary_address_type")  # fmt: skip
_BARE = {
    "bond_slave_of": NULL_REF, "VLAN_master_of": NULL_REF, "management": False, "IP": "", "netmask": "", "gateway": "",
    "DNS": "", "ip_configuration_mode": "None", "disallow_unplug": False,
}  # fmt: skip


def as_own_pool(db: Database, host_ref: str) -> Database:
    """A database of a pool of one with this machine: its hardware, cards without bonds or VLANs, empty local storage,
    the templates every server brings. The machine keeps its address and its uuid; everything has new refs."""
    seed = f"{db.get('host', host_ref, 'uuid')} {db.generation}"
    return _Departure(db, host_ref, Database(random.Random(seed))).write()


class _Departure:
    """Copies what belongs to one host into a database of its own."""

    def __init__(self, db: Database, host_ref: str, own: Database) -> None:
        self._db = db
        self._host_ref = host_ref
        self._own = own
        self._refs: dict[str, str] = {}

    def write(self) -> Database:
        host = self._db.row("host", self._host_ref)
        self._copy("host_metrics", host["metrics"], live=True)
        self._copy("host", self._host_ref, enabled=True, current_operations={}, suspend_image_sr=NULL_REF,
                   crash_dump_sr=NULL_REF, ha_statefiles=(), ha_network_peers=(), tags=(),
                   other_config=_own_settings(host["other_config"]))  # fmt: skip
        for ref in self._db.rows("GPU_group"):
            self._copy("GPU_group", ref)
        for table in _OF_HOST:
            for ref, row in self._db.rows(table).items():
                if row["host"] == self._host_ref:
                    self._copy(table, ref)
        self._write_cards()
        self._write_storage()
        self._write_machines()
        self._write_pool()
        return self._own

    def _copy(self, table: str, ref: str, **other: Any) -> str:
        """A row with the same uuid and a new ref; references to what was copied before are kept, others are lost."""
        row = self._db.rows(table).get(ref)
        if row is None:
            return NULL_REF
        new = self._refs[ref] = self._own.new_ref()
        values = {name: self._translated(value) for name, value in row.items()}
        self._own.create(table, new, values | other)
        return new

    def _translated(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._refs.get(value, NULL_REF if value.startswith("OpaqueRef:") else value)
        if isinstance(value, tuple):
            return tuple(self._refs.get(item, item) for item in value if item in self._refs or not _is_ref(item))
        return value

    def _write_cards(self) -> None:
        mine = [(ref, pif) for ref, pif in self._db.rows("PIF").items() if pif["host"] == self._host_ref]
        management = next((pif for _, pif in mine if pif["management"]), None)
        cards = [(ref, pif) for ref, pif in mine if pif["physical"]]
        for ref in dict.fromkeys((*(pif["network"] for _, pif in cards), *self._internal_networks())):
            self._copy("network", ref, tags=(), name_description="")
        for ref, pif in cards:
            self._copy("PIF_metrics", pif["metrics"])
            self._copy("PIF", ref, **_BARE, currently_attached=True)
        home = self._card_of_management(management, cards)
        if home is not None and management is not None:
            self._own.update("PIF", self._refs[home], management=True,
                             **{name: management[name] for name in _OF_ADDRESS})  # fmt: skip

    def _internal_networks(self) -> list[str]:
        networks = self._db.rows("network").items()
        return [ref for ref, row in networks if "is_host_internal_management_network" in row["other_config"]]

    def _card_of_management(self, management: Row | None, cards: list[tuple[str, Row]]) -> str | None:
        """The card itself, or the first one under the bond or VLAN that has the address."""
        for ref, pif in cards:
            if management is not None and (pif["management"] or pif["MAC"] == management["MAC"]):
                return ref
        return cards[0][0] if cards else None

    def _write_storage(self) -> None:
        for ref, sr in self._db.rows("SM").items():
            self._copy("SM", ref)
            self._own.set("SM", self._refs[ref], "features", dict(sr["features"]))
        for ref, sr in self._db.rows("SR").items():
            pbds = [(pbd, self._db.row("PBD", pbd)) for pbd in sr["PBDs"] if self._db.has("PBD", pbd)]
            own = [pbd for pbd, row in pbds if row["host"] == self._host_ref]
            if not own or (sr["shared"] and not sr["is_tools_sr"]):
                continue
            empty = {} if sr["is_tools_sr"] else {"physical_utilisation": 0, "virtual_allocation": 0}
            self._copy("SR", ref, current_operations={}, **empty)
            self._copy("PBD", own[0], currently_attached=True)
            for disk in sr["VDIs"] if sr["is_tools_sr"] else ():
                self._copy("VDI", disk, current_operations={})

    def _write_machines(self) -> None:
        for ref, vm in self._db.rows("VM").items():
            is_own = vm["is_control_domain"] and vm["resident_on"] == self._host_ref
            if is_own or (lookup.is_default_template(vm) and not vm["is_a_snapshot"]):
                self._copy("VM_metrics", vm["metrics"])
                self._copy("VM", ref, current_operations={}, affinity=NULL_REF)
            if is_own:
                self._own.set("host", self._refs[self._host_ref], "control_domain", self._refs[ref])
                for console in vm["consoles"]:
                    self._copy("console", console)

    def _write_pool(self) -> None:
        pool = lookup.pool(self._db)
        local = next((ref for ref, sr in self._own.rows("SR").items() if _holds_disks(sr)), NULL_REF)
        fields = {name: pool[name] for name in _OF_POOL} | dict.fromkeys(_DEFAULT_SRS, local)
        self._own.insert("pool", fields | {"master": self._refs[self._host_ref]})


def _holds_disks(sr: Row) -> bool:
    return not sr["is_tools_sr"] and sr["content_type"] != "iso" and sr["type"] != "udev"


def _is_ref(item: Any) -> bool:
    return isinstance(item, str) and item.startswith("OpaqueRef:")


def _own_settings(other_config: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in other_config.items() if not key.startswith("MAINTENANCE_MODE")}
