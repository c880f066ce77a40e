"""What dispatching needs of a dialect: values, records and whole replies, large ones in pieces until the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeAlias

from lifeguard.datamodel.schema import Type
from lifeguard.sim.failure import ApiError
from lifeguard.sim.wire.request import Request

Pieces: TypeAlias = bytes | list[bytes]
"""A written value, which may stand inside another. Large ones stay in pieces and are put together once, at the end."""


class Codec(Protocol):
    """One dialect."""

    @property
    def name(self) -> str: ...
    @property
    def content_type(self) -> str: ...
    def value(self, kind: Type, value: Any) -> bytes: ...
    def record(self, class_name: str, values: Mapping[str, Any]) -> bytes: ...
    def small_int(self, value: int) -> bytes: ...
    def joined(self, items: Iterable[bytes]) -> bytes:
        """Items as they stand side by side in an array: one item, to who puts them in one."""

    def array(self, items: Iterable[bytes]) -> list[bytes]: ...
    def struct(self, members: Iterable[tuple[str, Pieces]]) -> list[bytes]: ...
    def bare(self, value: bytes) -> bytes:
        """A reply without a status around its value: `system.listMethods` answers so."""

    def success(self, request: Request, value: Pieces) -> bytes: ...
    def failure(self, request: Request, error: ApiError) -> bytes: ...
    def early_failure(self, request: Request, error: ApiError) -> bytes:
        """A failure before the call was looked at."""


class Rendered(Protocol):
    """A result that knows how to write itself, from rows that are encoded already."""

    def render(self, codec: Codec) -> Pieces: ...


def pieces(written: Pieces) -> list[bytes]:
    return written if isinstance(written, list) else [written]
