"""Logging in and out: who may, which sessions live, and when they end by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lifeguard.clock import Clock
from lifeguard.datamodel.schema import NULL_REF
from lifeguard.sim import dates
from lifeguard.sim.context import Context, Handler
from lifeguard.sim.database import Database
from lifeguard.sim.failure import ApiError
from lifeguard.sim.roles import permissions_of

MOST_PER_ORIGINATOR = 500
INACTIVITY_LIMIT_S = 24 * 3600.0
_REFRESH_S = 600.0


@dataclass(frozen=True, slots=True)
class Account:
    """One who may log in. `role` is None for the local superuser."""

    password: str
    role: str | None = None


class Sessions:
    """The sessions of one pool; each is a row of the table `session`."""

    def __init__(self, db: Database, clock: Clock, accounts: dict[str, Account]) -> None:
        self._db = db
        self._clock = clock
        self._active_s: dict[str, float] = {}  # ref -> when it was last used
        self._local: dict[str, str] = {}  # ref of a local session -> host that issued it
        self.accounts = accounts

    def calls(self) -> Mapping[str, Handler]:
        return {
            "session.login_with_password": self._login,
            "session.slave_login": self._slave_login,
            "session.slave_local_login": self._slave_login,
            "session.slave_local_login_with_password": self._local_login,
            "session.logout": self._logout,
            "session.local_logout": self._logout,
            "session.change_password": self._change_password,
            "session.get_all_subject_identifiers": self._subject_identifiers,
            "session.logout_subject_identifier": self._logout_subject,
        }

    def check(self, ref: str, host_ref: str) -> None:
        """Raises ApiError SESSION_INVALID unless the session lives; notes that it was used."""
        if self._local.get(ref) == host_ref:
            return
        if not self._db.has("session", ref):
            raise ApiError("SESSION_INVALID", ref)
        now_s = self._clock.time_s()
        if now_s - self._active_s.get(ref, now_s) > INACTIVITY_LIMIT_S:
            self.end(ref)
            raise ApiError("SESSION_INVALID", ref)
        if now_s - self._active_s.get(ref, 0.0) >= _REFRESH_S:
            self._db.set("session", ref, "last_active", dates.stamp(now_s))
            self._active_s[ref] = now_s

    def is_local(self, ref: str) -> bool:
        return ref in self._local

    def role(self, ref: str) -> str | None:
        """The role of a session's user; None for the local superuser."""
        if self.is_local(ref):
            return None
        account = self.accounts.get(self._db.get("session", ref, "auth_user_name"))
        return None if account is None else account.role

    def open(self, user: str, password: str, originator: str, host_ref: str) -> str:
        """Log in and return the session ref. Raises ApiError SESSION_AUTHENTICATION_FAILED."""
        self._authenticate(user, password)
        self._make_room(originator)
        role, now_s = self.accounts[user].role, self._clock.time_s()
        ref = self._db.insert(
            "session",
            {
                "this_host": host_ref,
                "last_active": dates.stamp(now_s),
                "validation_time": dates.stamp(now_s),
                "is_local_superuser": role is None,
                "auth_user_sid": "" if role is None else f"S-1-5-21-{user}",
                "auth_user_name": user,
                "rbac_permissions": () if role is None else permissions_of(role),
                "originator": originator,
            },
        )
        self._active_s[ref] = now_s
        return ref

    def end(self, ref: str) -> None:
        """End a session; its blocked calls notice."""
        self._local.pop(ref, None)
        self._active_s.pop(ref, None)
        if self._db.has("session", ref):
            self._db.destroy("session", ref)

    def sweep(self) -> None:
        """End the sessions that nobody used for too long."""
        now_s = self._clock.time_s()
        for ref in [ref for ref, active_s in self._active_s.items() if now_s - active_s > INACTIVITY_LIMIT_S]:
            self.end(ref)

    def end_all(self) -> None:
        for ref in list(self._db.rows("session")):
            self.end(ref)

    def _authenticate(self, user: str, password: str) -> None:
        account = self.accounts.get(user)
        if account is None or account.password != password:
            raise ApiError("SESSION_AUTHENTICATION_FAILED", user, "Authentication failure")

    def _make_room(self, originator: str) -> None:
        alike = [ref for ref, row in self._db.rows("session").items() if row["originator"] == originator]
        if len(alike) >= MOST_PER_ORIGINATOR:
            self.end(min(alike, key=lambda ref: self._active_s.get(ref, 0.0)))

    async def _login(self, context: Context, user: str, password: str, version: str, originator: str = "") -> str:
        return self.open(user, password, originator, context.host_ref)

    async def _slave_login(self, context: Context, *args: str) -> str:
        raise ApiError("SESSION_AUTHENTICATION_FAILED", args[0] if len(args) > 1 else NULL_REF, _WRONG_SECRET)

    async def _local_login(self, context: Context, user: str, password: str) -> str:
        self._authenticate(user, password)
        ref = self._db.new_ref()
        self._local[ref] = context.host_ref
        return ref

    async def _logout(self, context: Context) -> None:
        self.end(context.session_ref)

    async def _change_password(self, context: Context, old: str, new: str) -> None:
        if self.role(context.session_ref) is not None:
            raise ApiError("USER_IS_NOT_LOCAL_SUPERUSER", "Only the local superuser may change the password")
        user = self._db.get("session", context.session_ref, "auth_user_name")
        self._authenticate(user, old)
        self.accounts[user] = Account(new)

    async def _subject_identifiers(self, context: Context) -> tuple[str, ...]:
        found = {row["auth_user_sid"] for row in self._db.rows("session").values()}
        return tuple(sorted(found - {""}))

    async def _logout_subject(self, context: Context, identifier: str) -> None:
        for ref, row in list(self._db.rows("session").items()):
            if row["auth_user_sid"] == identifier and identifier:
                self.end(ref)


_WRONG_SECRET = "Pool credentials invalid"
