"""From a request to its reply: may this host take it, is there such a call, may this session make it like this."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

from lifeguard.clock import Clock
from lifeguard.datamodel.schema import NULL_REF, Type
from lifeguard.datamodel.tables import SLAVE_CALLS
from lifeguard.sim.call_table import CallTable, Entry, Named
from lifeguard.sim.context import Context
from lifeguard.sim.database import Database
from lifeguard.sim.failure import DEFECTS, ApiError, EarlyError
from lifeguard.sim.faults import Faults
from lifeguard.sim.roles import assert_may_call
from lifeguard.sim.sessions import Sessions
from lifeguard.sim.tasks import Tasks
from lifeguard.sim.wire.codec import Codec, Pieces, Rendered, pieces
from lifeguard.sim.wire.request import Request, Wire
from lifeguard.sim.wire.typed import typed

_LOG = logging.getLogger(__name__)
_TEXTS = Type("set", of=(Type("string"),))


class Duty(Protocol):
    """What a host's place in the pool makes of a call before anybody looks at it."""

    def assert_takes(self, host_ref: str, method: str) -> None:
        """Raises ApiError HOST_IS_SLAVE, or EarlyError with the reason why the host is in emergency."""


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Answers the requests of one pool, whichever of its hosts they reach."""

    db: Database
    clock: Clock
    rng: random.Random
    calls: CallTable
    sessions: Sessions
    tasks: Tasks
    duty: Duty
    task_codec: Codec
    spawn: Callable[[Coroutine[Any, Any, None]], None]
    faults: Faults

    async def answer(self, host_ref: str, codec: Codec, request: Request) -> bytes:
        """The reply's body, whatever happened."""
        try:
            self.duty.assert_takes(host_ref, request.method)
            if request.method.startswith("system."):
                return self._system(codec, request)
            return codec.success(request, await self._call(host_ref, codec, request))
        except EarlyError as error:
            return codec.early_failure(request, error)
        except ApiError as error:
            return codec.failure(request, error)

    def _system(self, codec: Codec, request: Request) -> bytes:
        if request.method == "system.listMethods":
            names = codec.value(_TEXTS, self.calls.methods())
            return codec.bare(names) if codec.name == "xml" else codec.success(request, names)
        if request.method == "system.isAlive":
            return codec.success(request, codec.value(Type("bool"), True))
        raise self._unknown(request, "")

    async def _call(self, host_ref: str, codec: Codec, request: Request) -> Pieces:
        named = self.calls.find(request.method)
        if named is None:
            raise self._unknown(request, host_ref)
        entry = named.entry
        session_ref, params = self._session_and_params(entry, request.params)
        if named.is_async and not entry.call.has_async:
            words = f"No async mode for this operation (rpc: {entry.method})"
            raise ApiError("Fault", words)
        args = _arguments(entry, params)
        if entry.call.needs_session:
            self.sessions.check(session_ref, host_ref)
        if entry.call.removed is not None:
            raise ApiError("MESSAGE_REMOVED")
        context = Context(
            db=self.db,
            clock=self.clock,
            rng=self.rng,
            host_ref=host_ref,
            session_ref=session_ref,
            method=entry.method,
            spawn=self.spawn,
            faults=self.faults,
        )
        return await self._run(codec, named, context, args)

    async def _run(self, codec: Codec, named: Named, context: Context, args: tuple[Any, ...]) -> Pieces:
        entry = named.entry
        if not entry.call.has_async:
            return _write(codec, entry.call.result, await self._carry_out(entry, context, args))
        label = f"Async.{entry.method}" if named.is_async else entry.method
        task_ref = self.tasks.begin(label, context.session_ref, context.host_ref)
        inside = _with_task(context, task_ref)
        if named.is_async:
            self.spawn(self._run_to_the_end(entry, inside, args, task_ref))
            return codec.value(Type("ref", "task"), task_ref)
        try:
            return _write(codec, entry.call.result, await self._carry_out(entry, inside, args))
        finally:
            self.tasks.forget(task_ref)

    async def _run_to_the_end(self, entry: Entry, context: Context, args: tuple[Any, ...], task_ref: str) -> None:
        try:
            result = await self._carry_out(entry, context, args)
        except ApiError as error:
            self.tasks.fail(task_ref, error)
        else:
            written = _write(self.task_codec, entry.call.result, result)
            self.tasks.succeed(task_ref, b"".join(pieces(written)).decode())

    async def _carry_out(self, entry: Entry, context: Context, args: tuple[Any, ...]) -> Any:
        if entry.call.needs_session:
            self._assert_may(entry, context.session_ref, args)
        try:
            return await entry.handler(context, *args)
        except DEFECTS as defect:
            _LOG.exception("%s failed by a defect of the simulator", entry.method)
            raise ApiError("INTERNAL_ERROR", f"{type(defect).__name__}({defect})") from defect

    def _assert_may(self, entry: Entry, session_ref: str, args: tuple[Any, ...]) -> None:
        if entry.call.is_internal:
            words = f'Internal API "{entry.method}" call attempted with non-pool (external) session'
            raise ApiError("INTERNAL_ERROR", words)
        role = self.sessions.role(session_ref)
        if role is not None:
            assert_may_call(role, entry.method, entry.call, args)

    def _session_and_params(self, entry: Entry, params: list[Wire]) -> tuple[str, list[Wire]]:
        """Split off the session and check the number of the others. Raises MESSAGE_PARAMETER_COUNT_MISMATCH."""
        call = entry.call
        given = len(params) - 1 if call.needs_session else len(params)
        needed = sum(not parameter.has_default for parameter in call.parameters)
        if not needed <= given <= len(call.parameters):
            raise ApiError("MESSAGE_PARAMETER_COUNT_MISMATCH", entry.method, str(needed), str(given))
        if not call.needs_session:
            return "", params
        return typed(Type("ref", "session"), params[0]), params[1:]

    def _unknown(self, request: Request, host_ref: str) -> ApiError:
        """Unknown names might be extensions of a host, so the session is looked at first."""
        if request.params:
            session_ref = typed(Type("ref", "session"), request.params[0])
            self.sessions.check(session_ref, host_ref)
        return ApiError("MESSAGE_METHOD_UNKNOWN", request.method.removeprefix("Async."))


def _arguments(entry: Entry, params: list[Wire]) -> tuple[Any, ...]:
    args = []
    for at, parameter in enumerate(entry.call.parameters):
        if at < len(params):
            args.append(typed(parameter.type, params[at], entry.class_name))
        else:
            args.append(_default(parameter.type, parameter.default))
    return tuple(args)


def _default(kind: Type, value: Any) -> Any:
    if value is None:
        return kind.zero
    return tuple(value) if kind.kind == "set" else value


def _write(codec: Codec, kind: Type, result: Any) -> Pieces:
    if hasattr(result, "render"):
        return cast(Rendered, result).render(codec)
    if kind.kind == "map" and kind.of[1].kind == "record" and isinstance(result, Mapping):
        return codec.struct((ref, codec.record(kind.of[1].name, row)) for ref, row in result.items())
    if kind.kind in ("ref", "void") and result is None:
        return codec.value(kind, NULL_REF if kind.kind == "ref" else None)
    return codec.value(kind, result)


def _with_task(context: Context, task_ref: str) -> Context:
    return Context(
        db=context.db,
        clock=context.clock,
        rng=context.rng,
        host_ref=context.host_ref,
        session_ref=context.session_ref,
        method=context.method,
        spawn=context.spawn,
        faults=context.faults,
        task_ref=task_ref,
    )


def takes_as_member(method: str) -> bool:
    """Whether a member of a pool answers this call itself instead of naming its coordinator."""
    return method.startswith("system.") or method.removeprefix("Async.") in _MEMBER_CALLS


_MEMBER_CALLS = SLAVE_CALLS - {"session.login_with_password"}
