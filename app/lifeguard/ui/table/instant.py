"""Instants as people read them: local time, and the exact one in UTC."""

from __future__ import annotations

import time
from calendar import timegm

from lifeguard.quantities import UNKNOWN


def local_time(instant_s: float | None) -> str:
    """`4 Mar 2026 14:02`, an en dash for never."""
    if instant_s is None:
        return UNKNOWN
    return time.strftime("%d %b %Y %H:%M", time.localtime(instant_s)).lstrip("0")


def exact_time(instant_s: float | None) -> str:
    """Local and UTC, to the second."""
    if instant_s is None or instant_s <= 0:
        return "Never"
    local = time.strftime("%d %b %Y %H:%M:%S", time.localtime(instant_s)).lstrip("0")
    return f"{local} ({time.strftime('%Y-%m-%d %H:%M:%S UTC', time.gmtime(instant_s))})"


def epoch_s(timestamp: str) -> int | None:
    """UTC epoch seconds of `20260101T12:00:00Z`; None for the server's "never" and for what is no timestamp."""
    try:
        instant_s = timegm(time.strptime(timestamp.replace("-", "")[:17], "%Y%m%dT%H:%M:%S"))
    except ValueError:
        return None
    return instant_s if instant_s > 0 else None
