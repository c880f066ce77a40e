"""What is on simulated disks: the same bytes whenever somebody reads them, and few of them, for nobody wrote any."""

from __future__ import annotations

import random

from lifeguard.sim.database import Database

CHUNK_BYTES = 1 << 20
_GIB = 1 << 30
_MOST_CHUNKS = 24


def chunk_numbers(db: Database, vdi_ref: str) -> list[int]:
    """Which pieces of a disk an export holds: first and last always, and one for each gigabyte in use."""
    vdi = db.row("VDI", vdi_ref)
    last = max(0, -(-vdi["virtual_size"] // CHUNK_BYTES) - 1)
    count = min(_MOST_CHUNKS, max(0, vdi["physical_utilisation"]) // _GIB)
    return sorted({0, last, *(last * at // (count + 1) for at in range(1, count + 1))})


def chunk(db: Database, vdi_ref: str, number: int) -> bytes:
    """One piece of a disk; the last may be shorter."""
    vdi = db.row("VDI", vdi_ref)
    size = min(CHUNK_BYTES, max(0, vdi["virtual_size"] - number * CHUNK_BYTES))
    return random.Random(f"{vdi['uuid']}/{number}").randbytes(size)
