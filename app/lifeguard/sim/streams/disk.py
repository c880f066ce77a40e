"""Single disks in and out, byte for byte or as an image that leaves out what nobody wrote."""

from __future__ import annotations

import struct
import uuid

from lifeguard.sim.behaviour import lookup
from lifeguard.sim.behaviour.operations.refresh import marked
from lifeguard.sim.failure import ApiError
from lifeguard.sim.http.exchange import Reply
from lifeguard.sim.http.handlers import Visit, WebHandler
from lifeguard.sim.streams.content import CHUNK_BYTES, chunk, chunk_numbers
from lifeguard.sim.streams.places import Address, keeper, needed
from lifeguard.sim.streams.work import under_task

_SECTOR = 512
_VHD_BLOCK = 2 << 20
_DYNAMIC = 3
_FORMATS = ("raw", "vhd")
_NOTHING = 0xFFFFFFFF_FFFFFFFF


def export_disk(address: Address) -> WebHandler:
    async def export(visit: Visit) -> Reply | None:
        db, vdi_ref = visit.pool.db, needed(visit, "VDI", "vdi")
        form = _format(visit)
        host_ref = keeper(visit, {str(db.get("VDI", vdi_ref, "SR"))})
        if host_ref != visit.host_ref:
            return visit.redirect(address(host_ref))
        async with under_task(visit, "VDI.export_raw_vdi") as work:
            size = int(db.get("VDI", vdi_ref, "virtual_size"))
            await work.begin("application/octet-stream", f"{db.get('VDI', vdi_ref, 'uuid')}.{form}")
            if form == "vhd":
                await visit.wires.send(empty_vhd(size, str(db.get("VDI", vdi_ref, "uuid"))))
                return None
            written, done = set(chunk_numbers(db, vdi_ref)), 0
            while done < size:
                number = done // CHUNK_BYTES
                data = chunk(db, vdi_ref, number) if number in written else bytes(min(CHUNK_BYTES, size - done))
                await visit.wires.send(data)
                done += len(data)
                await work.context.progress(done / size)
        return None

    return export


def import_disk(address: Address) -> WebHandler:
    async def take(visit: Visit) -> Reply | None:
        db, vdi_ref = visit.pool.db, needed(visit, "VDI", "vdi")
        form = _format(visit)
        host_ref = keeper(visit, {str(db.get("VDI", vdi_ref, "SR"))})
        if host_ref != visit.host_ref:
            return visit.redirect(address(host_ref))
        for vbd_ref in db.get("VDI", vdi_ref, "VBDs"):
            vbd = lookup.find(db, "VBD", vbd_ref)
            if vbd and vbd["currently_attached"]:
                raise ApiError("VDI_IN_USE", vdi_ref, "import")
        length, size = visit.wires.length, int(db.get("VDI", vdi_ref, "virtual_size"))
        if form == "raw" and length is not None and length > size:
            raise ApiError("VDI_TOO_SMALL", vdi_ref, str(length))
        async with under_task(visit, "VDI.import_raw_vdi") as work:
            with marked(work.context, "VDI", vdi_ref, "copy"):
                taken = 0
                while data := await visit.wires.receive():
                    taken += len(data)
                    await work.context.progress(min(1.0, taken / (length or size or 1)))
                if length is not None and taken < length:
                    raise ApiError("VDI_IO_ERROR", "Device I/O errors")
        return Reply()

    return take


def _format(visit: Visit) -> str:
    form = visit.request.parameter("format") or "raw"
    if form not in _FORMATS:
        raise ApiError("INTERNAL_ERROR", f'Failure("Unknown format {form}")')
    return form


def empty_vhd(size_bytes: int, identity: str) -> bytes:
    """A dynamic disk image in which no block was ever written."""
    size = -(-size_bytes // _SECTOR) * _SECTOR
    footer = _footer(size, uuid.UUID(identity).bytes)
    entries = -(-size // _VHD_BLOCK)
    table = b"\xff" * (-(-entries * 4 // _SECTOR) * _SECTOR)
    return b"".join((footer, _dynamic_header(entries), table, footer))


def _footer(size: int, identity: bytes) -> bytes:
    geometry = struct.pack(">HBB", *_geometry(size // _SECTOR))
    parts = struct.pack(
        ">8sIIQI4sI4sQQ4sI", b"conectix", 2, 0x10000, _SECTOR, 0, b"tap\0", 0x10003, b"\0\0\0\0", size, size, geometry,
        _DYNAMIC,
    )  # fmt: skip
    return _summed(parts, identity)


def _dynamic_header(entries: int) -> bytes:
    parts = struct.pack(">8sQQIII", b"cxsparse", _NOTHING, 3 * _SECTOR, 0x10000, entries, _VHD_BLOCK)
    blank = parts + bytes(1024 - len(parts))
    return blank[:36] + struct.pack(">I", _sum(blank)) + blank[40:]


def _summed(parts: bytes, identity: bytes) -> bytes:
    blank = parts + bytes(4) + identity
    blank += bytes(_SECTOR - len(blank))
    return blank[:64] + struct.pack(">I", _sum(blank)) + blank[68:]


def _sum(data: bytes) -> int:
    return ~sum(data) & 0xFFFFFFFF


def _geometry(sectors: int) -> tuple[int, int, int]:
    """Cylinders, heads and sectors per track, as the format prescribes for large disks."""
    heads, per_track = 16, 255
    return min(65535, max(1, sectors // (heads * per_track))), heads, per_track
