"""Rows of large answers: what `event.from` and `get_all_records` bring, each record left as it arrived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, cast

from msgspec import Struct

from lifeguard.datamodel.decode import Payload
from lifeguard.xapi.failures import MalformedAnswer

Operation = Literal["add", "mod", "del"]
Shape = Literal["records", "events", "event list"]
"""Of `get_all_records` (a map), `event.from` (a struct around an array), `event.next` (an array)."""

ANSWER_LIMIT_BYTES = 1 << 30


class Row(Struct, frozen=True, gc=False):
    """One object as a large answer tells of it. `class_name` as the server spells it, "" in an answer about one class;
    `payload` is None when the row is gone, or when an old server sends no snapshot."""

    class_name: str
    ref: str
    operation: Operation
    payload: Payload | None


@dataclass(frozen=True, slots=True)
class Rest:
    """What stands in a large answer beside its rows."""

    token: str = ""
    valid_ref_counts: Mapping[str, int] = field(default_factory=dict)


class RowReader(Protocol):
    """Takes a large answer in as it arrives. Each call does a bounded amount of work for each byte it is fed."""

    def feed(self, chunk: bytes) -> list[Row]:
        """The rows that are complete now. Raises MalformedAnswer."""

    def finish(self) -> tuple[list[Row], Rest]:
        """The remaining rows, and the rest. Raises ApiFailure, MalformedAnswer."""


def row(class_name: str, ref: str, operation: str, payload: Payload | None) -> Row:
    """Raises MalformedAnswer for an operation that there is not."""
    if operation not in ("add", "mod", "del"):
        raise MalformedAnswer(f"an event says {operation[:60]!r}")
    return Row(class_name, ref, cast(Operation, operation), payload)
