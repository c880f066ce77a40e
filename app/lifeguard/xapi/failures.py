"""What can go wrong between us and a server, sorted by what can be done about it.

    Failure
    ├── Retryable                       wait, then try again
    │   ├── LostConnection              refused, reset, cut short, silent for too long
    │   ├── HostStillBooting            the toolstack is not ready yet
    │   └── TooBusy                     the server has no room for this now
    ├── GoElsewhere                     this host cannot answer, another one can
    │   ├── HostIsSlave                 and it says which
    │   └── HostInEmergency             it lost its master, or its database
    ├── SessionInvalid                  log in again
    ├── NotTrusted                      ask whether to trust the certificate
    │   ├── CertificateUntrusted
    │   └── CertificateChanged
    ├── LoginRefused                    ask for other credentials
    └── (the rest)                      tell the user
        ├── ApiFailure                  what the server said: code and parameters, known to us or not
        │   ├── PermissionDenied        the role does not suffice; says which would
        │   ├── TaskCancelled
        │   └── EventsLost              begin again with a snapshot
        ├── MalformedAnswer             not what a server may send
        ├── HttpRefused                 an HTTP status instead of an answer
        └── UnsafeTls                   the server only speaks what is refused by default

Everything a server said in words of the XenAPI is an `ApiFailure` too, wherever it stands above.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lifeguard.xapi.certificate import CertificateFacts


class Failure(Exception):
    """Anything that this room raises on purpose."""


class Retryable(Failure):
    """Nothing was decided; the same may succeed a little later."""


class GoElsewhere(Failure):
    """Not this address; another member of the pool may serve."""


class LostConnection(Retryable):
    """No answer, or not all of it. Whether the server acted on the request is not known."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(f"{address}: {reason}")
        self.address = address
        self.reason = reason


class ApiFailure(Failure):
    """The server's own words: an error code of the XenAPI and its parameters."""

    def __init__(self, code: str, params: tuple[str, ...] = ()) -> None:
        super().__init__(f"{code}({', '.join(params)})" if params else code)
        self.code = code
        self.params = params


class HostIsSlave(ApiFailure, GoElsewhere):
    """A member answered; `master_address` is where it says its master is."""

    @property
    def master_address(self) -> str:
        return self.params[0] if self.params else ""


class HostInEmergency(ApiFailure, GoElsewhere):
    """The host cannot reach its master, or has no sound database."""


class HostStillBooting(ApiFailure, Retryable):
    """The toolstack of this host is starting."""


class TooBusy(ApiFailure, Retryable):
    """The server refuses further work for now."""


class SessionInvalid(ApiFailure):
    """The session ended: logged out, expired, or the master's toolstack restarted. Its parameter is a secret."""

    def __str__(self) -> str:
        return self.code


class LoginRefused(ApiFailure):
    """User name and password are wrong, or the user has no role in this pool."""


class PermissionDenied(ApiFailure):
    """The session's role does not suffice."""

    @property
    def permission(self) -> str:
        return self.params[0] if self.params else ""

    @property
    def sufficient_roles(self) -> tuple[str, ...]:
        """The roles that would suffice, as the server names them; empty when it does not say."""
        found = re.search(r"Roles with this permission: ([^)]*)\)", self.params[1] if len(self.params) > 1 else "")
        return tuple(role.strip() for role in found.group(1).split(",") if role.strip()) if found else ()


class TaskCancelled(ApiFailure):
    """The task ended because somebody cancelled it."""


class EventsLost(ApiFailure):
    """The server's event queue overflowed, or it does not know our place in it."""


class MalformedAnswer(Failure):
    """The bytes are not an answer that any server may send."""


class HttpRefused(Failure):
    """An HTTP status where an answer or a stream was expected."""

    def __init__(self, address: str, status: int, reason: str) -> None:
        super().__init__(f"{address} answered HTTP {status} {reason}".rstrip())
        self.address = address
        self.status = status


class NotTrusted(Failure):
    """The server's certificate is nobody's that we trust; nothing secret has been sent."""


class CertificateUntrusted(NotTrusted):
    """A certificate never seen before, and no authority vouches for it."""

    def __init__(self, facts: CertificateFacts) -> None:
        super().__init__(f"{facts.address} shows a certificate that nobody vouches for: {facts.fingerprint}")
        self.facts = facts


class CertificateChanged(NotTrusted):
    """Another certificate than the one trusted before."""

    def __init__(self, old: CertificateFacts, new: CertificateFacts) -> None:
        super().__init__(f"{new.address} shows another certificate than before: {new.fingerprint}")
        self.old = old
        self.new = new


class UnsafeTls(Failure):
    """No common TLS version or cipher with the server, unless older ones are allowed for it."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(f"{address}: {reason}")
        self.address = address


_BY_CODE: dict[str, type[ApiFailure]] = {
    "HOST_IS_SLAVE": HostIsSlave,
    "HOST_STILL_BOOTING": HostStillBooting,
    "TOO_BUSY": TooBusy,
    "SESSION_INVALID": SessionInvalid,
    "SESSION_AUTHENTICATION_FAILED": LoginRefused,
    "SESSION_AUTHORIZATION_FAILED": LoginRefused,
    "RBAC_PERMISSION_DENIED": PermissionDenied,
    "TASK_CANCELLED": TaskCancelled,
    "EVENTS_LOST": EventsLost,
    "EVENT_FROM_TOKEN_PARSE_FAILURE": EventsLost,
    "SESSION_NOT_REGISTERED": EventsLost,
    **dict.fromkeys(
        (
            "HOST_HAS_NO_MANAGEMENT_IP",
            "HOST_ITS_OWN_SLAVE",
            "HOST_MASTER_CANNOT_TALK_BACK",
            "HOST_UNKNOWN_TO_MASTER",
            "HOST_BROKEN",
            "HOST_XAPI_VERSION_HIGHER_THAN_COORDINATOR",
            "HOST_XAPI_VERSION_HIGHER_THAN_MASTER",
        ),
        HostInEmergency,
    ),
}


def api_failure(code: str, params: tuple[str, ...] = ()) -> ApiFailure:
    """The failure for an error code: of its own class when something can be done about it, else a plain one."""
    return _BY_CODE.get(code, ApiFailure)(code, params)
