"""The certificates a person trusted, as a link asks for them: kept by the trust room, on disk."""

from __future__ import annotations

import logging

from lifeguard.trust.pins import Pin, Pins
from lifeguard.xapi.certificate import CertificateFacts

_log = logging.getLogger(__name__)


class PinnedTrust:
    """A TrustStore that survives restarts. When the disk refuses, the trust lasts until the program ends."""

    def __init__(self, pins: Pins) -> None:
        self._pins = pins

    def known(self, address: str) -> CertificateFacts | None:
        pin = self._pins.get(address)
        if pin is None:
            return None
        return CertificateFacts(address, pin.fingerprint, pin.subject, pin.issuer, pin.not_before, pin.not_after)

    def remember(self, facts: CertificateFacts) -> None:
        pin = Pin(
            fingerprint=facts.fingerprint,
            subject=facts.subject,
            issuer=facts.issuer,
            not_before=facts.not_before,
            not_after=facts.not_after,
        )
        try:
            self._pins.accept(facts.address, pin)
        except OSError as failure:
            _log.info("the trusted certificate of %s is not kept: %s", facts.address, failure.strerror)
