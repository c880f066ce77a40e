"""Who gets in, and how: SSH, HTTPS only, time, consoles, directory services."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping

from lifeguard.datamodel.schema import EPOCH
from lifeguard.sim import dates
from lifeguard.sim.administration.shapes import accepted, everywhere, putting
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.failure import ApiError
from lifeguard.sim.roles import role_records

_LONGEST_SSH_S = 2 * 24 * 3600
_DIRECTORIES = ("AD", "PAM")


async def _enable_ssh(context: Context, host_ref: str) -> None:
    timeout_s = context.db.get("host", host_ref, "ssh_enabled_timeout")
    expiry = dates.stamp(context.clock.time_s() + timeout_s) if timeout_s else EPOCH
    context.db.update("host", host_ref, ssh_enabled=True, ssh_expiry=expiry)


async def _disable_ssh(context: Context, host_ref: str) -> None:
    context.db.update("host", host_ref, ssh_enabled=False, ssh_expiry=dates.stamp(context.clock.time_s()))


async def _enable_ssh_everywhere(context: Context, pool_ref: str) -> None:
    for host_ref in list(context.db.rows("host")):
        await _enable_ssh(context, host_ref)


async def _disable_ssh_everywhere(context: Context, pool_ref: str) -> None:
    for host_ref in list(context.db.rows("host")):
        await _disable_ssh(context, host_ref)


def _number_everywhere(field: str, most: int) -> Handler:
    async def write(context: Context, ref: str, value: int) -> None:
        if not 0 <= value <= most:
            raise ApiError("VALUE_NOT_SUPPORTED", field, str(value), f"it must be between 0 and {most}")
        for host_ref in list(context.db.rows("host")) if context.db.has("pool", ref) else (ref,):
            context.db.set("host", host_ref, field, value)

    return write


async def _set_everywhere(context: Context, pool_ref: str, value: bool) -> None:
    field = context.method.partition(".set_")[2]
    for host_ref in list(context.db.rows("host")):
        context.db.set("host", host_ref, field, value)


async def _reconfigure_ipv6(context: Context, pif_ref: str, mode: str, address: str, gateway: str, dns: str) -> None:
    if mode == "Static" and "/" not in address:
        raise ApiError("INVALID_IP_ADDRESS_SPECIFIED", "IPv6")
    addresses = (address,) if mode == "Static" else ()
    context.db.update("PIF", pif_ref, ipv6_configuration_mode=mode, IPv6=addresses, ipv6_gateway=gateway, DNS=dns)


async def _set_servertime(context: Context, host_ref: str, value: str) -> None:
    if context.db.get("host", host_ref, "ntp_mode") != "Disabled":
        raise ApiError("NOT_ALLOWED_WHEN_NTP_IS_ENABLED", host_ref)


async def _set_timezone(context: Context, host_ref: str, value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ApiError("VALUE_NOT_SUPPORTED", "timezone", value, "it is no known time zone")
    context.db.set("host", host_ref, "timezone", value)


async def _timezones(context: Context, host_ref: str) -> tuple[str, ...]:
    context.db.row("host", host_ref)
    return tuple(sorted(zoneinfo.available_timezones()))


async def _is_synchronized(context: Context, host_ref: str) -> bool:
    return bool(context.db.get("host", host_ref, "ntp_mode") != "Disabled")


async def _ntp_status(context: Context, host_ref: str) -> Mapping[str, str]:
    servers = context.db.get("host", host_ref, "ntp_custom_servers")
    return dict.fromkeys(servers, "current" if await _is_synchronized(context, host_ref) else "unreachable")


async def _join_directory(
    context: Context, pool_ref: str, config: Mapping[str, str], service_name: str, auth_type: str
) -> None:
    if auth_type not in _DIRECTORIES:
        raise ApiError("AUTH_UNKNOWN_TYPE", auth_type)
    hosts = context.db.rows("host")
    taken = next((ref for ref, row in hosts.items() if row["external_auth_type"]), None)
    if taken is not None:
        raise ApiError("POOL_AUTH_ALREADY_ENABLED", taken)
    shown = {key: value for key, value in config.items() if key != "pass"}
    for ref in list(hosts):
        context.db.update("host", ref, external_auth_type=auth_type, external_auth_service_name=service_name,
                          external_auth_configuration=shown)  # fmt: skip


async def _join_directory_alone(
    context: Context, host_ref: str, config: Mapping[str, str], service_name: str, auth_type: str
) -> None:
    row = context.db.row("host", host_ref)
    if row["external_auth_type"]:
        raise ApiError("AUTH_ALREADY_ENABLED", row["external_auth_type"], row["external_auth_service_name"])
    context.db.update("host", host_ref, external_auth_type=auth_type, external_auth_service_name=service_name)


async def _leave_directory_alone(context: Context, host_ref: str, config: Mapping[str, str], force: bool) -> None:
    context.db.update("host", host_ref, external_auth_type="", external_auth_service_name="",
                      external_auth_configuration={})  # fmt: skip


def _assert_directory(context: Context) -> str:
    for row in context.db.rows("host").values():
        if row["external_auth_type"]:
            return str(row["external_auth_service_name"])
    raise ApiError("AUTH_IS_DISABLED")


async def _identifier(context: Context, name: str) -> str:
    _assert_directory(context)
    return f"S-1-5-21-{name}"


async def _information(context: Context, identifier: str) -> Mapping[str, str]:
    name = identifier.removeprefix("S-1-5-21-")
    return {"subject-name": f"{_assert_directory(context)}\\{name}", "subject-gecos": name, "subject-is-group": "false"}


async def _groups(context: Context, identifier: str) -> tuple[str, ...]:
    _assert_directory(context)
    return ()


async def _permissions(context: Context, subject_ref: str) -> tuple[str, ...]:
    roles = context.db.get("subject", subject_ref, "roles")
    granted = (role_records()[role]["subroles"] for role in roles if role in role_records())
    return tuple(sorted({str(role_records()[ref]["name_label"]) for refs in granted for ref in refs}))


HANDLERS: Mapping[str, Handler] = {
    "host.enable_ssh": _enable_ssh,
    "host.disable_ssh": _disable_ssh,
    "pool.enable_ssh": _enable_ssh_everywhere,
    "pool.disable_ssh": _disable_ssh_everywhere,
    "pool.set_ssh_enabled_timeout": _number_everywhere("ssh_enabled_timeout", _LONGEST_SSH_S),
    "host.set_ssh_enabled_timeout": _number_everywhere("ssh_enabled_timeout", _LONGEST_SSH_S),
    "pool.set_console_idle_timeout": _number_everywhere("console_idle_timeout", 2**31 - 1),
    "host.set_console_idle_timeout": _number_everywhere("console_idle_timeout", 2**31 - 1),
    "pool.set_ssh_auto_mode": _set_everywhere,
    "pool.set_https_only": _set_everywhere,
    "PIF.reconfigure_ipv6": _reconfigure_ipv6,
    "host.set_servertime": _set_servertime,
    "host.set_timezone": _set_timezone,
    "host.list_timezones": _timezones,
    "host.get_ntp_synchronized": _is_synchronized,
    "host.get_ntp_servers_status": _ntp_status,
    "pool.enable_external_auth": _join_directory,
    "host.enable_external_auth": _join_directory_alone,
    "host.disable_external_auth": _leave_directory_alone,
    "auth.get_subject_identifier": _identifier,
    "auth.get_subject_information_from_identifier": _information,
    "auth.get_group_membership": _groups,
    "subject.get_permissions_name_label": _permissions,
    **everywhere(
        "pool.disable_external_auth",
        external_auth_type="", external_auth_service_name="", external_auth_configuration={},
    ),
    **everywhere("pool.disable_ssl_legacy", ssl_legacy=False),
    **putting("PIF", "properties", "PIF.set_property"),
    **putting("Bond", "properties", "Bond.set_property"),
    **accepted(
        "pool.external_auth_set_ldaps", "host.external_auth_set_ldaps", "pool.detect_nonhomogeneous_external_auth",
        "host.local_management_reconfigure", "host.management_disable", "host.shutdown_agent", "pool.rotate_secret",
    ),
}  # fmt: skip
