"""Making rows of what arrives in an import: machines with their devices, disks and networks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.datamodel.tables import CLASSES
from lifeguard.sim.behaviour import lookup
from lifeguard.sim.behaviour.disks import create_disk
from lifeguard.sim.behaviour.drives import add_drive
from lifeguard.sim.behaviour.duplication import mac_from
from lifeguard.sim.behaviour.operations.refresh import refresh_vm
from lifeguard.sim.behaviour.vm_making import create, destroy_with_disks
from lifeguard.sim.context import Context
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError
from lifeguard.sim.streams.manifest import Item, rename

_OF_DISK = (
    "name_label", "name_description", "virtual_size", "type", "sharable", "read_only", "other_config", "xenstore_data",
    "sm_config", "tags", "on_boot",
)  # fmt: skip
_OF_DRIVE = ("userdevice", "bootable", "mode", "type", "empty", "unpluggable", "other_config", "qos_algorithm_type",
             "qos_algorithm_params")  # fmt: skip
_OF_CARD = ("device", "MTU", "other_config", "locking_mode", "ipv4_allowed", "ipv6_allowed", "qos_algorithm_type",
            "qos_algorithm_params")  # fmt: skip
_OF_SNAPSHOT = ("is_a_snapshot", "snapshot_time", "snapshot_info", "snapshot_metadata")


@dataclass
class Arrival:
    """One import: `names` maps what the archive calls something to the row that stands for it here."""

    context: Context
    items: list[Item]
    sr_ref: str | None
    keeps_identity: bool
    names: dict[str, str] = field(default_factory=dict)

    @property
    def _db(self) -> Database:
        return self.context.db

    def assert_new(self) -> None:
        """Raises ApiError DUPLICATE_VM when a machine that is to keep its identity is here already."""
        if self.keeps_identity:
            for item in self._of("VM"):
                present = self._db.by_uuid("VM", item.values.get("uuid", ""))
                if present is not None:
                    raise ApiError("DUPLICATE_VM", present)

    async def make(self) -> list[str]:
        """All rows. Returns the machines; raises ApiError SR_FULL and the like, leaving what is there by then."""
        for item in self._of("network"):
            self.names[item.name] = self._network(item)
        for item in self._of("VDI"):
            self.names[item.name] = self._disk(item)
        for item in self._of("VM"):
            self.names[item.name] = await self._machine(item)
        for item in self._of("VBD"):
            self._drive(item)
        for item in self._of("VIF"):
            self._card(item)
        self._relate()
        made = [self.names[item.name] for item in self._of("VM")]
        for ref in made:
            refresh_vm(self._db, ref)
        return made

    def undo(self) -> None:
        """Remove the machines made so far with their disks."""
        for item in self._of("VM"):
            ref = self.names.get(item.name, "")
            if self._db.has("VM", ref):
                metrics = self._db.get("VM", ref, "metrics")
                destroy_with_disks(self._db, ref)
                if self._db.has("VM_metrics", metrics):
                    self._db.destroy("VM_metrics", metrics)

    def _of(self, table: str) -> Iterator[Item]:
        return (item for item in self.items if item.table == table)

    def _network(self, item: Item) -> str:
        """The one of that uuid or name, else a new one that leads nowhere yet."""
        known = self._db.by_uuid("network", item.values.get("uuid", ""))
        label = item.values.get("name_label", "")
        alike = (ref for ref, row in self._db.rows("network").items() if row["name_label"] == label)
        return known or next(alike, None) or self._db.insert("network", {"name_label": label, "managed": True})

    def _disk(self, item: Item) -> str:
        homes = [home.values for home in self._of("SR") if home.name == item.values.get("SR")]
        if any(home.get("content_type") == "iso" for home in homes):
            return self._db.by_uuid("VDI", item.values.get("uuid", "")) or NULL_REF
        if self.sr_ref is None:
            return self._db.by_uuid("VDI", item.values.get("uuid", "")) or NULL_REF
        values = {name: item.values[name] for name in _OF_DISK if name in item.values}
        taken = min(int(item.values.get("physical_utilisation", 0)), int(values.get("virtual_size", 0)))
        return create_disk(self.context, values | {"SR": self.sr_ref, "physical_utilisation": max(0, taken)})

    async def _machine(self, item: Item) -> str:
        fields = CLASSES["VM"].fields
        values = {name: rename(fields[name].type, value, self.names) for name, value in item.values.items()}
        other_config = dict(values.get("other_config", {}))
        if not self.keeps_identity:
            values.pop("uuid", None)
            other_config.pop("mac_seed", None)
        ref = await create(self.context, values | {"other_config": other_config})
        if self.keeps_identity and values.get("uuid"):
            self._db.set("VM", ref, "uuid", values["uuid"])
        self._db.update("VM", ref, **{name: values[name] for name in _OF_SNAPSHOT if name in values})
        if values.get("power_state") == "Suspended" and self._db.has("VDI", values.get("suspend_VDI", NULL_REF)):
            self._db.update("VM", ref, suspend_VDI=values["suspend_VDI"], power_state="Suspended")
        return ref

    def _relate(self) -> None:
        """Snapshots to their machines, once all are there."""
        for item in self._of("VM"):
            for name in ("snapshot_of", "parent"):
                target = self.names.get(item.values.get(name, ""), "")
                if self._db.has("VM", target):
                    self._db.set("VM", self.names[item.name], name, target)

    def _drive(self, item: Item) -> None:
        values, vm_ref = self._device(item, _OF_DRIVE)
        disk = self.names.get(item.values.get("VDI", ""), NULL_REF)
        if values.get("type") == "Disk" and disk == NULL_REF:
            return
        values["empty"] = disk == NULL_REF
        add_drive(self._db, values | {"VM": vm_ref, "VDI": disk})

    def _card(self, item: Item) -> None:
        values, vm_ref = self._device(item, _OF_CARD)
        seed = lookup.find(self._db, "VM", vm_ref)
        mac = item.values.get("MAC", "") if self.keeps_identity else ""
        made = mac_from(seed["other_config"].get("mac_seed", vm_ref) if seed else vm_ref, values.get("device", "0"))
        network = self.names.get(item.values.get("network", ""), NULL_REF)
        self._db.insert("VIF", values | {"VM": vm_ref, "network": network, "MAC": mac or made,
                                         "MAC_autogenerated": not mac})  # fmt: skip

    def _device(self, item: Item, kept: tuple[str, ...]) -> tuple[dict[str, Any], str]:
        values = {name: item.values[name] for name in kept if name in item.values}
        return values, self.names.get(item.values.get("VM", ""), NULL_REF)
