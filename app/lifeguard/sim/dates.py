"""Dates as the API writes them."""

from __future__ import annotations

from datetime import UTC, datetime


def stamp(time_s: float) -> str:
    """Epoch seconds as `20260101T12:00:00Z`."""
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y%m%dT%H:%M:%SZ")
