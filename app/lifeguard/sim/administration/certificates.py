"""Certificates as rows: those a pool trusts, those its hosts show, and lists of revoked ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim import dates
from lifeguard.sim.administration.shapes import accepted
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError

_YEAR_S = 365 * 86_400.0


async def _install_ca(context: Context, name: str, pem: str) -> None:
    if not name or "/" in name:
        raise ApiError("CERTIFICATE_NAME_INVALID", name)
    if _named(context.db, name) is not None:
        raise ApiError("CERTIFICATE_ALREADY_EXISTS", name)
    try:
        facts = describe(pem)
    except ValueError:
        raise ApiError("CERTIFICATE_CORRUPT", name) from None
    context.db.insert("Certificate", facts | {"name": name, "type": "ca", "host": NULL_REF})


async def _uninstall_ca(context: Context, name: str, is_forced: bool = False) -> None:
    ref = _named(context.db, name)
    if ref is not None:
        context.db.destroy("Certificate", ref)
    elif not is_forced:
        raise ApiError("CERTIFICATE_DOES_NOT_EXIST", name)


async def _list_ca(context: Context) -> tuple[str, ...]:
    return tuple(row["name"] for row in context.db.rows("Certificate").values() if row["type"] == "ca")


async def _install_trusted(context: Context, pool_ref: str, is_ca: bool, pem: str, purpose: tuple[str, ...]) -> None:
    try:
        facts = describe(pem)
    except ValueError:
        raise ApiError("TRUSTED_CERTIFICATE_INVALID") from None
    fingerprint = facts["fingerprint_sha256"]
    if any(row["fingerprint_sha256"] == fingerprint for row in context.db.rows("Certificate").values()):
        raise ApiError("TRUSTED_CERTIFICATE_ALREADY_EXISTS", fingerprint)
    now = dates.stamp(context.clock.time_s())
    if facts["not_after"] < now:
        raise ApiError("TRUSTED_CERTIFICATE_EXPIRED", now, facts["not_after"])
    if facts["not_before"] > now:
        raise ApiError("TRUSTED_CERTIFICATE_NOT_VALID_YET", now, facts["not_before"])
    own = {"name": "", "type": "ca" if is_ca else "pinned", "host": NULL_REF, "purpose": purpose}
    context.db.insert("Certificate", facts | own)


async def _uninstall_trusted(context: Context, pool_ref: str, ref: str) -> None:
    if context.db.get("Certificate", ref, "type") not in ("ca", "pinned"):
        raise ApiError("NOT_TRUSTED_CERTIFICATE", ref)
    context.db.destroy("Certificate", ref)


async def _install_server(context: Context, host_ref: str, pem: str, key: str, chain: str) -> None:
    try:
        _renew(context, host_ref, describe(pem))
    except ValueError:
        raise ApiError("SERVER_CERTIFICATE_INVALID") from None


async def _reset_server(context: Context, host_ref: str) -> None:
    now_s = context.clock.time_s()
    prints = {"fingerprint_sha256": 32, "fingerprint_sha1": 20}
    made = {name: ":".join(f"{context.rng.getrandbits(8):02X}" for _ in range(size)) for name, size in prints.items()}
    dated = {"not_before": dates.stamp(now_s), "not_after": dates.stamp(now_s + 10 * _YEAR_S)}
    _renew(context, host_ref, made | dated | {"fingerprint": made["fingerprint_sha256"]})


def _renew(context: Context, host_ref: str, facts: Mapping[str, Any]) -> None:
    """A new row takes the place of the one the host had."""
    for ref in context.db.get("host", host_ref, "certificates"):
        if context.db.has("Certificate", ref) and context.db.get("Certificate", ref, "type") == "host":
            context.db.destroy("Certificate", ref)
    context.db.insert("Certificate", {**facts, "name": "", "type": "host", "host": host_ref})


def record_shown(db: Database, host_ref: str, pem: str) -> None:
    """Let the host's row tell of the certificate that it really shows."""
    present = [ref for ref in db.get("host", host_ref, "certificates") if db.has("Certificate", ref)]
    own = [ref for ref in present if db.get("Certificate", ref, "type") == "host"]
    if own:
        db.update("Certificate", own[0], **describe(pem))
    else:
        db.insert("Certificate", {**describe(pem), "name": "", "type": "host", "host": host_ref})


def _named(db: Database, name: str) -> str | None:
    rows = db.rows("Certificate").items()
    return next((ref for ref, row in rows if row["type"] == "ca" and row["name"] == name), None)


def describe(pem: str) -> dict[str, Any]:
    """What a row says of a certificate. Raises ValueError when the text is none."""
    certificate = x509.load_pem_x509_certificate(pem.encode())
    prints = {
        f"fingerprint_{name}": ":".join(f"{byte:02X}" for byte in certificate.fingerprint(algorithm))
        for name, algorithm in (("sha256", hashes.SHA256()), ("sha1", hashes.SHA1()))
    }
    return {
        **prints,
        "fingerprint": prints["fingerprint_sha256"],
        "not_before": dates.stamp(certificate.not_valid_before_utc.timestamp()),
        "not_after": dates.stamp(certificate.not_valid_after_utc.timestamp()),
    }


def _revocation_calls() -> Mapping[str, Handler]:
    """Lists of revoked certificates are files: they have names and no rows."""
    known: set[str] = set()

    async def install(context: Context, name: str, pem: str) -> None:
        if name in known:
            raise ApiError("CRL_ALREADY_EXISTS", name)
        try:
            x509.load_pem_x509_crl(pem.encode())
        except ValueError:
            raise ApiError("CRL_CORRUPT", name) from None
        known.add(name)

    async def uninstall(context: Context, name: str) -> None:
        if name not in known:
            raise ApiError("CRL_DOES_NOT_EXIST", name)
        known.discard(name)

    async def names(context: Context) -> tuple[str, ...]:
        return tuple(sorted(known))

    return {"pool.crl_install": install, "pool.crl_uninstall": uninstall, "pool.crl_list": names}


def certificate_calls() -> Mapping[str, Handler]:
    """Of one pool."""
    return {**_HANDLERS, **_revocation_calls()}


_HANDLERS: Mapping[str, Handler] = {
    "pool.certificate_install": _install_ca,
    "pool.install_ca_certificate": _install_ca,
    "pool.certificate_uninstall": _uninstall_ca,
    "pool.uninstall_ca_certificate": _uninstall_ca,
    "pool.certificate_list": _list_ca,
    "pool.install_trusted_certificate": _install_trusted,
    "pool.uninstall_trusted_certificate": _uninstall_trusted,
    "host.install_server_certificate": _install_server,
    "host.refresh_server_certificate": _reset_server,
    "host.reset_server_certificate": _reset_server,
    **accepted("pool.certificate_sync"),
    **accepted("pool.sync_trusted_certificates_from", result=()),
}
