"""The storage of a site: shared and local repositories, their connections, ISOs, and the drivers behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lifeguard.sim.scenario.draft import GIB, MIB, Draft
from lifeguard.sim.scenario.machines import Machine

_DISK_FEATURES = (
    "SR_PROBE", "SR_UPDATE", "SR_STATS", "SR_METADATA", "SR_TRIM", "VDI_CREATE", "VDI_DELETE", "VDI_ATTACH",
    "VDI_DETACH", "VDI_MIRROR", "VDI_RESIZE", "VDI_CLONE", "VDI_SNAPSHOT", "VDI_ACTIVATE", "VDI_DEACTIVATE",
    "VDI_UPDATE", "VDI_INTRODUCE", "VDI_GENERATE_CONFIG", "VDI_CONFIG_CBT", "VDI_RESET_ON_BOOT", "VDI_READ_CACHING",
)  # fmt: skip
_LUN_FEATURES = (*_DISK_FEATURES, "SR_SUPPORTS_LOCAL_CACHING", "VDI_RESIZE_ONLINE")
_CD_FEATURES = ("VDI_INTRODUCE", "VDI_ATTACH", "VDI_DETACH", "SR_SCAN", "SR_ATTACH", "SR_DETACH")
_DRIVERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "lvm": ("Local LVM", _DISK_FEATURES), "ext": ("Local EXT4 VHD", _DISK_FEATURES),
    "nfs": ("NFS VHD", (*_DISK_FEATURES, "SR_CACHING")), "lvmoiscsi": ("LVM over iSCSI", _LUN_FEATURES),
    "lvmohba": ("LVM over FC", _LUN_FEATURES), "smb": ("SMB VHD", _DISK_FEATURES),
    "iso": ("ISO", _CD_FEATURES), "udev": ("udev", _CD_FEATURES),
}  # fmt: skip
_ISOS = {
    "debian-12.8.0-amd64-netinst.iso": 632, "debian-13.0.0-amd64-netinst.iso": 754,
    "ubuntu-22.04.5-live-server-amd64.iso": 2086, "ubuntu-24.04.1-live-server-amd64.iso": 2646,
    "Rocky-9.5-x86_64-minimal.iso": 1802, "AlmaLinux-8.10-x86_64-minimal.iso": 2244,
    "SLE-15-SP6-Full-x86_64.iso": 14980, "FreeBSD-14.1-RELEASE-amd64-disc1.iso": 1091,
    "SW_DVD9_Win_Server_STD_CORE_2022_64Bit_English.iso": 5366, "Win11_23H2_English_x64.iso": 6353,
    "virtio-win-0.1.262.iso": 708, "rescue-systemrescue-11.02-amd64.iso": 860,
}  # fmt: skip


@dataclass(slots=True)
class Stores:
    """SRs by what services call them; local ones, DVD drives and removable storage by host."""

    shared: dict[str, str] = field(default_factory=dict)
    local: dict[str, str] = field(default_factory=dict)
    isos: tuple[str, ...] = ()
    tools_iso: str = ""
    cut_off_host: str = ""

    def of(self, store: str, host: str) -> str:
        return self.local[host] if store == "local" else self.shared[store]


def write_stores(draft: Draft, machines: Sequence[Machine]) -> Stores:
    """Write SRs, PBDs and drivers. One host has lost its connection to the archive."""
    _write_drivers(draft)
    stores = Stores(cut_off_host=machines[len(machines) // 2].ref if len(machines) > 2 else "")
    for name, fields in _SHARED.items():
        stores.shared[name] = _write_sr(draft, shared=True, content_type="user", **fields)
    stores.shared["iso"] = _write_sr(draft, shared=True, content_type="iso", **_LIBRARY)
    tools = _tools(draft)
    for name, sr in (*stores.shared.items(), ("tools", tools)):
        for machine in machines:
            is_cut_off = name == "archive" and machine.ref == stores.cut_off_host
            _connect(draft, sr, machine.ref, _DEVICE_CONFIGS[name], is_plugged=not is_cut_off)
    for machine in machines:
        _write_local(draft, stores, machine)
    _write_isos(draft, stores, tools)
    return stores


_SHARED: dict[str, dict[str, str]] = {
    "gold": {"name_label": "SAN gold", "type": "lvmoiscsi", "name_description": "All-flash array, mirrored"},
    "silver": {"name_label": "SAN silver", "type": "lvmohba", "name_description": "Hybrid array over fibre channel"},
    "nfs": {"name_label": "NFS vmstore", "type": "nfs", "name_description": "Thin, for what can be rebuilt"},
    "archive": {"name_label": "NFS archive", "type": "nfs", "name_description": "Big and slow: backups, records"},
}
_LIBRARY = {"name_label": "ISO library", "type": "iso", "name_description": "Installation media"}
_DEVICE_CONFIGS: dict[str, dict[str, str]] = {
    "gold": {"target": "10.71.64.200,10.71.65.200", "targetIQN": "iqn.2019-06.example.marmot:gold",
             "SCSIid": "3600a098038313577785d4c5a4f746f31", "multihomed": "true"},
    "silver": {"SCSIid": "360002ac0000000000000001d0001b5e4"},
    "nfs": {"server": "10.71.64.210", "serverpath": "/export/vmstore", "nfsversion": "4.1"},
    "archive": {"server": "10.71.64.220", "serverpath": "/export/archive", "nfsversion": "3"},
    "iso": {"location": "10.71.64.210:/export/iso", "type": "nfs_iso", "nfsversion": "4"},
    "tools": {"location": "/opt/xensource/packages/iso", "legacy_mode": "true"},
}  # fmt: skip


def _write_drivers(draft: Draft) -> None:
    for kind, (name, able) in _DRIVERS.items():
        draft.add("SM", type=kind, name_label=name, name_description=f"SR plugin: {name}", vendor="Citrix Systems Inc",
                  version="1.0", required_api_version="1.0", capabilities=able, features=dict.fromkeys(able, 1),
                  driver_filename=f"/opt/xensource/sm/{kind.upper()}SR")  # fmt: skip


def _write_sr(draft: Draft, **fields: object) -> str:
    row: dict[str, object] = {"other_config": {"auto-scan": "false"}, "sm_config": {}, **fields}
    return draft.add("SR", **row)


def _tools(draft: Draft) -> str:
    brand = draft.plan.release.software.get("product_brand", "XenServer")
    return _write_sr(
        draft, name_label=f"{'XCP-ng' if brand == 'XCP-ng' else 'XenServer'} Tools", type="iso", content_type="iso",
        name_description="Tools ISOs", shared=True, is_tools_sr=True,
        other_config={"xenserver_tools_sr": "true", "i18n-key": "xenserver-tools"},
    )  # fmt: skip


def _connect(draft: Draft, sr: str, host: str, config: dict[str, str], *, is_plugged: bool = True) -> None:
    draft.add("PBD", SR=sr, host=host, device_config=config, currently_attached=is_plugged,
              other_config={"multipathed": "true"} if "SCSIid" in config else {})  # fmt: skip


def _write_local(draft: Draft, stores: Stores, machine: Machine) -> None:
    stores.local[machine.ref] = local = _write_sr(
        draft, name_label="Local storage", name_description=f"Flash inside {machine.name}", type="ext",
        content_type="user", shared=False, physical_size=1787 * GIB,
        other_config={"i18n-original-value-name_label": "Local storage", "i18n-key": "local-storage"},
    )  # fmt: skip
    _connect(draft, local, machine.ref, {"device": "/dev/disk/by-id/nvme-eui.0025385c21504f3a-part3"})
    for name, description, content in (
        ("DVD drives", "Physical DVD drives", "iso"),
        ("Removable storage", "", "disk"),
    ):
        key = "local-hotplug-cd" if content == "iso" else "local-hotplug-disk"
        kind = "cd" if content == "iso" else "block"
        sr = _write_sr(draft, name_label=name, name_description=description, type="udev", content_type=content,
                       shared=False, sm_config={"type": kind}, other_config={"i18n-key": key})  # fmt: skip
        _connect(draft, sr, machine.ref, {"location": "/dev/xapi/cd" if content == "iso" else "/dev/xapi/block"})


def _write_isos(draft: Draft, stores: Stores, tools: str) -> None:
    stores.isos = tuple(_write_iso(draft, stores.shared["iso"], name, size) for name, size in _ISOS.items())
    stores.tools_iso = _write_iso(draft, tools, "guest-tools.iso", 66)
    draft.row("VDI", stores.tools_iso)["is_tools_iso"] = True
    _settle(draft, stores.shared["iso"], 200 * GIB)
    draft.row("SR", tools).update(virtual_allocation=-1, physical_utilisation=-1, physical_size=-1)


def _write_iso(draft: Draft, sr: str, name: str, size_mib: int) -> str:
    return draft.add("VDI", SR=sr, name_label=name, location=name, virtual_size=size_mib * MIB, type="user",
                     physical_utilisation=size_mib * MIB, read_only=True, managed=True)  # fmt: skip


def settle_sizes(draft: Draft, stores: Stores) -> None:
    """Give every repository the size that suits what has been put on it: most have room, the archive is short."""
    fullness = {"gold": 0.58, "silver": 0.66, "nfs": 0.44, "archive": 0.943}
    for name, fraction in fullness.items():
        used = _used(draft, stores.shared[name])[1]
        size = max(used / fraction, 512 * GIB)
        _settle(draft, stores.shared[name], int(size / GIB) * GIB if used else 2048 * GIB)
    for sr in stores.local.values():
        _settle(draft, sr, draft.row("SR", sr)["physical_size"])


def _settle(draft: Draft, sr: str, size: int) -> None:
    virtual, used = _used(draft, sr)
    draft.row("SR", sr).update(virtual_allocation=virtual, physical_utilisation=used, physical_size=max(size, used))


def _used(draft: Draft, sr: str) -> tuple[int, int]:
    disks = [vdi for vdi in draft.tables["VDI"].values() if vdi["SR"] == sr]
    return sum(disk["virtual_size"] for disk in disks), sum(disk["physical_utilisation"] for disk in disks)
