"""The addresses by which a pool may be reached, best first."""

from __future__ import annotations

from collections.abc import Iterable

from lifeguard.datamodel.records import Certificate, Host, Pool
from lifeguard.inventory.inventory import Inventory
from lifeguard.xapi.certificate import CertificateFacts
from lifeguard.xapi.dialler import Dialler
from lifeguard.xapi.endpoint import Endpoint
from lifeguard.xapi.failures import LostConnection


def member_addresses(inventory: Inventory) -> tuple[str, ...]:
    """The addresses of the pool's hosts as their records say them, the master's first."""
    masters = {pool.master for pool in inventory.all(Pool)}
    hosts = sorted(inventory.all(Host), key=lambda host: host.ref not in masters)
    return tuple(host.address for host in hosts if host.address)


def is_listed(inventory: Inventory, host: Host, facts: CertificateFacts) -> bool:
    """Whether the pool's database names this certificate as one of that host's."""
    return _plain(facts.fingerprint) in _fingerprints(inventory, host)


def is_vouched_for(inventory: Inventory, host: Host, facts: CertificateFacts) -> bool:
    """Whether to believe a member that we were led to by its master: the database names the certificate or, as before
    8.2, names none at all."""
    return is_listed(inventory, host, facts) or not _fingerprints(inventory, host)


def _fingerprints(inventory: Inventory, host: Host) -> frozenset[str]:
    found = (
        known.fingerprint_sha256 or known.fingerprint for known in inventory.all(Certificate) if known.host == host.ref
    )
    return frozenset(_plain(fingerprint) for fingerprint in found if fingerprint)


def _plain(fingerprint: str) -> str:
    return fingerprint.replace(":", "").upper()


def candidates(
    typed: Endpoint, last: Endpoint | None, addresses: Iterable[str], dialler: Dialler
) -> tuple[Endpoint, ...]:
    """Where to try, each once: where the master was, what was typed, every known member."""
    found: dict[Endpoint, None] = dict.fromkeys([last] if last is not None else [])
    found[typed] = None
    for address in addresses:
        try:
            found[dialler.endpoint(address)] = None
        except LostConnection:
            continue  # a record with an address that is none
    return tuple(found)
