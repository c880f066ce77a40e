"""The seam between calls and bytes: what JSON-RPC and XML-RPC have in common, without any I/O."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

from lifeguard.datamodel.calls import CALLS
from lifeguard.datamodel.schema import NULL_REF, Call, Type
from lifeguard.xapi.rows import RowReader, Shape

Argument: TypeAlias = tuple[Type | None, Any]
"""A value and its type; None for the calls that this description does not know."""

REF = Type("ref")
TASK_REF = Type("ref", "task")
_ASYNC = "Async."


class Codec(Protocol):
    """One wire protocol. Everything it cannot make sense of is a MalformedAnswer."""

    @property
    def path(self) -> str: ...
    @property
    def content_type(self) -> str: ...
    def encode(self, method: str, arguments: Sequence[Argument]) -> bytes:
        """The request body. Raises ApiFailure INVALID_VALUE for text that the protocol cannot carry."""

    def decode(self, body: bytes, kind: Type | None, ref: str = NULL_REF) -> Any:
        """The typed result. `ref` is that of a record which is the result. Raises ApiFailure, MalformedAnswer."""

    def reader(self, shape: Shape) -> RowReader:
        """A fresh reader for one large answer."""


def described(method: str) -> Call | None:
    """The description of a method, None when there is none (newer servers, host extensions)."""
    return CALLS.get(method.removeprefix(_ASYNC))


def result_type(method: str) -> Type | None:
    call = described(method)
    if method.startswith(_ASYNC):
        return TASK_REF
    return call.result if call is not None else None


def arguments_for(method: str, args: Sequence[Any], session_ref: str | None) -> list[Argument]:
    """The arguments with their types, led by the session where the method takes one.

    Raises TypeError when there are more than the method has: our own defect, whatever the server.
    """
    call = described(method)
    takes_session = call.needs_session if call is not None else not method.startswith("system.")
    lead: list[Argument] = [(REF, session_ref)] if takes_session and session_ref is not None else []
    if call is None:
        return lead + [(None, arg) for arg in args]
    if len(args) > len(call.parameters):
        raise TypeError(f"{method} takes {len(call.parameters)} arguments, not {len(args)}")
    return lead + [(parameter.type, arg) for parameter, arg in zip(call.parameters, args, strict=False)]


def is_safe_to_repeat(method: str) -> bool:
    """Whether a call that may or may not have been carried out can simply be sent again."""
    name = method.rpartition(".")[2]
    if method.startswith(_ASYNC):
        return False
    return name.startswith(("get_", "assert_", "is_")) or method in _REPEATABLE


_REPEATABLE = frozenset(
    {
        "event.from",
        "event.register",
        "event.inject",
        "session.login_with_password",
        "session.logout",
        "task.cancel",
        "system.listMethods",
    }
)
