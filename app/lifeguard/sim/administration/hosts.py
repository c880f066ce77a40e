"""What a host tells about its own works, and switches that change nothing but a field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import quoteattr

from lifeguard.sim import dates
from lifeguard.sim.administration.shapes import accepted, everywhere
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.failure import ApiError

CAPABILITIES: Mapping[str, str] = {
    "xenserver-config": "Host configuration", "xenserver-logs": "Host logs", "xenserver-databases": "Pool database",
    "system-logs": "System logs", "network-status": "Network status", "disk-info": "Disk information",
    "hardware-info": "Hardware information", "process-list": "Processes", "yum": "Installed packages",
}  # fmt: skip
"""What a status bundle may hold: key and title."""


async def _capabilities(context: Context, host_ref: str) -> str:
    """As XML, with the sizes and times a client shows beside each box."""
    context.db.row("host", host_ref)
    entries = "".join(
        f"<capability key={quoteattr(key)} min-size=\"0\" max-size=\"65536\" min-time=\"0\" max-time=\"1\" "
        f'mime="application/data" pii="maybe" default-checked="yes" checked="yes" hidden="no"/>'
        for key in CAPABILITIES
    )
    return f'<?xml version="1.0" ?><system-status-capabilities>{entries}</system-status-capabilities>'


async def _display(context: Context, host_ref: str) -> str:
    """Takes effect at the next boot, as the state says until then."""
    wish = "enable_on_reboot" if context.method.endswith("enable_display") else "disable_on_reboot"
    undo, done = ("disable_on_reboot", "enabled") if wish == "enable_on_reboot" else ("enable_on_reboot", "disabled")
    now = context.db.get("host", host_ref, "display")
    then = done if now in (undo, done) else wish
    context.db.set("host", host_ref, "display", then)
    return then


async def _dmesg_clear(context: Context, host_ref: str) -> str:
    name = context.db.get("host", host_ref, "hostname")
    return f"{dates.stamp(context.clock.time_s())} {name} kernel: a simulated host has nothing to report\n"


async def _diagnostics(context: Context, host_ref: str) -> str:
    return f"{context.db.get('host', host_ref, 'name_label')}: a simulated host has no such processes\n"


async def _extension(context: Context, host_ref: str, call: str) -> str:
    context.db.row("host", host_ref)
    raise ApiError("MESSAGE_METHOD_UNKNOWN", call)


async def _statistics(context: Context, *args: Any) -> Mapping[str, str]:
    return {"generation": str(context.db.generation)}


async def _call_counts(context: Context, *args: Any) -> Mapping[str, str]:
    return {name: str(len(context.db.rows(name))) for name in context.db.tables if context.db.rows(name)}


async def _user_agents(context: Context, host_ref: str) -> Mapping[str, str]:
    """Who is logged in, by what they call themselves."""
    context.db.row("host", host_ref)
    return {str(row["originator"]): "" for row in context.db.rows("session").values() if row["originator"]}


async def _send_test_post(context: Context, host: str, port: int, body: str) -> str:
    raise ApiError("TLS_CONNECTION_FAILED", host, str(port))


async def _hello(context: Context, host_uuid: str, address: str) -> str:
    return "unknown_host" if context.db.by_uuid("host", host_uuid) is None else "ok"


async def _enable_tls_checks(context: Context) -> None:
    for table in ("host", "pool"):
        for ref in list(context.db.rows(table)):
            context.db.set(table, ref, "tls_verification_enabled", True)


async def _client_certificates(context: Context, pool_ref: str, name: str = "") -> None:
    context.db.update("pool", pool_ref, client_certificate_auth_enabled=bool(name), client_certificate_auth_name=name)


async def _new_telemetry(context: Context, pool_ref: str) -> None:
    secret = context.db.insert("secret", {"value": context.db.new_uuid()})
    context.db.set("pool", pool_ref, "telemetry_uuid", secret)


HANDLERS: Mapping[str, Handler] = {
    "host.get_system_status_capabilities": _capabilities,
    "host.enable_display": _display,
    "host.disable_display": _display,
    "host.dmesg_clear": _dmesg_clear,
    "host.get_sm_diagnostics": _diagnostics,
    "host.get_thread_diagnostics": _diagnostics,
    "host.call_extension": _extension,
    "host.get_diagnostic_timing_stats": _statistics,
    "host.get_tracked_user_agents": _user_agents,
    "Diagnostics.gc_stats": _statistics,
    "Diagnostics.db_stats": _call_counts,
    "pool.send_test_post": _send_test_post,
    "pool.hello": _hello,
    "pool.enable_tls_verification": _enable_tls_checks,
    "pool.enable_client_certificate_auth": _client_certificates,
    "pool.disable_client_certificate_auth": _client_certificates,
    "pool.reset_telemetry_uuid": _new_telemetry,
    **everywhere("host.emergency_disable_tls_verification", tls_verification_enabled=False),
    **everywhere("host.emergency_reenable_tls_verification", tls_verification_enabled=True),
    **accepted(
        "host.send_debug_keys", "host.bugreport_upload", "host.backup_rrds", "host.reset_networking",
        "host.sm_dp_destroy",
        "host.apply_guest_agent_config", "host.set_sched_gran", "pool.ha_prevent_restarts_for",
        "Diagnostics.gc_compact", "host.emergency_reset_server_certificate", "host_crashdump.upload",
    ),
    **accepted("host.ha_xapi_healthcheck", result=True),
    **accepted("host.get_sched_gran", result="core"),
    **accepted("Diagnostics.network_stats", "Caller.query_all_usage", result=()),
    **accepted("Caller.query_token_usage", "Caller.query_group_token_usage", result=0.0),
    **accepted("Caller.query_call_count", "Caller.query_group_call_count", result=0),
}  # fmt: skip
