"""The BIOS strings a VM gets before its first start unless somebody copied real ones into it."""

from __future__ import annotations

from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

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


async def copy_bios_strings(context: Context, vm_ref: str, host_ref: str) -> None:
    """Show the guest the maker of the real machine. Only once, as the guest may have got used to it."""
    db = context.db
    if db.get("VM", vm_ref, "bios_strings"):
        raise ApiError("VM_BIOS_STRINGS_ALREADY_SET")
    db.set("VM", vm_ref, "bios_strings", dict(db.get("host", host_ref, "bios_strings")))


HANDLERS: dict[str, Handler] = {"VM.copy_bios_strings": copy_bios_strings}
