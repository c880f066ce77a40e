"""Whether the session's role may run a command, and which role would do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from lifeguard.commands.selection import Selection
from lifeguard.commands.source import Source
from lifeguard.datamodel.calls import CALLS
from lifeguard.rules.verdict import Verdict

ROLES = ("read-only", "vm-operator", "vm-admin", "vm-power-admin", "pool-operator", "pool-admin")
_CLASS_OF_KIND = {
    "vm": "VM", "template": "VM", "snapshot": "VM", "host": "host", "pool": "pool", "sr": "SR", "vdi": "VDI",
    "network": "network", "appliance": "VM_appliance",
}  # fmt: skip
_OF_ALL = frozenset({"tag", "folder"})
_TAGGED = ("VM", "host", "pool", "SR", "VDI", "network")
"""The classes of what may have a tag or be in a folder."""
_OPEN_KEYS = frozenset({"folder", "XenCenter.CustomFields.*"})
"""The keys that a map opens to weaker roles than the map itself."""
FORBIDDEN = "RBAC_PERMISSION_DENIED"
_AT_WORK = frozenset({"live", "assumed"})


class Calling(Protocol):
    @property
    def calls(self) -> tuple[str, ...]: ...


def judge_permission(command: Calling, source: Source, selection: Selection) -> Verdict | None:
    """A refusal of everything at this pool: no server is there to ask, or the role does not suffice. None when neither,
    and for what asks nothing of a server."""
    if not command.calls:
        return None
    target = selection.target.source if selection.target is not None else source
    absent = next((one for one in (source, target) if one.state.phase not in _AT_WORK), None)
    if absent is not None:
        key = "saved_database" if absent.state.phase == "saved" else "not_connected"
        return Verdict(key, (absent.title,), selection.rules(absent).words)
    calls = command.calls if source.permissions.names is not None else ()
    calls = tuple(method for one in calls for method in _for_kinds(one, selection))
    missing = next((method for method in calls if not is_permitted(method, source)), None)
    if missing is None:
        return None
    params = missing.lower(), sufficient_role(calls)
    return Verdict(FORBIDDEN, params, selection.rules(source).words)


def may_try(verdict: Verdict) -> bool:
    """Whether it may be asked for: where only the role is missing, another user's is asked for then."""
    return verdict.allowed or verdict.code == FORBIDDEN


def _for_kinds(method: str, selection: Selection) -> tuple[str, ...]:
    """`*.add_tags` is meant for each class of object that is selected."""
    if not method.startswith("*."):
        return (method,)
    if selection.kinds & _OF_ALL:
        return tuple(f"{name}{method[1:]}" for name in _TAGGED)
    classes = {_CLASS_OF_KIND[kind]: None for kind in sorted(selection.kinds) if kind in _CLASS_OF_KIND}
    return tuple(f"{name}{method[1:]}" for name in classes)


def is_permitted(method: str, source: Source) -> bool:
    """Whether the session may make a call; `VM.add_to_other_config/key:folder` asks for that key alone."""
    name, _, key = method.partition("/key:")
    return source.permissions.allows(name, key)


def sufficient_role(methods: Iterable[str]) -> str:
    """The weakest role that may make all of these calls."""
    needed = 0
    for method in methods:
        name, _, key = method.partition("/key:")
        role = "vm-operator" if key in _OPEN_KEYS else getattr(CALLS.get(name), "weakest_role", None)
        needed = max(needed, ROLES.index(role) if role in ROLES else len(ROLES) - 1)
    return ROLES[needed]
