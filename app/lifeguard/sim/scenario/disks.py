"""Disks and drives of a site's VMs."""

from __future__ import annotations

from dataclasses import dataclass

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim.scenario.draft import GIB, Draft

_THICK = ("lvm", "lvmoiscsi", "lvmohba")


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk to write. `position` is the userdevice."""

    name: str
    sr: str
    size_gib: int
    position: int


def letter(position: int) -> str:
    return f"xvd{chr(ord('a') + position)}"


def write_disk(draft: Draft, vm: str, disk: Disk, *, is_attached: bool) -> str:
    """Write the VDI and its VBD; returns the VDI."""
    size = disk.size_gib * GIB
    is_thick = draft.row("SR", disk.sr)["type"] in _THICK
    used = size if is_thick else int(size * draft.rng.uniform(0.25, 0.8))
    vdi = draft.add("VDI", SR=disk.sr, name_label=disk.name, name_description="", virtual_size=size, type="user",
                    physical_utilisation=used, managed=True, sm_config={"image-format": "vhd"})  # fmt: skip
    row = draft.row("VDI", vdi)
    row["location"] = row["uuid"]
    write_vbd(draft, vm, vdi, disk.position, is_attached=is_attached)
    return vdi


def write_vbd(draft: Draft, vm: str, vdi: str, position: int, *, is_attached: bool) -> str:
    return draft.add(
        "VBD", VM=vm, VDI=vdi, userdevice=str(position), device=letter(position) if is_attached else "",
        bootable=position == 0, mode="RW", type="Disk", empty=False, currently_attached=is_attached, unpluggable=True,
        other_config={"owner": "true"},
    )  # fmt: skip


def write_drive(draft: Draft, vm: str, *, iso: str = NULL_REF, is_attached: bool) -> None:
    """A DVD drive, empty unless there is an ISO in it."""
    draft.add(
        "VBD", VM=vm, VDI=iso, userdevice="3", device="xvdd" if is_attached else "", mode="RO", type="CD",
        empty=iso == NULL_REF, currently_attached=is_attached, unpluggable=True, bootable=False,
    )  # fmt: skip


def write_drive_metrics(draft: Draft) -> None:
    """A row for each drive there is, though nothing in it means anything any more."""
    for drive in draft.tables["VBD"].values():
        drive["metrics"] = draft.add("VBD_metrics")
