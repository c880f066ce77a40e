"""What only a person can decide on the way in: trust a certificate, give a password."""

from __future__ import annotations

from typing import Protocol

from lifeguard.xapi.certificate import CertificateFacts, SessionTrust, TrustStore
from lifeguard.xapi.session import Credentials


class Gate(Protocol):
    """Answered by dialogs in the window, by scripts in tests and on the command line."""

    async def trust(self, facts: CertificateFacts, known: CertificateFacts | None) -> bool:
        """Whether to trust the certificate shown; `known` is the one trusted before, when it changed."""

    async def credentials(self, address: str, user: str, reason: str) -> Credentials | None:
        """Other credentials, None to leave it."""


class ShutGate:
    """Trusts nobody new and knows no other password: for use where nobody can be asked."""

    async def trust(self, facts: CertificateFacts, known: CertificateFacts | None) -> bool:
        return False

    async def credentials(self, address: str, user: str, reason: str) -> Credentials | None:
        return None


__all__ = ["CertificateFacts", "Credentials", "Gate", "SessionTrust", "ShutGate", "TrustStore"]
