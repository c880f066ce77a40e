"""Properties of a storage repository and of a virtual disk."""

from __future__ import annotations

from lifeguard.datamodel.records import Host, Sr, Vdi
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.relations import pbds_of
from lifeguard.quantities import format_bytes, format_count, format_percent
from lifeguard.ui.properties.group import Group, Row, row, yes
from lifeguard.ui.properties.identity import identity


def sr_groups(inventory: Inventory, sr: Sr, now_s: float) -> tuple[Group, ...]:
    size = sr.physical_size if sr.physical_size > 0 else None
    used = f"{format_bytes(sr.physical_utilisation)} ({format_percent(sr.physical_utilisation / size)})" if size else ""
    general = (
        *identity(sr),
        row("Type", sr.type),
        row("Shared", yes(sr.shared)),
        row("Size", format_bytes(size), "The storage does not tell"),
        row("Used", used, "The storage does not tell"),
        row("Virtual allocation", format_bytes(sr.virtual_allocation)),
        row("Disks", format_count(len(sr.VDIs), "disk")),
        row("UUID", sr.uuid, is_code=True),
    )
    return Group("General", general), Group("Servers", tuple(_links(inventory, sr)))


def _links(inventory: Inventory, sr: Sr) -> list[Row]:
    rows = []
    for pbd in pbds_of(inventory, sr):
        host = inventory.get(Host, pbd.host)
        where = pbd.device_config.get("location") or pbd.device_config.get("device") or pbd.device_config.get("target")
        state = "Attached" if pbd.currently_attached else "Detached"
        rows.append(row(host.name_label if host is not None else "Gone", f"{state}, {where}" if where else state))
    return rows or [row("Servers", "", "It is connected to none")]


def vdi_groups(inventory: Inventory, vdi: Vdi, now_s: float) -> tuple[Group, ...]:
    storage = inventory.get(Sr, vdi.SR)
    general = (
        *identity(vdi),
        row("Storage", storage.name_label if storage is not None else ""),
        row("Size", format_bytes(vdi.virtual_size)),
        row("Used", format_bytes(vdi.physical_utilisation)),
        row("Read only", yes(vdi.read_only)),
        row("Shareable", yes(vdi.sharable)),
        row("UUID", vdi.uuid, is_code=True),
    )
    return (Group("General", general),)
