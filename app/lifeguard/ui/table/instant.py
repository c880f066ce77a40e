"""Instants as people read them: local time, and the exact one in UTC."""

from __future__ import annotations

import time
from calendar import timegm
from typing import Final

from lifeguard.quantities import UNKNOWN, format_ago

_RECENT_S: Final = 30 * 86_400.0
_LATEST_S: Final = 253_402_300_799.0
"""The last second of the year 9999; what a server tells beyond it is no instant."""


def local_time(instant_s: float | None) -> str:
    """`4 Mar 2026 14:02`, an en dash for never."""
    if not _is_told(instant_s):
        return UNKNOWN
    return time.strftime("%d %b %Y %H:%M", time.localtime(instant_s)).lstrip("0")


def when(instant_s: float, now_s: float, *, is_dated: bool) -> str:
    """`3 min ago`, an en dash for never; `is_dated`: from a month on the day and time instead."""
    age_s = now_s - instant_s
    return local_time(instant_s) if instant_s <= 0 or (is_dated and age_s > _RECENT_S) else format_ago(age_s)


def exact_time(instant_s: float | None) -> str:
    """Local and UTC, to the second."""
    if not _is_told(instant_s):
        return "Never"
    local = time.strftime("%d %b %Y %H:%M:%S", time.localtime(instant_s)).lstrip("0")
    return f"{local} ({time.strftime('%Y-%m-%d %H:%M:%S UTC', time.gmtime(instant_s))})"


def _is_told(instant_s: float | None) -> bool:
    return instant_s is not None and 0 < instant_s < _LATEST_S


def epoch_s(timestamp: str) -> int | None:
    """UTC epoch seconds of `20260101T12:00:00Z`; None for the server's "never" and for what is no timestamp."""
    try:
        instant_s = timegm(time.strptime(timestamp.replace("-", "")[:17], "%Y%m%dT%H:%M:%S"))
    except ValueError:
        return None
    return instant_s if instant_s > 0 else None
