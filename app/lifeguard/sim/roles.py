"""Who may call what: the roles of a pool from strong to weak, as static as in the real server."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from functools import cache
from typing import Any

from lifeguard.datamodel.calls import CALLS
from lifeguard.datamodel.schema import Call
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.failure import ApiError

ROLES = ("pool-admin", "pool-operator", "vm-power-admin", "vm-admin", "vm-operator", "read-only")
_DESCRIPTIONS = {
    "pool-admin": "The Pool Administrator role has full access to all features and settings.",
    "pool-operator": "The Pool Operator role manages host- and pool-wide resources.",
    "vm-power-admin": "The VM Power Administrator role has full access to VM and template management.",
    "vm-admin": "The VM Administrator role can manage VMs and templates.",
    "vm-operator": "The VM Operator role can use VMs and interact with VM consoles.",
    "read-only": "The Read-Only role can log in with basic read-only access.",
}
_KEYS_OF_GUIS = ("folder",)
_KEY_PREFIXES_OF_GUIS = ("XenCenter.CustomFields.",)
_KEYED = ("add_to_other_config", "remove_from_other_config")


def is_role_enough(role: str, weakest: str | None) -> bool:
    """Whether `role` is at least as strong as `weakest`; None is more than any role has."""
    return weakest is not None and ROLES.index(role) <= ROLES.index(weakest)


def assert_may_call(role: str, method: str, call: Call, args: tuple[Any, ...]) -> None:
    """Raises ApiError RBAC_PERMISSION_DENIED."""
    weakest, permission = call.weakest_role, method.lower()
    if call.name in _KEYED and len(args) > 1:
        key = str(args[1])
        if key in _KEYS_OF_GUIS or key.startswith(_KEY_PREFIXES_OF_GUIS):
            known = key if key in _KEYS_OF_GUIS else f"{_KEY_PREFIXES_OF_GUIS[0].lower()}*"
            weakest, permission = _weaker(weakest, "vm-operator"), f"{permission}/key:{known}"
    if not is_role_enough(role, weakest):
        raise denied(permission, weakest)


def denied(permission: str, weakest: str | None) -> ApiError:
    holders = ", ".join(holder for holder in ROLES if is_role_enough(holder, weakest))
    words = f"No permission in user session. (Roles with this permission: {holders})"
    return ApiError("RBAC_PERMISSION_DENIED", permission, words)


def _weaker(one: str | None, other: str) -> str:
    return other if one is None or ROLES.index(one) < ROLES.index(other) else one


def role_ref(name: str) -> str:
    return f"OpaqueRef:{_role_uuid(name)}"


def _role_uuid(name: str) -> str:
    return str(uuid.UUID(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()))


@cache
def role_records() -> Mapping[str, Mapping[str, Any]]:
    """Every role and every single permission as a `role` row: they are code in the real server, not database rows."""
    records: dict[str, Mapping[str, Any]] = {}
    granted: dict[str, list[str]] = {name: [] for name in ROLES}
    for method, call in CALLS.items():
        if call.weakest_role not in granted:
            continue
        records[role_ref(method)] = _role(method, "A basic permission", (), is_internal=True)
        for name in ROLES:
            if is_role_enough(name, call.weakest_role):
                granted[name].append(role_ref(method))
    for name in ROLES:
        records[role_ref(name)] = _role(name, _DESCRIPTIONS[name], tuple(granted[name]), is_internal=False)
    return records


def _role(name: str, description: str, subroles: tuple[str, ...], *, is_internal: bool) -> Mapping[str, Any]:
    return {
        "uuid": _role_uuid(name),
        "name_label": name,
        "name_description": description,
        "subroles": subroles,
        "is_internal": is_internal,
    }


def permissions_of(role: str) -> tuple[str, ...]:
    """The permissions as a session lists them: full call names in lower case, and those for single keys of a map."""
    plain = tuple(name.lower() for name, call in CALLS.items() if is_role_enough(role, call.weakest_role))
    if not is_role_enough(role, "vm-operator"):
        return plain
    keys = (*_KEYS_OF_GUIS, *(f"{prefix.lower()}*" for prefix in _KEY_PREFIXES_OF_GUIS))
    keyed = (name.lower() for name, call in CALLS.items() if call.name in _KEYED)
    return (*plain, *(f"{name}/key:{key}" for name in keyed for key in keys))


def role_calls() -> Mapping[str, Handler]:
    return {
        "role.get_permissions": _permissions,
        "role.get_permissions_name_label": _permission_names,
        "role.get_by_permission": _by_permission,
        "role.get_by_permission_name_label": _by_permission_name,
    }


async def _permissions(context: Context, ref: str) -> tuple[str, ...]:
    if ref not in role_records():
        raise ApiError("HANDLE_INVALID", "role", ref)
    return tuple(role_records()[ref]["subroles"])


async def _permission_names(context: Context, ref: str) -> tuple[str, ...]:
    return tuple(role_records()[granted]["name_label"] for granted in await _permissions(context, ref))


async def _by_permission(context: Context, permission: str) -> tuple[str, ...]:
    return tuple(ref for ref, record in role_records().items() if permission in record["subroles"])


async def _by_permission_name(context: Context, label: str) -> tuple[str, ...]:
    return await _by_permission(context, role_ref(label))
