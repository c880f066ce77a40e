"""The BIOS strings a VM gets before its first start unless somebody copied real ones into it."""

from __future__ import annotations

from lifeguard.sim.database import Database

_GENERIC = {
    "bios-vendor": "Xen", "bios-version": "", "system-manufacturer": "Xen", "system-product-name": "HVM domU",
    "system-version": "", "system-serial-number": "", "baseboard-manufacturer": "", "baseboard-product-name": "",
    "baseboard-version": "", "baseboard-serial-number": "", "baseboard-asset-tag": "",
    "baseboard-location-in-chassis": "", "enclosure-asset-tag": "", "hp-rombios": "", "oem-1": "Xen",
    "oem-2": "MS_VM_CERT/SHA1/bdbeb6e0a816d43fa6d3fe8aaef04c2bad9d3e3d",
}  # fmt: skip


def fill_bios_strings(db: Database, vm_ref: str) -> None:
    if not db.get("VM", vm_ref, "bios_strings"):
        db.set("VM", vm_ref, "bios_strings", dict(_GENERIC))
