"""The messages that operations leave for whoever looks after the pool."""

from __future__ import annotations

from lifeguard.clock import Clock
from lifeguard.datamodel.alerts import ALERTS
from lifeguard.sim.behaviour import lookup
from lifeguard.sim.context import Context
from lifeguard.sim.database import Database
from lifeguard.sim.messages import Messages

_CLASSES = {"VM": "VM", "host": "Host", "pool": "Pool", "SR": "SR", "VMSS": "VMSS"}
_DEFAULT_PRIORITY = 5


def post(db: Database, clock: Clock, name: str, table: str, ref: str, body: str) -> None:
    """Leave a message about an object, with the priority messages of that name usually have."""
    uuid = db.get(table, ref, "uuid")
    Messages(db, clock).post(name, ALERTS.get(name, _DEFAULT_PRIORITY), _CLASSES[table], uuid, body)


def vm_event(context: Context, name: str, vm_ref: str, what: str) -> None:
    """`VM 'web' started on host: h1 (uuid: ...)`, and the like: `what` is the part after the name."""
    vm = context.db.row("VM", vm_ref)
    post(context.db, context.clock, name, "VM", vm_ref, f"VM '{vm['name_label']}' {what}")


def on_host(db: Database, host_ref: str) -> str:
    host = lookup.find(db, "host", host_ref)
    return f"on host: {host['name_label']} (uuid: {host['uuid']})" if host else "on no host"
