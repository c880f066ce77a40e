"""What a host answers about itself without touching any VM: its clock, its mode, its methods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from lifeguard.sim import dates
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.faults import Faults


class Place(Protocol):
    """Where the asked host stands."""

    @property
    def db(self) -> Database: ...
    @property
    def faults(self) -> Faults: ...
    @property
    def master_ref(self) -> str: ...


def host_calls(place: Place) -> Mapping[str, Handler]:
    async def servertime(context: Context, ref: str) -> str:
        context.db.row("host", ref)
        return dates.stamp(context.clock.time_s())

    async def is_in_emergency_mode(context: Context) -> bool:
        return bool(place.faults.of(context.host_ref).emergency)

    async def is_slave(context: Context, ref: str) -> bool:
        return ref != place.master_ref

    return {
        "host.get_servertime": servertime,
        "host.get_server_localtime": servertime,
        "host.is_in_emergency_mode": is_in_emergency_mode,
        "pool.is_slave": is_slave,
    }
