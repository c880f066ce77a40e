"""Getting in: which addresses to try in which order, asking a person about certificates and passwords on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lifeguard.datamodel.records import Host
from lifeguard.inventory.inventory import Inventory
from lifeguard.link.gate import Gate, TrustStore
from lifeguard.link.identity import Identity, identity_at, is_successor
from lifeguard.link.members import candidates, is_listed, is_vouched_for, member_addresses
from lifeguard.link.target import Target
from lifeguard.xapi.certificate import CertificateFacts
from lifeguard.xapi.codec import Codec
from lifeguard.xapi.dialler import Dialler
from lifeguard.xapi.endpoint import AddressBook, Endpoint
from lifeguard.xapi.failures import (
    CertificateChanged,
    CertificateUntrusted,
    Failure,
    LoginRefused,
    LostConnection,
    PermissionDenied,
    UnsafeTls,
)
from lifeguard.xapi.fetch import Fetcher
from lifeguard.xapi.policy import Policy
from lifeguard.xapi.session import Session, open_session

_QUESTIONS = 8


class Refused(Exception):
    """A person said no, or the server says no to this person: nothing to repeat without one."""

    def __init__(self, address: str, sentence: str) -> None:
        super().__init__(sentence)
        self.address = address


class Connector:
    """Remembers what worked: the master's endpoint, the members' addresses, the credentials."""

    def __init__(
        self, target: Target, gate: Gate, trust: TrustStore, policy: Policy, codecs: Sequence[Codec] = ()
    ) -> None:
        self._typed = target.endpoint
        self._gate = gate
        self._trust = trust
        self.credentials = target.credentials
        self._members: tuple[str, ...] = target.members
        self._last: Endpoint | None = None
        self.dialler = Dialler(
            AddressBook(self._typed, target.address_book), trust, policy, target.allow_old_tls, codecs
        )
        self.fetcher = Fetcher(self.dialler)

    def addresses(self, inventory: Inventory) -> tuple[str, ...]:
        self.remember(inventory)
        return self._members

    def remember(self, inventory: Inventory) -> None:
        self._members = member_addresses(inventory) or self._members

    async def connect(self, inventory: Inventory, say_trying: Callable[[str], object]) -> tuple[Session, Identity]:
        """Try every known address once, the likeliest first; one that leads to a pool other than the one known so far
        is none. Raises Refused, or the failure of the likeliest one."""
        self.remember(inventory)
        first_failure: Failure | None = None
        for endpoint in candidates(self._typed, self._last, self._members, self.dialler):
            say_trying(str(endpoint))
            try:
                session = await self._enter(endpoint)
                identity = await self._recognised(session, inventory)
            except Failure as failure:
                first_failure = first_failure or failure
                continue
            self._last = session.endpoint
            return session, identity
        raise first_failure or LostConnection(str(self._typed), "no address to try")

    async def fetch(self, inventory: Inventory, host: Host, path_and_query: str, session_ref: str) -> bytes:
        """A document from one host of the pool. A member whose certificate nobody has seen yet is vouched for by its
        master, whom a person trusts; one that contradicts what the master says, or that changed, is not. Raises any
        Failure."""
        for _ in range(_QUESTIONS):
            try:
                return await self.fetcher.get(host.address, path_and_query, session_ref)
            except CertificateUntrusted as unknown:
                if not is_vouched_for(inventory, host, unknown.facts):
                    raise
                self._trust.remember(unknown.facts)
            except CertificateChanged as changed:
                if not is_listed(inventory, host, changed.new):
                    raise
                self._trust.remember(changed.new)
        raise LostConnection(host.address, "its certificate keeps changing")

    async def close(self) -> None:
        await self.fetcher.close()

    async def _enter(self, endpoint: Endpoint) -> Session:
        """Log in, asking whatever has to be asked. Raises Refused, any Failure."""
        for _ in range(_QUESTIONS):
            try:
                return await open_session(self.dialler, endpoint, self.credentials)
            except CertificateUntrusted as unknown:
                await self._ask_trust(unknown.facts, None)
            except CertificateChanged as changed:
                await self._ask_trust(changed.new, changed.old)
            except UnsafeTls as unsafe:
                raise Refused(str(endpoint), f"{unsafe}. Older versions can be allowed for this server.") from None
            except (LoginRefused, PermissionDenied) as refused:
                await self._ask_credentials(str(endpoint), refused)
        raise Refused(str(endpoint), f"{endpoint} asked too many questions.")

    async def _recognised(self, session: Session, inventory: Inventory) -> Identity:
        """Where the session is. Raises any Failure, LostConnection from the pool of others; it is closed then."""
        try:
            identity = await identity_at(session)
            if not await is_successor(session, identity, inventory):
                raise LostConnection(str(session.endpoint), f"{session.endpoint} belongs to another pool now")
        except BaseException:
            await session.close()
            raise
        return identity

    async def _ask_trust(self, facts: CertificateFacts, known: CertificateFacts | None) -> None:
        if not await self._gate.trust(facts, known):
            changed = "has changed and" if known is not None else "is unknown and"
            raise Refused(facts.address, f"The certificate of {facts.address} {changed} was not trusted.")
        self._trust.remember(facts)

    async def _ask_credentials(self, address: str, refused: LoginRefused | PermissionDenied) -> None:
        reason = _REASONS.get(refused.code, "User name or password is wrong.")
        given = await self._gate.credentials(address, self.credentials.user, reason)
        if given is None:
            raise Refused(address, f"{address} refused the login of {self.credentials.user}. {reason}")
        self.credentials = given


_REASONS = {
    "SESSION_AUTHORIZATION_FAILED": "This user has no role in the pool.",
    "RBAC_PERMISSION_DENIED": "This user has no role in the pool.",
}
