"""Numbers as people read them: sizes, rates, loads, durations. One place, so that every view says the same thing alike.

Every function takes None for a value nobody knows and gives an en dash. Numbers have one decimal below 100, none above.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

UNKNOWN: Final = "–"

_BINARY: Final = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_RATES: Final = ("kB/s", "MB/s", "GB/s")
_LATENCIES: Final = ("µs", "ms", "s")
_PREFIXES: Final = ("", "k", "M", "G", "T")
_PREFIXABLE: Final = frozenset({"", "/s", "W"})
_MINUTE_S: Final = 60
_HOUR_S: Final = 3_600
_DAY_S: Final = 86_400


def format_bytes(size_bytes: float | None) -> str:
    """`1.5 GiB`, `128 GiB`, `640 MiB`; whole bytes below 1 KiB."""
    if size_bytes is None or not math.isfinite(size_bytes):
        return UNKNOWN
    return _scaled(size_bytes, _BINARY, 1024.0, whole_first=True)


def format_rate(bytes_per_s: float | None) -> str:
    """`0.3 kB/s`, `12.5 MB/s`: decimal, as network and disk speeds are told."""
    if bytes_per_s is None or not math.isfinite(bytes_per_s):
        return UNKNOWN
    return _scaled(bytes_per_s / 1000.0, _RATES, 1000.0)


def format_percent(fraction: float | None) -> str:
    """`12 %` of a fraction 0..1; one decimal below 10 %, where a whole number would hide the change."""
    if fraction is None or not math.isfinite(fraction):
        return UNKNOWN
    percent = fraction * 100.0
    return f"{percent:.1f} %" if 0.05 <= abs(percent) < 9.95 else f"{_whole(percent)} %"


def format_cpu_load(fraction: float | None, n_cpus: int) -> str:
    """`12 % of 4 CPUs`."""
    if fraction is None or not math.isfinite(fraction):
        return UNKNOWN
    return f"{_whole(fraction * 100.0)} % of {format_count(n_cpus, 'CPU')}"


def format_used_of(used_bytes: float | None, total_bytes: float | None) -> str:
    """`3.2 GiB of 8.0 GiB`; only one of them known: `– of 8.0 GiB`."""
    if used_bytes is None and total_bytes is None:
        return UNKNOWN
    return f"{format_bytes(used_bytes)} of {format_bytes(total_bytes)}"


def format_count(count: int, noun: str, plural: str | None = None) -> str:
    """`1 CPU`, `4 CPUs`."""
    return f"{count} {noun}" if count == 1 else f"{count} {plural or noun + 's'}"


def format_latency(latency_s: float | None) -> str:
    """`250 µs`, `3.4 ms`, `1.2 s`."""
    if latency_s is None or not math.isfinite(latency_s):
        return UNKNOWN
    return _scaled(latency_s * 1e6, _LATENCIES, 1000.0)


def format_duration(duration_s: float | None) -> str:
    """`0:21`, `59:59`, then `4 h 12 min`, then whole `3 days`; never negative."""
    if duration_s is None or not math.isfinite(duration_s):
        return UNKNOWN
    seconds = max(int(duration_s), 0)
    if seconds < _HOUR_S:
        return f"{seconds // _MINUTE_S}:{seconds % _MINUTE_S:02d}"
    if seconds < _DAY_S:
        return f"{seconds // _HOUR_S} h {seconds % _HOUR_S // _MINUTE_S} min"
    return format_count(seconds // _DAY_S, "day")


def format_span(duration_s: float | None) -> str:
    """`2 days 3 hours 4 minutes`, for columns that are compared at a glance; seconds only below a minute."""
    if duration_s is None or not math.isfinite(duration_s):
        return UNKNOWN
    seconds = max(int(duration_s), 0)
    if seconds < _MINUTE_S:
        return format_count(seconds, "second")
    parts = (
        (seconds // _DAY_S, "day"),
        (seconds % _DAY_S // _HOUR_S, "hour"),
        (seconds % _HOUR_S // _MINUTE_S, "minute"),
    )
    return " ".join(format_count(count, noun) for count, noun in parts if count)


def format_ago(age_s: float | None) -> str:
    """`just now`, `3 min ago`, `4 h ago`, `3 days ago`."""
    if age_s is None or not math.isfinite(age_s):
        return UNKNOWN
    if age_s < _MINUTE_S:
        return "just now"
    if age_s < _HOUR_S:
        return f"{int(age_s // _MINUTE_S)} min ago"
    if age_s < _DAY_S:
        return f"{int(age_s // _HOUR_S)} h ago"
    return f"{format_count(int(age_s // _DAY_S), 'day')} ago"


def format_value(value: float | None, unit: str) -> str:
    """A value in one of the base units of recorded series: fraction, B, B/s, s; others as number and unit."""
    if unit == "fraction":
        return format_percent(value)
    if unit == "B":
        return format_bytes(value)
    if unit == "B/s":
        return format_rate(value)
    if unit == "s":
        return format_latency(value)
    if value is None or not math.isfinite(value):
        return UNKNOWN
    prefixes = _PREFIXES if unit in _PREFIXABLE else ("",)
    return _scaled(value, [prefix + unit for prefix in prefixes], 1000.0)


def _scaled(value: float, names: Sequence[str], factor: float, whole_first: bool = False) -> str:
    """The value in the largest unit that leaves at least 1; what would round up to 1 of the next unit is told so."""
    place = 0
    while place < len(names) - 1 and abs(value) >= factor - 0.5:
        value /= factor
        place += 1
    if whole_first and place == 0:
        return f"{_whole(value)} {names[0]}"
    number = _whole(value) if abs(value) >= 99.95 or value == 0 else f"{value:.1f}"
    return f"{number} {names[place]}".strip()


def _whole(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 0.5 else "0"
