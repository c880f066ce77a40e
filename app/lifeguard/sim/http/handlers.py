"""What is served besides calls: downloads and metrics, behind a session or Basic credentials and a role."""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlencode

from lifeguard.datamodel.dump import write_dump
from lifeguard.datamodel.schema import NULL_REF
from lifeguard.datamodel.tables import CLASSES, HTTP_HANDLERS
from lifeguard.sim.failure import DEFECTS, ApiError
from lifeguard.sim.http.exchange import HttpRequest, Reply, forbidden, internal_error, redirect, unauthorised
from lifeguard.sim.http.wires import Wires
from lifeguard.sim.pool import SimulatedPool
from lifeguard.sim.roles import denied, is_role_enough
from lifeguard.sim.tasks import is_over

_LOG = logging.getLogger(__name__)
_KNOWN = {(handler.method, handler.uri): handler for handler in HTTP_HANDLERS}


@dataclass(frozen=True, slots=True)
class Visit:
    """One authenticated request to a handler: who asks, which host, the request itself, and the line to its sender."""

    pool: SimulatedPool
    host_ref: str
    session_ref: str
    request: HttpRequest
    wires: Wires

    @property
    def named_task(self) -> str | None:
        """The task that the request wants its progress to be shown in."""
        ref = self.request.parameter("task_id")
        return ref if ref and self.pool.db.has("task", ref) else None

    def redirect(self, url: str) -> Reply:
        """The same request at the host that answers at `url`; the session goes along."""
        query = {**self.request.query}
        query.setdefault("session_id", [self.session_ref])
        return redirect(f"{url}{self.request.path}?{urlencode(query, doseq=True)}")


WebHandler: TypeAlias = Callable[[Visit], Awaitable[Reply | None]]
WebHandlers: TypeAlias = Mapping[tuple[str, str], WebHandler]
"""By method and path, such as ("GET", "/rrd_updates"). A handler refuses by raising ApiError (HTTP 500 and the task's
error) or by returning a reply of its own. One that returns None has used the visit's wires for all it had to say."""


def own_handlers() -> WebHandlers:
    """The handlers that need nothing but the database."""
    return {("GET", "/pool/xmldbdump"): _database}


async def serve(
    pool: SimulatedPool, host_ref: str, handlers: WebHandlers, request: HttpRequest, wires: Wires
) -> Reply | None:
    """Find the handler of the longest path prefix, check who asks, run it, and settle the task it names."""
    found = _find(handlers, request)
    if found is None:
        return forbidden()
    path, handler = found
    known = _KNOWN.get((request.method, path))
    session_ref, is_passing = _authenticate(pool, host_ref, request)
    if session_ref is None:
        return unauthorised(known.name if known else path)
    try:
        visit = Visit(pool, host_ref, session_ref, request, wires)
        role, weakest = pool.sessions.role(session_ref), known.weakest_role if known else "read-only"
        if role is not None and not is_role_enough(role, weakest):
            if visit.named_task:
                pool.tasks.fail(visit.named_task, denied(f"http/{known.name if known else path}", weakest))
            return forbidden()
        return await _run(handler, visit)
    finally:
        if is_passing:
            pool.sessions.end(session_ref)


async def _run(handler: WebHandler, visit: Visit) -> Reply | None:
    task_ref = visit.named_task or NULL_REF
    try:
        reply = await handler(visit)
    except ApiError as error:
        if not is_over(visit.pool.db, task_ref):
            visit.pool.tasks.fail(task_ref, error)
        return None if visit.wires.has_begun else internal_error(f"{error.code}: [ {'; '.join(error.params)} ]")
    except DEFECTS as defect:
        _LOG.exception("%s failed by a defect of the simulator", visit.request.path)
        if not is_over(visit.pool.db, task_ref):
            visit.pool.tasks.fail(task_ref, ApiError("INTERNAL_ERROR", str(defect)))
        return None if visit.wires.has_begun else internal_error(f"INTERNAL_ERROR: [ {defect} ]")
    went_well = reply is None or reply.status[0] == "2"
    if went_well and not is_over(visit.pool.db, task_ref):
        visit.pool.tasks.succeed(task_ref, "")
    return reply


def _find(handlers: WebHandlers, request: HttpRequest) -> tuple[str, WebHandler] | None:
    best: tuple[str, WebHandler] | None = None
    for (method, path), handler in handlers.items():
        fits = request.path == path or request.path.startswith(path.rstrip("/") + "/")
        if method == request.method and fits and (best is None or len(path) > len(best[0])):
            best = path, handler
    return best


def _authenticate(pool: SimulatedPool, host_ref: str, request: HttpRequest) -> tuple[str | None, bool]:
    """The session to act for, and whether it lives for this request only."""
    session_ref = request.parameter("session_id")
    try:
        if session_ref is not None:
            pool.sessions.check(session_ref, host_ref)
            return session_ref, False
        credentials = _basic(request)
        if credentials is not None:
            return pool.sessions.open(*credentials, "http", host_ref), True
    except ApiError:
        return None, False
    return None, False


def _basic(request: HttpRequest) -> tuple[str, str] | None:
    scheme, _, coded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(coded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user, password


async def _database(visit: Visit) -> Reply:
    db = visit.pool.db
    tables = {name: db.rows(name) for name, info in CLASSES.items() if info.in_database}
    return Reply(write_dump(tables, {"generation_count": str(db.generation)}))
