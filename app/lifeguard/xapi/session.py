"""A session on a master: logging in from any member's address, calling, logging in again, logging out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from lifeguard.datamodel.schema import NULL_REF
from lifeguard.datamodel.tables import API_VERSION
from lifeguard.xapi.codec import arguments_for, described, is_safe_to_repeat
from lifeguard.xapi.dialler import Dialler
from lifeguard.xapi.endpoint import Endpoint
from lifeguard.xapi.failures import ApiFailure, Failure, HostIsSlave, SessionInvalid
from lifeguard.xapi.policy import Patience, Policy
from lifeguard.xapi.rows import Rest, Shape
from lifeguard.xapi.rpc import Rpc, Take
from lifeguard.xapi.transport import Lane

ORIGINATOR = "Lifeguard"
_TOO_MANY_ARGUMENTS = "MESSAGE_PARAMETER_COUNT_MISMATCH"


@dataclass(frozen=True, slots=True)
class Credentials:
    user: str
    password: str = field(repr=False)


class Session:
    """Logged in at a master. `ref` is a secret. It may be used by many callers at once; `close` logs out."""

    def __init__(self, rpc: Rpc, ref: str, credentials: Credentials, dialler: Dialler) -> None:
        self.ref = ref
        self._rpc = rpc
        self._credentials = credentials
        self._dialler = dialler
        self._policy = dialler.policy
        self._logging_in = asyncio.Lock()

    @property
    def endpoint(self) -> Endpoint:
        return self._rpc.transport.endpoint

    @property
    def protocol(self) -> str:
        """The path calls are sent to: it says which protocol the server speaks."""
        return self._rpc.codec.path

    async def call(self, method: str, *args: Any) -> Any:
        """The typed result of a call, such as `call("VM.get_record", ref)`; the session is put in where it belongs.

        When the session turns out to have ended it logs in again, once, and repeats what is safe to repeat. Raises any
        Failure; SessionInvalid also when a call that changes something met the end of the session.
        """
        ref = self.ref
        try:
            return await self._send(method, args)
        except SessionInvalid:
            await self.renew(ref)
            if not is_safe_to_repeat(method):
                raise
        return await self._send(method, args)

    async def beat(self, master_ref: str) -> str:
        """The server's time, asked for once and not waited for long. Raises any Failure."""
        method = "host.get_servertime"
        arguments = arguments_for(method, (master_ref,), self.ref)
        return str(await self._rpc.call(method, arguments, self._policy.heartbeat, "heartbeat"))

    async def rows(
        self, method: str, *args: Any, shape: Shape, take: Take, lane: Lane = "calls", patience: Patience | None = None
    ) -> Rest:
        """A large answer in pieces; see `Rpc.rows`. Nothing is repeated: pieces may have been taken already."""
        arguments = arguments_for(method, args, self.ref)
        return await self._rpc.rows(method, arguments, patience or self._policy.read, shape, take, lane)

    async def renew(self, ended_ref: str) -> None:
        """Log in again unless somebody has done so since `ended_ref` was in use. Raises any Failure."""
        async with self._logging_in:
            if self.ref == ended_ref:
                self.ref = await log_in(self._rpc, self._credentials, self._policy)
                self._dialler.secrets.add(self.ref)

    async def close(self, log_out: bool = True) -> None:
        """Log out, as far as the server can still be reached, and hang up."""
        try:
            if log_out:
                await self._rpc.call(
                    "session.logout", arguments_for("session.logout", (), self.ref), self._policy.logout
                )
        except Failure:
            pass  # whatever it was, the session is not ours any more
        finally:
            await self._rpc.transport.close()

    async def _send(self, method: str, args: tuple[Any, ...]) -> Any:
        is_safe = is_safe_to_repeat(method)
        record_ref = args[0] if method.endswith(".get_record") and args else NULL_REF
        return await self._rpc.call(
            method,
            arguments_for(method, args, self.ref),
            self._policy.read if is_safe else self._policy.change,
            "calls" if is_safe or not _is_known(method) else "changes",
            record_ref,
        )


def _is_known(method: str) -> bool:
    return described(method) is not None


async def log_in(rpc: Rpc, credentials: Credentials, policy: Policy) -> str:
    """Log in with as many arguments as the server takes: 4 since 6.2, 3 or 2 before. Returns the session's ref."""
    full = (credentials.user, credentials.password, API_VERSION, ORIGINATOR)
    method = "session.login_with_password"
    for count in (4, 3, 2):
        try:
            ref = await rpc.call(method, arguments_for(method, full[:count], None), policy.login)
            return str(ref)
        except ApiFailure as failure:
            if failure.code != _TOO_MANY_ARGUMENTS or count == 2:
                raise
    raise AssertionError("unreachable")


async def open_session(dialler: Dialler, start: Endpoint, credentials: Credentials) -> Session:
    """Log in at `start` or, when it is a member, at the master it names, and at the one that names, a bounded number of
    times: members of a split pool may point at each other. Raises any Failure."""
    endpoint = start
    dialler.secrets.add(credentials.password)
    visited: set[Endpoint] = set()
    while True:
        rpc = Rpc(await dialler.open(endpoint), dialler.codecs)
        try:
            ref = await log_in(rpc, credentials, dialler.policy)
        except HostIsSlave as slave:
            await rpc.transport.close()
            visited.add(endpoint)
            endpoint = dialler.endpoint(slave.master_address)
            if endpoint in visited or len(visited) > dialler.policy.slave_hops:
                raise
        except BaseException:
            await rpc.transport.close()
            raise
        else:
            dialler.secrets.add(ref)
            return Session(rpc, ref, credentials, dialler)
