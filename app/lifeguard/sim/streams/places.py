"""Which machine, disk or repository a request means, and whether this host can reach it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from lifeguard.sim.behaviour import lookup
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError
from lifeguard.sim.http.handlers import Visit

Address: TypeAlias = Callable[[str], str]
"""Where a host, given by its ref, answers: a URL."""


def named(visit: Visit, table: str, *parameters: str) -> str | None:
    """The row that the first of these parameters names by ref or uuid. Raises ApiError HANDLE_INVALID."""
    for parameter in parameters:
        text = visit.request.parameter(parameter)
        if text:
            ref = text if visit.pool.db.has(table, text) else visit.pool.db.by_uuid(table, text)
            if ref is None:
                raise ApiError("HANDLE_INVALID", table, text)
            return ref
    return None


def needed(visit: Visit, table: str, *parameters: str) -> str:
    """Raises ApiError INTERNAL_ERROR when no parameter names anything, HANDLE_INVALID when it names nothing there."""
    ref = named(visit, table, *parameters)
    if ref is None:
        raise ApiError("INTERNAL_ERROR", f'Failure("Missing parameter {" or ".join(parameters)}")')
    return ref


def repositories_of(db: Database, vm_ref: str) -> set[str]:
    """Where the disks of a VM lie; discs in drives do not matter."""
    vm = db.row("VM", vm_ref)
    disks = [vbd["VDI"] for _, vbd in lookup.devices(db, vm, "VBD") if vbd["type"] == "Disk"]
    return {str(db.get("VDI", disk, "SR")) for disk in (*disks, vm["suspend_VDI"]) if db.has("VDI", disk)}


def keeper(visit: Visit, repositories: set[str]) -> str:
    """The asked host if it reaches all of them, else a live one that does. Raises ApiError SR_NOT_ATTACHED."""
    db = visit.pool.db
    for host_ref in (visit.host_ref, *db.rows("host")):
        is_here = host_ref == visit.host_ref or lookup.is_live(db, host_ref)
        if is_here and all(host_ref in lookup.plugged_hosts(db, sr) for sr in repositories):
            return host_ref
    unreached = sorted(sr for sr in repositories if not lookup.plugged_hosts(db, sr)) or sorted(repositories)
    raise ApiError("SR_NOT_ATTACHED", unreached[0])
