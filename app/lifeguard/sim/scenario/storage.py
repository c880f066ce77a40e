"""The storage of a generated site: shared and local repositories, their drivers and what plugs them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lifeguard.sim.database import Database
from lifeguard.sim.scenario.hosts import Built
from lifeguard.sim.scenario.plan import GIB

TIB = 1024 * GIB
_BLOCK_FEATURES = ("SR_PROBE", "SR_UPDATE", "VDI_CREATE", "VDI_DELETE", "VDI_ATTACH", "VDI_DETACH", "VDI_RESIZE",
                   "VDI_CLONE", "VDI_SNAPSHOT", "VDI_MIRROR", "VDI_GENERATE_CONFIG", "VDI_UPDATE", "VDI_CONFIG_CBT",
                   "SR_STATS", "VDI_RESET_ON_BOOT")  # fmt: skip
_ISO_FEATURES = ("VDI_ATTACH", "VDI_DETACH", "VDI_CREATE", "VDI_DELETE")
_DRIVERS = {
    "nfs": ("NFS VHD", _BLOCK_FEATURES, {"server": "address of the server", "serverpath": "exported path"}),
    "lvmoiscsi": ("LVHD over iSCSI", _BLOCK_FEATURES, {"target": "address", "targetIQN": "name", "SCSIid": "LUN"}),
    "ext": ("Local EXT3 VHD", _BLOCK_FEATURES, {"device": "local device path"}),
    "lvm": ("Local Physical Volumes", _BLOCK_FEATURES, {"device": "local device path"}),
    "iso": ("ISO", _ISO_FEATURES, {"location": "path", "type": "cifs or nfs_iso"}),
    "udev": ("udev", ("VDI_INTRODUCE", "VDI_ATTACH", "VDI_DETACH"), {"location": "path"}),
}
_ISOS = ("debian-12.5.0-amd64-netinst.iso", "ubuntu-24.04-live-server-amd64.iso", "rhel-9.4-x86_64-dvd.iso",
         "windows-server-2022.iso", "virtio-tools.iso")  # fmt: skip
_SR_OPERATIONS = ("update", "vdi_destroy", "vdi_create", "vdi_introduce", "vdi_clone", "vdi_snapshot", "vdi_resize",
                  "vdi_mirror", "scan", "plug", "unplug", "forget", "pbd_create", "pbd_destroy")  # fmt: skip


def add_storage(db: Database, built: Built) -> None:
    for kind, (name, features, parameters) in _DRIVERS.items():
        _add_driver(db, kind, name, features, parameters)
    _add_shared(db, built, "nfs-gold", "nfs", 80 * TIB, {"server": "10.30.255.10", "serverpath": "/export/gold"})
    _add_shared(db, built, "nfs-silver", "nfs", 160 * TIB, {"server": "10.30.255.11", "serverpath": "/export/silver"})
    iscsi = {"target": "10.30.255.20", "targetIQN": "iqn.2024-01.example.san:tank", "SCSIid": "36001405abcd"}
    _add_shared(db, built, "san-tank", "lvmoiscsi", 64 * TIB, iscsi)
    library = {"location": "10.30.255.10:/export/iso", "type": "nfs_iso"}
    _add_shared(db, built, "ISO library", "iso", 500 * GIB, library)
    for at, name in enumerate(_ISOS):
        size = (1 + at) * GIB
        built.isos.append(add_disk(db, built.srs["ISO library"], name, size, "user", is_read_only=True))
    for host in built.hosts:
        _add_local(db, built, host)
    pool = next(iter(db.rows("pool")))
    db.update("pool", pool, default_SR=built.srs["nfs-gold"], suspend_image_SR=built.srs["nfs-silver"],
              crash_dump_SR=built.srs["nfs-silver"])  # fmt: skip


def add_disk(
    db: Database, sr: str, name: str, size_bytes: int, kind: str = "user", *, is_read_only: bool = False
) -> str:
    """A VDI; what it takes is added to the sums of its SR."""
    used = size_bytes if is_read_only or kind != "user" else size_bytes * 2 // 5
    ref = db.insert(
        "VDI",
        {
            "name_label": name,
            "SR": sr,
            "virtual_size": size_bytes,
            "physical_utilisation": used,
            "type": kind,
            "sharable": False,
            "read_only": is_read_only,
            "managed": True,
            "location": db.new_uuid(),
            "on_boot": "persist",
            "allowed_operations": ("clone", "copy", "resize", "destroy", "snapshot", "update", "forget"),
        },
    )
    db.update(
        "SR",
        sr,
        physical_utilisation=db.get("SR", sr, "physical_utilisation") + used,
        virtual_allocation=db.get("SR", sr, "virtual_allocation") + size_bytes,
    )
    return ref


def _add_driver(
    db: Database, kind: str, name: str, features: tuple[str, ...], parameters: Mapping[str, str]
) -> None:
    db.insert(
        "SM",
        {
            "name_label": name,
            "name_description": f"SR plugin for {name}",
            "type": kind,
            "vendor": "Citrix Systems Inc",
            "copyright": "",
            "version": "3.0",
            "required_api_version": "1.0",
            "configuration": dict(parameters),
            "capabilities": features,
            "features": {feature: 1 for feature in features},
            "driver_filename": f"/opt/xensource/sm/{kind.upper()}SR",
        },
    )


def _add_shared(
    db: Database, built: Built, name: str, kind: str, size_bytes: int, device_config: Mapping[str, str]
) -> None:
    built.srs[name] = db.insert("SR", _repository(name, kind, size_bytes, is_shared=True))
    for host in built.hosts:
        _plug(db, host, built.srs[name], device_config)


def _add_local(db: Database, built: Built, host: str) -> None:
    name = f"Local storage on {db.get('host', host, 'name_label')}"
    built.srs[host] = db.insert("SR", _repository(name, "ext", 2 * TIB, is_shared=False))
    _plug(db, host, built.srs[host], {"device": "/dev/disk/by-id/scsi-local-part3"})
    drive = db.insert("SR", _repository("DVD drives", "udev", 0, is_shared=False))
    db.set("SR", drive, "other_config", {"i18n-key": "local-hotplug-cd"})
    _plug(db, host, drive, {"location": "/dev/xapi/cd"})


def _repository(name: str, kind: str, size_bytes: int, *, is_shared: bool) -> Mapping[str, Any]:
    return {
        "name_label": name,
        "name_description": f"{_DRIVERS[kind][0]} storage",
        "type": kind,
        "content_type": "iso" if kind in ("iso", "udev") else "user",
        "shared": is_shared,
        "physical_size": size_bytes,
        "physical_utilisation": 0,
        "virtual_allocation": 0,
        "allowed_operations": _SR_OPERATIONS,
        "sm_config": {},
        "other_config": {},
    }


def _plug(db: Database, host: str, sr: str, device_config: Mapping[str, str]) -> None:
    fields = {"host": host, "SR": sr, "device_config": dict(device_config), "currently_attached": True}
    db.insert("PBD", fields)
