"""Rows of large answers: what `event.from` and `get_all_records` bring, each record left as it arrived."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, cast

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


def rows_of(shape: Shape, result: Any, text: Callable[[Any], Payload]) -> tuple[list[Row], Rest]:
    """The rows of a result that was read whole, each record written by `text`. Raises MalformedAnswer."""
    if shape == "records":
        return _records(result, text), Rest()
    if shape == "event list":
        return _events(result, text), Rest()
    if not isinstance(result, dict):
        raise MalformedAnswer("the answer to event.from is not a struct")
    token, counts = result.get("token"), result.get("valid_ref_counts") or {}
    if not isinstance(token, str) or not isinstance(counts, dict):
        raise MalformedAnswer("the answer to event.from lacks its token")
    return _events(result.get("events"), text), Rest(token, _counts(counts))


def _records(records: Any, text: Callable[[Any], Payload]) -> list[Row]:
    if records == "":
        return []
    if not isinstance(records, dict) or not all(isinstance(record, Mapping) for record in records.values()):
        raise MalformedAnswer("the answer is not a map of records")
    return [Row("", ref, "add", text(record)) for ref, record in records.items()]


def _events(events: Any, text: Callable[[Any], Payload]) -> list[Row]:
    if not isinstance(events, list):
        raise MalformedAnswer("the events are not an array")
    return [_event(event, text) for event in events]


def _event(event: Any, text: Callable[[Any], Payload]) -> Row:
    if not isinstance(event, dict):
        raise MalformedAnswer("an event is not a struct")
    class_name, ref, operation = event.get("class"), event.get("ref"), event.get("operation")
    if not (isinstance(class_name, str) and isinstance(ref, str) and isinstance(operation, str)):
        raise MalformedAnswer("an event lacks class, ref or operation")
    record = event.get("snapshot")
    if record is not None and not isinstance(record, Mapping):
        raise MalformedAnswer("an event's snapshot is not a record")
    return row(class_name, ref, operation, None if record is None else text(record))


def _counts(counts: Mapping[Any, Any]) -> dict[str, int]:
    try:
        return {str(name): int(count) for name, count in counts.items()}
    except (TypeError, ValueError, OverflowError):
        raise MalformedAnswer("valid_ref_counts are not numbers") from None
