"""Opening connections to the members of one pool: the address book, trust and patience that they share."""

from __future__ import annotations

from collections.abc import Sequence

from lifeguard.xapi.certificate import TrustStore
from lifeguard.xapi.codec import Codec
from lifeguard.xapi.endpoint import AddressBook, Endpoint
from lifeguard.xapi.failures import LostConnection
from lifeguard.xapi.policy import Policy
from lifeguard.xapi.transport import Transport


class Dialler:
    """`codecs` are the protocols that calls are tried in, in order; the usual ones unless given."""

    def __init__(
        self,
        addresses: AddressBook,
        trust: TrustStore,
        policy: Policy,
        old_tls: bool = False,
        codecs: Sequence[Codec] = (),
    ) -> None:
        self.addresses = addresses
        self.policy = policy
        self._trust = trust
        self._old_tls = old_tls
        self.codecs = codecs
        self.secrets: set[str] = set()
        """The passwords and sessions that were used on the way: what no log may show."""

    def endpoint(self, address: str) -> Endpoint:
        """Where an address from a record or a redirect leads. Raises LostConnection for one that leads nowhere."""
        try:
            return self.addresses.endpoint(address)
        except ValueError as no_address:
            raise LostConnection(address, str(no_address)) from None

    async def open(self, endpoint: Endpoint) -> Transport:
        """A transport whose certificate is settled. Raises NotTrusted, UnsafeTls, LostConnection."""
        transport = Transport(endpoint, self._trust, self._old_tls)
        await transport.open(self.policy.login)
        return transport
