"""What a host answers about itself without touching any VM: its clock, its mode, its log, what it could do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from lifeguard.datamodel.calls import CALLS
from lifeguard.sim import dates
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError
from lifeguard.sim.faults import Faults

_NEVER = "never"


class Place(Protocol):
    """Where the asked host stands."""

    @property
    def db(self) -> Database: ...
    @property
    def faults(self) -> Faults: ...
    @property
    def master_ref(self) -> str: ...


def host_calls(place: Place) -> Mapping[str, Handler]:
    async def is_in_emergency_mode(context: Context) -> bool:
        return bool(place.faults.of(context.host_ref).emergency)

    async def is_slave(context: Context, ref: str) -> bool:
        return ref != place.master_ref

    return {
        "host.get_servertime": _servertime,
        "host.get_server_localtime": _servertime,
        "host.get_log": _log,
        "host.dmesg": _log,
        "host.list_methods": _list_methods,
        "host.has_extension": _has_extension,
        "host.set_hostname_live": _set_hostname,
        "host.apply_edition": _apply_edition,
        "host.is_in_emergency_mode": is_in_emergency_mode,
        "host.retrieve_wlb_evacuate_recommendations": _no_balancing,
        "pool.is_slave": is_slave,
        "pool.has_extension": _has_extension,
        "pool.apply_edition": _apply_edition_everywhere,
        "pool.get_license_state": _license_state,
        "pool.retrieve_wlb_recommendations": _no_balancing,
        "pool.retrieve_wlb_configuration": _no_balancing,
    }


async def _servertime(context: Context, ref: str) -> str:
    context.db.row("host", ref)
    return dates.stamp(context.clock.time_s())


async def _log(context: Context, ref: str) -> str:
    name = context.db.get("host", ref, "hostname")
    return f"{dates.stamp(context.clock.time_s())} {name} xapi: a simulated host has nothing to report\n"


async def _list_methods(context: Context) -> tuple[str, ...]:
    return tuple(CALLS)


async def _has_extension(context: Context, ref: str, name: str) -> bool:
    return False


async def _set_hostname(context: Context, ref: str, hostname: str) -> None:
    if not hostname or not hostname.replace("-", "").replace(".", "").isalnum():
        raise ApiError("HOST_NAME_INVALID", f"{hostname!r} is no host name")
    context.db.set("host", ref, "hostname", hostname)


async def _apply_edition(context: Context, ref: str, edition: str, force: bool) -> None:
    context.db.set("host", ref, "edition", edition)


async def _apply_edition_everywhere(context: Context, ref: str, edition: str) -> None:
    for host_ref in list(context.db.rows("host")):
        context.db.set("host", host_ref, "edition", edition)


async def _license_state(context: Context, ref: str) -> Mapping[str, str]:
    """The weakest edition of its hosts and the earliest expiry."""
    hosts = context.db.rows("host").values()
    ends = sorted(host["license_params"].get("expiry", "") for host in hosts if host["license_params"].get("expiry"))
    return {"edition": min((str(host["edition"]) for host in hosts), default=""), "expiry": ends[0] if ends else _NEVER}


async def _no_balancing(context: Context, ref: str = "") -> None:
    raise ApiError("WLB_NOT_INITIALIZED")
