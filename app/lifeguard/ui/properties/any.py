"""Which groups of properties an object has; objects nobody foresaw get their own fields."""

from __future__ import annotations

from collections.abc import Mapping

from lifeguard.datamodel.records import Host, Network, Pool, Record, Sr, Vdi, Vm, VmAppliance
from lifeguard.inventory.inventory import Inventory
from lifeguard.quantities import UNKNOWN
from lifeguard.ui.properties.group import Group, Row, row, yes
from lifeguard.ui.properties.host import host_groups
from lifeguard.ui.properties.identity import custom_fields, identity
from lifeguard.ui.properties.network import appliance_groups, network_groups
from lifeguard.ui.properties.pool import pool_groups
from lifeguard.ui.properties.storage import sr_groups, vdi_groups
from lifeguard.ui.properties.vm import vm_groups

_LONGEST = 300


def property_groups(inventory: Inventory, ref: str, now_s: float) -> tuple[Group, ...]:
    """The groups of one object, none when it is gone. `now_s` is the server's time, UTC epoch seconds."""
    record = inventory.find(ref)
    if record is None:
        return ()
    return (*_groups(inventory, record, now_s), *custom_fields(inventory, record))


def _groups(inventory: Inventory, record: Record, now_s: float) -> tuple[Group, ...]:
    if isinstance(record, Vm):
        return vm_groups(inventory, record, now_s)
    if isinstance(record, Host):
        return host_groups(inventory, record, now_s)
    if isinstance(record, Pool):
        return pool_groups(inventory, record, now_s)
    if isinstance(record, Sr):
        return sr_groups(inventory, record, now_s)
    if isinstance(record, Vdi):
        return vdi_groups(inventory, record, now_s)
    if isinstance(record, Network):
        return network_groups(inventory, record, now_s)
    if isinstance(record, VmAppliance):
        return appliance_groups(inventory, record, now_s)
    said = identity(record) if hasattr(record, "name_label") else ()
    told = {row.edit.what for row in said if row.edit is not None}
    names = [name for name in record.__struct_fields__ if name.removeprefix("name_") not in told | {"label"}]
    return (Group("General", (*said, *(_field(inventory, record, name) for name in names))),)


def _field(inventory: Inventory, record: Record, name: str) -> Row:
    title = name.replace("_", " ").strip().capitalize()
    return row(title, _told(inventory, getattr(record, name)), is_code=name in ("uuid", "ref", "MAC"))


def _told(inventory: Inventory, value: object) -> str:
    if isinstance(value, bool):
        return yes(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {item}" for key, item in value.items())[:_LONGEST]
    if isinstance(value, tuple):
        return ", ".join(_told(inventory, item) for item in value)[:_LONGEST]
    if isinstance(value, str) and value in inventory:
        return str(getattr(inventory.find(value), "name_label", "") or value)
    return str(value)[:_LONGEST] or UNKNOWN
