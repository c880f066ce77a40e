"""What happened to an inventory: the events that go in, and the one change that comes out of a batch of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from msgspec import Struct

from lifeguard.datamodel.decode import Payload

Operation = Literal["add", "mod", "del"]


class Event(Struct, frozen=True, gc=False):
    """One row as the server tells it: `class_name` in IDL spelling, `payload` the whole record, None when gone."""

    class_name: str
    ref: str
    operation: Operation
    payload: Payload | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Everything that one batch changed. A ref is in at most one of the three.

    `added` and `removed` map a ref to its class name; `updated` maps a ref to the names of the fields that differ.
    """

    added: Mapping[str, str] = field(default_factory=dict)
    removed: Mapping[str, str] = field(default_factory=dict)
    updated: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.updated)
