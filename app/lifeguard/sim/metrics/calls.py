"""Metrics by calls: what is measured of a machine, host or repository, and its value now."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from lifeguard.sim.behaviour.operations.vm import assert_vm
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.failure import ApiError
from lifeguard.sim.metrics.library import Library
from lifeguard.sim.metrics.recorded import AVERAGES, Recorded, Source

_UNITS = (
    (r"cpu.*|hostload", "(fraction)"),
    (r"memory_internal_free|.*_kib", "KiB"),
    (r"memory.*|size|physical_utilisation", "B"),
    (r".*latency.*", "µs"),
    (r".*_errors", "err/s"),
    (r"pif_.*|vif_.*|read_.*|write_.*|vbd_[^_]+_(read|write)", "B/s"),
    (r".*iops_.*", "requests/s"),
    (r".*io_throughput_.*", "MiB/s"),
    (r".*iowait.*", "s/s"),
    (r".*(inflight|avgqu_sz).*", "requests"),
)
_NOT_STANDARD = re.compile(r".*_errors|.*(inflight|avgqu_sz|iowait).*|xapi_.*")


def source_calls(library: Library) -> Mapping[str, Handler]:
    """The four calls about data sources, of each class that has them."""
    forgotten: set[tuple[str, str]] = set()
    found: dict[str, Handler] = {}
    for table in ("VM", "host", "SR"):
        found |= _calls_of(table, library, forgotten)
    return found


def _calls_of(table: str, library: Library, forgotten: set[tuple[str, str]]) -> dict[str, Handler]:
    def record(context: Context, ref: str) -> Recorded:
        context.db.row(table, ref)
        if table == "VM":
            assert_vm(context.db, ref, "data_source_op")
            return library.vm(ref)
        return library.host(ref) if table == "host" else library.sr(ref)

    def values(context: Context, ref: str) -> dict[str, tuple[Source, float]]:
        known = record(context, ref)
        newest = known.newest(AVERAGES[0], 1)[0].tolist()
        return {source.name: (source, value) for source, value in zip(known.sources, newest, strict=True)}

    def one(context: Context, ref: str, name: str) -> float:
        found = values(context, ref)
        if name not in found:
            raise ApiError("INTERNAL_ERROR", f'Failure("Unknown data source {name}")')
        return found[name][1]

    async def get_data_sources(context: Context, ref: str) -> tuple[Mapping[str, Any], ...]:
        return tuple(_described(source, value, is_enabled=(ref, source.name) not in forgotten)
                     for source, value in values(context, ref).values())  # fmt: skip

    async def query_data_source(context: Context, ref: str, name: str) -> float:
        return one(context, ref, name)

    async def record_data_source(context: Context, ref: str, name: str) -> None:
        one(context, ref, name)
        forgotten.discard((ref, name))

    async def forget_data_source_archives(context: Context, ref: str, name: str) -> None:
        one(context, ref, name)
        forgotten.add((ref, name))

    calls = (get_data_sources, query_data_source, record_data_source, forget_data_source_archives)
    return {f"{table}.{call.__name__}": call for call in calls}


def _described(source: Source, value: float, *, is_enabled: bool) -> Mapping[str, Any]:
    unit = next((unit for pattern, unit in _UNITS if re.fullmatch(pattern, source.name)), "")
    return {
        "name_label": source.name,
        "name_description": source.name.replace("_", " "),
        "enabled": is_enabled,
        "standard": _NOT_STANDARD.fullmatch(source.name) is None,
        "units": unit,
        "min": 0.0,
        "max": source.most,
        "value": value if not math.isnan(value) else 0.0,
    }
