"""Consoles: a connection that turns into the screen or the terminal of a running machine."""

from __future__ import annotations

import asyncio

from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError
from lifeguard.sim.http.exchange import Reply, forbidden, not_found
from lifeguard.sim.http.handlers import Visit
from lifeguard.sim.http.wires import Duplex
from lifeguard.sim.roles import is_role_enough
from lifeguard.sim.streams.rfb import RfbServer
from lifeguard.sim.streams.screen import Screen
from lifeguard.sim.streams.terminal import serve_terminal
from lifeguard.sim.streams.websocket import WebSocket, is_upgrade, upgrade_head

_OPEN = b"HTTP/1.1 200 OK\r\nConnection: close\r\nCache-Control: no-cache, no-store\r\n\r\n"


async def console(visit: Visit) -> Reply | None:
    """CONNECT, or GET that asks for a WebSocket. Raises ApiError when the machine does not run exactly here."""
    db = visit.pool.db
    found = _find(visit)
    if found is None:
        return not_found()
    vm_ref, protocol = found
    role = visit.pool.sessions.role(visit.session_ref)
    if db.get("VM", vm_ref, "is_control_domain") and role is not None and not is_role_enough(role, "pool-admin"):
        return forbidden()
    _assert_here(db, vm_ref, visit.host_ref)
    wires, duplex = visit.wires, _duplex(visit)
    if duplex is None:
        return forbidden()
    wires.look = lambda: _assert_here(db, vm_ref, visit.host_ref)
    await wires.send(upgrade_head(visit.request) if duplex is not wires else _OPEN)
    name = str(db.get("VM", vm_ref, "name_label"))
    try:
        if protocol == "vt100":
            await serve_terminal(duplex, name)
        else:
            await RfbServer(duplex, _screen(db, vm_ref), name).run()
    except (ConnectionError, asyncio.IncompleteReadError):
        return None
    return None


def _duplex(visit: Visit) -> Duplex | None:
    if visit.request.method == "CONNECT":
        return visit.wires
    return WebSocket(visit.wires) if is_upgrade(visit.request) else None


def _find(visit: Visit) -> tuple[str, str] | None:
    """The machine and the protocol; None when it has no such console."""
    db = visit.pool.db
    for name in ("ref", "uuid"):
        text = visit.request.parameter(name) or ""
        vm_ref = text if db.has("VM", text) else db.by_uuid("VM", text)
        if vm_ref is not None:
            rows = [db.row("console", ref) for ref in db.get("VM", vm_ref, "consoles") if db.has("console", ref)]
            protocols = sorted(row["protocol"] for row in rows)
            return (vm_ref, protocols[0]) if protocols else (vm_ref, "rfb")
        ref = text if db.has("console", text) else db.by_uuid("console", text)
        if ref is not None and db.has("VM", db.get("console", ref, "VM")):
            return str(db.get("console", ref, "VM")), str(db.get("console", ref, "protocol"))
    return None


def _assert_here(db: Database, vm_ref: str, host_ref: str) -> None:
    """Also asked while the console is open: it ends when the machine stops or moves."""
    vm = db.row("VM", vm_ref)
    if vm["power_state"] != "Running":
        raise ApiError("VM_BAD_POWER_STATE", vm_ref, "running", str(vm["power_state"]).lower())
    if vm["resident_on"] != host_ref:
        raise ApiError("INTERNAL_ERROR", "the machine does not run on this host")


def _screen(db: Database, vm_ref: str) -> Screen:
    vm = db.row("VM", vm_ref)
    metrics = vm["guest_metrics"]
    known = db.row("VM_guest_metrics", metrics) if db.has("VM_guest_metrics", metrics) else None
    system = str(known["os_version"].get("name", "")) if known else ""
    lines = (str(vm["name_label"]), system or "No tools in this guest", "", "This screen is simulated.",
             "Keys are shown, the pointer draws.")  # fmt: skip
    return Screen(lines, f"{vm['name_label']} login: ")
