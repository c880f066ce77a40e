"""One piece of work with another user's rights: a second session beside a link's, logged out when the work is done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from lifeguard.link.link import Link
from lifeguard.rules.words import sentence
from lifeguard.scope import finished
from lifeguard.xapi.failures import ApiFailure, Failure
from lifeguard.xapi.permissions import Permissions, permissions_of
from lifeguard.xapi.session import Credentials, Session
from lifeguard.xapi.tasks import Progress, run_task


class NotElevated(Exception):
    """The server does not let the other user in; the text is for a person."""


class Elevated:
    """The face of a link, its calls made in the other user's session. The facts are the link's own."""

    def __init__(self, link: Link, session: Session, permissions: Permissions) -> None:
        self.inventory = link.inventory
        self.state = link.state
        self.permissions = permissions
        self._link = link
        self._session = session

    @property
    def title(self) -> str:
        return self._link.title

    async def call(self, method: str, *args: Any) -> Any:
        return await self._session.call(method, *args)

    async def run_task(
        self, method: str, *args: Any, progress: Progress | None = None, labels: Mapping[str, str] | None = None
    ) -> Any:
        return await run_task(self, method, *args, progress=progress, labels=labels, watch=self._link.watch)


@asynccontextmanager
async def as_user(link: Link, credentials: Credentials) -> AsyncIterator[Elevated]:
    """Log in as somebody else at the link's master for the length of the block. Raises NotElevated."""
    try:
        session = await link.open_session_as(credentials)
    except Failure as failure:
        raise NotElevated(_reason(link, failure)) from failure
    try:
        try:
            permissions = await permissions_of(session)
        except Failure as failure:
            raise NotElevated(_reason(link, failure)) from failure
        yield Elevated(link, session, permissions)
    finally:
        _, is_ending = await finished(session.close())  # nobody else would log it out
        if is_ending:
            raise asyncio.CancelledError


def _reason(link: Link, failure: Failure) -> str:
    if isinstance(failure, ApiFailure):
        return sentence(link.inventory, failure.code, failure.params)
    return f"{link.title} cannot be reached: {failure}."
