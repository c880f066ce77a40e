"""Messages (alerts): the files a coordinator keeps, newest first in every answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lifeguard.clock import Clock
from lifeguard.sim import dates
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

MOST_KEPT = 10_000
_CLASS_TABLES = {
    "VM": "VM", "Host": "host", "SR": "SR", "Pool": "pool", "VMPP": "VMPP", "VMSS": "VMSS", "PVS_proxy": "PVS_proxy",
    "VDI": "VDI", "Certificate": "Certificate",
}  # fmt: skip


class Messages:
    """The table `message` of one pool."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    def calls(self) -> Mapping[str, Handler]:
        return {
            "message.create": self._create,
            "message.destroy": self._destroy,
            "message.destroy_many": self._destroy_many,
            "message.get": self._get,
            "message.get_since": self._get_since,
        }

    def post(self, name: str, priority: int, cls: str, obj_uuid: str, body: str) -> str:
        """Leave a message about an object; returns its ref."""
        rows = self._db.rows("message")
        if len(rows) >= MOST_KEPT:
            self._db.destroy("message", min(rows, key=lambda ref: str(rows[ref]["timestamp"])))
        return self._db.insert(
            "message",
            {
                "name": name,
                "priority": priority,
                "cls": cls,
                "obj_uuid": obj_uuid,
                "timestamp": dates.stamp(self._clock.time_s()),
                "body": body,
            },
        )

    async def _create(self, context: Context, name: str, priority: int, cls: str, obj_uuid: str, body: str) -> str:
        if self._db.by_uuid(_CLASS_TABLES[cls], obj_uuid) is None:
            raise ApiError("UUID_INVALID", cls, obj_uuid)
        return self.post(name, priority, cls, obj_uuid, body)

    async def _destroy(self, context: Context, ref: str) -> None:
        self._db.destroy("message", ref)

    async def _destroy_many(self, context: Context, refs: tuple[str, ...]) -> None:
        for ref in refs:
            self._db.destroy("message", ref)

    async def _get(self, context: Context, cls: str, obj_uuid: str, since: str) -> Mapping[str, Any]:
        return {
            ref: row
            for ref, row in self._since(since).items()
            if row["cls"] == cls and row["obj_uuid"] == obj_uuid
        }

    async def _get_since(self, context: Context, since: str) -> Mapping[str, Any]:
        return self._since(since)

    def _since(self, since: str) -> dict[str, Mapping[str, Any]]:
        found = [(row["timestamp"], ref) for ref, row in self._db.rows("message").items() if row["timestamp"] > since]
        return {ref: self._db.row("message", ref) for _, ref in sorted(found, reverse=True)}


