"""Properties of a storage repository and of a virtual disk."""

from __future__ import annotations

from lifeguard.datamodel.records import Host, Pbd, Sr, Vbd, Vdi
from lifeguard.inventory.inventory import Inventory
from lifeguard.inventory.naming import name_of, short_name
from lifeguard.inventory.natural import natural_key
from lifeguard.inventory.relations import master_ref, pbds_of, related, vdis_of
from lifeguard.inventory.standing import default_sr_ref, state_of
from lifeguard.quantities import format_bytes, format_count, format_percent
from lifeguard.ui.contents.sr_types import sr_type_name
from lifeguard.ui.contents.storage import disk_kind
from lifeguard.ui.properties.group import Group, Row, known, moment, row, yes
from lifeguard.ui.properties.identity import identity
from lifeguard.ui.properties.paths import paths_told

_UNTOLD = "The storage does not tell"
_STATES = {"broken": "Not attached to every server", "detached": "Detached", "disabled": "Disabled"}


def sr_groups(inventory: Inventory, sr: Sr, now_s: float) -> tuple[Group, ...]:
    pbds = pbds_of(inventory, sr)
    return Group("General", _sr_rows(inventory, sr, pbds)), Group("Servers", tuple(_links(inventory, pbds)))


def _sr_rows(inventory: Inventory, sr: Sr, pbds: list[Pbd]) -> tuple[Row, ...]:
    size = sr.physical_size if sr.physical_size > 0 else None
    used = f"{format_bytes(sr.physical_utilisation)} ({format_percent(sr.physical_utilisation / size)})" if size else ""
    free = max(sr.physical_size - sr.physical_utilisation, 0) if size else None
    allocated = sr.virtual_allocation if sr.virtual_allocation >= 0 and size else None
    scsi_ids = dict.fromkeys(pbd.device_config["SCSIid"] for pbd in pbds if pbd.device_config.get("SCSIid"))
    name = sr_type_name(sr)
    return (
        *identity(sr),
        row("Type", name if name == sr.type else f"{name} ({sr.type})"),
        row("State", _STATES.get(state_of(inventory, sr), "Attached")),
        row("Shared", yes(sr.shared)),
        row("Default storage", yes(default_sr_ref(inventory) == sr.ref)),
        row("Size", format_bytes(size), _UNTOLD),
        row("Used", used, _UNTOLD),
        row("Free", format_bytes(free), _UNTOLD),
        row("Virtual allocation", format_bytes(allocated), _UNTOLD),
        row("Disks", format_count(len(sr.VDIs or vdis_of(inventory, sr)), "disk")),
        *known(
            row("Provisioning", sr.sm_config.get("allocation", "").capitalize()),
            row("SCSI ID", ", ".join(scsi_ids), is_code=True),
            row("Local cache", "On" if sr.local_cache_enabled else ""),
            row("Clustered", "Yes" if sr.clustered else ""),
        ),
        row("UUID", sr.uuid, is_code=True),
    )


def _links(inventory: Inventory, pbds: list[Pbd]) -> list[Row]:
    named = [(inventory.get(Host, pbd.host), pbd) for pbd in pbds]
    known_ones = [(host, pbd) for host, pbd in named if host is not None]
    known_ones.sort(key=lambda pair: (pair[0].ref != master_ref(inventory), natural_key(pair[0].name_label)))
    rows = [row(host.name_label, ", ".join(_link_words(pbd))) for host, pbd in known_ones]
    return rows or [row("Servers", "", "It is connected to none")]


def _link_words(pbd: Pbd) -> list[str]:
    config, told = pbd.device_config, pbd.other_config
    words = ["Attached" if pbd.currently_attached else "Detached"]
    where = config.get("location") or config.get("device") or config.get("target")
    if config.get("server") and config.get("serverpath"):
        where = f"{config['server']}:{config['serverpath']}"
    if where:
        words.append(where.replace(",", ", "))
    paths = [paths_told(value) for key, value in sorted(told.items()) if key.startswith("mpath-")]
    words += paths or (["multipath"] if told.get("multipathed") == "true" else [])
    if told.get("iscsi_sessions", "").isdigit():
        words.append(format_count(int(told["iscsi_sessions"]), "iSCSI session"))
    return [word for word in words if word]


def vdi_groups(inventory: Inventory, vdi: Vdi, now_s: float) -> tuple[Group, ...]:
    vbds = related(inventory, Vbd, vdi.VBDs, "VDI", vdi.ref)
    users = sorted({name_of(inventory, vbd.VM) for vbd in vbds} - {""}, key=natural_key)
    origin = inventory.get(Vdi, vdi.snapshot_of)
    general = (
        *identity(vdi),
        row("Storage", name_of(inventory, vdi.SR), "It is gone"),
        row("Used by", ", ".join(users), "No VM uses it"),
        row("Size", format_bytes(vdi.virtual_size)),
        row("Used", format_bytes(vdi.physical_utilisation if vdi.physical_utilisation >= 0 else None), _UNTOLD),
        row("Kind", disk_kind(inventory, vdi)),
        row("Read only", yes(vdi.read_only)),
        row("Shareable", yes(vdi.sharable)),
        row("Changed-block tracking", yes(vdi.cbt_enabled)),
        *known(
            row("Missing", "Yes, it is not on its storage" if vdi.missing else ""),
            row("Snapshot of", (short_name(inventory, origin) if origin is not None else "")),
            moment("Taken", vdi.snapshot_time, now_s) if vdi.is_a_snapshot else row("Taken", ""),
        ),
        row("UUID", vdi.uuid, is_code=True),
    )
    return (Group("General", general),)
