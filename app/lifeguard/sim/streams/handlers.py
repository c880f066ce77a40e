"""Every stream by method and path, ready to be served by each host of a pool."""

from __future__ import annotations

from lifeguard.sim.http.handlers import WebHandlers
from lifeguard.sim.streams.console import console
from lifeguard.sim.streams.disk import export_disk, import_disk
from lifeguard.sim.streams.export import export_records, export_whole
from lifeguard.sim.streams.imports import import_records, import_whole
from lifeguard.sim.streams.places import Address
from lifeguard.sim.streams.reports import audit_log, backup, logs, restore, system_status


def stream_handlers(address: Address) -> WebHandlers:
    """`address` tells where a host answers, for requests that another one must serve."""
    return {
        ("GET", "/export"): export_whole(address),
        ("GET", "/export_metadata"): export_records,
        ("PUT", "/import"): import_whole(address),
        ("PUT", "/import_metadata"): import_records,
        ("GET", "/export_raw_vdi"): export_disk(address),
        ("PUT", "/import_raw_vdi"): import_disk(address),
        ("CONNECT", "/console"): console,
        ("GET", "/console"): console,
        ("GET", "/system-status"): system_status,
        ("GET", "/host_logs_download"): logs,
        ("GET", "/host_backup"): backup,
        ("PUT", "/host_restore"): restore,
        ("GET", "/audit_log"): audit_log,
    }
