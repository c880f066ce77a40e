"""A host that has left its pool: waited for until it has booted and stands alone at the address it always had."""

from __future__ import annotations

from dataclasses import dataclass

from lifeguard.clock import Clock
from lifeguard.link.gate import TrustStore
from lifeguard.link.identity import identity_at
from lifeguard.link.target import Target
from lifeguard.xapi.dialler import Dialler
from lifeguard.xapi.endpoint import AddressBook
from lifeguard.xapi.failures import Failure, LoginRefused, LostConnection, NotTrusted, PermissionDenied, UnsafeTls
from lifeguard.xapi.policy import Policy
from lifeguard.xapi.session import open_session

_GOING_DOWN_S = 30.0
_PAUSE_S = 15.0
_MORE_TRIES = 27
_FOR_A_PERSON = (NotTrusted, UnsafeTls, LoginRefused, PermissionDenied)


@dataclass(frozen=True, slots=True)
class Homecoming:
    """Where a host is expected, and the pool that it has left: as long as that is what answers, it has not gone."""

    target: Target
    left_uuid: str

    async def wait(self, trust: TrustStore, clock: Clock, policy: Policy) -> None:
        """Return when a connection is worth while: it stands alone, or only a person can tell, who is asked then.
        Nobody is asked here. Raises LostConnection when it has not come within seven minutes."""
        await clock.sleep(_GOING_DOWN_S)
        for _ in range(_MORE_TRIES):
            if await self._is_there(trust, policy):
                return
            await clock.sleep(_PAUSE_S)
        if not await self._is_there(trust, policy):
            raise LostConnection(self.target.name, "it does not answer as a server of its own")

    async def _is_there(self, trust: TrustStore, policy: Policy) -> bool:
        start = self.target.endpoint
        dialler = Dialler(AddressBook(start, self.target.address_book), trust, policy, self.target.allow_old_tls)
        try:
            session = await open_session(dialler, start, self.target.credentials)
        except _FOR_A_PERSON:
            return True
        except Failure:
            return False
        try:
            return (await identity_at(session)).pool_uuid != self.left_uuid
        except Failure:
            return False
        finally:
            await session.close()
