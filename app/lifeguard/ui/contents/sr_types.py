"""What the types of storage are called: XenCenter's words for those it knows, the server's own for all others."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from lifeguard.datamodel.records import Sr

_NAMES: Final[Mapping[str, str]] = MappingProxyType({
    "cephfs": "CephFS",
    "cslg": "StorageLink",
    "equal": "EqualLogic",
    "ext": "Local ext",
    "file": "Local file",
    "gfs2": "GFS2",
    "glusterfs": "GlusterFS",
    "hba": "Raw HBA",
    "iscsi": "Raw iSCSI",
    "iso": "ISO library",
    "largeblock": "Local ext, large blocks",
    "linstor": "XOSTOR (LINSTOR)",
    "lvhd": "Local LVM",
    "lvhdofcoe": "LVM over FCoE",
    "lvhdohba": "LVM over HBA",
    "lvhdoiscsi": "LVM over iSCSI",
    "lvm": "Local LVM",
    "lvmofcoe": "LVM over FCoE",
    "lvmohba": "LVM over HBA",
    "lvmoiscsi": "LVM over iSCSI",
    "moosefs": "MooseFS",
    "netapp": "NetApp",
    "nfs": "NFS",
    "rawhba": "Raw HBA",
    "smb": "SMB",
    "tmpfs": "Memory",
    "udev": "Devices",
    "xfs": "Local XFS",
    "zfs": "ZFS",
    "zfs-vol": "ZFS volumes",
})  # fmt: skip


def sr_type_name(sr: Sr) -> str:
    return _NAMES.get(sr.type, sr.type)
