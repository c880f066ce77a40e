"""Which of two hosts runs the older software."""

from __future__ import annotations

import re

from lifeguard.sim.database import Database


def version_of(db: Database, host_ref: str) -> tuple[tuple[int, ...], ...]:
    """Comparable: platform, then toolstack, then hypervisor."""
    software: dict[str, str] = db.get("host", host_ref, "software_version")
    platform = software.get("platform_version") or software.get("product_version", "")
    texts = (platform, software.get("xapi", ""), software.get("xen", ""))
    return tuple(tuple(int(number) for number in re.findall(r"\d+", text)) for text in texts)


def is_older(db: Database, host_ref: str, than_ref: str) -> bool:
    return version_of(db, host_ref) < version_of(db, than_ref)
