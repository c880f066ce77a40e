"""What a session's role permits, as far as the server tells; the server has the last word on every call."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from lifeguard.xapi.codec import described
from lifeguard.xapi.failures import ApiFailure
from lifeguard.xapi.session import Session


@dataclass(frozen=True, slots=True)
class Permissions:
    """`names` are lower-case methods, some with `/key:` and a key or a pattern of keys; None means everything (root,
    servers without roles)."""

    names: frozenset[str] | None = None

    def allows(self, method: str, key: str = "") -> bool:
        """Whether a call may be made; `key` for the string maps whose keys have permissions of their own."""
        if self.names is None:
            return True
        name = method.removeprefix("Async.").lower()
        if name in self.names:
            return True
        keyed = f"{name}/key:{key.lower()}"
        return bool(key) and any(fnmatchcase(keyed, known) for known in self.names if known.startswith(f"{name}/key:"))

    def weakest_role(self, method: str) -> str | None:
        """The least role that may make a call, None when no role may or the call is unknown."""
        call = described(method)
        return call.weakest_role if call is not None else None


EVERYTHING = Permissions()


async def permissions_of(session: Session) -> Permissions:
    """Ask the server. Raises any Failure but those of servers that know no roles."""
    try:
        if await session.call("session.get_is_local_superuser", session.ref):
            return EVERYTHING
        names = await session.call("session.get_rbac_permissions", session.ref)
    except ApiFailure as failure:
        if failure.code in ("MESSAGE_METHOD_UNKNOWN", "MESSAGE_REMOVED"):
            return EVERYTHING
        raise
    return Permissions(frozenset(name.lower() for name in names))
