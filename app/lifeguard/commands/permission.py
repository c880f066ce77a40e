"""Whether the session's role may run a command, and which role would do."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol

from lifeguard.commands.selection import Selection
from lifeguard.commands.source import Source
from lifeguard.datamodel.calls import CALLS
from lifeguard.rules.verdict import Verdict

ROLES = ("read-only", "vm-operator", "vm-admin", "vm-power-admin", "pool-operator", "pool-admin")
_WAITING = frozenset({"connecting", "loading", "lost", "refused", "closed"})


class Calling(Protocol):
    @property
    def calls(self) -> tuple[str, ...]: ...


def judge_permission(command: Calling, source: Source, selection: Selection) -> Verdict | None:
    """A refusal of everything at this pool: it is not connected, or the role does not suffice. None when neither."""
    words = selection.rules(source).words
    if source.state.phase in _WAITING:
        return Verdict("not_connected", (source.title,), words)
    if source.permissions is None:
        return None
    missing = next((method for method in command.calls if not is_permitted(method, source.permissions)), None)
    if missing is None:
        return None
    return Verdict("RBAC_PERMISSION_DENIED", (missing.lower(), sufficient_role(command.calls)), words)


def is_permitted(method: str, permissions: Collection[str]) -> bool:
    """Whether a session with these permissions may make a call (`VM.add_to_other_config/key:folder` included)."""
    name = method.lower()
    if name in permissions or f"async.{name}" in permissions:
        return True
    if "/key:" not in name:
        return False
    base = name.partition("/key:")[0]
    return base in permissions or any(
        known.endswith("*") and name.startswith(known[:-1]) for known in permissions if "/key:" in known
    )


def sufficient_role(methods: Iterable[str]) -> str:
    """The weakest role that may make all of these calls."""
    needed = 0
    for method in methods:
        call = CALLS.get(method.partition("/key:")[0])
        role = call.weakest_role if call is not None else None
        needed = max(needed, ROLES.index(role) if role in ROLES else len(ROLES) - 1)
    return ROLES[needed]
