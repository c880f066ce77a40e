"""Whose certificate a server shows, and which ones are trusted: by an authority the system knows, or by a person."""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass
from typing import Protocol

from cryptography import x509
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a person needs to know one again, and `address` (host:port) that showed it. `fingerprint` is SHA-256, as
    pairs of upper-case hex with colons; the dates are UTC, YYYY-MM-DD HH:MM."""

    address: str
    fingerprint: str
    subject: str
    issuer: str
    not_before: str
    not_after: str


class TrustStore(Protocol):
    """Remembers the certificate that a person trusted for an address (host:port as dialled)."""

    def known(self, address: str) -> CertificateFacts | None: ...
    def remember(self, facts: CertificateFacts) -> None: ...


class SessionTrust:
    """Trust that lasts as long as the program runs."""

    def __init__(self) -> None:
        self._known: dict[str, CertificateFacts] = {}

    def known(self, address: str) -> CertificateFacts | None:
        return self._known.get(address)

    def remember(self, facts: CertificateFacts) -> None:
        self._known[facts.address] = facts


def fingerprint_of(der: bytes) -> str:
    digest = hashlib.sha256(der).hexdigest().upper()
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))


def facts_of(address: str, der: bytes) -> CertificateFacts:
    """The facts of a certificate in DER. One that cannot be read has at least its fingerprint."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        return CertificateFacts(
            address=address,
            fingerprint=fingerprint_of(der),
            subject=_name(certificate.subject),
            issuer=_name(certificate.issuer),
            not_before=f"{certificate.not_valid_before_utc:%Y-%m-%d %H:%M}",
            not_after=f"{certificate.not_valid_after_utc:%Y-%m-%d %H:%M}",
        )
    except ValueError:
        return CertificateFacts(address, fingerprint_of(der), "unreadable", "unreadable", "", "")


def _name(name: x509.Name) -> str:
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string()


def verifying_context(old_tls: bool = False) -> ssl.SSLContext:
    """Accepts what the system's authorities vouch for."""
    return _versions(ssl.create_default_context(), old_tls)


def pinning_context(old_tls: bool = False) -> ssl.SSLContext:
    """Accepts any certificate: whoever uses it compares the fingerprint before sending anything."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return _versions(context, old_tls)


def _versions(context: ssl.SSLContext, old_tls: bool) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if old_tls:
        # Servers up to 6.5 know nothing newer; the person chose this for this one server.
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context
