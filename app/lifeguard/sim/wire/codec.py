"""What dispatching needs of a dialect: read a body, write values and whole replies, join rows already written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from lifeguard.datamodel.schema import Type
from lifeguard.sim.failure import ApiError
from lifeguard.sim.wire.request import Request


class Codec(Protocol):
    """One dialect. A written value is bytes that may stand inside another value."""

    @property
    def name(self) -> str: ...
    @property
    def content_type(self) -> str: ...
    def value(self, kind: Type, value: Any) -> bytes: ...
    def record(self, class_name: str, values: Mapping[str, Any]) -> bytes: ...
    def small_int(self, value: int) -> bytes: ...
    def array_parts(self, items: Iterable[bytes]) -> list[bytes]:
        """An array in pieces, so that one of many megabytes is put together once only, by whoever holds it."""

    def struct(self, members: Iterable[tuple[str, bytes | list[bytes]]]) -> bytes: ...
    def bare(self, value: bytes) -> bytes:
        """A reply without a status around its value: `system.listMethods` answers so."""

    def success(self, request: Request, value: bytes) -> bytes: ...
    def failure(self, request: Request, error: ApiError) -> bytes: ...
    def early_failure(self, request: Request, error: ApiError) -> bytes:
        """A failure before the call was looked at."""


class Rendered(Protocol):
    """A result that knows how to write itself, from rows that are encoded already."""

    def render(self, codec: Codec) -> bytes: ...
